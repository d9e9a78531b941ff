import type { EpochMs } from '../../shared/client/clock.ts';
import type { Account } from './account.ts';
import { seededUsers } from './authorized-users.ts';
import { seedBrowserGroup } from './browser-group.ts';
import { DeliveryGroupEntity } from './delivery-group.ts';
import { seedImage } from './image.ts';
import { closeGroup, planExpiry, planMaintenanceEnd, planPublication, planRecycling } from './lifecycle.ts';
import { beijingOffsetMs, dateStart, dayMs, minuteMs, parseInstant, startOfDay } from './local-time.ts';
import { idText } from './random.ts';
import type { GroupSeed, SessionSeed, WorldSeed } from './seed.ts';
import type { SessionEntity } from './session.ts';
import { Visitor, type WorkingDays } from './visitor.ts';
import { seedWorkstation } from './workstation.ts';
import { World } from './world.ts';

/** Days from the world's start to the expiry of a subscription whose seed does not say. */
const defaultTermDays = 60;
/** Days for which a group has existed whose seed does not say. */
const defaultAgeDays = 90;

/**
 * Makes a world from its seed. Equal seeds make equal worlds, and an entity's fate does not depend on the others in its account.
 * `onLookedAt` hears of each switch that the world looks at. @throws RangeError when the seed holds an unreadable instant, an unknown assumption, or more sessions than nodes can carry
 */
export function buildWorld(seed: WorldSeed, onLookedAt?: (name: string) => void): World {
  const startMs = parseInstant(seed.start);
  const world = new World({
    startMs,
    ...(seed.id === undefined ? {} : { id: seed.id }),
    ...(seed.seed === undefined ? {} : { seed: seed.seed }),
    ...(seed.assumptions ? { assumptions: seed.assumptions } : {}),
    ...(onLookedAt ? { onLookedAt } : {}),
  });
  for (const accountSeed of seed.accounts) {
    const account = world.account(accountSeed.id);
    const { restdays = seed.restdays, workdays = seed.workdays } = accountSeed;
    const days: WorkingDays = { restdays: dayStarts(restdays), workdays: dayStarts(workdays) };
    for (const image of accountSeed.images ?? []) seedImage(world, account, image);
    for (const workstation of accountSeed.workstations ?? []) seedWorkstation(world, account, workstation);
    for (const browsers of accountSeed.browserGroups ?? []) account.addBrowserGroup(seedBrowserGroup(account.id, browsers, startMs));
    for (const group of accountSeed.groups ?? []) seedGroup(world, account, group, days);
  }
  return world;
}

function dayStarts(dates: readonly string[] = []): Set<EpochMs> {
  return new Set(
    dates.map((date) => {
      const startMs = dateStart(date, beijingOffsetMs);
      if (startMs === undefined) throw new RangeError(`'${date}' is no date; write it like 2026-10-01`);
      return startMs;
    }),
  );
}

function seedGroup(world: World, account: Account, seed: GroupSeed, days: WorkingDays): void {
  const nowMs = world.clock.nowMs;
  const charge = seed.charge ?? 'PostPaid';
  const status = seed.status ?? 'PUBLISHED';
  const group = new DeliveryGroupEntity(world, account, {
    id: seed.id ?? `aig-${idText(`${account.id} ${seed.name}`)}`,
    name: seed.name,
    region: seed.region,
    charge,
    status,
    createdMs: seed.createdAt ? parseInstant(seed.createdAt) : nowMs - defaultAgeDays * dayMs,
    expiresMs: charge === 'PrePaid' ? expiryOf(seed, nowMs) : undefined,
    pools: [seed.pool ?? {}, ...(seed.morePools ?? [])],
    ...(seed.users ? { users: seed.users } : {}),
  });
  for (const [key, value] of Object.entries(seed.tags ?? {})) group.setTag(key, value);
  for (const { id, name, members = [] } of seed.userGroups ?? []) {
    group.userGroups.set(id, name);
    account.addToUserGroup(
      id,
      members.flatMap((users) => [...seededUsers(users)]),
    );
  }
  if (seed.resetAfterUnbind) group.writeOnly = { SecurityPolicy: { ResetAfterUnbind: true } };
  group.otaOutcome = seed.ota?.outcome;
  group.imageId = seed.image ?? 'img-0windows2022base';
  group.officeSiteId = seed.officeSite ?? `${seed.region}+dir-100001`;
  group.policyId = seed.policy ?? `pg-${idText(`${group.id} policy`)}`;
  group.sessionTimeoutMinutes = seed.sessionTimeout ?? 15;
  group.debug = seed.debug ?? false;
  group.ota = {
    version: seed.ota?.current ?? '7.3.0',
    offeredVersion: seed.ota?.offered,
    taskId: seed.ota?.offered ? `ota-${idText(`${group.id} ota`)}` : undefined,
    note: seed.ota?.note,
  };
  for (const place of seed.persistent ?? []) {
    const id = place.id ?? `p-${idText(`${group.id} ${place.name}`)}`;
    group.persistent.push({ id, name: place.name, users: new Set(place.users), createdMs: group.createdMs });
  }
  account.addGroup(group);
  putInMotion(group, nowMs);
  populate(group, seed, days, nowMs);
}

function expiryOf(seed: GroupSeed, nowMs: EpochMs): EpochMs {
  return seed.expiresAt ? parseInstant(seed.expiresAt) : startOfDay(nowMs, beijingOffsetMs) + defaultTermDays * dayMs;
}

/** Gives a group the nodes and the future that its status calls for. */
function putInMotion(group: DeliveryGroupEntity, nowMs: EpochMs): void {
  const { status } = group;
  if (status === 'EXPIRED' || status === 'EXPIRED_RECYCLING' || status === 'CEASED') {
    closeGroup(group, status, nowMs);
    planRecycling(group);
    return;
  }
  for (const pool of group.pools) pool.start(nowMs, true);
  if (status === 'DEPLOYING') planPublication(group, nowMs);
  if (status === 'MAINTAINING') planMaintenanceEnd(group, nowMs);
  planExpiry(group);
}

function populate(group: DeliveryGroupEntity, seed: GroupSeed, days: WorkingDays, nowMs: EpochMs): void {
  const begun = new Map<string, SessionEntity>();
  for (const session of seed.sessions ?? []) begun.set(session.user, beginSession(group, session, nowMs));
  const members = (seed.userGroups ?? []).flatMap((each) => each.members ?? []);
  for (const users of [...(seed.users ?? []), ...members]) {
    const { profile = 'idle' } = users;
    if (profile === 'idle') continue;
    for (const user of seededUsers(users)) {
      const visitor = new Visitor(group, user, profile, days);
      const session = begun.get(user);
      if (session?.state === 'connected') visitor.adopt(session, nowMs);
      else visitor.start(nowMs);
    }
  }
}

function beginSession(group: DeliveryGroupEntity, seed: SessionSeed, nowMs: EpochMs): SessionEntity {
  const startedMs = nowMs - (seed.sinceMinutes ?? 30) * minuteMs;
  group.users.add(seed.user);
  const session = group.connect(seed.user, nowMs, { startedMs });
  if (typeof session === 'string') {
    throw new RangeError(
      `delivery group '${group.name}' cannot hold a session of ${seed.user} (${session}); give it more nodes or fewer sessions`,
    );
  }
  if (seed.connected === false) group.disconnect(session, nowMs);
  return session;
}
