import type { EpochMs } from '../client/clock.ts';
import { encodeRecord, parseRecord } from './record.ts';
import { keyOf } from './store/key.ts';
import { createSurely, type Storing, storeRead } from './store/store-effect.ts';

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
