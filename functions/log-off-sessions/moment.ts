import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { SessionGroup } from '../../shared/fleet/session.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { type KeptSpan, keptSpans } from '../../shared/policy/exception.ts';
import type { CompiledLogOffRule } from './log-off-rule.ts';
import { reason } from './reasons.ts';
import { type LogOffWindow, windowsOf } from './windows.ts';

/** Where a rule stands at an instant, for a group. */
export type Moment =
  /** Nothing is to be done. `open`: an exception keeps the group open, so that nobody may be kept out. */
  | { readonly phase: 'outside'; readonly because: Reason; readonly open?: true }
  /** A log-off is near, and the rule keeps new users out until then. */
  | { readonly phase: 'drain'; readonly window: LogOffWindow; readonly because: Reason }
  /** A log-off is due. */
  | { readonly phase: 'open'; readonly window: LogOffWindow; readonly because: Reason }
  /** It cannot be told. */
  | { readonly phase: 'unknown'; readonly because: Reason };

const moments = new WeakMap<PlanContext, Map<CompiledLogOffRule, Moment>>();

/** The moment of a rule for a group. Where no exception is about the group it is worked out once per run, since most groups share few rules. */
export function momentOf(rule: CompiledLogOffRule, group: SessionGroup, context: PlanContext): Moment {
  const kept = keptSpans(context.policy, context.target, group, context.nowMs);
  if (kept.spans.length > 0 || kept.unknown !== undefined) return exceptedMoment(rule, kept, context);
  const known = moments.get(context) ?? new Map<CompiledLogOffRule, Moment>();
  moments.set(context, known);
  const moment = known.get(rule) ?? makeMoment(rule, [], context);
  known.set(rule, moment);
  return moment;
}

/** An exception that may apply, and would make a difference now, forbids as one that does. */
function exceptedMoment(rule: CompiledLogOffRule, { spans, unknown }: ReturnType<typeof keptSpans>, context: PlanContext): Moment {
  const { nowMs } = context;
  const moment = makeMoment(rule, spans, context);
  const keeps = spans.find(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
  if (keeps !== undefined && moment.phase === 'outside') {
    const text = `an exception keeps it open until ${localText(keeps.untilMs, context)}: ${keeps.because}`;
    return { phase: 'outside', because: reason('outside-window', text, { untilMs: keeps.untilMs }), open: true };
  }
  if (unknown === undefined || moment.phase === 'outside') return moment;
  const possible = makeMoment(
    rule,
    [...spans, unknown].sort((a, b) => a.fromMs - b.fromMs),
    context,
  );
  if (possible.phase === moment.phase) return moment;
  return {
    phase: 'unknown',
    because: reason('exception-unknown', `whether an exception keeps it open cannot be told: ${unknown.because}`),
  };
}

function makeMoment(rule: CompiledLogOffRule, kept: readonly KeptSpan[], context: PlanContext): Moment {
  const { policy, target, nowMs } = context;
  const windows = windowsOf(rule, policy, target, kept);
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
