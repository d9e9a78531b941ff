import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import { localText } from '../../shared/planning/local-time.ts';
import type { CompiledLogOffRule } from './log-off-rule.ts';
import { reason } from './reasons.ts';
import { type LogOffWindow, windowsOf } from './windows.ts';

/** Where a rule stands at an instant. */
export type Moment =
  /** Nothing is to be done. */
  | { readonly phase: 'outside'; readonly because: Reason }
  /** A log-off is near, and the rule keeps new users out until then. */
  | { readonly phase: 'drain'; readonly window: LogOffWindow; readonly because: Reason }
  /** A log-off is due. */
  | { readonly phase: 'open'; readonly window: LogOffWindow; readonly because: Reason }
  /** It cannot be told. */
  | { readonly phase: 'unknown'; readonly because: Reason };

const moments = new WeakMap<PlanContext, Map<CompiledLogOffRule, Moment>>();

/** The moment of a rule; worked out once per run, since most groups share few rules. */
export function momentOf(rule: CompiledLogOffRule, context: PlanContext): Moment {
  const known = moments.get(context) ?? new Map<CompiledLogOffRule, Moment>();
  moments.set(context, known);
  const moment = known.get(rule) ?? makeMoment(rule, context);
  known.set(rule, moment);
  return moment;
}

function makeMoment(rule: CompiledLogOffRule, context: PlanContext): Moment {
  const { policy, target, nowMs } = context;
  const windows = windowsOf(rule, policy, target);
  if (windows === undefined) {
    const text = `the policy has no times of rule ${rule.name} for ${target.name}; push it again`;
    return { phase: 'unknown', because: reason('schedule-not-compiled', text) };
  }
  const window = windows[firstEndingAfter(windows, nowMs)];
  if (window === undefined) return { phase: 'outside', because: reason('outside-window', 'no log-off is ahead') };
  const { startMs, untilMs } = window;
  const phase = startMs <= nowMs ? 'open' : startMs - (rule.drain ?? 0) <= nowMs ? 'drain' : 'outside';
  if (phase === 'outside') {
    return { phase, because: reason('outside-window', `the next log-off is due at ${localText(startMs, context)}`, { startMs }) };
  }
  if (window.unknown) {
    return {
      phase: 'unknown',
      because: reason('unpublished-day', 'the kind of this day is not published yet, and the calendar says hold'),
    };
  }
  const text = `due since ${localText(startMs, context)}, until ${localText(untilMs, context)}`;
  const near = `the log-off is due at ${localText(startMs, context)}`;
  const data = { startMs, untilMs };
  return { phase, window, because: phase === 'open' ? reason('window-open', text, data) : reason('outside-window', near, data) };
}

function firstEndingAfter(windows: readonly LogOffWindow[], ms: EpochMs): number {
  let low = 0;
  let high = windows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((windows[middle] as LogOffWindow).untilMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
