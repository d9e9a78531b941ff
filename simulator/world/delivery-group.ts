import type { EpochMs } from '../../shared/client/clock.ts';
import type { Account } from './account.ts';
import { AuthorizedUsers } from './authorized-users.ts';
import { planExpiry } from './lifecycle.ts';
import { beijingOffsetMs, minuteMs, zoneOffsetMs } from './local-time.ts';
import type { Instance } from './node.ts';
import { NodePool } from './node-pool.ts';
import { idText } from './random.ts';
import type { ChargeSeed, GroupStatus, PoolSeed, UsersSeed } from './seed.ts';
import type { SessionEnd, SessionEntity } from './session.ts';
import { emptyStatistics, type Statistics } from './statistics.ts';
import { strategyFromSeed } from './strategy.ts';
import type { World } from './world.ts';

/** The system tag that keeps new users out of a group (service notes). */
export const drainTag = 'System/Scheduler/STOP_NEW_USER_CONNECTION';

/** A tag's value, and whether a person or the service defines the key. */
export interface TagEntity {
  readonly value: string;
  readonly scope: 'Custom' | 'System';
}

/** The agent of a group and the update on offer. */
export interface OtaState {
  version: string;
  offeredVersion: string | undefined;
  /** Changes with each approval. */
  taskId: string | undefined;
  note: string | undefined;
}

/** A persistent session: a place that its users come back to. */
export interface PersistentInstance {
  readonly id: string;
  readonly name: string;
  readonly users: Set<string>;
  readonly createdMs: EpochMs;
}

/** Why a user did not get in. */
export type Denial = 'not-published' | 'not-authorized' | 'drained' | 'no-instance';

/** Ways in which a connection can differ from a user's plain arrival. */
export interface ConnectOptions {
  /** The app still starts; the session counts as connected only later. */
  readonly starting?: boolean;
  /** The app instance to take. */
  readonly instance?: Instance;
  /** When the session began, where that is not now. */
  readonly startedMs?: EpochMs;
}

/** What a new delivery group needs. */
export interface GroupOptions {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly charge: ChargeSeed;
  readonly status: GroupStatus;
  readonly createdMs: EpochMs;
  readonly expiresMs: EpochMs | undefined;
  readonly pools: readonly PoolSeed[];
  readonly users?: readonly UsersSeed[];
}

const nothingWritten: Readonly<Record<string, unknown>> = {};
const noSessions: ReadonlyMap<string, SessionEntity> = new Map();

/** A delivery group: settings, node pools, users and their sessions. */
export class DeliveryGroupEntity {
  readonly world: World;
  readonly account: Account;
  readonly id: string;
  readonly region: string;
  readonly charge: ChargeSeed;
  readonly createdMs: EpochMs;
  /** Name of the one app that it delivers; a new name of the group does not change it. */
  readonly appName: string;
  readonly pools: readonly NodePool[];
  /** Tags by key, in the order in which they were set. */
  readonly tags = new Map<string, TagEntity>();
  readonly users: AuthorizedUsers;
  name: string;
  status: GroupStatus;
  imageId = '';
  officeSiteId = '';
  policyId = '';
  authMode = 'App';
  accessType = 'INTERNET';
  /** Minutes; -1 never. */
  sessionTimeoutMinutes = 15;
  skipUserAuthCheck = false;
  debug = false;
  /** How its updates end. Default: as those of all groups. */
  otaOutcome: 'FINISHED' | 'FAILED' | 'PART_FINISHED' | undefined;
  ota: OtaState = { version: '', offeredVersion: undefined, taskId: undefined, note: undefined };
  /** Settings that can be written but that no operation reads back, as last written. */
  writeOnly: Readonly<Record<string, unknown>> = nothingWritten;
  /** Who had access, or had none, until clients follow a change of it; by user. */
  #formerAccess: Map<string, { readonly had: boolean; readonly untilMs: EpochMs }> | undefined;
  // Made when first needed: most groups of a large fleet never need them.
  #userGroups: Map<string, string> | undefined;
  #sessions: Map<string, SessionEntity> | undefined;
  #persistent: PersistentInstance[] | undefined;
  #expiresMs: EpochMs | undefined;
  #statistics: Statistics | undefined;

  constructor(world: World, account: Account, options: GroupOptions) {
    this.world = world;
    this.account = account;
    this.id = options.id;
    this.name = options.name;
    this.appName = options.name;
    this.region = options.region;
    this.charge = options.charge;
    this.status = options.status;
    this.createdMs = options.createdMs;
    this.#expiresMs = options.expiresMs;
    this.users = new AuthorizedUsers(options.users);
    this.pools = options.pools.map((pool, index) => {
      const id = pool.id ?? `rg-${idText(`${options.id} pool ${index}`)}`;
      const type = pool.instanceType ?? 'appstreaming.general.4c8g';
      return new NodePool(this, id, type, pool.capacity ?? 2, strategyFromSeed(pool.strategy ?? { fixed: 1 }));
    });
  }

  /** User groups with access: names by id. */
  get userGroups(): Map<string, string> {
    this.#userGroups ??= new Map();
    return this.#userGroups;
  }

  /** Gives or takes a user's access, and gives whether that changed anything. Clients follow after a while. */
  setAccess(user: string, allowed: boolean, nowMs: EpochMs): boolean {
    const had = this.admits(user, nowMs);
    const changed = allowed ? this.users.add(user) : this.users.remove(user);
    const delayMs = this.world.assumptions.accessMinutes * minuteMs;
    if (changed && delayMs > 0) {
      this.#formerAccess ??= new Map();
      this.#formerAccess.set(user, { had, untilMs: nowMs + delayMs });
    }
    return changed;
  }

  /** True where a client of the user would be let in: one by one or as a member of a user group, as far as clients know by now. */
  admits(user: string, nowMs: EpochMs): boolean {
    const former = this.#formerAccess?.get(user);
    if (former && nowMs < former.untilMs) return former.had;
    if (this.users.has(user)) return true;
    return [...(this.#userGroups?.keys() ?? [])].some((id) => this.account.userGroups.get(id)?.has(user));
  }

  /** The users whom a read names. */
  listedUsers(nowMs: EpochMs): readonly string[] {
    const { accessReadBack, userGroupMembersListed } = this.world.assumptions;
    const names = new Set(this.users.list());
    if (accessReadBack === 'with-clients') {
      for (const [user, { had, untilMs }] of this.#formerAccess ?? []) {
        if (nowMs < untilMs && had) names.add(user);
        else if (nowMs < untilMs) names.delete(user);
      }
    }
    if (userGroupMembersListed) {
      for (const id of this.#userGroups?.keys() ?? []) for (const user of this.account.userGroups.get(id) ?? []) names.add(user);
    }
    return [...names];
  }

  /** Sessions by user; one user has one session in a group. */
  get sessions(): ReadonlyMap<string, SessionEntity> {
    return this.#sessions ?? noSessions;
  }

  /** Persistent sessions. */
  get persistent(): PersistentInstance[] {
    this.#persistent ??= [];
    return this.#persistent;
  }

  /** When the subscription ends; undefined for pay-as-you-go. */
  get expiresMs(): EpochMs | undefined {
    return this.#expiresMs;
  }

  /** Moves the end of the subscription, as a paid renewal does. A group that had expired serves again. */
  renewUntil(expiresMs: EpochMs, nowMs: EpochMs): void {
    this.#expiresMs = expiresMs;
    const wasExpired = this.status === 'EXPIRED' || this.status === 'EXPIRED_RECYCLING';
    if (wasExpired && expiresMs > nowMs) {
      this.status = 'PUBLISHED';
      for (const pool of this.pools) pool.resume(nowMs);
    }
    planExpiry(this);
  }

  /** How far the zone of this group's native schedules is ahead of UTC, in milliseconds. */
  get serviceOffsetMs(): number {
    const { scheduleZone } = this.world.assumptions;
    return scheduleZone === 'Asia/Shanghai' ? beijingOffsetMs : zoneOffsetMs(scheduleZone, this.region);
  }

  /** What has happened in this group since the world began. */
  get statistics(): Readonly<Statistics> {
    return this.#statistics ?? emptyStatistics();
  }

  /** Counts something for the group and its account. */
  count(what: keyof Statistics, by = 1): void {
    this.#statistics ??= emptyStatistics();
    this.#statistics[what] += by;
    this.account.statistics[what] += by;
  }

  /** True while the system tag keeps new users out. */
  get drained(): boolean {
    return this.tags.get(drainTag)?.value === 'true';
  }

  /** Sets a tag; a key beginning with `System/` is the service's own. */
  setTag(key: string, value: string): void {
    this.tags.set(key, { value, scope: key.startsWith('System/') ? 'System' : 'Custom' });
  }

  /**
   * Lets a user in: back into the session that waits for them, or into a free app instance. A denial is counted and makes usage
   * scaling look at the load.
   */
  connect(user: string, nowMs: EpochMs, options: ConnectOptions = {}): SessionEntity | Denial {
    const denial = this.#denial(user, nowMs, options.startedMs !== undefined);
    if (denial) {
      this.count('deniedOther');
      return denial;
    }
    const waiting = this.sessions.get(user);
    if (waiting) {
      waiting.timeout?.cancel();
      waiting.timeout = undefined;
      waiting.state = options.starting ? 'starting' : 'connected';
      waiting.instance.modifiedMs = nowMs;
      return waiting;
    }
    const instance = options.instance ?? this.#freeInstance(nowMs);
    if (!instance) {
      this.count('deniedNoInstance');
      for (const pool of this.pools) pool.loadRose(nowMs);
      return 'no-instance';
    }
    const session: SessionEntity = {
      user,
      group: this,
      instance,
      startedMs: options.startedMs ?? nowMs,
      persistentId: this.#persistent?.find((place) => place.users.has(user))?.id,
      state: options.starting ? 'starting' : 'connected',
      timeout: undefined,
      listener: undefined,
    };
    instance.session = session;
    instance.modifiedMs = nowMs;
    instance.node.used += 1;
    this.#sessions ??= new Map();
    this.#sessions.set(user, session);
    this.account.sessions.set(instance.id, session);
    this.count('sessionsStarted');
    for (const pool of this.pools) pool.loadRose(nowMs);
    return session;
  }

  /** The user's line is cut or closed; the session waits until the session timeout. */
  disconnect(session: SessionEntity, nowMs: EpochMs): void {
    session.state = 'disconnected';
    session.instance.modifiedMs = nowMs;
    session.timeout?.cancel();
    session.timeout = undefined;
    if (this.sessionTimeoutMinutes < 0) return;
    session.timeout = this.world.clock.schedule(nowMs + this.sessionTimeoutMinutes * minuteMs, (atMs) =>
      this.end(session, 'timeout', atMs),
    );
  }

  /** Ends a session and frees its app instance. Ending it twice does nothing. */
  end(session: SessionEntity, why: SessionEnd, nowMs: EpochMs): void {
    if (session.instance.session !== session) return;
    session.timeout?.cancel();
    session.instance.session = undefined;
    session.instance.modifiedMs = nowMs;
    this.#sessions?.delete(session.user);
    this.account.sessions.delete(session.instance.id);
    if (why === 'cut') this.count(session.state === 'disconnected' ? 'disconnectedEnded' : 'sessionsInterrupted');
    if (why === 'timeout') this.count('sessionsTimedOut');
    const pool = this.pools.find((candidate) => candidate.nodes.includes(session.instance.node));
    if (this.resetsAfter(why)) {
      this.count('instancesWiped');
      session.instance.resettingUntilMs = nowMs + this.world.assumptions.instanceResetMinutes * minuteMs;
    }
    pool?.sessionEnded(session.instance.node, nowMs);
    session.listener?.(why, nowMs);
  }

  /** True where an instance is wiped when a session on it ends so. */
  resetsAfter(why: SessionEnd): boolean {
    const security = this.writeOnly['SecurityPolicy'] as { readonly ResetAfterUnbind?: boolean } | undefined;
    return security?.ResetAfterUnbind === true && (why === 'cut' || this.world.assumptions.resetAfter === 'any-end');
  }

  /** Ends every session at once, as an image update or a log-off does; gives how many there were. */
  cutAllSessions(nowMs: EpochMs): number {
    const all = [...this.sessions.values()];
    for (const session of all) this.end(session, 'cut', nowMs);
    return all.length;
  }

  /** An update begins: sessions are cut and nobody gets in. */
  beginMaintenance(nowMs: EpochMs): void {
    this.status = 'MAINTAINING';
    this.cutAllSessions(nowMs);
  }

  /** The update is over; a group that has expired or was removed meanwhile stays as it is. */
  endMaintenance(status: 'PUBLISHED' | 'MAINTAIN_FAILED'): void {
    if (this.status === 'MAINTAINING') this.status = status;
  }

  /** A session that began earlier is not kept out by a drain that began later. */
  #denial(user: string, nowMs: EpochMs, began: boolean): Denial | undefined {
    if (this.status !== 'PUBLISHED') return 'not-published';
    if (this.sessions.has(user)) return undefined;
    if (!this.admits(user, nowMs)) return 'not-authorized';
    return this.drained && !began ? 'drained' : undefined;
  }

  #freeInstance(nowMs: EpochMs): Instance | undefined {
    for (const pool of this.pools) {
      const free = pool.freeInstance(nowMs);
      if (free) return free;
    }
    return undefined;
  }
}
