import type { EpochMs } from '../../shared/client/clock.ts';
import type { NativePeriod, NativeWeek, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { addDays, dayMs, isoWeekday, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { amountAt } from './day-levels.ts';
import { weekCanBeSent } from './method.ts';
import type { DayDeviation } from './native-schedule.ts';
import { type ServiceDay, spanDays } from './service-day.ts';
import type { Span } from './steps.ts';
import type { ScheduleStrategy } from './strategy.ts';
import { dayText } from './strategy.ts';

/**
 * What a value that we wrote stands in for, so that it can be taken back when no rule says any more what an ordinary week is: days of a weekly
 * schedule; or a whole weekly schedule, which a fixed count replaced for some days.
 */
export interface StandsInFor {
  readonly days: readonly DayDeviation[];
  readonly week?: NativeWeek;
  /** The day from which a paused schedule runs again by itself. */
  readonly resumes?: string;
  /** When a count is to be over, for what it was said to cost. */
  readonly untilMs?: EpochMs;
}

/** As text behind a value of the journal; empty for nothing. */
export function deviationText({ days, week, resumes, untilMs }: StandsInFor): string {
  const parts = days.map(({ date, ordinary }) => `${date}:${dayText(ordinary)}`);
  if (week !== undefined) for (const [day, periods] of Object.entries(week)) parts.push(`${day}:${dayText(periods)}`);
  const ends = untilMs === undefined ? '' : ` ends ${untilMs}`;
  return [resumes === undefined ? '' : ` from ${resumes}`, ends, parts.length === 0 ? '' : ` instead of ${parts.join(' ')}`].join('');
}

/** Reads what `deviationText` wrote; undefined for a value that stands in for nothing, or that cannot be read. */
export function parseDeviation(text: string): StandsInFor | undefined {
  const [whole, resumes, ends, parts = ''] = /^(?: from (\S+))?(?: ends (\d+))?(?: instead of (.+))?$/.exec(text) ?? [];
  if (!whole) return undefined;
  const days: DayDeviation[] = [];
  const week: Partial<Record<IsoWeekday, readonly NativePeriod[]>> = {};
  for (const part of parts === '' ? [] : parts.split(' ')) {
    const at = part.indexOf(':');
    const [day, periods] = [part.slice(0, at), parsePeriods(part.slice(at + 1))];
    if (periods === undefined) return undefined;
    if (/^[1-7]$/.test(day)) week[Number(day) as IsoWeekday] = periods;
    else days.push({ date: day, ordinary: periods });
  }
  const known = { ...(resumes === undefined ? {} : { resumes }), ...(ends === undefined ? {} : { untilMs: Number(ends) }) };
  return { days, ...(Object.keys(week).length === 0 ? {} : { week }), ...known };
}

function parsePeriods(text: string): readonly NativePeriod[] | undefined {
  const periods: NativePeriod[] = [];
  for (const part of text === '' ? [] : text.split(',')) {
    const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)=(\d{1,3})$/.exec(part);
    if (match === null) return undefined;
    const [, startHour, start, endHour, end, amount] = match.map(Number) as [number, number, number, number, number, number];
    periods.push({ startMinute: startHour * 60 + start, endMinute: endHour * 60 + end, amount });
  }
  return periods;
}

/** What a pool has once what it deviates by is taken back, from a day on; undefined where that cannot be sent, or is nothing. */
export function takenBack(observed: Strategy, { days, week, resumes }: StandsInFor, enableDate: string): Strategy | undefined {
  const dates = { enableDate, disableDate: addDays(enableDate, spanDays) };
  if (observed.type === 'fixed') return week && weekCanBeSent(week) ? { type: 'schedule', week, warmUp: true, ...dates } : undefined;
  if (observed.type !== 'schedule' || (days.length === 0 && resumes === undefined)) return undefined;
  const ordinary: Partial<Record<IsoWeekday, readonly NativePeriod[]>> = { ...observed.week };
  for (const day of days) {
    const weekday = isoWeekday(day.date);
    if (day.ordinary.length === 0) delete ordinary[weekday];
    else ordinary[weekday] = day.ordinary;
  }
  return weekCanBeSent(ordinary) ? { ...observed, week: ordinary, ...dates } : undefined;
}

const weekMinutes = 7 * 1440;

/**
 * How the nodes of two strategies compare in the seven days from a minute on, or in a span of them: whether the second has more at some time, and
 * fewer. A schedule that has not begun has none until it does, one that has ended has none.
 */
export function compareWeek(
  from: Strategy,
  to: Strategy,
  day: ServiceDay,
  { fromMs, untilMs }: Span = { fromMs: day.nowMs, untilMs: day.nowMs + 7 * dayMs },
): { readonly raises: boolean; readonly lowers: boolean } {
  let [raises, lowers] = [false, false];
  const first = Math.max(0, Math.floor((fromMs - day.nowMs) / 60_000));
  const end = Math.min(weekMinutes, Math.ceil((untilMs - day.nowMs) / 60_000));
  const cuts = new Set([first]);
  for (const strategy of [from, to]) {
    if (strategy.type !== 'schedule') continue;
    cuts.add(daysUntil(strategy, day) * 1440 - day.minute);
    for (const [weekday, periods] of Object.entries(strategy.week)) {
      const midnight = ((Number(weekday) - day.weekday + 7) % 7) * 1440 - day.minute;
      for (const { startMinute, endMinute } of periods) {
        for (const minute of [midnight + startMinute, midnight + endMinute]) cuts.add((minute + weekMinutes) % weekMinutes);
      }
    }
  }
  for (const minute of cuts) {
    if (minute < first || minute >= end) continue;
    const [before, after] = [nodesIn(from, minute, day), nodesIn(to, minute, day)];
    raises ||= after > before;
    lowers ||= after < before;
  }
  return { raises, lowers };
}

/**
 * The first of some spans in which, within a week, a weekly schedule has fewer nodes than what is there, be it for minutes: the service lowers them
 * then, and no run is asked.
 */
export function fallsIn<S extends Span>(spans: readonly S[], from: Strategy, to: Strategy, day: ServiceDay): S | undefined {
  return to.type === 'schedule' ? spans.find((span) => compareWeek(from, to, day, span).lowers) : undefined;
}

/** Nodes of a strategy some minutes from now, those of usage scaling as its ceiling. */
export function nodesIn(strategy: Strategy, minutes: number, day: ServiceDay): number {
  if (strategy.type === 'fixed') return strategy.nodes;
  if (strategy.type === 'usage') return (strategy.nodes ?? 0) + (strategy.maxScaling ?? 0);
  if (strategy.disableDate !== undefined && strategy.disableDate <= day.date) return 0;
  const minute = day.minute + minutes;
  const ahead = Math.floor(minute / 1440);
  if (ahead < daysUntil(strategy, day)) return 0;
  const weekday = (((day.weekday - 1 + ahead) % 7) + 1) as IsoWeekday;
  return amountAt(strategy.week[weekday] ?? [], minute % 1440);
}

/** Days from today until a schedule begins; 0 where it has begun, or does not say. */
function daysUntil({ enableDate }: ScheduleStrategy, day: ServiceDay): number {
  if (enableDate === undefined || enableDate <= day.date) return 0;
  return Math.round((localMsOf(enableDate, 0) - localMsOf(day.date, 0)) / dayMs);
}
