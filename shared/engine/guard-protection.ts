import { type Resource, wholeOf } from '../fleet/resource.ts';
import type { Action, Reason } from '../planning/decision.ts';
import { canCut, takesCapacity } from '../planning/decision.ts';
import { localText } from '../planning/local-time.ts';
import { groupProtected, ownerProtected, userProtected } from '../policy/protect.ts';
import type { ResourceGuardContext } from './guard-context.ts';
import { reason } from './reasons.ts';

/** True where the policy protects users and the action is one that their sessions hold: cuts, and lowering under them. */
export function asksForUsers(action: Action, { policy }: Pick<ResourceGuardContext, 'policy'>): boolean {
  return policy.protect.users.length > 0 && (canCut(action) || takesCapacity(action));
}

/** The owner's tag on a resource as observed: its value, null where it is absent, undefined where the tags are unknown. */
export function ownerTagOf(resource: Resource, key: string): string | null | undefined {
  const { tags } = resource as Resource & { readonly tags?: Readonly<Record<string, string>> };
  if (tags === undefined) return undefined;
  return Object.hasOwn(tags, key) ? (tags[key] as string) : null;
}

/** Why `protect` forbids an action on a resource; undefined when it does not. What cannot be told holds. */
export function protectionReason(action: Action, resource: Resource, context: ResourceGuardContext): Reason | undefined {
  const whole = wholeOf(resource);
  const onGroup =
    canCut(action) && whole.kind === 'delivery-group' ? (groupReason(whole, context) ?? ownerReason(whole, context)) : undefined;
  return onGroup ?? (asksForUsers(action, context) ? userReason(resource, context) : undefined);
}

function groupReason(resource: Resource, { policy, target, nowMs }: ResourceGuardContext): Reason | undefined {
  const match = groupProtected(policy, target, resource, nowMs);
  if (match === 'yes') return reason('protected-group', 'The policy protects this group: nobody on it is cut.');
  if (match === 'no') return undefined;
  return reason('protection-unknown', `Whether the policy protects this group cannot be told: ${match.unknown} is unknown.`, match);
}

function ownerReason(resource: Resource, context: ResourceGuardContext): Reason | undefined {
  const { policy, target, nowMs, tagFirstSeenMs } = context;
  const rule = policy.protect.ownerTag;
  const zone = policy.zones[target.timezone];
  if (!rule || !zone) return undefined;
  const value = ownerTagOf(resource, rule.key);
  if (value === undefined)
    return reason('protection-unknown', `Whether the owner protects this group cannot be told: its tags are unknown.`);
  if (value === null) return undefined;
  const firstMs = tagFirstSeenMs(resource.id, rule.key, value) ?? nowMs;
  const protection = ownerProtected(value, firstMs, nowMs, zone, rule.atMostMs);
  if (!protection.protected) return undefined;
  const until = localText(protection.untilMs, context);
  const text = protection.readable
    ? `The owner protects this group until ${until} (tag ${rule.key}).`
    : `The owner's tag ${rule.key} cannot be read as a date; it protects until ${until}.`;
  return reason('protected-owner', text, { tag: rule.key, value, untilMs: protection.untilMs, readable: protection.readable });
}

function userReason(resource: Resource, { policy, sessionUsersOf }: ResourceGuardContext): Reason | undefined {
  const users = sessionUsersOf(resource.id);
  if (!users)
    return reason('protection-unknown', 'Whether a protected user has a session here cannot be told: the sessions could not be read.');
  const user = users.find((each) => userProtected(policy.protect, each));
  return user === undefined ? undefined : reason('protected-user', `${user} has a session here and is protected by the policy.`, { user });
}
