import type { EpochMs } from '../../../shared/client/clock.ts';
import type { ZoneTable } from '../../../shared/policy/compiled.ts';
import { localTimeAt } from '../../../shared/policy/zones.ts';
import { defaultRules, type ProtocolRules } from './contract.ts';

/** The calendar month `yyyy-mm` that an instant lies in. */
export type MonthOf = (ms: EpochMs) => string;

/** Stretch before a change of month in which nothing is claimed, in milliseconds (purchase protocol, P6). */
const beforeMonthChangeMs = 60 * 60_000;

/** Stretch after a change of month in which nothing is claimed, in milliseconds (purchase protocol, P6). */
const afterMonthChangeMs = 15 * 60_000;

/** Months by the wall clock of a zone: the budget's month is that of the policy's zone. */
export function monthIn(zone: ZoneTable): MonthOf {
  return (ms) => localTimeAt(zone, ms).date.slice(0, 7);
}

/** What expires this long after a change of month, or sooner, is ordered in spite of the change, in milliseconds (purchase protocol, P18). */
const urgentAfterChangeMs = 24 * 60 * 60_000;

/** How far clocks may be apart, in milliseconds: the service's and ours. */
const clocksApartMs = 15 * 60_000;

/** From this long after it was sent on, an order whose answer is missing can be executed no more, in milliseconds (purchase protocol, P9). */
const executedWithinMs = 60 * 60_000;

/** The claim's time is at most this long before the answer to its order, in milliseconds: what is sent promptly, and answered in time. */
const answeredWithinMs = 60_000;

/** The month before a month, both `yyyy-mm`. */
export function monthBefore(month: string): string {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, '0')}`;
}

/** The instant of a change of month that is near, where nothing is claimed that can wait; undefined where none is. */
function changeNear(nowMs: EpochMs, monthOf: MonthOf): EpochMs | undefined {
  if (!nearMonthChange(nowMs, monthOf)) return undefined;
  let [before, after] = [nowMs - afterMonthChangeMs, nowMs + beforeMonthChangeMs];
  const month = monthOf(before);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (monthOf(middle) === month) before = middle;
    else after = middle;
  }
  return after;
}

/**
 * The months in which an order that is placed now may count, so that money is set aside in each of them (purchase protocol, P18): one, far
 * from a change of month; near it two, for what expires too soon to wait; none for what can wait.
 */
export function monthsFor(expiresAtMs: EpochMs, nowMs: EpochMs, monthOf: MonthOf, rules: ProtocolRules = defaultRules): readonly string[] {
  const changeMs = changeNear(nowMs, monthOf);
  if (changeMs === undefined) return [monthOf(nowMs)];
  if (expiresAtMs < changeMs - beforeMonthChangeMs || expiresAtMs >= changeMs + urgentAfterChangeMs) return [];
  return rules.bothMonths ? [monthOf(changeMs - 1), monthOf(changeMs)] : [monthOf(nowMs)];
}

/**
 * The month in which an order counts that was claimed at `claimedMs` by our clock, by whatever clock of the service; undefined where that cannot be
 * told. An order whose answer is missing may have been executed an hour later.
 * @param answered true where the claimant has written down the service's answer
 */
export function monthOfOrder(claimedMs: EpochMs, answered: boolean, monthOf: MonthOf): string | undefined {
  const month = monthOf(claimedMs - clocksApartMs);
  return monthOf(claimedMs + (answered ? answeredWithinMs : executedWithinMs) + clocksApartMs) === month ? month : undefined;
}

/**
 * True from 60 minutes before a change of month until 15 minutes after it. Clocks may be that far apart and an order may be that late,
 * so that it could count in another month than the one whose budget holds it.
 */
export function nearMonthChange(nowMs: EpochMs, monthOf: MonthOf): boolean {
  const month = monthOf(nowMs);
  return monthOf(nowMs + beforeMonthChangeMs) !== month || monthOf(nowMs - afterMonthChangeMs) !== month;
}
