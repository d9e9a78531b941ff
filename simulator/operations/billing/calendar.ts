import type { EpochMs } from '../../../shared/client/clock.ts';
import { dayMs, localDate, startOfDay, zoneOffsetMs } from '../../world/local-time.ts';
import type { World } from '../../world/world.ts';

const hourMs = 3_600_000;

/** The days and months of bills, and when each of them can be read. */
export class BillCalendar {
  readonly #offsetMs: number;
  readonly #lagMs: number;
  readonly #lastDayLate: boolean;

  constructor({ assumptions }: Pick<World, 'assumptions'>) {
    this.#offsetMs = zoneOffsetMs(assumptions.billingZone, '');
    this.#lagMs = assumptions.billLagHours * hourMs;
    this.#lastDayLate = assumptions.lateBills === 'until-final';
  }

  /** Start of the day that holds an instant. */
  dayOf(ms: EpochMs): EpochMs {
    return startOfDay(ms, this.#offsetMs);
  }

  /** `yyyy-MM-dd`. */
  dateOf(ms: EpochMs): string {
    return localDate(ms, this.#offsetMs);
  }

  /** `yyyy-MM`, the cycle of a bill. */
  monthOf(ms: EpochMs): string {
    return this.dateOf(ms).slice(0, 7);
  }

  /** Starts of the days of a month. */
  daysOf(month: string): readonly EpochMs[] {
    const firstMs = this.monthStart(month);
    const lastMs = this.monthStart(month, 1);
    return Array.from({ length: Math.round((lastMs - firstMs) / dayMs) }, (_, index) => firstMs + index * dayMs);
  }

  /** Start of a month, or of one so many months later. */
  monthStart(month: string, later = 0): EpochMs {
    const [year = 0, number = 0] = month.split('-').map(Number);
    return Date.UTC(year, number - 1 + later, 1) - this.#offsetMs;
  }

  /** From when on the bill of a month changes no more: the 3rd of the next month, 12:00. */
  finalMs(month: string): EpochMs {
    return this.monthStart(month, 1) + 2 * dayMs + 12 * hourMs;
  }

  /** From when on what was used on a day is in the bill. A day's line is never seen half. */
  usageShownMs(startMs: EpochMs): EpochMs {
    const shownMs = startMs + dayMs + this.#lagMs;
    const isLast = this.monthOf(startMs) !== this.monthOf(startMs + dayMs);
    return this.#lastDayLate && isLast ? Math.max(shownMs, this.finalMs(this.monthOf(startMs))) : shownMs;
  }

  /** From when on what happened at an instant, such as a payment, is in the bill. */
  eventShownMs(ms: EpochMs): EpochMs {
    return ms + this.#lagMs;
  }
}

/** An instant as billing writes it: UTC, to the second. */
export function utcText(ms: EpochMs): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
