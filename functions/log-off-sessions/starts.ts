import { plainKind } from '../../shared/policy/calendar.ts';
import type { RuleCompileContext } from '../../shared/policy/rule-module.ts';
import { parseDaySelector, rankOn } from '../../shared/policy/values/day-selector.ts';
import { addDays, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';
import { type DayWord, type LogOffRule, type Starts, startsKey } from './log-off-rule.ts';

/** Resolves the log-offs of a rule with `at` for each target that it is for. @throws PolicyUnresolvedError */
export function startsOf(rule: LogOffRule, minute: number, context: RuleCompileContext): Readonly<Record<string, Starts>> {
  const { targets } = context.document;
  const starts: Record<string, Starts> = {};
  for (const name of rule.targets ?? Object.keys(targets)) {
    const target = targets[name];
    if (target !== undefined) starts[startsKey(target)] ??= startsFor(rule.days ?? [], minute, target, context);
  }
  return starts;
}

function startsFor(
  days: readonly DayWord[],
  minute: number,
  target: { readonly calendar?: string; readonly timezone: string },
  context: RuleCompileContext,
): Starts {
  const zone = context.zone(target.timezone);
  const calendar = context.calendar(target.calendar);
  const startsMs: number[] = [];
  const unknownMs: number[] = [];
  const last = localTimeAt(zone, context.untilMs).date;
  for (let date = localTimeAt(zone, context.fromMs).date; date <= last; date = addDays(date, 1)) {
    const kind = calendar.dayKind(date);
    const doubt =
      kind === 'unpublished' && calendar.unpublishedYear === 'hold' && falls(days, date, 'workday') !== falls(days, date, 'restday');
    if (!doubt && !falls(days, date, kind === 'unpublished' ? plainKind(date) : kind)) continue;
    const startMs = instantOf(zone, localMsOf(date, minute));
    startsMs.push(startMs);
    if (doubt) unknownMs.push(startMs);
  }
  return { startsMs, unknownMs };
}

function falls(days: readonly DayWord[], date: string, kind: 'workday' | 'restday'): boolean {
  return days.some((word) => {
    const day = parseDaySelector(word);
    return day.ok && rankOn(day.value, date, kind) > 0;
  });
}
