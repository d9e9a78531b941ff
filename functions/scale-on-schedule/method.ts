import type { Charge } from '../../shared/fleet/delivery-group.ts';
import type { CutProtection } from './cut-protection.ts';
import type { NativeSchedule } from './native-schedule.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import type { CompiledScaleRule, Method } from './scale-rule.ts';

/** What the choice of a method depends on. */
export interface MethodQuestion {
  readonly rule: CompiledScaleRule;
  readonly charge: Charge;
  /** What protects the group's sessions from cuts today or tomorrow, if anything. */
  readonly protection: Outcome<CutProtection | undefined>;
  /** The wish as a weekly schedule; asked for only where one is thinkable. */
  readonly native: () => NativeSchedule;
}

/**
 * Chooses how nodes are brought about. Subscriptions: the ceiling of usage scaling, nothing else. Pay-as-you-go: what the rule says, else
 * the service's own weekly schedule, which keeps running when nothing rewrites it. A schedule through midnight cannot be written there
 * without dropping all nodes for a minute, sessions on them or not; it gets a fixed count at each step, be it zero by day or never. So do
 * groups whose sessions are protected. Where that cannot be told the schedule is wanted, and what would lower waits. Each fallback says why.
 */
export function chooseMethod({ rule, charge, protection, native }: MethodQuestion): Outcome<Method> {
  const extra = rule.peak !== undefined && 'extraNodes' in rule.peak;
  if (charge === 'subscription') {
    if (extra && (rule.method ?? 'usage') === 'usage') return found('usage');
    const text = 'the bought nodes of a subscription stay as they are; give it a rule with peak: {extraNodes: N} and no other method';
    return held(reason('not-pay-as-you-go', text));
  }
  if (extra) return held(reason('not-subscription', 'extraNodes is for subscription groups; add charge: subscription to the rule'));
  if (rule.method === 'usage' || rule.method === 'fixed') return found(rule.method);
  const untold = protection.ok ? [] : protection.because;
  if (protection.ok && protection.value !== undefined) {
    const { text, data } = protection.value;
    const instead = 'no weekly schedule, whose falling edges nobody watches; a fixed count is set at each step';
    return found('fixed', reason('protected-no-edge', `${text}: ${instead}`, data));
  }
  const why = obstacleTo(native());
  if (why === undefined) return found('service-schedule', ...untold);
  const asked = rule.method === undefined ? 'no weekly schedule' : 'no weekly schedule, although the rule asks for one';
  const text = `${asked}: ${why}; a fixed count is set at each step instead, and at least one node stays`;
  return found('fixed', ...untold, reason('not-expressible', text, { fallback: 'fixed' }));
}

/** Why a wish cannot be a weekly schedule of the service; undefined where it can. */
function obstacleTo(native: NativeSchedule): string | undefined {
  const cut = 'and it ends each period within its day: at 23:59 it would drop all nodes under their sessions';
  return native.gapAtMidnight
    ? `nodes are wanted through midnight by the service's clock, ${cut}`
    : native.gapTonight
      ? `nodes are wanted through the next midnight by the service's clock, ${cut}`
      : Object.keys(native.week).length === 0
        ? 'no weekday would have a period'
        : undefined;
}
