import type { EpochMs } from '../client/clock.ts';
import type { Charge } from '../fleet/delivery-group.ts';
import type { ZoneTable } from '../policy/compiled.ts';
import { priceBook } from './price-book.ts';
import {
  assumedHoldTimes,
  type HoldTimes,
  localDayOf,
  type NodeLevel,
  parseStrategy,
  periodsOf,
  type SetStrategy,
  type Span,
} from './set-strategy.ts';
import type { PoolChange, PoolState, PoolUsage, Usage } from './usage.ts';

/** Between two looks at a target that are further apart than this nothing is known, in milliseconds. */
export const longestGapMs = 15 * 60_000;

/**
 * What a pool had over a stretch of one local day in which region, type and price stayed the same. Either all of it was measured or none of it.
 * Times are whole milliseconds, summed over nodes.
 */
export interface PoolSlice extends Span {
  /** `yyyy-MM-dd`. */
  readonly date: string;
  readonly region: string | undefined;
  readonly instanceType: string | undefined;
  /** False: runs were too far apart, and all figures are zero. */
  readonly measured: boolean;
  /** True once a function of ours has written the pool's setting. */
  readonly written: boolean;
  readonly subscriptionMs: number;
  readonly payAsYouGoMs: number;
  /** Nodes of a pool whose answer did not say how it is paid. */
  readonly unknownChargeMs: number;
  readonly inUseMs: number;
  /** For how long the answers did not say how many nodes are in use; milliseconds of the pool, not summed over nodes. */
  readonly inUseUnknownMs: number;
}

/** What one pool had. */
export interface PoolMeter {
  readonly group: string;
  readonly pool: string;
  /** In the order of time, without overlap. Where the pool is not there, there is none. */
  readonly slices: readonly PoolSlice[];
  /** What was set when it was last seen before our first write. Undefined: the usage does not reach back to it, or we never wrote. */
  readonly foundSet: { readonly set: string | undefined } | undefined;
  /** How its own nodes are paid, as last seen. */
  readonly charge: Charge | undefined;
  /** Whether its nodes are started ahead of the periods of a weekly schedule, as far as can be told from when they arrived. */
  readonly warmUp: boolean | undefined;
}

/** What a target had in a span. */
interface Measurement {
  readonly target: string;
  readonly span: Span;
  readonly pools: readonly PoolMeter[];
  /** Time in which runs were too far apart, by local day; days without any are left out. */
  readonly unmeasured: readonly { readonly date: string; readonly ms: number }[];
}

/** How usage is measured. */
export interface MeterOptions {
  /** By whose clock days begin. */
  readonly zone: ZoneTable;
  /** The clock of the service, by which weekly schedules run. */
  readonly service: ZoneTable;
  /** Default: `assumedHoldTimes`. */
  readonly hold?: HoldTimes;
}

/**
 * Node time by pool and local day, from what runs saw. A change lies halfway between the two looks that it falls between, so that both count alike;
 * where a weekly schedule tells when it was, it lies there. Elastic nodes are shown when they have arrived and billed since they boot, and billed until
 * they are gone, so both times are added. What runs did not see stays unmeasured, and nothing is added in it. Looks and changes may come in any order and twice.
 */
export function measure(usage: Usage, span: Span, options: MeterOptions): Measurement {
  const seen = ascending(usage.seenMs);
  const frame = frameOf(span, seen, options.zone);
  const book = priceBook(usage.quotes);
  const timing = timingOf(options);
  const pools = mergedPools(usage.pools).map(({ group, pool, changes }): PoolMeter => {
    const { levels, unseen, foundSet, warmUp } = follow(changes, seen, timing);
    const slices = slicesOf(levels, frame, book.turns);
    addUnseen(slices, unseen);
    return { group, pool, slices, foundSet, warmUp, charge: levels.at(-1)?.state.charge };
  });
  const unmeasured = new Map<string, number>();
  for (const { date, measured, fromMs, untilMs } of frame) {
    if (!measured) unmeasured.set(date, (unmeasured.get(date) ?? 0) + untilMs - fromMs);
  }
  return { target: usage.target, span, pools, unmeasured: [...unmeasured].map(([date, ms]) => ({ date, ms })) };
}

function ascending(instants: readonly EpochMs[]): readonly EpochMs[] {
  return [...new Set(instants)].sort((a, b) => a - b);
}

interface FrameSlice extends Span {
  readonly date: string;
  readonly measured: boolean;
}

/** The span, cut where a local day begins and where measured time begins or ends. */
function frameOf(span: Span, seen: readonly EpochMs[], zone: ZoneTable): readonly FrameSlice[] {
  const runs: { fromMs: EpochMs; untilMs: EpochMs }[] = [];
  for (const [i, atMs] of seen.entries()) {
    const last = runs.at(-1);
    if (last !== undefined && atMs - (seen[i - 1] as EpochMs) <= longestGapMs) last.untilMs = atMs;
    else runs.push({ fromMs: atMs, untilMs: atMs });
  }
  const frame: FrameSlice[] = [];
  let run = 0;
  for (let fromMs = span.fromMs; fromMs < span.untilMs; ) {
    while ((runs[run]?.untilMs ?? Number.POSITIVE_INFINITY) <= fromMs) run++;
    const { fromMs: beginMs, untilMs: endMs } = runs[run] ?? { fromMs: span.untilMs, untilMs: span.untilMs };
    const day = localDayOf(zone, fromMs);
    const measured = beginMs <= fromMs;
    const untilMs = Math.min(span.untilMs, day.untilMs, measured ? endMs : beginMs);
    frame.push({ fromMs, untilMs, date: day.date, measured });
    fromMs = untilMs;
  }
  return frame;
}

function mergedPools(pools: readonly PoolUsage[]): readonly PoolUsage[] {
  const merged = new Map<string, PoolUsage>();
  for (const usage of pools) {
    const key = JSON.stringify([usage.group, usage.pool]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? usage : { ...usage, changes: [...known.changes, ...usage.changes] });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, usage]) => usage);
}

/** By time; what contradicts itself at one instant is put in an order of its own, so that the order in which it came does not matter. */
function inOrder(changes: readonly PoolChange[]): readonly PoolChange[] {
  const sorted = changes.every(({ atMs }, i) => i === 0 || (changes[i - 1] as PoolChange).atMs < atMs);
  if (sorted) return changes;
  const text = ({ state }: PoolChange): string => (state === undefined ? '' : JSON.stringify(Object.entries(state).sort()));
  return [...changes].sort((a, b) => a.atMs - b.atMs || (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

/** Where changes of schedules lie. */
interface Timing {
  readonly hold: HoldTimes;
  /** The first start or end of a period of a weekly schedule in `(afterMs, untilMs]`. Undefined: there is none, or it is no such schedule. */
  edge(which: 'fromMs' | 'untilMs', set: string | undefined, afterMs: EpochMs, untilMs: EpochMs): EpochMs | undefined;
}

function timingOf({ service, hold = assumedHoldTimes }: MeterOptions): Timing {
  const parsed = new Map<string, SetStrategy | undefined>();
  const strategyOf = (set: string): SetStrategy | undefined => {
    if (!parsed.has(set)) parsed.set(set, parseStrategy(set));
    return parsed.get(set);
  };
  return {
    hold,
    edge(which, set, afterMs, untilMs) {
      const strategy = set === undefined ? undefined : strategyOf(set);
      if (strategy?.type !== 'schedule') return undefined;
      const edges = periodsOf(strategy, service, { fromMs: afterMs, untilMs }).map((period) => period[which]);
      return ascending(edges).find((ms) => ms > afterMs && ms <= untilMs);
    },
  };
}

interface Level extends Span {
  readonly state: PoolState;
  readonly written: boolean;
}

interface Followed {
  readonly levels: readonly Level[];
  /** Nodes by the hour that are held while answers do not show them. */
  readonly unseen: readonly NodeLevel[];
  readonly foundSet: PoolMeter['foundSet'];
  readonly warmUp: boolean | undefined;
}

/** What a pool had from when until when. */
function follow(changes: readonly PoolChange[], seen: readonly EpochMs[], timing: Timing): Followed {
  const levels: Level[] = [];
  const unseen: NodeLevel[] = [];
  let [state, fromMs, written]: [PoolState | undefined, EpochMs, boolean] = [undefined, Number.NEGATIVE_INFINITY, false];
  let foundSet: PoolMeter['foundSet'];
  let warmUp: boolean | undefined;
  const close = (untilMs: EpochMs): void => {
    if (state !== undefined && fromMs < untilMs) levels.push({ fromMs, untilMs, state, written });
  };
  for (const { look, next } of noticed(changes, seen)) {
    const afterMs = seen[look - 1];
    const seenMs = seen[look];
    let atMs: EpochMs = Number.NEGATIVE_INFINITY;
    if (afterMs !== undefined && seenMs !== undefined) {
      const placed = place(state, next, afterMs, seenMs, timing, warmUp);
      atMs = placed.atMs;
      warmUp ??= placed.warmUp;
      if (placed.unseen !== undefined) unseen.push(placed.unseen);
    }
    if (next?.found === false && foundSet === undefined) {
      if (next.foundSet !== undefined) foundSet = { set: next.foundSet };
      else if (!written && state?.found === true) foundSet = { set: state.set };
    }
    close(atMs);
    [state, fromMs, written] = [next, atMs, written || next?.found === false];
  }
  close(Number.POSITIVE_INFINITY);
  return { levels, unseen, foundSet, warmUp };
}

/** Each look at which another state was seen than before, by its position. What changed after the last look was never seen. */
function* noticed(changes: readonly PoolChange[], seen: readonly EpochMs[]): Iterable<{ look: number; next: PoolState | undefined }> {
  const ordered = inOrder(changes);
  let look = 0;
  for (const [i, { atMs, state }] of ordered.entries()) {
    while (look < seen.length && (seen[look] as EpochMs) < atMs) look++;
    if (look === seen.length && look > 0) return;
    const following = ordered[i + 1];
    if (following === undefined || following.atMs > (seen[look] ?? Number.POSITIVE_INFINITY)) yield { look, next: state };
  }
}

/** Nodes by the hour, as far as the answer shows them. Somebody's node is held even where the setting no longer counts it. */
export function byTheHour({ charge, nodes, scalingNodes, inUse = 0 }: PoolState): number {
  if (charge === 'pay-as-you-go') return Math.max(nodes + scalingNodes, inUse);
  return scalingNodes;
}

interface Placed {
  readonly atMs: EpochMs;
  readonly unseen?: NodeLevel;
  readonly warmUp?: boolean;
}

/** When a change happened that was seen at `seenMs` and not yet at `afterMs`. */
function place(
  before: PoolState | undefined,
  after: PoolState | undefined,
  afterMs: EpochMs,
  seenMs: EpochMs,
  { edge, hold }: Timing,
  warmUp: boolean | undefined,
): Placed {
  if (seenMs - afterMs > longestGapMs) return { atMs: seenMs };
  const halfway = afterMs + Math.floor((seenMs - afterMs) / 2);
  if (before === undefined || after === undefined) return { atMs: halfway };
  const set = before.set === after.set ? after.set : undefined;
  const more = byTheHour(after) - byTheHour(before);
  if (more < 0) {
    const atMs = edge('untilMs', set, afterMs, seenMs) ?? halfway;
    return { atMs, unseen: { fromMs: atMs, untilMs: atMs + hold.releaseMs, nodes: -more } };
  }
  // A pool's own nodes are shown as they are set, and only elastic ones when they have arrived.
  const arrived = Math.min(more, after.scalingNodes - before.scalingNodes);
  if (arrived <= 0) return { atMs: halfway };
  const warm = edge('fromMs', set, afterMs, seenMs);
  const cold = edge('fromMs', set, afterMs - hold.bootMs, seenMs - hold.bootMs);
  const isTold = (warm === undefined) !== (cold === undefined);
  const isWarm = isTold ? warm !== undefined : warmUp;
  const startMs = isWarm === true ? warm : cold === undefined ? undefined : cold + hold.bootMs;
  const atMs = (isWarm === undefined ? undefined : startMs) ?? halfway;
  return { atMs, unseen: { fromMs: atMs - hold.bootMs, untilMs: atMs, nodes: arrived }, ...(isTold ? { warmUp: warm !== undefined } : {}) };
}

type Building = { -readonly [Key in keyof PoolSlice]: PoolSlice[Key] };

/** Levels cut by days, measured time, region, type, price, and our first write. */
function slicesOf(levels: readonly Level[], frame: readonly FrameSlice[], turns: ReturnType<typeof priceBook>['turns']): Building[] {
  const slices: Building[] = [];
  let first = 0;
  for (const { date, measured, ...part } of frame) {
    while ((levels[first]?.untilMs ?? Number.POSITIVE_INFINITY) <= part.fromMs) first++;
    for (let i = first; i < levels.length && (levels[i] as Level).fromMs < part.untilMs; i++) {
      const { state, written, ...level } = levels[i] as Level;
      const { region, instanceType } = state;
      const untilMs = Math.min(level.untilMs, part.untilMs);
      const prices = turns(region, instanceType);
      for (let fromMs = Math.max(level.fromMs, part.fromMs); fromMs < untilMs; ) {
        const endMs = Math.min(untilMs, prices.find((ms) => ms > fromMs) ?? untilMs);
        let slice = slices.at(-1);
        const goesOn =
          slice?.untilMs === fromMs &&
          slice.date === date &&
          slice.measured === measured &&
          slice.written === written &&
          slice.region === region &&
          slice.instanceType === instanceType &&
          !prices.includes(fromMs);
        if (slice === undefined || !goesOn) {
          const figures = { subscriptionMs: 0, payAsYouGoMs: 0, unknownChargeMs: 0, inUseMs: 0, inUseUnknownMs: 0 };
          slice = { fromMs, untilMs: endMs, date, region, instanceType, measured, written, ...figures };
          slices.push(slice);
        }
        slice.untilMs = endMs;
        if (measured) addState(slice, state, endMs - fromMs);
        fromMs = endMs;
      }
    }
  }
  return slices;
}

function addState(slice: Building, state: PoolState, ms: number): void {
  slice.payAsYouGoMs += byTheHour(state) * ms;
  if (state.charge === 'subscription') slice.subscriptionMs += state.nodes * ms;
  if (state.charge === undefined) slice.unknownChargeMs += state.nodes * ms;
  if (state.inUse === undefined) slice.inUseUnknownMs += ms;
  else slice.inUseMs += state.inUse * ms;
}

/** Adds what answers did not show, as far as it lies in measured time in which the pool was there. */
function addUnseen(slices: readonly Building[], unseen: readonly NodeLevel[]): void {
  for (const { fromMs, untilMs, nodes } of unseen) {
    for (let i = firstEndingAfter(slices, fromMs); i < slices.length && (slices[i] as Building).fromMs < untilMs; i++) {
      const slice = slices[i] as Building;
      if (slice.measured) slice.payAsYouGoMs += nodes * (Math.min(untilMs, slice.untilMs) - Math.max(fromMs, slice.fromMs));
    }
  }
}

/** The position of the first span that ends after an instant; spans follow each other in time. */
export function firstEndingAfter(spans: readonly Span[], ms: EpochMs): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as Span).untilMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
