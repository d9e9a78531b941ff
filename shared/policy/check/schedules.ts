import type { DaySelector, DocumentPeriod, DocumentSchedule } from '../document.ts';
import type { PolicyDraft } from '../draft.ts';
import type { Findings } from '../problem.ts';
import { isZero, sameLevel } from '../values/level.ts';

const weekdayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Warns of schedules, and of days in them, that change nothing. `today` is the local date `yyyy-MM-dd`, where known. */
export function checkSchedules(draft: PolicyDraft, findings: Findings, today: string | undefined): void {
  for (const [name, schedule] of draft.schedules) {
    const path = ['schedules', name];
    const constant = constantPercent(schedule);
    if (schedule.days.every(({ periods }) => periods.every(({ level }) => isZero(level)))) {
      findings.warning(path, 'is zero at all times, so it never asks for a node; give it a level above zero, or remove it', { at: 'key' });
    } else if (constant !== undefined) {
      findings.warning(
        path,
        `is ${constant}% at all times, so it changes nothing by the clock; give it steps, or write nodes if a fixed count is meant`,
        { at: 'key' },
      );
    }
    for (const { on, periods } of schedule.days) {
      const idle = idleDay(on, periods, schedule, today);
      if (idle !== undefined) findings.warning([...path, dayKey(on)], idle, { at: 'key' });
    }
  }
}

/**
 * The percentage that holds all the time. A constant count of nodes is no mistake: it sets every group to the same small size
 * whatever its peak.
 */
function constantPercent(schedule: DocumentSchedule): number | undefined {
  const [first, ...others] = schedule.days.map(({ periods }) => allDayPercent(periods));
  if (first === undefined || others.some((percent) => percent !== first)) return undefined;
  const kinds = new Set(schedule.days.map(({ on }) => on.kind));
  const covered = kinds.has('everyday') || (kinds.has('workday') && kinds.has('restday')) || namesAllWeekdays(schedule);
  return covered ? first : undefined;
}

function allDayPercent(periods: readonly DocumentPeriod[]): number | undefined {
  let reached = 0;
  const level = periods[0]?.level;
  for (const period of periods) {
    if (period.startMinute !== reached || level === undefined || !sameLevel(period.level, level)) return undefined;
    reached = period.endMinute;
  }
  return reached === 1440 && level !== undefined && 'percent' in level ? level.percent : undefined;
}

function namesAllWeekdays(schedule: DocumentSchedule): boolean {
  return schedule.days.filter(({ on }) => on.kind === 'weekday').length === 7;
}

function idleDay(
  on: DaySelector,
  periods: readonly DocumentPeriod[],
  schedule: DocumentSchedule,
  today: string | undefined,
): string | undefined {
  if (on.kind === 'date') return today !== undefined && on.date < today ? 'is over and does nothing any more; remove it' : undefined;
  const find = (kind: DaySelector['kind']) => schedule.days.find((day) => day.on.kind === kind);
  if (on.kind !== 'weekday') {
    if (namesAllWeekdays(schedule)) return 'never counts, since all seven weekdays are named; remove it, or some weekdays';
    if (on.kind === 'everyday' && find('workday') && find('restday'))
      return 'never counts, since workday and restday cover all days; remove it';
  }
  const replaced = on.kind === 'everyday' || (on.kind === 'weekday' && (find('workday') || find('restday'))) ? undefined : find('everyday');
  if (replaced !== undefined && samePeriods(periods, replaced.periods))
    return 'says the same as everyday and changes nothing; remove it, or change one';
  return undefined;
}

function samePeriods(a: readonly DocumentPeriod[], b: readonly DocumentPeriod[]): boolean {
  return a.length === b.length && a.every((period, index) => samePeriod(period, b[index]));
}

function samePeriod(a: DocumentPeriod, b: DocumentPeriod | undefined): boolean {
  return b !== undefined && a.startMinute === b.startMinute && a.endMinute === b.endMinute && sameLevel(a.level, b.level);
}

function dayKey(on: DaySelector): string {
  if (on.kind === 'weekday') return weekdayNames[on.weekday - 1] as string;
  return on.kind === 'date' ? on.date : on.kind;
}
