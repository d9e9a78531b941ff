import type { EpochMs } from '../../client/clock.ts';
import type { ZoneTable } from '../../policy/compiled.ts';
import { localTimeAt } from '../../policy/zones.ts';

/** The calendar month `yyyy-mm` that an instant lies in. */
export type MonthOf = (ms: EpochMs) => string;

/** Stretch before a change of month in which nothing is claimed, in milliseconds (protocols, renewal, step 6). */
const beforeMonthChangeMs = 60 * 60_000;

/** Stretch after a change of month in which nothing is claimed, in milliseconds (protocols, renewal, step 6). */
const afterMonthChangeMs = 15 * 60_000;

/** Months by the wall clock of a zone: the budget's month is that of the policy's zone. */
export function monthIn(zone: ZoneTable): MonthOf {
  return (ms) => localTimeAt(zone, ms).date.slice(0, 7);
}

/**
 * True from 60 minutes before a change of month until 15 minutes after it. Clocks may be that far apart and an order may be that late,
 * so that it could count in another month than the one whose budget holds it.
 */
export function nearMonthChange(nowMs: EpochMs, monthOf: MonthOf): boolean {
  const month = monthOf(nowMs);
  return monthOf(nowMs + beforeMonthChangeMs) !== month || monthOf(nowMs - afterMonthChangeMs) !== month;
}
