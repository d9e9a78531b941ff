import type { TriggerEvent } from '../../engine/automation.ts';
import { textOf } from '../../fleet/answer-fields.ts';
import { parseInstant } from '../../fleet/instant.ts';
import { type AuditRecord, auditRecords } from './audit-record.ts';
import { auditedGroups } from './audited-groups.ts';
import { callerOf, isOwnCall, sourceOf } from './caller.ts';

/** Operations by which a delivery group comes to be: the call, and what the trail names a purchase in the console. */
export const creations: ReadonlySet<string> = new Set(['CreateAppInstanceGroup', 'Create']);

/** Names of the service as records may carry them; which one they do carry is not verified (Function Compute facts, ActionTrail). */
export const defaultServices: readonly string[] = ['appstream-center', 'appstreaming'];

/** The API version of the calls that are ours to hear. */
const apiVersion = '2021-09-01';

/** What to hear of. */
export interface EventSubscription {
  /** Names of operations, as records spell them. */
  readonly operations: readonly string[];
  /** Names of the service, compared without case; a source `acs.<name>` counts alike. Default: `defaultServices`. */
  readonly services?: readonly string[];
  /** Roles that this program assumes. Default: none. */
  readonly ownRoles?: ReadonlySet<string>;
}

/** Something that happened to a resource of an account. */
interface HeardCall {
  readonly account: string;
  readonly triggerEvent: TriggerEvent;
}

/**
 * Why an event begins nothing. `own-call`: we made it ourselves. `failed-call`: it was refused. `other-service`, `other-operation`: it is about
 * something else. `no-resource`: it names no resource. `no-account`, `no-time`: it lacks what is needed. `two-accounts`: its envelope is of another
 * account than it says itself. `duplicate`: it came twice.
 */
export type Unheard =
  | 'own-call'
  | 'failed-call'
  | 'other-service'
  | 'other-operation'
  | 'no-resource'
  | 'no-account'
  | 'two-accounts'
  | 'no-time'
  | 'duplicate'
  | 'unreadable';

/** What was heard, and how many events were not, by why. */
export interface Heard {
  readonly calls: readonly HeardCall[];
  readonly unheard: Readonly<Partial<Record<Unheard, number>>>;
}

/**
 * Reads the calls that EventBridge delivers from the audit trail. Only the resource and when are taken from them, and where the bus vouches for the
 * record who called and through what;
 * parameters, which can hold passwords, are left behind. Undefined: the event is none of the audit trail.
 */
export function hearCalls(event: unknown, subscriptionTo: EventSubscription): Heard | undefined {
  const found = auditRecords(event);
  if (found === undefined) return undefined;
  const calls: HeardCall[] = [];
  const unheard: Partial<Record<Unheard, number>> = found.unreadable > 0 ? { unreadable: found.unreadable } : {};
  const known = new Set<string>();
  for (const record of found.records) {
    const heard = known.has(record.key ?? '') ? 'duplicate' : hear(record, subscriptionTo);
    if (record.key !== undefined) known.add(record.key);
    if (typeof heard === 'string') unheard[heard] = (unheard[heard] ?? 0) + 1;
    else calls.push(...heard);
  }
  return { calls, unheard };
}

function hear(
  record: AuditRecord,
  { operations, services = defaultServices, ownRoles = new Set() }: EventSubscription,
): readonly HeardCall[] | Unheard {
  const { data } = record;
  const operation = textOf(data.eventName) as string;
  if (!isOfService(record, services, operations.includes(operation))) return 'other-service';
  if (!operations.includes(operation) || data.eventRW === 'Read') return 'other-operation';
  // Absent or empty means success; both occur (Function Compute facts, ActionTrail).
  if (textOf(data.errorCode) !== undefined) return 'failed-call';
  if (record.vouched && isOwnCall(data, ownRoles)) return 'own-call';
  const named = textOf(data.recipientAccountId);
  const account = record.account ?? named;
  if (account === undefined) return 'no-account';
  if (named !== undefined && named !== account) return 'two-accounts';
  const time = textOf(data.eventTime) ?? record.time;
  const atMs = time === undefined ? undefined : parseInstant(time);
  if (atMs === undefined) return 'no-time';
  // The tenant is the account itself, and no call about it names anything.
  const ids = operation === 'ModifyTenantConfig' ? [account] : auditedGroups(data);
  if (ids.length === 0) return 'no-resource';
  const caller = record.vouched ? callerOf(data) : undefined;
  const region = textOf(data.acsRegion);
  return ids.map((resourceId) => ({
    account,
    triggerEvent: {
      ...{ resourceId, operation, atMs },
      ...(record.vouched ? { source: sourceOf(data) } : {}),
      ...(caller === undefined ? {} : { caller }),
      ...(region === undefined ? {} : { region }),
    },
  }));
}

/** By the name of the service, by the source, or by the version of the API together with an operation that is listened for. */
function isOfService({ source, data }: AuditRecord, services: readonly string[], isListenedFor: boolean): boolean {
  const names = services.map((name) => name.toLowerCase());
  const service = textOf(data.serviceName)?.toLowerCase();
  if (service !== undefined && names.includes(service)) return true;
  if (source !== undefined && names.includes(source.toLowerCase().replace(/^acs\./, ''))) return true;
  return isListenedFor && data.apiVersion === apiVersion;
}
