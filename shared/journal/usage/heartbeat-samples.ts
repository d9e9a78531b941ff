import type { PriceQuote } from '../../billing/usage.ts';
import type { EpochMs } from '../../client/clock.ts';
import type { CompiledTarget } from '../../policy/compiled.ts';
import { read } from '../../schema/compare.ts';
import { anyText, decimal, jsonList, matching, openObject, optional } from '../../schema/schema.ts';
import { tupleOf } from '../../schema/shapes.ts';
import { parseRecord } from '../log/record.ts';
import { heartbeatMs, heartbeatsOf, slotOf } from '../log/runs.ts';
import { fromSegment } from '../store/key.ts';
import { JournalError, malformed, type Store } from '../store/store.ts';
import { compareTexts, DayFold } from './fold-day.ts';
import { type UsageSample, unpackRows, usageVersion } from './sample-rows.ts';
import type { StoredDay, UsageDay } from './usage-day.ts';

const minuteMs = 60_000;

/** Records read at once. */
const readAhead = 16;

/** Keyframes of a function and region that are kept while a day is read: another process may go by an earlier one. */
const keptKeyframes = 2;

const sampleForm = openObject({
  v: decimal,
  of: optional(matching(/^\d{8}T\d{4}Z$/, 'write a minute in UTC')),
  chunks: optional(jsonList(anyText)),
  quotes: optional(jsonList(tupleOf(anyText, anyText, anyText, matching(/^\d{1,20}$/, 'write millionths as digits')))),
});

/** A heartbeat of a day. */
interface Heartbeat {
  readonly key: string;
  readonly slotMs: EpochMs;
  /** Where the heartbeats of its function and region are. */
  readonly place: string;
  readonly region: string | undefined;
}

/** A day as its heartbeats tell it. */
export interface HeartbeatDay {
  readonly day: UsageDay;
  readonly quotes: readonly PriceQuote[];
  /** Keys of heartbeats that could not be read. */
  readonly unreadable: readonly string[];
}

/**
 * Folds the heartbeats of a day, in the order of their times. One that is damaged, or whose keyframe is, is named and left out; the others count. Lists
 * the heartbeats of each function and region, and reads each once. @throws StoreError
 */
export async function foldHeartbeats(
  store: Store,
  target: Pick<CompiledTarget, 'name' | 'regions'>,
  startMs: EpochMs,
  before: StoredDay | undefined,
): Promise<HeartbeatDay> {
  const reading = new DayReading(store, startMs, before);
  const heartbeats = await heartbeatsIn(store, target, startMs);
  for (let next = 0; next < heartbeats.length; ) {
    // Those of one minute are put in order together: their keys do not tell which came first.
    let end = Math.min(next + readAhead, heartbeats.length);
    while (end < heartbeats.length && heartbeats[end]?.slotMs === heartbeats[end - 1]?.slotMs) end += 1;
    await reading.take(heartbeats.slice(next, end));
    next = end;
  }
  return reading.finish();
}

/** The heartbeats of all functions and regions on a day, by minute. */
async function heartbeatsIn(
  store: Store,
  { name: target, regions = [] }: Pick<CompiledTarget, 'name' | 'regions'>,
  startMs: EpochMs,
): Promise<readonly Heartbeat[]> {
  const found: Heartbeat[] = [];
  const day = slotOf(startMs).slice(0, 8);
  for (const folder of await store.folders('heartbeats/')) {
    for (const region of [undefined, ...new Set(regions)]) {
      const place = heartbeatsOf({ functionName: fromSegment(folder), target, region });
      for await (const key of store.list(`${place}/${day}`)) {
        const slotMs = heartbeatMs(key);
        if (slotMs !== undefined && key === `${place}/${slotOf(slotMs)}`) found.push({ key, slotMs, place, region });
      }
    }
  }
  return found.sort((a, b) => a.slotMs - b.slotMs || compareTexts(a.place, b.place));
}

interface ReadHeartbeat extends Heartbeat {
  readonly atMs: EpochMs;
  readonly sample: UsageSample;
}

/** What was read of a day so far. */
class DayReading {
  readonly #store: Store;
  readonly #fold: DayFold;
  readonly #keyframes = new Map<string, Map<string, Int32Array>>();
  readonly #quotes: PriceQuote[] = [];
  readonly #unreadable: string[] = [];

  constructor(store: Store, startMs: EpochMs, before: StoredDay | undefined) {
    this.#store = store;
    this.#fold = new DayFold(startMs, before);
  }

  /** Takes heartbeats of a few minutes, the minutes in order. @throws StoreError */
  async take(heartbeats: readonly Heartbeat[]): Promise<void> {
    const bytes = await Promise.all(heartbeats.map(({ key }) => this.#store.read(key)));
    const samples: ReadHeartbeat[] = [];
    for (const [index, heartbeat] of heartbeats.entries()) {
      const each = this.#attempt(heartbeat.key, () => readHeartbeat(heartbeat, bytes[index]));
      if (each) samples.push(each);
    }
    samples.sort((a, b) => a.atMs - b.atMs || compareTexts(a.place, b.place));
    for (const each of samples) await this.#takeSample(each);
  }

  finish(): HeartbeatDay {
    return { day: this.#fold.finish(), quotes: this.#quotes, unreadable: this.#unreadable };
  }

  async #takeSample({ key, place, region, slotMs, atMs, sample }: ReadHeartbeat): Promise<void> {
    const { of, chunks, quotes = [] } = sample;
    const slot = slotOf(slotMs);
    const base = of === undefined ? undefined : await this.#keyframe(place, of, slot);
    this.#attempt(key, () => {
      if (chunks !== undefined) {
        if (of !== undefined && base === undefined) throw malformed(key, `the heartbeat ${of} that it goes by is missing or damaged`);
        const rows = unpackRows(chunks);
        const snapshot = base ? this.#fold.delta(base, rows) : this.#fold.keyframe(rows);
        if (of === undefined) this.#keep(place, slot, snapshot);
        this.#fold.take(atMs, region, snapshot);
      }
      for (const [quoted, instanceType, currency, micros] of quotes) {
        this.#quotes.push({ atMs, region: quoted, instanceType, price: { currency, micros: BigInt(micros) } });
      }
    });
  }

  /** The keyframe of a minute of the same day, before `slot`; undefined where it cannot be read. */
  async #keyframe(place: string, of: string, slot: string): Promise<Int32Array | undefined> {
    if (of.slice(0, 8) !== slot.slice(0, 8) || of >= slot) return undefined;
    const kept = this.#keyframes.get(place)?.get(of);
    if (kept !== undefined) return kept;
    const key = `${place}/${of}`;
    const bytes = await this.#store.read(key);
    const heartbeat = { key, place, region: undefined, slotMs: heartbeatMs(key) ?? 0 };
    try {
      const sample = readHeartbeat(heartbeat, bytes)?.sample;
      if (sample?.chunks === undefined || sample.of !== undefined) return undefined;
      const snapshot = this.#fold.keyframe(unpackRows(sample.chunks));
      this.#keep(place, of, snapshot);
      return snapshot;
    } catch {
      // It was named when it was read itself.
      return undefined;
    }
  }

  #keep(place: string, slot: string, snapshot: Int32Array): void {
    const kept = this.#keyframes.get(place) ?? new Map<string, Int32Array>();
    kept.set(slot, snapshot);
    for (const oldest of [...kept.keys()].slice(0, -keptKeyframes)) kept.delete(oldest);
    this.#keyframes.set(place, kept);
  }

  /** What is made of a heartbeat; where its bytes are damaged it is named, whatever the damage makes of them. */
  #attempt<T>(key: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof JournalError || error instanceof RangeError || error instanceof TypeError || isOfZlib(error))) throw error;
      this.#unreadable.push(key);
      return undefined;
    }
  }
}

function isOfZlib(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === 'string' && (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE');
}

/** The sample of a heartbeat; undefined where it has none. @throws JournalError where it cannot be read, or is not of its minute */
function readHeartbeat(heartbeat: Heartbeat, bytes: Uint8Array | undefined): ReadHeartbeat | undefined {
  const { key, slotMs } = heartbeat;
  if (bytes === undefined) throw malformed(key, 'the list names it, and it is not there');
  const { atMs, body } = parseRecord(key, bytes);
  if (body['usage'] === undefined) return undefined;
  if (atMs < slotMs || atMs >= slotMs + minuteMs) throw malformed(key, 'its time is not that of its name');
  const sample = read(sampleForm, body['usage']);
  if (!sample.ok) throw malformed(key, `wrong or missing: usage.${sample.where}`);
  if (sample.value.v !== usageVersion) throw malformed(key, `its usage has version ${sample.value.v}`);
  return { ...heartbeat, atMs, sample: sample.value };
}
