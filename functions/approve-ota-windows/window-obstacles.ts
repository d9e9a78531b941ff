import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import { localText } from '../../shared/planning/local-time.ts';
import type { CompiledException } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { Window } from './ota-rule.ts';
import { reason } from './reasons.ts';

/**
 * Why an update must not run in a window, as far as the policy foresees it: an exception or a freeze that is in force at any time in it. The
 * guard asks what is in force when an approval is given; the update runs later, and nothing withdraws an approval.
 */
export function windowObstacle(group: OtaGroup, window: Window, context: PlanContext): Reason | undefined {
  const { policy, target, nowMs } = context;
  const overlaps = (span: { readonly fromMs: number; readonly untilMs: number } | undefined): boolean =>
    span !== undefined && span.fromMs < window[1] && span.untilMs > window[0];
  for (const exception of policy.exceptions) {
    if (!overlaps(exception.spans[target.timezone]) || !forbidsUpdates(exception)) continue;
    if (exception.groups === undefined || exception.targets?.includes(target.name) === false) continue;
    const match = cachedMatcher(exception.groups, policy.zones[target.timezone])(group, nowMs);
    if (match === 'no') continue;
    const { because } = exception;
    if (match === 'yes') return reason('exception-in-window', `An exception forbids the update in the window: ${because}`, { because });
    const text = `Whether '${because}' applies cannot be told: ${match.unknown} is unknown.`;
    return reason('exception-unknown', text, { because, unknown: match.unknown });
  }
  const freeze = policy.freezes.find(({ spans, except }) => overlaps(spans[target.timezone]) && !except.includes('approve-ota-windows'));
  if (freeze === undefined) return undefined;
  const text = `The policy is frozen at some time between ${localText(window[0], context)} and ${localText(window[1], context)}: ${freeze.because}`;
  return reason('frozen-in-window', text, { because: freeze.because });
}

function forbidsUpdates({ never }: CompiledException): boolean {
  return never.includes('approve-ota') || never.includes('cut-sessions');
}
