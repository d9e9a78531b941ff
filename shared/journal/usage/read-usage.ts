import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PoolChange, PoolUsage, PriceQuote, Usage } from '../../billing/usage.ts';
import type { EpochMs } from '../../client/clock.ts';
import type { CompiledTarget } from '../../policy/compiled.ts';
import { read } from '../../schema/compare.ts';
import { anyText, decimal, jsonList, matching, openObject } from '../../schema/schema.ts';
import { tupleOf } from '../../schema/shapes.ts';
import { encodeRecord, parseRecord } from '../log/record.ts';
import { fromSegment, keyOf } from '../store/key.ts';
import { JournalError, malformed, type Store } from '../store/store.ts';
import { createSurely, type Storing } from '../store/store-effect.ts';
import { compareTexts } from './fold-day.ts';
import { foldHeartbeats } from './heartbeat-samples.ts';
import { usageVersion } from './sample-rows.ts';
import { dayMs, encodeDay, poolKey, StoredDay } from './usage-day.ts';

/** The target whose usage is read, and the regions of which runs may be made apart. */
export type UsageTarget = Pick<CompiledTarget, 'name' | 'regions'>;

/** What a day inflates to at most, in bytes. */
const largestDay = 1 << 28;

const dayForm = openObject({
  v: decimal,
  /** The day, compressed. */
  day: anyText,
  /** Instant, region, instance type, currency and millionths of each price; those before the day are the last of each type. */
  quotes: jsonList(tupleOf(decimal, anyText, anyText, anyText, matching(/^\d{1,20}$/, 'write millionths as digits'))),
});

/** The key of the record of a day: `usage/<target>/<yyyy-mm-dd>`. */
function usageKey(target: string, startMs: EpochMs): string {
  return keyOf('usage', target, new Date(startMs).toISOString().slice(0, 10));
}

/** The days, in UTC, of which a target has records, in order. One list. @throws StoreError */
export async function foldedDays(store: Store, target: string): Promise<readonly EpochMs[]> {
  const days: EpochMs[] = [];
  for await (const key of store.list(`${keyOf('usage', target)}/`)) {
    const startMs = Date.parse(`${fromSegment(key.slice(key.lastIndexOf('/') + 1))}T00:00:00.000Z`);
    if (!Number.isNaN(startMs)) days.push(startMs);
  }
  return days;
}

/** A day of a target, its prices, and the heartbeats that could not be read for it. */
export interface ReadDay {
  readonly day: StoredDay;
  readonly quotes: readonly PriceQuote[];
  /** Keys of records that could not be read; what they held is not known. */
  readonly unreadable: readonly string[];
}

/** The record of a day; undefined where there is none. @throws JournalError where it cannot be read @throws StoreError */
export async function readFoldedDay(store: Store, target: string, startMs: EpochMs): Promise<ReadDay | undefined> {
  const key = usageKey(target, startMs);
  const bytes = await store.read(key);
  if (bytes === undefined) return undefined;
  const body = read(dayForm, parseRecord(key, bytes).body);
  if (!body.ok) throw malformed(key, `wrong or missing: ${body.where}`);
  if (body.value.v !== usageVersion) throw malformed(key, `its usage has version ${body.value.v}`);
  try {
    const day = new StoredDay(startMs, inflateRawSync(Buffer.from(body.value.day, 'base64'), { maxOutputLength: largestDay }));
    const quotes = body.value.quotes.map(([atMs, region, instanceType, currency, micros]) => ({
      ...{ atMs, region, instanceType, price: { currency, micros: BigInt(micros) } },
    }));
    return { day, quotes, unreadable: [] };
  } catch (cause) {
    throw malformed(key, 'its usage is damaged', cause);
  }
}

/** A day as its heartbeats tell it, whatever their order. `before`: the day before, as far as it is known. @throws StoreError */
export async function foldDay(store: Store, target: UsageTarget, startMs: EpochMs, before: ReadDay | undefined): Promise<FoldedDay> {
  const { day, quotes, unreadable } = await foldHeartbeats(store, target, startMs, before?.day);
  const bytes = encodeDay(day);
  return { bytes, day: new StoredDay(startMs, bytes), quotes: newsOf([...lastQuotes(before?.quotes ?? []), ...quotes]), unreadable };
}

/** A day that was folded, with its bytes. */
export interface FoldedDay extends ReadDay {
  readonly bytes: Uint8Array;
}

/**
 * Writes the record of a day, unless it has one. Equal heartbeats give equal bytes, whoever folds them: the record carries no token of a run and the
 * time at which its day ended. @throws StoreError
 */
export function* recordDay(target: string, { day, bytes, quotes }: FoldedDay): Storing<'created' | 'exists'> {
  const rows = quotes.map(({ atMs, region, instanceType, price: { currency, micros } }) => [atMs, region, instanceType, currency, micros]);
  const body = { v: usageVersion, day: deflateRawSync(bytes).toString('base64'), quotes: rows };
  const record = { kind: 'usage-day', atMs: day.dayMs + dayMs, owner: '', prev: null, body };
  return yield* createSurely(usageKey(target, day.dayMs), encodeRecord(record));
}

function lastQuotes(quotes: readonly PriceQuote[]): readonly PriceQuote[] {
  return [...new Map(quotes.map((quote) => [`${quote.region} ${quote.instanceType}`, quote])).values()];
}

/** Quotes in the order of time, those left out that say what was known. */
function newsOf(quotes: readonly PriceQuote[]): readonly PriceQuote[] {
  const last = new Map<string, string>();
  const text = ({ price: { currency, micros } }: PriceQuote) => `${micros} ${currency}`;
  const place = ({ region, instanceType }: PriceQuote) => `${region} ${instanceType}`;
  const sorted = [...quotes].sort((a, b) => a.atMs - b.atMs || compareTexts(place(a), place(b)) || compareTexts(text(a), text(b)));
  return sorted.filter((quote) => {
    if (last.get(place(quote)) === text(quote)) return false;
    last.set(place(quote), text(quote));
    return true;
  });
}

/** What runs saw of a target, with what could not be read of it. */
export interface ReadUsage extends Usage {
  readonly unreadable: readonly string[];
}

/**
 * What runs saw of a target in a span: from the records of its days, and from heartbeats where a day has none yet. A record that cannot be read is
 * named and what it held is unmeasured. `changes` of a pool are decoded when they are asked for, so that a month of a fleet needs little memory: take
 * them once. @throws StoreError
 */
export async function readUsage(store: Store, target: UsageTarget, span: Usage['span']): Promise<ReadUsage> {
  const days: ReadDay[] = [];
  const unreadable: string[] = [];
  const firstMs = Math.floor(span.fromMs / dayMs) * dayMs;
  const folded = async (startMs: EpochMs): Promise<ReadDay | undefined> => {
    try {
      return await readFoldedDay(store, target.name, startMs);
    } catch (error) {
      if (!(error instanceof JournalError) || error.key === undefined) throw error;
      unreadable.push(error.key);
      return undefined;
    }
  };
  const take = (day: ReadDay): void => {
    days.push(day);
    unreadable.push(...day.unreadable);
  };
  let before: ReadDay | undefined;
  // With the first look behind the span, so that its end can be measured.
  for (let startMs = firstMs; startMs <= span.untilMs; startMs += dayMs) {
    let day = await folded(startMs);
    if (day === undefined && startMs === firstMs) {
      before = (await folded(firstMs - dayMs)) ?? (await foldDay(store, target, firstMs - dayMs, await folded(firstMs - 2 * dayMs)));
      take(before);
    }
    day ??= await foldDay(store, target, startMs, before);
    take(day);
    before = day;
  }
  return { ...usageOf(target.name, span, days), unreadable: [...new Set(unreadable)].sort() };
}

function usageOf(target: string, span: Usage['span'], days: readonly ReadDay[]): Usage {
  const known = days.flatMap(({ day }) => [
    ...(day.before === undefined ? [] : [day.before]),
    ...day.looks.filter(({ whole }) => whole).map(({ atMs }) => atMs),
  ]);
  const all = [...new Set(known)].sort((a, b) => a - b);
  const fromMs = all.findLast((atMs) => atMs < span.fromMs) ?? span.fromMs;
  const untilMs = all.find((atMs) => atMs >= span.untilMs) ?? span.untilMs;
  const seenMs = all.filter((atMs) => atMs >= fromMs && atMs <= untilMs);
  const names = new Map(days.flatMap(({ day }) => day.names.map(({ group, pool }) => [poolKey(group, pool), { group, pool }])));
  // Decoding is not done twice for who asks again for what was asked for last.
  let last: { readonly name: object; readonly changes: readonly PoolChange[] } | undefined;
  const pools = [...names.values()]
    .sort((a, b) => compareTexts(a.group, b.group) || compareTexts(a.pool, b.pool))
    .map(
      (name): PoolUsage => ({
        ...name,
        get changes() {
          if (last?.name !== name) last = { name, changes: changesOf(days, name, { fromMs, untilMs }) };
          return last.changes;
        },
      }),
    );
  const quotes = newsOf(days.flatMap((day) => day.quotes)).filter(({ atMs }) => atMs < span.untilMs);
  const current = new Set(lastQuotes(quotes.filter(({ atMs }) => atMs <= span.fromMs)));
  return { target, span, seenMs, pools, quotes: quotes.filter((quote) => quote.atMs > span.fromMs || current.has(quote)) };
}

/** The changes of a pool over days, from what it had at `fromMs` up to `untilMs` itself. */
function changesOf(
  days: readonly ReadDay[],
  { group, pool }: Pick<PoolUsage, 'group' | 'pool'>,
  { fromMs, untilMs }: Usage['span'],
): readonly PoolChange[] {
  const changes: PoolChange[] = [];
  for (const { day } of days) {
    // A day names all that is there at its beginning.
    for (const change of day.changesOf(group, pool) ?? [{ atMs: day.dayMs, state: undefined }]) {
      if (change.atMs > untilMs) break;
      const before = changes.at(-1);
      if (before === undefined ? change.state === undefined && !change.unknown : isSame(before, change)) continue;
      if (change.atMs <= fromMs) changes.length = 0;
      // Before the first day that is read it had the same, as far as is known.
      changes.push(
        change.atMs === days[0]?.day.dayMs && change.atMs > fromMs && changes.length === 0 ? { ...change, atMs: fromMs } : change,
      );
    }
  }
  return changes;
}

function isSame(a: PoolChange, b: PoolChange): boolean {
  if (a.state === undefined || b.state === undefined) return a.state === b.state && a.unknown === b.unknown;
  const [one, other] = [a.state, b.state];
  return (
    one.nodes === other.nodes &&
    one.inUse === other.inUse &&
    one.scalingNodes === other.scalingNodes &&
    one.set === other.set &&
    one.found === other.found &&
    one.foundSet === other.foundSet &&
    one.charge === other.charge &&
    one.instanceType === other.instanceType &&
    one.region === other.region
  );
}
