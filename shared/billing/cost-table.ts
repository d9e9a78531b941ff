import type { Money } from '../policy/money.ts';
import { timesHours } from '../policy/money.ts';
import type { Amortized } from './amortization.ts';
import type { Counterfactual } from './counterfactual.ts';
import type { PoolMeter } from './meter.ts';
import type { PriceBook } from './price-book.ts';

/** What costs are grouped by. */
export interface CostSubject {
  readonly target: string;
  /** Id of a delivery group or a workstation. */
  readonly resource: string;
  /** The rule that covers it. Undefined: none does. */
  readonly rule?: string | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Exact amounts of one resource on one day, in millionths of one currency. */
export interface CostLine extends CostSubject {
  /** `yyyy-MM-dd`. */
  readonly date: string;
  /** Undefined for what is no node. */
  readonly instanceType: string | undefined;
  readonly currency: string;
  /** Nodes by the hour. */
  readonly measured: bigint;
  /** Subscriptions. */
  readonly amortized: bigint;
  /** What nodes by the hour would have cost without us; where that is not known, what they did cost. */
  readonly counterfactual: bigint;
  /** What rules in dry run would have saved had they acted. Never part of what was saved. */
  readonly potential: bigint;
}

/**
 * Why an amount is not known. `not-metered`: it is held by the hour and no run samples it, such as a pay-as-you-go workstation. `no-baseline`: the
 * cost is known, and what was saved is not.
 */
export type UnknownBecause = 'no-price' | 'charge-not-told' | 'no-monthly-price' | 'unmeasured' | 'not-metered' | 'no-baseline';

/** Something of a resource on a day that no amount stands for. */
export interface UnknownLine extends CostSubject {
  readonly date: string | undefined;
  readonly instanceType: string | undefined;
  readonly because: UnknownBecause;
  /** Milliseconds, summed over nodes where it is about nodes. */
  readonly ms: number;
}

/** Lines of all kinds. */
export interface Costs {
  readonly lines: readonly CostLine[];
  readonly unknown: readonly UnknownLine[];
}

/** A metered pool with what is to be told of it. */
export interface PricedPool {
  readonly meter: PoolMeter;
  readonly subject: CostSubject;
  readonly counterfactual: Counterfactual;
  /** What it would have by the hour under a rule in dry run, in each slice (`withRule`). Default: no such rule. */
  readonly underRule?: readonly number[];
}

/** What metered pools cost. Each slice is rounded up to a millionth once, and everything else is a sum. */
export function poolCosts(pools: readonly PricedPool[], book: PriceBook): Costs {
  const lines: CostLine[] = [];
  const unknown: UnknownLine[] = [];
  for (const { meter, subject, counterfactual, underRule } of pools) {
    for (const [i, slice] of meter.slices.entries()) {
      const { date, instanceType, region, measured, written, fromMs, untilMs, payAsYouGoMs, unknownChargeMs } = slice;
      const say = (because: UnknownBecause, ms: number): void => {
        if (ms > 0) unknown.push({ ...subject, date, instanceType, because, ms });
      };
      if (!measured) {
        say('unmeasured', untilMs - fromMs);
        continue;
      }
      say('charge-not-told', unknownChargeMs);
      const hasBaseline = !('unknown' in counterfactual);
      if (!hasBaseline && written) say('no-baseline', untilMs - fromMs);
      const wouldHaveMs = hasBaseline ? (counterfactual.payAsYouGoMs[i] ?? payAsYouGoMs) : payAsYouGoMs;
      const price = book.at(region, instanceType, fromMs)?.price;
      if (price === undefined) {
        say('no-price', Math.max(payAsYouGoMs, wouldHaveMs));
        continue;
      }
      const cost = (ms: number): bigint => timesHours(price, ms).micros;
      const amounts = { measured: cost(payAsYouGoMs), counterfactual: cost(wouldHaveMs), amortized: 0n };
      const potential = underRule === undefined ? 0n : amounts.measured - cost(underRule[i] ?? payAsYouGoMs);
      lines.push({ ...subject, date, instanceType, currency: price.currency, ...amounts, potential });
    }
  }
  return { lines, unknown };
}

/** What subscriptions cost. `subjectOf` tells what is known of a resource, one that is gone included. */
export function subscriptionCosts(
  { days, unknown }: Amortized,
  subjectOf: (resource: string) => CostSubject & { readonly instanceType?: string },
): Costs {
  return {
    lines: days.map(({ resource, date, amount }) => ({
      ...{ instanceType: undefined, ...subjectOf(resource), date, currency: amount.currency, amortized: amount.micros },
      ...{ measured: 0n, counterfactual: 0n, potential: 0n },
    })),
    unknown: unknown.map(({ resource, ms }) => ({
      ...{ instanceType: undefined, ...subjectOf(resource), date: undefined, because: 'no-monthly-price' as const, ms },
    })),
  };
}

/** A row of a table: all that has the same key, in one currency. */
export interface CostRow {
  /** Undefined: what has no key, such as a group without the tag. */
  readonly key: string | undefined;
  readonly currency: string;
  readonly measured: Money;
  readonly amortized: Money;
  /** Measured and amortized together. */
  readonly cost: Money;
  readonly counterfactual: Money;
  /** Counterfactual less measured; negative where we made it dearer. */
  readonly saved: Money;
  readonly potential: Money;
  /** Hundredths of a percent of all cost in this currency; they add up to 10,000. Undefined where there was no cost. */
  readonly share: number | undefined;
}

/** What no amount stands for, by key and cause. */
export interface UnknownRow {
  readonly key: string | undefined;
  readonly because: UnknownBecause;
  /** Ids, in order, each once. */
  readonly resources: readonly string[];
  readonly ms: number;
}

/** Costs by some key. */
export interface CostTable {
  /** By currency, the dearest first. */
  readonly rows: readonly CostRow[];
  /** The sum of the rows, for each currency. It is the same for every key. */
  readonly totals: readonly Omit<CostRow, 'key' | 'share'>[];
  readonly unknown: readonly UnknownRow[];
}

/** Adds up costs by a key, such as the group, the rule, the type, the target, the day or the value of a tag. */
export function costTable({ lines, unknown }: Costs, keyOf: (line: CostLine | UnknownLine) => string | undefined): CostTable {
  const sums = new Map<string, Sum>();
  const totals = new Map<string, Sum>();
  for (const line of lines) {
    const key = keyOf(line);
    addTo(sums, JSON.stringify([line.currency, key]), key, line);
    addTo(totals, line.currency, undefined, line);
  }
  const rows = [...totals.values()].sort(byCurrency).flatMap((total) => {
    const mine = [...sums.values()].filter(({ currency }) => currency === total.currency).sort(dearestFirst);
    const shares = sharesOf(mine.map(costOf));
    return mine.map((sum, i) => ({ key: sum.key, ...amountsOf(sum), share: shares?.[i] }));
  });
  return { rows, totals: [...totals.values()].sort(byCurrency).map(amountsOf), unknown: unknownRows(unknown, keyOf) };
}

type Amounts = 'measured' | 'amortized' | 'counterfactual' | 'potential';
type Sum = { readonly key: string | undefined; readonly currency: string } & Record<Amounts, bigint>;

function addTo(sums: Map<string, Sum>, at: string, key: string | undefined, line: CostLine): void {
  const sum = sums.get(at) ?? { key, currency: line.currency, measured: 0n, amortized: 0n, counterfactual: 0n, potential: 0n };
  sums.set(at, sum);
  sum.measured += line.measured;
  sum.amortized += line.amortized;
  sum.counterfactual += line.counterfactual;
  sum.potential += line.potential;
}

const costOf = ({ measured, amortized }: Sum): bigint => measured + amortized;
const byCurrency = (a: Sum, b: Sum): number => (a.currency < b.currency ? -1 : 1);

/** What has no key is last among equals. */
function byKey(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return a < b ? -1 : 1;
}

function dearestFirst(a: Sum, b: Sum): number {
  const more = costOf(b) - costOf(a);
  return more > 0n ? 1 : more < 0n ? -1 : byKey(a.key, b.key);
}

function amountsOf(sum: Sum): Omit<CostRow, 'key' | 'share'> {
  const { currency, measured, amortized, counterfactual, potential } = sum;
  const money = (micros: bigint): Money => ({ currency, micros });
  return {
    ...{ currency, measured: money(measured), amortized: money(amortized), cost: money(costOf(sum)) },
    ...{ counterfactual: money(counterfactual), saved: money(counterfactual - measured), potential: money(potential) },
  };
}

const wholeShare = 10_000n;

/**
 * Shares in hundredths of a percent that add up to all of it: each is rounded down, and what is left goes to those that lost most, the first of
 * equals first. Undefined where there is nothing to share.
 */
function sharesOf(costs: readonly bigint[]): readonly number[] | undefined {
  const total = costs.reduce((sum, cost) => sum + cost, 0n);
  if (total <= 0n) return undefined;
  const parts = costs.map((cost, i) => {
    const rest = (((cost * wholeShare) % total) + total) % total;
    return { i, rest, share: (cost * wholeShare - rest) / total };
  });
  let left = wholeShare - parts.reduce((sum, { share }) => sum + share, 0n);
  for (const part of [...parts].sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1))) {
    if (left-- <= 0n) break;
    part.share += 1n;
  }
  return parts.map(({ share }) => Number(share));
}

function unknownRows(unknown: readonly UnknownLine[], keyOf: (line: UnknownLine) => string | undefined): readonly UnknownRow[] {
  const rows = new Map<string, { key: string | undefined; because: UnknownBecause; ids: Set<string>; ms: number }>();
  for (const line of unknown) {
    const key = keyOf(line);
    const at = JSON.stringify([line.because, key]);
    const row = rows.get(at) ?? { key, because: line.because, ids: new Set<string>(), ms: 0 };
    rows.set(at, row);
    row.ids.add(line.resource);
    row.ms += line.ms;
  }
  return [...rows.values()]
    .sort((a, b) => (a.because === b.because ? byKey(a.key, b.key) : a.because < b.because ? -1 : 1))
    .map(({ key, because, ids, ms }) => ({ key, because, resources: [...ids].sort(), ms }));
}
