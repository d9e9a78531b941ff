import type { EpochMs } from '../../client/clock.ts';
import { keyOf } from '../store/key.ts';
import type { Store } from '../store/store.ts';
import { createSurely, type Storing, storeRead } from '../store/store-effect.ts';
import { encodeRecord, parseRecord } from './record.ts';

/** A run as its record names it: function, target and the run's random token. */
export interface RunName {
  readonly functionName: string;
  readonly target: string;
  /** The only region of the run. Default: all of the target. */
  readonly region?: string | undefined;
  readonly owner: string;
  /** When the run began. */
  readonly atMs: EpochMs;
}

/** Key of a run's record: `runs/<yyyy>/<mm>/<dd>/<hhmmssmmm>-<function>-<id>`, in UTC, so that lists are in the order of time. */
export function runKey(run: RunName): string {
  const [date = '', time = ''] = new Date(run.atMs).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return keyOf('runs', year, month, day, `${time.replace(/[^0-9]/g, '')}-${run.functionName}-${run.owner.slice(0, 12)}`);
}

/** Records the report of a run that acted, failed, or changed the set of holds. Gives its key. @throws StoreError */
export function* recordRun(run: RunName, report: Readonly<Record<string, unknown>>): Storing<string> {
  const key = runKey(run);
  const bytes = encodeRecord({ kind: 'run', atMs: run.atMs, owner: run.owner, prev: null, body: report });
  yield* createSurely(key, bytes);
  return key;
}

/** The report that a run record carries; undefined when there is none. @throws JournalError @throws StoreError */
export function* readRun(key: string): Storing<Readonly<Record<string, unknown>> | undefined> {
  const bytes = yield* storeRead(key);
  return bytes && parseRecord(key, bytes).body;
}

/**
 * Where the signs of life of a function are: `heartbeats/<function>/<target>`, with the region behind it where runs are made for each region
 * apart.
 */
export function heartbeatsOf({ functionName, target, region }: Pick<RunName, 'functionName' | 'target' | 'region'>): string {
  return keyOf('heartbeats', functionName, target, ...(region === undefined ? [] : [region]));
}

/**
 * Leaves a sign of life, one per function, target and minute: `<heartbeatsOf>/<yyyymmddThhmmZ>`. Silence is a failure
 * that others notice by missing slots. @throws StoreError
 */
export function* recordHeartbeat(run: RunName, body: { readonly failed: boolean }): Storing<void> {
  const slot = `${new Date(run.atMs).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
  const key = `${heartbeatsOf(run)}/${slot}`;
  yield* createSurely(key, encodeRecord({ kind: 'heartbeat', atMs: run.atMs, owner: run.owner, prev: null, body }));
}

const dayMs = 86_400_000;

/** The minute of a sign of life, from its key; undefined where the key is of something else. */
export function heartbeatMs(key: string): EpochMs | undefined {
  const match = /\/(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z$/.exec(key);
  if (!match) return undefined;
  const [, year, month, day, hour, minute] = match.map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute);
}

/**
 * The newest sign of life of a function on a target since the day before `nowMs` began; undefined where the list shows none. One list call, or two.
 * @throws StoreError
 */
export async function lastHeartbeat(
  store: Store,
  place: Pick<RunName, 'functionName' | 'target' | 'region'>,
  nowMs: EpochMs,
): Promise<EpochMs | undefined> {
  for (const back of [0, 1]) {
    const day = new Date(nowMs - back * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    let last: EpochMs | undefined;
    for await (const key of store.list(`${heartbeatsOf(place)}/${day}`)) last = heartbeatMs(key) ?? last;
    if (last !== undefined) return last;
  }
  return undefined;
}
