import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { ownerTagOf } from '../../shared/engine/guard.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { tagSetting } from '../../shared/journal/intents/intent-view.ts';
import type { Json } from '../../shared/planning/decision.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { found, held, type Outcome } from '../../shared/planning/result.ts';
import { groupProtected, ownerProtected } from '../../shared/policy/protect.ts';
import type { ExceptionEffects } from './desired-state.ts';
import { reason } from './reasons.ts';

/** What forbids cutting the sessions of a group, today or tomorrow. */
export interface CutProtection {
  /** Whether it is in force at this very moment; else it begins later today or tomorrow. */
  readonly now: boolean;
  /** Who protects, as the beginning of a sentence. */
  readonly text: string;
  readonly data: Readonly<Record<string, Json | undefined>>;
}

const unprotected: Outcome<CutProtection | undefined> = found(undefined);

/**
 * Whether something protects the sessions of a group from cuts: `protect.groups`, the owner's tag until it expires, or an exception
 * with `never: cut-sessions`. The falling edges of a weekly schedule are run by the service, and no guard sees them, so exceptions count
 * from the day before they begin. Where it cannot be told it gives the reason, and what could cut sessions holds.
 */
export function cutProtection(group: DeliveryGroup, effects: ExceptionEffects, context: PlanContext): Outcome<CutProtection | undefined> {
  const { policy, target, nowMs } = context;
  const guarded = groupProtected(policy, target, group, nowMs);
  if (guarded === 'yes') return found({ now: true, text: 'the policy protects the group', data: { by: 'group' } });
  const owner = ownerProtection(group, context);
  if (owner.ok && owner.value !== undefined) return owner;
  const exception = exceptionProtection(effects, context);
  if (exception !== undefined) return found(exception);
  if (guarded !== 'no') {
    return held(reason('protection-unknown', `whether the group is protected cannot be told: ${guarded.unknown} is unknown`));
  }
  if (!owner.ok) return owner;
  if (effects.uncutUnknown !== undefined) {
    return held(reason('exception-unknown', `whether this exception applies cannot be told: ${effects.uncutUnknown}`));
  }
  return unprotected;
}

function exceptionProtection({ uncut }: ExceptionEffects, context: PlanContext): CutProtection | undefined {
  const { nowMs } = context;
  const inForce = uncut.find(({ fromMs }) => fromMs <= nowMs);
  const exception = inForce ?? uncut[0];
  if (exception === undefined) return undefined;
  const { because, fromMs, untilMs } = exception;
  const text = (ms: EpochMs): string => localText(ms, context);
  const when = inForce === undefined ? `from ${text(fromMs)} until ${text(untilMs)}` : `until ${text(untilMs)}`;
  return {
    now: inForce !== undefined,
    text: `an exception lets no session be cut ${when} (${because})`,
    data: { by: 'exception', because, fromMs, untilMs },
  };
}

/** Since when a value of the tag stands comes from the journal, under this name; a value that is not in it was first seen now. */
function ownerProtection(group: DeliveryGroup, context: PlanContext): Outcome<CutProtection | undefined> {
  const { policy, target, nowMs, written } = context;
  const { ownerTag } = policy.protect;
  const zone = policy.zones[target.timezone];
  if (ownerTag === undefined || zone === undefined) return unprotected;
  const value = ownerTagOf(group, ownerTag.key);
  if (value === undefined) {
    return held(reason('protection-unknown', 'whether the owner protects the group cannot be told: its tags are unknown'));
  }
  if (value === null) return unprotected;
  const setting = tagSetting(ownerTag.key);
  const standing = written.external(group.id, setting);
  const firstMs = standing?.value === value ? standing.sinceMs : nowMs;
  const { protected: inForce, untilMs, readable } = ownerProtected(value, firstMs, nowMs, zone, ownerTag.atMostMs);
  if (!inForce) return unprotected;
  const until = localText(untilMs, context);
  const text = readable
    ? `the owner protects the group until ${until} (tag ${ownerTag.key})`
    : `the owner's tag ${ownerTag.key} cannot be read as a date and protects the group until ${until}`;
  return found({ now: true, text, data: { by: 'owner', setting, value, untilMs, readable } });
}
