import type { Reason } from '../../shared/engine/decision.ts';
import type { Charge } from '../../shared/fleet/delivery-group.ts';
import type { NativeSchedule } from './native-schedule.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import type { CompiledScaleRule, Method } from './scale-rule.ts';

/** What the choice of a method depends on. */
export interface MethodQuestion {
  readonly rule: CompiledScaleRule;
  readonly charge: Charge;
  /** Whether `protect.groups` covers the group. */
  readonly protectedGroup: boolean;
  /** The wish as a weekly schedule; asked for only where one is thinkable. */
  readonly native: () => NativeSchedule;
}

/**
 * Chooses how nodes are brought about. Subscriptions: the ceiling of usage scaling, nothing else. Pay-as-you-go: what the rule says, else
 * the service's own weekly schedule, which keeps running when nothing rewrites it. A schedule through midnight cannot be
 * written there without dropping all nodes for a minute, which every schedule that is never zero would do; those, and protected groups,
 * get a fixed count at each step. Each fallback says why.
 */
export function chooseMethod({ rule, charge, protectedGroup, native }: MethodQuestion): Outcome<Method> {
  const extra = rule.peak !== undefined && 'extraNodes' in rule.peak;
  if (charge === 'subscription') {
    if (extra && (rule.method ?? 'usage') === 'usage') return found('usage');
    const text = 'the bought nodes of a subscription stay as they are; give it a rule with peak: {extraNodes: N} and no other method';
    return held(reason('not-pay-as-you-go', text));
  }
  if (extra) return held(reason('not-subscription', 'extraNodes is for subscription groups; add charge: subscription to the rule'));
  if (rule.method === 'usage' || rule.method === 'fixed') return found(rule.method);
  if (protectedGroup) {
    return found(
      'fixed',
      reason('protected-no-edge', 'protected: no weekly schedule, which would lower nodes unwatched; a fixed count is set at each step'),
    );
  }
  const obstacle = obstacleTo(native());
  return obstacle === undefined ? found('service-schedule') : found('fixed', obstacle);
}

function obstacleTo(native: NativeSchedule): Reason | undefined {
  const why = native.gapAtMidnight
    ? 'nodes are wanted through midnight, and the service ends each period within its day'
    : native.gapTonight
      ? 'nodes are wanted through this midnight, and the service ends each period within its day'
      : Object.keys(native.week).length === 0
        ? 'no weekday would have a period'
        : undefined;
  return why === undefined
    ? undefined
    : reason('not-expressible', `no weekly schedule: ${why}; a fixed count is set at each step instead`, { fallback: 'fixed' });
}
