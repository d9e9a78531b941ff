import type { Charge, NativePeriod, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { formatTimeOfDay } from '../../shared/policy/values/time-of-day.ts';
import { perWeek } from './per-week.ts';

/** ISO weekdays in order. */
export const weekdays: readonly IsoWeekday[] = [1, 2, 3, 4, 5, 6, 7];

const names = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * What a strategy means, as canonical text: equal for strategies that are equal in what the policy decides. Dates of a schedule, warm-up and
 * the fine settings of usage scaling are not part of it: people may set those, and we send back what we read. Neither are the bought
 * nodes of a subscription, which no strategy changes; the nodes that always run by the hour are.
 */
export function fingerprint(strategy: Strategy, charge: Charge): string {
  if (strategy.type === 'fixed') return `fixed ${strategy.nodes}`;
  if (strategy.type === 'usage') {
    const base = charge === 'subscription' ? '' : `${strategy.nodes ?? '?'} and `;
    return `usage ${base}up to ${strategy.maxScaling ?? '?'}`;
  }
  return `schedule ${weekText(strategy.week)}`;
}

/** Whether two strategies have equal fingerprints, without writing them. */
export function sameStrategy(a: Strategy, b: Strategy, charge: Charge): boolean {
  if (a.type === 'fixed') return b.type === 'fixed' && a.nodes === b.nodes;
  if (a.type === 'usage') return b.type === 'usage' && a.maxScaling === b.maxScaling && (charge === 'subscription' || a.nodes === b.nodes);
  return b.type === 'schedule' && weekdays.every((day) => sameDay(a.week[day] ?? [], b.week[day] ?? []));
}

/** Whether two days have the same periods. */
export function sameDay(a: readonly NativePeriod[], b: readonly NativePeriod[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ startMinute, endMinute, amount }, i) => {
      const other = b[i] as NativePeriod;
      return startMinute === other.startMinute && endMinute === other.endMinute && amount === other.amount;
    })
  );
}

/** A strategy for people, e.g. `weekly schedule: Mon–Fri 09:30–23:30 4 nodes`. */
export function describe(strategy: Strategy, charge: Charge): string {
  if (strategy.type === 'fixed') return `fixed at ${count(strategy.nodes)}`;
  if (strategy.type === 'usage') {
    const base =
      charge === 'subscription' ? '' : `${strategy.nodes === undefined ? 'an unknown number of nodes' : count(strategy.nodes)} and `;
    return `by usage, ${base}up to ${strategy.maxScaling ?? 'an unknown number of'} extra ${strategy.maxScaling === 1 ? 'node' : 'nodes'}`;
  }
  return weekDescription(strategy.week);
}

const weekDescription = perWeek((week) => {
  const runs: { first: IsoWeekday; last: IsoWeekday; text: string }[] = [];
  for (const day of weekdays) {
    const text = (week[day] ?? [])
      .map((period) => `${formatTimeOfDay(period.startMinute)}–${formatTimeOfDay(period.endMinute)} ${count(period.amount)}`)
      .join(', ');
    const run = runs.at(-1);
    if (run?.text === text) run.last = day;
    else runs.push({ first: day, last: day, text });
  }
  const shown = runs
    .filter((run) => run.text !== '')
    .map((run) => `${run.first === run.last ? names[run.first] : `${names[run.first]}–${names[run.last]}`} ${run.text}`);
  return `weekly schedule: ${shown.length === 0 ? 'no periods' : shown.join('; ')}`;
});

/** A count of nodes in words. */
export function count(nodes: number): string {
  return nodes === 1 ? '1 node' : `${nodes} nodes`;
}

/** Periods of a day as canonical text. */
export function dayText(periods: readonly NativePeriod[]): string {
  return periods.map((period) => `${formatTimeOfDay(period.startMinute)}-${formatTimeOfDay(period.endMinute)}=${period.amount}`).join(',');
}

const weekText = perWeek((week) => weekdays.flatMap((day) => (week[day]?.length ? [`${day}:${dayText(week[day])}`] : [])).join(' '));
