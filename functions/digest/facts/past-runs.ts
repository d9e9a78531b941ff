import type { EpochMs } from '../../../shared/client/clock.ts';
import { holdIdentity } from '../../../shared/engine/report.ts';
import { parseRecord } from '../../../shared/journal/log/record.ts';
import { JournalError, type Store } from '../../../shared/journal/store/store.ts';
import { read } from '../../../shared/schema/compare.ts';
import { anyText, flag, jsonList, openObject, optional, type TypeOf } from '../../../shared/schema/schema.ts';
import { anything, nullable } from '../../../shared/schema/shapes.ts';
import type { Stretch } from './capacity-tally.ts';

const ref = openObject({ id: anyText, name: optional(anyText) });
const reason = openObject({ code: anyText, text: anyText });
const money = openObject({ currency: anyText, micros: anyText });

const estimate = openObject({ kind: anyText, amount: money, per: anyText });

const report = openObject({
  function: anyText,
  target: anyText,
  functionMode: optional(anyText),
  holdsChanged: flag,
  decisions: jsonList(
    openObject({
      verdict: anyText,
      rule: nullable(anyText),
      resource: ref,
      because: jsonList(reason),
      action: optional(
        openObject({
          key: anyText,
          change: jsonList(openObject({ field: anyText, from: anything, to: anything })),
          cost: optional(estimate),
          once: optional(estimate),
        }),
      ),
    }),
  ),
  outcomes: jsonList(openObject({ resource: ref, key: anyText, outcome: anyText, because: optional(reason) })),
  errors: jsonList(openObject({ code: anyText, message: anyText })),
});

/** A run of the journal as far as digests read it. */
export type PastRun = TypeOf<typeof report> & { readonly atMs: EpochMs; readonly key: string };

/** Records read at once. */
const readAhead = 16;

/** A run from the body of its record; undefined where it is of another shape. */
export function readPastRun(key: string, bytes: Uint8Array): PastRun | undefined {
  const record = parseRecord(key, bytes);
  const parsed = read(report, record.body);
  return parsed.ok ? { ...parsed.value, atMs: record.atMs, key } : undefined;
}

/**
 * Hands over the runs that began in a stretch, in the order of time. Gives the keys of records that could not be read: a digest tells of
 * them and goes on. Lists each day of the stretch once and reads each run's record.
 * @throws StoreError
 */
export async function visitRuns(store: Store, { fromMs, untilMs }: Stretch, visit: (run: PastRun) => void): Promise<readonly string[]> {
  const unreadable: string[] = [];
  for (const day of daysOf(fromMs, untilMs)) {
    const keys: string[] = [];
    for await (const key of store.list(`runs/${day.replaceAll('-', '/')}/`)) {
      const startMs = startOf(day, key);
      if (startMs === undefined || (startMs >= fromMs && startMs < untilMs)) keys.push(key);
    }
    for (let next = 0; next < keys.length; next += readAhead) {
      const batch = keys.slice(next, next + readAhead);
      const read = await Promise.all(batch.map((key) => store.read(key)));
      for (const [index, key] of batch.entries()) {
        const bytes = read[index];
        const run = bytes && runOrNothing(key, bytes);
        if (run === undefined) unreadable.push(key);
        else if (run.atMs >= fromMs && run.atMs < untilMs) visit(run);
      }
    }
  }
  return unreadable;
}

function runOrNothing(key: string, bytes: Uint8Array): PastRun | undefined {
  try {
    return readPastRun(key, bytes);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return undefined;
  }
}

/** Days in UTC, by which runs are keyed. */
function daysOf(fromMs: EpochMs, untilMs: EpochMs): string[] {
  const days: string[] = [];
  for (let ms = Math.floor(fromMs / 86_400_000) * 86_400_000; ms < untilMs; ms += 86_400_000)
    days.push(new Date(ms).toISOString().slice(0, 10));
  return days;
}

function startOf(day: string, key: string): EpochMs | undefined {
  const match = /\/(\d{2})(\d{2})(\d{2})(\d{3})-[^/]*$/.exec(key);
  if (!match) return undefined;
  const [, hour, minute, second, ms] = match;
  return Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`);
}

/** Since when a hold stands. `orBefore`: it stood already when the journal was first looked at. */
export interface Since {
  readonly sinceMs: EpochMs;
  readonly orBefore: boolean;
}

/** Since when each hold of one function on one target stands, by its identity from run to run. */
export type HoldAges = ReadonlyMap<string, Since>;

/**
 * The ages after one more run. Only a run whose set of holds differed from the one before says what holds; one that came out the same may
 * have seen a part of the fleet only. `newHolds` of a run are not needed: what was not known before begins with it, unless nothing at all
 * was known before, when it may be older.
 */
export function foldHolds(ages: HoldAges | undefined, run: Pick<PastRun, 'holdsChanged' | 'decisions' | 'atMs'>): HoldAges | undefined {
  if (!run.holdsChanged) return ages;
  const holds = run.decisions
    .filter(({ verdict }) => verdict === 'hold')
    .map(({ resource, because }) => holdIdentity({ resource: { id: resource.id }, because }));
  return new Map(holds.map((identity) => [identity, ages?.get(identity) ?? { sinceMs: run.atMs, orBefore: ages === undefined }]));
}
