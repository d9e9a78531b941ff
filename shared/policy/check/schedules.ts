import { type Calendar, plainKind } from '../calendar.ts';
import { calendarFrom } from '../calendar-days.ts';
import type { DaySelector, DocumentPeriod, DocumentSchedule } from '../document.ts';
import type { PolicyDraft } from '../draft.ts';
import type { Findings } from '../problem.ts';
import { periodsOn, samePeriods } from '../timeline.ts';
import { dayText, rankOn } from '../values/day-selector.ts';
import { isZero, sameLevel } from '../values/level.ts';
import { addDays } from '../values/local-date-time.ts';

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
    for (const { on, bridged } of schedule.days) {
      for (const period of bridged ?? []) {
        const end = period.slice(6).replace('23:59', '24:00');
        const text = `leaves one minute without nodes and is taken to mean all of it; ${period.endsWith('23:59') ? `write ${period.slice(0, 6)}${end}` : 'let it end where the next begins'}`;
        findings.warning([...path, dayText(on), period], text, { at: 'key' });
      }
    }
    for (const { on, periods } of schedule.days) {
      const idle = idleDay(on, periods, schedule, today);
      if (idle !== undefined) findings.warning([...path, dayText(on)], idle, { at: 'key' });
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
  return schedule.days.filter(({ on }) => on.kind === 'weekday' && on.only === undefined).length === 7;
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

/**
 * Warns of weekdays alone that a listed holiday or make-up workday meets, where that makes a difference: they count on it as on any other. `year` is
 * the first of two that are looked at.
 */
export function checkWeekdaysOnHolidays(draft: PolicyDraft, findings: Findings, year: number): void {
  for (const [name, schedule] of draft.schedules) {
    const calendars = calendarsOf(name, draft);
    const met = schedule.days.flatMap(({ on }) => {
      const date = on.kind === 'weekday' && on.only === undefined ? firstMet(on, schedule, calendars, year) : undefined;
      return date === undefined ? [] : [{ word: dayText(on), date, kind: plainKind(date) }];
    });
    const [first] = met;
    if (first === undefined) continue;
    const words = met.map(({ word }) => word).join(', ');
    const what = first.kind === 'workday' ? 'a holiday' : 'a make-up workday';
    const instead = met.map(({ word, kind }) => `"${word} ${kind}"`).join(', ');
    const text = `${words} ${met.length === 1 ? 'counts' : 'count'} on holidays and make-up workdays as well, such as ${first.date}, ${what}; write ${instead} where that is not meant`;
    findings.warning(['schedules', name, first.word], text, { at: 'key' });
  }
}

/** The first date on which a calendar says another kind of day than a weekday is, and a schedule would be another without naming the weekday. */
function firstMet(on: DaySelector, schedule: DocumentSchedule, calendars: readonly Calendar[], year: number): string | undefined {
  const without = { days: schedule.days.filter((day) => day.on !== on) };
  for (let date = `${year}-01-01`; date < `${year + 2}`; date = addDays(date, 1)) {
    const kinds = calendars.map((calendar) => calendar.dayKind(date));
    const met = kinds.find((kind) => kind !== 'unpublished' && kind !== plainKind(date) && rankOn(on, date, kind) > 0);
    if (met === undefined || met === 'unpublished') continue;
    if (!samePeriods(periodsOn(schedule, date, met), periodsOn(without, date, met))) return date;
  }
  return undefined;
}

/** The calendars of the targets on which some rule follows a schedule. */
function calendarsOf(schedule: string, draft: PolicyDraft): readonly Calendar[] {
  const rules = draft.ruleLists.flatMap(({ rules: list }) => list.map(({ value }) => value)).filter((rule) => rule.schedule === schedule);
  const targets = new Set(rules.flatMap((rule) => rule.targets ?? [...draft.targets.keys()]));
  const names = new Set([...targets].flatMap((name) => draft.targets.get(name)?.calendar ?? []));
  return [...names].flatMap((name) => {
    const definition = draft.calendars.get(name);
    return definition === undefined ? [] : [calendarFrom(definition)];
  });
}
