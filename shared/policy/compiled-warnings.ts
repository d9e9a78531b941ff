import type { EpochMs } from '../client/clock.ts';
import { type Calendar, knowsYear } from './calendar.ts';
import type { CompiledWarning, ZoneTable } from './compiled.ts';
import { dayMs, localMsOf } from './values/local-date-time.ts';
import { instantOf, localTimeAt } from './zones.ts';

/** Days before an unpublished year, or the end of a policy, from which each run says so. */
const warnDaysBefore = 30;

/** A calendar that targets use, and the zones that they live in. */
export interface UsedCalendar {
  readonly name: string;
  readonly calendar: Calendar;
  readonly zones: readonly ZoneTable[];
}

/** One warning for each year of `[fromMs, untilMs)` that a calendar does not know, from 30 days before the year to its end. */
export function unpublishedWarnings(used: UsedCalendar, fromMs: EpochMs, untilMs: EpochMs): CompiledWarning[] {
  const { name, calendar, zones } = used;
  const firstYear = Math.min(...zones.map((zone) => yearAt(zone, fromMs)));
  const lastYear = Math.max(...zones.map((zone) => yearAt(zone, untilMs - 1)));
  const warnings: CompiledWarning[] = [];
  for (let year = firstYear; year <= lastYear; year++) {
    if (knowsYear(calendar, year)) continue;
    const starts = zones.map((zone) => instantOf(zone, localMsOf(`${year}-01-01`, 0)));
    const ends = zones.map((zone) => instantOf(zone, localMsOf(`${year + 1}-01-01`, 0)));
    warnings.push({
      code: 'calendar-year-unpublished',
      text: `Calendar "${name}" does not know ${year} yet: ${consequence(calendar, year)}`,
      fromMs: Math.min(...starts) - warnDaysBefore * dayMs,
      untilMs: Math.max(...ends),
    });
  }
  return warnings;
}

function consequence(calendar: Calendar, year: number): string {
  const remedy = `list the days of ${year} and the year itself under "years", or update Streamwarden once they are published, and push the policy again`;
  return calendar.unpublishedYear === 'hold'
    ? `decisions that depend on the kind of its days hold; ${remedy}.`
    : `Monday to Friday count as workdays, holidays and make-up workdays are missing; ${remedy}.`;
}

function yearAt(zone: ZoneTable, ms: EpochMs): number {
  return Number(localTimeAt(zone, ms).date.slice(0, 4));
}

/**
 * The warning that a policy ends: from that instant on every decision holds, and nobody would have touched anything.
 * @param when the instant as people read it
 */
export function endingWarning(untilMs: EpochMs, when: string): CompiledWarning {
  return {
    code: 'policy-ends',
    text: `The policy in force ends ${when}: from then on every decision holds. Push it again, unchanged if it is to stay as it is.`,
    fromMs: untilMs - warnDaysBefore * dayMs,
  };
}
