import type { NativePeriod } from '../../shared/fleet/delivery-group.ts';

/** Whether a period runs at a minute of its day. */
export function isIn({ startMinute, endMinute }: NativePeriod, minute: number): boolean {
  return startMinute <= minute && minute < endMinute;
}

/** Nodes at a minute of a day. */
export function amountAt(periods: readonly NativePeriod[], minute: number): number {
  return periods.find((period) => isIn(period, minute))?.amount ?? 0;
}

/** The first minute from `from` on at which `a` has fewer nodes than `b`; undefined where there is none. */
export function firstLower(a: readonly NativePeriod[], b: readonly NativePeriod[], from: number): number | undefined {
  return cutsOf([...a, ...b], from).find((minute) => amountAt(a, minute) < amountAt(b, minute));
}

/** The higher of two days at each minute; touching periods of equal amount are one. */
export function highest(a: readonly NativePeriod[], b: readonly NativePeriod[]): readonly NativePeriod[] {
  const cuts = cutsOf([...a, ...b], 0);
  const periods: NativePeriod[] = [];
  for (const [i, startMinute] of cuts.entries()) {
    const endMinute = cuts[i + 1];
    const amount = Math.max(amountAt(a, startMinute), amountAt(b, startMinute));
    if (amount === 0 || endMinute === undefined) continue;
    const last = periods.at(-1);
    if (last?.endMinute === startMinute && last.amount === amount) periods[periods.length - 1] = { ...last, endMinute };
    else periods.push({ startMinute, endMinute, amount });
  }
  return periods;
}

/** The minutes from `from` on, itself included, at which an amount may change, ascending. */
export function cutsOf(periods: readonly NativePeriod[], from: number): readonly number[] {
  const cuts = new Set([from, ...periods.flatMap(({ startMinute, endMinute }) => [startMinute, endMinute])]);
  return [...cuts].filter((minute) => minute >= from).sort((a, b) => a - b);
}
