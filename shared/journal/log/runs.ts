import type { EpochMs } from '../../client/clock.ts';
import { keyOf } from '../store/key.ts';
import { JournalError, type Store } from '../store/store.ts';
import { createSurely, type Storing, storeRead } from '../store/store-effect.ts';
import type { UsageSample } from '../usage/sample-rows.ts';
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

/** What a heartbeat says of its run. */
interface HeartbeatBody {
  readonly failed: boolean;
  /** Formats of compiled policies that the deployed function reads. Default: a command made the run. */
  readonly policyFormats?: readonly number[] | undefined;
  /** What the run saw of the fleet. Absent: it saw none of it, or not all. */
  readonly usage?: UsageSample | undefined;
}

/**
 * Leaves a sign of life, one per function, target and minute: `<heartbeatsOf>/<yyyymmddThhmmZ>`. Silence is a failure
 * that others notice by missing slots. Gives whether it was written: `exists` where another run had the minute. @throws StoreError
 */
export function* recordHeartbeat(run: RunName, body: HeartbeatBody): Storing<'created' | 'exists'> {
  const said = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  const record = { kind: 'heartbeat', atMs: run.atMs, owner: run.owner, prev: null, body: said };
  return yield* createSurely(`${heartbeatsOf(run)}/${slotOf(run.atMs)}`, encodeRecord(record));
}

/** The minute of an instant, as the keys of heartbeats end: `yyyymmddThhmmZ`. */
export function slotOf(atMs: EpochMs): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
}

/**
 * Formats of compiled policies that the function reads which is deployed for a place, by its newest heartbeat since the day before `nowMs` began.
 * Heartbeats of a command do not count. Format 1 where functions leave heartbeats that do not say: they are of a version that read no other.
 * Undefined where there is no heartbeat, or none that can be read: nothing is known then.
 * @throws StoreError
 */
export async function deployedFormats(
  store: Store,
  place: Pick<RunName, 'functionName' | 'target' | 'region'>,
  nowMs: EpochMs,
): Promise<readonly number[] | undefined> {
  let silent = false;
  for (const back of [0, 1]) {
    const keys: string[] = [];
    for await (const key of store.list(`${heartbeatsOf(place)}/${dayText(nowMs - back * dayMs)}`)) keys.push(key);
    for (const key of keys.sort().reverse().slice(0, mostRead)) {
      const formats = formatsIn(key, await store.read(key));
      if (formats !== undefined && formats !== 'none') return formats;
      if (formats === 'none') silent = true;
    }
  }
  return silent ? [1] : undefined;
}

/** Heartbeats of one day that are read for one of a deployed function: commands leave few. */
const mostRead = 20;

/** What a heartbeat says of formats; `none` where it says nothing, undefined where it cannot be read. */
function formatsIn(key: string, bytes: Uint8Array | undefined): readonly number[] | 'none' | undefined {
  try {
    const formats = bytes && parseRecord(key, bytes).body['policyFormats'];
    if (bytes === undefined) return undefined;
    if (formats === undefined) return 'none';
    return Array.isArray(formats) && formats.every((format) => Number.isSafeInteger(format)) ? formats : undefined;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return undefined;
  }
}

const dayMs = 86_400_000;

/** A day in UTC, as keys of heartbeats begin: `20261201`. */
function dayText(ms: EpochMs): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}

/** The minute of a sign of life, from its key; undefined where the key is of something else. */
export function heartbeatMs(key: string): EpochMs | undefined {
  const match = /\/(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z$/.exec(key);
  if (!match) return undefined;
  const [, year, month, day, hour, minute] = match.map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** Days for which heartbeats are needed: the digest folds what they saw into records of days, and looks back no further. */
export const heartbeatDays = 40;

/** True for a heartbeat so old that a lifecycle rule of the bucket may have deleted it. */
export function mayBeExpired(key: string, nowMs: EpochMs): boolean {
  const atMs = key.startsWith('heartbeats/') ? heartbeatMs(key) : undefined;
  return atMs !== undefined && nowMs - atMs >= heartbeatDays * dayMs;
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
    const day = dayText(nowMs - back * dayMs);
    let last: EpochMs | undefined;
    for await (const key of store.list(`${heartbeatsOf(place)}/${day}`)) last = heartbeatMs(key) ?? last;
    if (last !== undefined) return last;
  }
  return undefined;
}
