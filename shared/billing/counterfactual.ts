import type { Segment, ZoneTable } from '../policy/compiled.ts';
import { nodesOf } from '../policy/values/level.ts';
import { dayMs } from '../policy/values/local-date-time.ts';
import { firstEndingAfter, type PoolMeter, type PoolSlice } from './meter.ts';
import { assumedHoldTimes, type HoldTimes, heldFor, type NodeLevel, parseStrategy, periodsOf, type Span } from './set-strategy.ts';

/** What savings are measured against. */
export type Baseline =
  | {
      readonly kind: 'as-found';
      /** What the pool was found with, as the journal writes it, where the usage does not reach back to it. */
      readonly set?: string;
    }
  | {
      /** A schedule or a count that a rule names. */
      readonly kind: 'named';
      readonly levels: readonly NodeLevel[];
    };

/**
 * Why nothing is known of what a pool would have had: usage scaling follows people, whom nobody saw; the setting could not be read; or
 * nothing is recorded of the time before our first write.
 */
type NoBaseline = 'usage-scaling' | 'unreadable' | 'not-recorded';

/** What a pool would have had by the hour, in milliseconds summed over nodes: a figure for each slice of its meter. */
export type Counterfactual = { readonly payAsYouGoMs: readonly number[] } | { readonly unknown: NoBaseline };

/** How it is worked out what nodes are billed for. */
export interface CounterfactualOptions {
  /** The clock of the service, by which weekly schedules run. */
  readonly service: ZoneTable;
  /** Default: `assumedHoldTimes`. */
  readonly hold?: HoldTimes;
}

/**
 * What a pool would have had without us. Until our first write it is what it had, whoever set it, so a pool that we never wrote has saved exactly
 * nothing. From then on it is what the baseline gives, in measured time only, and only while the pool is there: nobody saves what nobody has.
 */
export function counterfactual(pool: PoolMeter, baseline: Baseline, options: CounterfactualOptions): Counterfactual {
  const { slices } = pool;
  if (slices.every(({ written }) => !written)) return { payAsYouGoMs: slices.map(({ payAsYouGoMs }) => payAsYouGoMs) };
  const held = baseline.kind === 'named' ? billed(baseline.levels, false, options) : heldAsFound(pool, baseline.set, options);
  if ('unknown' in held) return held;
  const wouldHave = heldIn(slices, held);
  return { payAsYouGoMs: slices.map(({ written, payAsYouGoMs }, i) => (written ? (wouldHave[i] as number) : payAsYouGoMs)) };
}

/**
 * What a pool would have by the hour, in each slice, if a rule in dry run acted. Where we have written already this is no question: there it is what the
 * pool had.
 */
export function withRule({ slices }: PoolMeter, levels: readonly NodeLevel[], options: CounterfactualOptions): readonly number[] {
  const held = heldIn(slices, billed(levels, false, options));
  return slices.map(({ written, payAsYouGoMs }, i) => (written ? payAsYouGoMs : (held[i] as number)));
}

/** A compiled schedule as nodes, for a pool whose 100 % are `peak` nodes. */
export function levelsOf(segments: readonly Segment[], peak: number): readonly NodeLevel[] {
  return segments.map(({ startMs, endMs, level }) => ({ fromMs: startMs, untilMs: endMs, nodes: nodesOf(level, peak) }));
}

/** The same number of nodes for all of a span. */
export function steadyLevel(nodes: number, { fromMs, untilMs }: Span): readonly NodeLevel[] {
  return [{ fromMs, untilMs, nodes }];
}

/** What a pool would be billed for, had its setting stayed as it was found. */
function heldAsFound(
  pool: PoolMeter,
  recorded: string | undefined,
  options: CounterfactualOptions,
): readonly NodeLevel[] | { unknown: NoBaseline } {
  const found = pool.foundSet ?? (recorded === undefined ? undefined : { set: recorded });
  if (found === undefined) return { unknown: 'not-recorded' };
  const strategy = found.set === undefined ? undefined : parseStrategy(found.set);
  if (strategy === undefined) return { unknown: 'unreadable' };
  if (strategy.type === 'usage') return { unknown: 'usage-scaling' };
  // A period of the day before and of the day after may reach into the span.
  const around = { fromMs: (pool.slices[0]?.fromMs ?? 0) - dayMs, untilMs: (pool.slices.at(-1)?.untilMs ?? 0) + dayMs };
  // The count of a subscription is what was bought, and no node by the hour.
  if (strategy.type === 'fixed') return pool.charge === 'pay-as-you-go' ? billed(steadyLevel(strategy.nodes, around), false, options) : [];
  return billed(periodsOf(strategy, options.service, around), pool.warmUp === true, options);
}

function billed(levels: readonly NodeLevel[], warmUp: boolean, { hold = assumedHoldTimes }: CounterfactualOptions): readonly NodeLevel[] {
  return heldFor(levels, warmUp ? hold.bootMs : 0, hold.releaseMs);
}

/** Node time of levels in each slice that was measured. */
function heldIn(slices: readonly PoolSlice[], levels: readonly NodeLevel[]): readonly number[] {
  const sums = slices.map(() => 0);
  for (const { fromMs, untilMs, nodes } of levels) {
    for (let i = firstEndingAfter(slices, fromMs); i < slices.length && (slices[i] as PoolSlice).fromMs < untilMs; i++) {
      const slice = slices[i] as PoolSlice;
      if (slice.measured) sums[i] = (sums[i] as number) + nodes * (Math.min(untilMs, slice.untilMs) - Math.max(fromMs, slice.fromMs));
    }
  }
  return sums;
}
