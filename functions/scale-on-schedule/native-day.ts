import type { NativePeriod } from '../../shared/fleet/delivery-group.ts';

/** Rules of the service for the periods of one day (API notes, ModifyNodePoolAttribute). */
const mostPeriods = 3;
const leastMinutes = 15;
const leastGapMinutes = 5;

/** Each period ends within its day; whether `24:00` is taken is not documented, so the last minute of the day is not used. */
const lastEndMinute = 1439;

/** A period as the service takes it, with the wanted ones that it stands for. */
interface Fitted {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly parts: readonly NativePeriod[];
}

/** A day brought into the form that the service takes. */
export interface FittedDay {
  readonly periods: readonly NativePeriod[];
  /** Whether something had to be merged or stretched: the day then has more nodes than wanted at some minute. */
  readonly merged: boolean;
  /** What merging adds, in node-minutes. */
  readonly extraNodeMinutes: number;
  /** Whether nodes are wanted in the last minute of the day, which the service's schedule cannot give. */
  readonly reachesMidnight: boolean;
  /** Whether nodes are wanted in the first minute of the day. */
  readonly startsAtMidnight: boolean;
}

/**
 * Fits wanted periods (ascending, not overlapping, amounts of 1 or more) to the service's rules. Never gives less than wanted,
 * the last minute before midnight excepted: steps that touch or nearly touch become one period at the higher level, short periods are
 * stretched, and beyond three the merges that cost least are made. With `atMinute`, a merged period has the amount wanted at that
 * minute: of its first part before it begins, and the highest once it is over, so that the same day of the next week is an ordinary one
 * if nobody rewrites it.
 */
export function fitDay(wanted: readonly NativePeriod[], atMinute?: number): FittedDay {
  let fitted = wanted.map((part): Fitted => {
    const endMinute = Math.min(part.endMinute, lastEndMinute);
    return { startMinute: Math.min(part.startMinute, endMinute - 1), endMinute, parts: [part] };
  });
  for (;;) {
    const next = fitOnce(fitted);
    if (next === undefined) break;
    fitted = next;
  }
  const highest = fitted.map((period): NativePeriod => ({ ...span(period), amount: amountOf(period) }));
  const clipped = wanted.map((part) => ({ ...part, endMinute: Math.min(part.endMinute, lastEndMinute) }));
  return {
    periods: atMinute === undefined ? highest : fitted.map((period) => ({ ...span(period), amount: amountOf(period, atMinute) })),
    merged: fitted.some((period) => period.parts.length > 1 || isStretched(period)),
    extraNodeMinutes: nodeMinutes(highest) - nodeMinutes(clipped),
    reachesMidnight: wanted.some((part) => part.endMinute > lastEndMinute),
    startsAtMidnight: wanted.some((part) => part.startMinute === 0),
  };
}

/** Node-minutes of periods. */
function nodeMinutes(periods: readonly NativePeriod[]): number {
  return periods.reduce((sum, period) => sum + Math.max(0, period.endMinute - period.startMinute) * period.amount, 0);
}

function fitOnce(periods: readonly Fitted[]): Fitted[] | undefined {
  const near = periods.findIndex((period, i) => i > 0 && period.startMinute - (periods[i - 1] as Fitted).endMinute < leastGapMinutes);
  if (near > 0) return mergeAt(periods, near - 1);
  const short = periods.findIndex((period) => period.endMinute - period.startMinute < leastMinutes);
  if (short >= 0) {
    const period = periods[short] as Fitted;
    const endMinute = Math.min(period.startMinute + leastMinutes, lastEndMinute);
    return periods.with(short, { ...period, startMinute: endMinute - leastMinutes, endMinute });
  }
  return periods.length > mostPeriods ? mergeAt(periods, cheapestMerge(periods)) : undefined;
}

function cheapestMerge(periods: readonly Fitted[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < periods.length; i++) {
    const pair = periods.slice(i, i + 2);
    const merged = mergeAt(pair, 0).map((period) => ({ ...span(period), amount: amountOf(period) }));
    const extra = nodeMinutes(merged) - nodeMinutes(pair.map((period) => ({ ...span(period), amount: amountOf(period) })));
    if (extra < least) [best, least] = [i, extra];
  }
  return best;
}

function mergeAt(periods: readonly Fitted[], index: number): Fitted[] {
  const [a, b] = [periods[index] as Fitted, periods[index + 1] as Fitted];
  const merged = {
    startMinute: Math.min(a.startMinute, b.startMinute),
    endMinute: Math.max(a.endMinute, b.endMinute),
    parts: [...a.parts, ...b.parts],
  };
  return [...periods.slice(0, index), merged, ...periods.slice(index + 2)];
}

function amountOf(period: Fitted, atMinute?: number): number {
  const { parts } = period;
  if (atMinute === undefined || atMinute >= period.endMinute) return Math.max(...parts.map((part) => part.amount));
  const running = parts.find((part) => part.startMinute <= atMinute && atMinute < part.endMinute);
  if (running !== undefined) return running.amount;
  const before = parts.filter((part) => part.endMinute <= atMinute).at(-1);
  const after = parts.find((part) => part.startMinute > atMinute);
  return before !== undefined && after !== undefined ? Math.max(before.amount, after.amount) : ((before ?? after ?? parts[0])?.amount ?? 1);
}

function isStretched(period: Fitted): boolean {
  const [part] = period.parts;
  return part === undefined || period.startMinute !== part.startMinute || period.endMinute !== Math.min(part.endMinute, lastEndMinute);
}

function span(period: Fitted): { readonly startMinute: number; readonly endMinute: number } {
  return { startMinute: period.startMinute, endMinute: period.endMinute };
}
