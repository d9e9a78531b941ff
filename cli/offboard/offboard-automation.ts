import type { Client } from '../../shared/client/client.ts';
import { authorizeInstanceGroup } from '../../shared/client/operations/authorize-instance-group.ts';
import { unbind } from '../../shared/client/operations/unbind.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import { incompleteText, observeWhole } from '../../shared/engine/observe-whole.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { observeDeliveryGroups, rereadDeliveryGroup } from '../../shared/fleet/observe-delivery-groups.ts';
import {
  type Bound,
  bindingsOf,
  instancesOf,
  onUserList,
  orUnread,
  persistentOf,
  type Reading,
  type UserGroupAccess,
  userGroupsOf,
} from './offboard-access.ts';
import { type Access, decideAccess, type OffboardPhase } from './offboard-step.ts';

/** What was met on the way that no call can take away, or that nobody could read. Filled while observing. */
export interface OffboardFinds {
  /** User groups with access to delivery groups, with the names of these. The service does not tell who is in them. */
  readonly userGroups: Map<string, UserGroupAccess & { readonly groups: string[] }>;
  /** Names on lists that differ from the user's in case or spaces alone. */
  readonly alike: Set<string>;
  /** Bindings on groups that are not among the delivery groups, such as those of cloud browsers. */
  readonly elsewhere: Set<string>;
  /** Delivery groups with access of the user that are outside the target's regions: name and region. */
  readonly otherRegions: Map<string, string>;
  /** Ids of delivery groups on which access was found. */
  readonly groups: Set<string>;
  readonly unread: string[];
}

/** Finds before anything was observed. */
export function noFinds(): OffboardFinds {
  return { userGroups: new Map(), alike: new Set(), elsewhere: new Set(), otherRegions: new Map(), groups: new Set(), unread: [] };
}

/**
 * Offboarding as an automation: it sees what access one user has and takes it away, under the guard, the recheck and the journal of every
 * run. Observing reads the list of users, the persistent sessions and the user groups of each delivery group, since the service cannot be
 * asked by user; in the phase `unbind` only the groups on which the user is bound or had access.
 */
export function offboarding(user: string, phase: OffboardPhase, finds: OffboardFinds): Automation<Access> {
  return {
    name: 'offboard',
    // Somebody asks for it now, whatever the time is.
    timeless: true,
    operations: { AuthorizeInstanceGroup: authorizeInstanceGroup, Unbind: unbind },
    planner: { needs: () => [], decide: (access, context) => decideAccess(access, user, phase, context) },
    async *observe(client, target, signal) {
      const reading = signal === undefined ? {} : { signal };
      const bindings = await bindingsOf(client, user, reading);
      const met = new Set<string>();
      let total = 0;
      const groups = phase === 'unbind' ? await boundGroups(client, signal, bindings, finds) : await allGroups(client, signal, finds);
      for (const group of groups) {
        met.add(group.id);
        const resources = await accessTo({ client, reading, user, phase, bindings, finds }, group);
        if (resources.length > 0) finds.groups.add(group.id);
        if (resources.length > 0 && group.region !== undefined && target.regions?.includes(group.region) === false) {
          finds.otherRegions.set(group.name ?? group.id, group.region);
        }
        total += resources.length;
        yield { resources, total };
      }
      for (const { groupId } of bindings) if (!met.has(groupId)) finds.elsewhere.add(groupId);
      yield { resources: [], total };
    },
    async reread(client, _target, { id }, signal) {
      const [groupId = '', name = ''] = [id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1)];
      const group = await rereadDeliveryGroup(client, groupId, signal);
      return group && (await accessNow(client, group, user, name));
    },
    // Nobody else's session is at risk, so nobody else's protection is asked.
    sessionUsers: async () => [user],
  };
}

/** All delivery groups, as two passes in turn show them: one that is missing may be one on which the user works. */
async function allGroups(client: Client, signal: AbortSignal | undefined, { unread }: OffboardFinds): Promise<readonly DeliveryGroup[]> {
  const groups: DeliveryGroup[] = [];
  const take = (fresh: readonly DeliveryGroup[]): void => void groups.push(...fresh);
  const totals = await observeWhole(() => observeDeliveryGroups(client, signal), take, { agreeing: true });
  if (!totals.complete) unread.push(`The delivery groups could not all be read: ${incompleteText(totals)}`);
  return groups;
}

/** The delivery groups on which a user is bound, or had access before, one read each. */
async function boundGroups(client: Client, signal: AbortSignal | undefined, bindings: readonly Bound[], { groups }: OffboardFinds) {
  const found: DeliveryGroup[] = [];
  for (const id of new Set([...bindings.map(({ groupId }) => groupId), ...groups])) {
    const group = await rereadDeliveryGroup(client, id, signal);
    if (group) found.push(group);
  }
  return found;
}

/** What looking at one group needs. */
interface Look {
  readonly client: Client;
  readonly reading: Reading;
  readonly user: string;
  readonly phase: OffboardPhase;
  readonly bindings: readonly Bound[];
  readonly finds: OffboardFinds;
}

async function accessTo(look: Look, group: DeliveryGroup): Promise<readonly Access[]> {
  const { client, reading, user, phase, bindings, finds } = look;
  const name = group.name ?? group.id;
  const { unread } = finds;
  const list = await orUnread(`The users of ${name}`, unread, () => onUserList(client, group.id, user, reading));
  const persistent = await orUnread(`The persistent sessions of ${name}`, unread, () => persistentOf(client, group.id, user, reading));
  for (const spelled of list?.alike ?? []) finds.alike.add(spelled);
  if (phase !== 'unbind') await noteUserGroups(look, group);
  const bound = bindings.filter(({ groupId }) => groupId === group.id);
  // A client may be in again though nothing else shows access.
  const concerned = phase === 'unbind' || list?.listed !== false || persistent?.length !== 0 || bound.length > 0;
  if (!concerned) return [];
  const seen = await orUnread(`The sessions of ${user} on ${name}`, unread, () => instancesOf(client, group.id, user, reading));
  const instances = seen && distinct([...seen, ...bound]);
  const authorized = list?.listed;
  const access = (kind: Access['kind'], part: string | undefined, given: boolean | undefined): Access => ({
    ...{ kind, id: `${group.id}/${accessName(kind, part)}`, name, part, partOf: group, given, sessions: instances?.length, authorized },
  });
  return [
    ...(authorized === false || phase === 'unbind' ? [] : [access('authorization', undefined, authorized)]),
    ...(phase === 'unbind' ? [] : (persistent ?? []).map((id) => access('persistent', id, true))),
    ...(persistent === undefined && phase !== 'unbind' ? [access('persistent', undefined, undefined)] : []),
    ...(phase === 'deauthorize' ? [] : (instances ?? distinct(bound)).map(({ instanceId }) => access('instance', instanceId, true))),
    ...(instances === undefined && phase !== 'deauthorize' ? [access('instance', undefined, undefined)] : []),
  ];
}

/** One access as it is right now. */
async function accessNow(client: Client, group: DeliveryGroup, user: string, name: string): Promise<Access> {
  const [kind, part] = parseAccessName(name);
  const bindings = await bindingsOf(client, user);
  const bound = bindings.filter(({ groupId }) => groupId === group.id);
  const instances = distinct([...(await instancesOf(client, group.id, user)), ...bound]);
  const { listed } = await onUserList(client, group.id, user);
  const given =
    kind === 'authorization'
      ? listed
      : kind === 'instance'
        ? instances.some(({ instanceId }) => instanceId === part)
        : (await persistentOf(client, group.id, user)).includes(part ?? '');
  const sessions = instances.length;
  return { kind, id: `${group.id}/${name}`, name: group.name ?? group.id, part, partOf: group, given, sessions, authorized: listed };
}

async function noteUserGroups({ client, reading, finds }: Look, group: DeliveryGroup): Promise<void> {
  const name = group.name ?? group.id;
  const found = await orUnread(`The user groups of ${name}`, finds.unread, () => userGroupsOf(client, group.id, reading));
  for (const each of found ?? []) {
    const known = finds.userGroups.get(each.id) ?? { ...each, groups: [] };
    if (!known.groups.includes(name)) known.groups.push(name);
    finds.userGroups.set(each.id, known);
  }
}

function distinct(bound: readonly Bound[]): readonly Bound[] {
  return [...new Map(bound.map((each) => [each.instanceId, each])).values()];
}

function accessName(kind: Access['kind'], part: string | undefined): string {
  if (kind === 'authorization') return 'authorized';
  return `${kind}:${part ?? 'unknown'}`;
}

function parseAccessName(name: string): readonly [Access['kind'], string | undefined] {
  const [, kind, part] = /^(instance|persistent):(.*)$/s.exec(name) ?? [];
  return kind === undefined ? ['authorization', undefined] : [kind as Access['kind'], part];
}
