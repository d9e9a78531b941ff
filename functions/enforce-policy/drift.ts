import { accessOf, type GroupAccess } from '../../shared/fleet/authorization.ts';
import { type GovernedGroup, timeoutNever } from '../../shared/fleet/governed-group.ts';
import type { Tenant } from '../../shared/fleet/tenant.ts';
import type { Action, Change, Harm, Json, Reason } from '../../shared/planning/decision.ts';
import { matcher } from '../../shared/policy/selector.ts';
import type { DesiredTenant, EnforceRule } from './compiled-rule.ts';
import { reason } from './reasons.ts';

/** What a resource is, against what its rule asks for. */
export interface Drift {
  /** What would be written, as text by the name of the setting: what a call is to make true. */
  readonly writes: Readonly<Record<string, string>>;
  /** Everything that the rule can make true, as text by the name of the setting. */
  readonly desired: Readonly<Record<string, string>>;
  /** Names of those of the desired state that were read and are true. */
  readonly met: readonly string[];
  readonly change: readonly Change[];
  /** Why something is to be written. */
  readonly why: readonly Reason[];
  /** What is not as wanted and is not written: it waits, cannot be read, or is reported only. */
  readonly left: readonly Reason[];
  /** The call; undefined where nothing is to be written. */
  readonly call: Pick<Action, 'operation' | 'input' | 'effect' | 'harms' | 'sessionsAtRisk'> | undefined;
}

/** Settings as one text, the same for the same settings. */
export function settingsText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/**
 * How the access of user groups differs from what the rule asks for. Users get mail about every change and taking access away may end
 * sessions (service notes, Delivery groups): only what is missing is given, and nothing is ever taken away.
 */
export function accessDrift(access: GroupAccess, { name, userGroups = [] }: EnforceRule): Drift {
  const desired = Object.fromEntries(userGroups.map((id) => [id, 'access']));
  const nothing = { writes: {}, desired, met: [], change: [], why: [], call: undefined };
  if (access.userGroups === undefined) {
    const text = 'which user groups have access could not be read; nothing is changed';
    return { ...nothing, left: [reason('unreadable', text, { setting: 'userGroups' })] };
  }
  const present = new Set(access.userGroups);
  const met = userGroups.filter((id) => present.has(id));
  const missing = [...new Set(userGroups)].filter((id) => !present.has(id)).sort();
  const extra = access.userGroups.filter((id) => !userGroups.includes(id)).sort();
  const left =
    extra.length === 0
      ? []
      : [
          reason(
            'user-group-extra',
            `rule ${name} does not name ${extra.join(', ')}, which ${extra.length === 1 ? 'has' : 'have'} access`,
            { extra },
          ),
        ];
  if (missing.length === 0) return { ...nothing, met, left };
  return {
    desired,
    met,
    writes: Object.fromEntries(missing.map((id) => [id, 'access'])),
    change: missing.map((id) => ({ field: `access of ${id}`, from: false, to: true })),
    why: [reason('user-group-missing', `rule ${name} gives access to ${missing.join(', ')}`, { missing })],
    left,
    call: {
      operation: 'AuthorizeInstanceGroup',
      input: { AppInstanceGroupId: accessOf(access.id) ?? access.partOf.id, ProductType: 'CloudApp', AuthorizeUserGroupIds: missing },
      effect: 'write',
    },
  };
}

/** A setting that differs, or what keeps it from being compared or changed. */
type Finding = { readonly kind: 'same' } | { readonly kind: 'left'; readonly because: Reason } | Difference;

interface Difference {
  readonly kind: 'differs';
  readonly setting: 'sessionTimeout' | 'nodeCapacity';
  readonly from: number;
  readonly to: number;
  readonly lowers: boolean;
  readonly input: Readonly<Record<string, Json>>;
}

const same: Finding = { kind: 'same' };

/**
 * How a group differs from what its rule asks for. A lower capacity waits while nodes are in use, a shorter timeout while somebody is away from a
 * session that it could end, unless the rule insists; the rest goes out in one call.
 */
export function groupDrift(group: GovernedGroup, rule: EnforceRule): Drift {
  const { sessionTimeout, nodeCapacity } = rule;
  const findings = { sessionTimeout: timeoutFinding(group, sessionTimeout), nodeCapacity: capacityFinding(group, nodeCapacity) };
  const load = loadOf(group);
  let sessionsAtRisk = 0;
  const writes: Record<string, string> = {};
  const change: Change[] = [];
  const why: Reason[] = [];
  const left: Reason[] = [];
  let input: Record<string, Json> = { AppInstanceGroupId: group.id, ProductType: 'CloudApp' };
  const harms = new Set<Harm>();
  const met: string[] = [];
  for (const [name, finding] of Object.entries(findings)) {
    if (finding.kind === 'same') {
      met.push(name);
      continue;
    }
    if (finding.kind === 'left') {
      left.push(finding.because);
      continue;
    }
    const { setting, from, to } = finding;
    const text = `${setting} is ${shown(finding, from)}, and rule ${rule.name} asks for ${shown(finding, to)}`;
    const insists = setting === 'sessionTimeout' && rule.insist === true && group.lingering !== undefined;
    const blocker = finding.lowers && setting === 'sessionTimeout' ? waitFor(group, load) : finding.lowers ? load : undefined;
    if (blocker !== undefined && !insists) {
      left.push(reason(blocker.code, `${text}; ${blocker.text}`, { setting, from, to }));
      continue;
    }
    if (blocker !== undefined) sessionsAtRisk = group.lingering ?? 0;
    input = { ...input, ...finding.input };
    writes[setting] = String(to);
    change.push({ field: setting, from, to });
    why.push(
      reason('drift', blocker === undefined ? text : `${text}; the rule insists, though ${away(sessionsAtRisk)}`, { setting, from, to }),
    );
    if (finding.lowers) harms.add(setting === 'nodeCapacity' ? 'lower' : 'restrict');
    if (sessionsAtRisk > 0) harms.add('cut');
  }
  const desired = {
    ...(sessionTimeout === undefined ? {} : { sessionTimeout: String(sessionTimeout) }),
    ...(nodeCapacity === undefined ? {} : { nodeCapacity: String(nodeCapacity) }),
  };
  const call = {
    operation: 'ModifyAppInstanceGroupAttribute',
    input,
    effect: sessionsAtRisk > 0 ? ('disruptive' as const) : ('write' as const),
    ...(sessionsAtRisk > 0 ? { sessionsAtRisk } : {}),
    ...(harms.size > 0 ? { harms: [...harms] } : {}),
  };
  return { writes, desired, met, change, why, left: [...left, ...reported(group, rule)], call: change.length === 0 ? undefined : call };
}

function shown({ setting }: Difference, value: number): string {
  if (setting === 'nodeCapacity') return `${value} per node`;
  return value === timeoutNever ? 'never' : `${value} minutes`;
}

function timeoutFinding({ sessionTimeoutMinutes: from }: GovernedGroup, to: number | undefined): Finding {
  if (to === undefined || to === from) return same;
  if (from === undefined) return { kind: 'left', because: unreadable('sessionTimeout') };
  const lowers = isShorter(to, from);
  return { kind: 'differs', setting: 'sessionTimeout', from, to, lowers, input: { SessionTimeout: to } };
}

function capacityFinding({ pools }: GovernedGroup, to: number | undefined): Finding {
  if (to === undefined) return same;
  const [pool] = pools ?? [];
  if (pools === undefined) return { kind: 'left', because: unreadable('nodeCapacity') };
  if (pool === undefined || pools.length !== 1) {
    const text = `the group has ${pools.length} node pools, and nodeCapacity is for groups with one`;
    return { kind: 'left', because: reason('pool-count', text, { pools: pools.length }) };
  }
  const { capacity: from, id } = pool;
  if (from === to) return same;
  if (from === undefined || id === '') return { kind: 'left', because: unreadable('nodeCapacity') };
  return {
    kind: 'differs',
    setting: 'nodeCapacity',
    from,
    to,
    lowers: to < from,
    input: { NodePool: { NodeCapacity: to, NodePoolId: id } },
  };
}

function unreadable(setting: string): Reason {
  return reason('unreadable', `${setting} could not be read, or has a value that is not known; it is not changed`, { setting });
}

function isShorter(to: number, from: number): boolean {
  return to !== timeoutNever && (from === timeoutNever || to < from);
}

/** Whether a timeout would become shorter; false where it cannot be read, since then nothing is changed. */
export function lowersTimeout({ sessionTimeoutMinutes: from }: GovernedGroup, to: number | undefined): boolean {
  return to !== undefined && from !== undefined && isShorter(to, from);
}

type Blocker = { readonly code: 'in-use' | 'in-use-unknown'; readonly text: string };

/** What keeps a timeout from being shortened: who is connected feels nothing of it, who is away from a session may find it ended. */
function waitFor({ lingering }: GovernedGroup, load: Blocker | undefined): Blocker | undefined {
  if (load === undefined || lingering === 0) return undefined;
  if (lingering === undefined) return { code: 'in-use-unknown', text: 'whether somebody is away from a session there is unknown' };
  return { code: 'in-use', text: `it waits, since ${away(lingering)}; with insist: true it is set all the same` };
}

function away(sessions: number): string {
  return `${sessions} ${sessions === 1 ? 'session, whose user is' : 'sessions, whose users are'} away, could end at once`;
}

/** What keeps a capacity from being lowered now: whoever is on the group would feel it. */
export function loadOf({ pools }: GovernedGroup): Blocker | undefined {
  let used = 0;
  for (const { nodeUsed, scalingNodeUsed } of pools ?? []) {
    if (nodeUsed === undefined || scalingNodeUsed === undefined)
      return { code: 'in-use-unknown', text: 'how many nodes are in use is unknown' };
    used += nodeUsed + scalingNodeUsed;
  }
  if (pools === undefined) return { code: 'in-use-unknown', text: 'how many nodes are in use is unknown' };
  return used === 0 ? undefined : { code: 'in-use', text: `lowering waits, since ${used} ${used === 1 ? 'node is' : 'nodes are'} in use` };
}

/** What is told and never changed. */
function reported(group: GovernedGroup, rule: EnforceRule): readonly Reason[] {
  const { namePattern, skipUserAuthCheck, requireTags, userGroups } = rule;
  const reasons: Reason[] = [];
  if (namePattern !== undefined) {
    const match = matcher({ names: [namePattern] })(group, 0);
    const text = `the name ${group.name} does not match ${namePattern}`;
    if (match === 'no') reasons.push(reason('name-off-pattern', text, { name: group.name, pattern: namePattern }));
    else if (match !== 'yes') reasons.push(unreadable('name'));
  }
  if (skipUserAuthCheck !== undefined) {
    const { skipUserAuthCheck: observed } = group;
    const text = `skipUserAuthCheck is ${observed}, and rule ${rule.name} asks for ${skipUserAuthCheck}; set it in the console`;
    if (observed === undefined) reasons.push(unreadable('skipUserAuthCheck'));
    else if (observed !== skipUserAuthCheck) reasons.push(reason('auth-check-differs', text, { from: observed, to: skipUserAuthCheck }));
  }
  if (requireTags !== undefined) {
    const { tags } = group;
    const missing = tags && requireTags.filter((key) => !Object.hasOwn(tags, key));
    if (missing === undefined) reasons.push(unreadable('tags'));
    else if (missing.length > 0) reasons.push(reason('tag-missing', `the group lacks ${missing.join(', ')}`, { missing }));
  }
  if (userGroups !== undefined && group.accessApart === undefined) reasons.push(unreadable('userGroups'));
  return reasons;
}

/** How the account itself differs from what its rule asks for. */
export function tenantDrift({ expiryReminder: from }: Tenant, rule: string, { expiryReminder: to }: DesiredTenant): Drift {
  const desired = { expiryReminder: String(to) };
  const nothing = { writes: {}, desired, met: [], change: [], why: [], left: [], call: undefined };
  if (from === to) return { ...nothing, met: ['expiryReminder'] };
  if (from === undefined) {
    const text = 'whether the service reminds of groups that expire could not be read; it is not changed';
    return { ...nothing, left: [reason('unreadable', text, { setting: 'expiryReminder' })] };
  }
  const text = `the reminder of groups that expire is ${from ? 'on' : 'off'}, and rule ${rule} asks for ${to ? 'on' : 'off'}`;
  return {
    ...nothing,
    writes: desired,
    change: [{ field: 'expiryReminder', from, to }],
    why: [reason('drift', text, { setting: 'expiryReminder', from, to })],
    call: { operation: 'ModifyTenantConfig', input: { AppInstanceGroupExpireRemind: to }, effect: 'write' },
  };
}
