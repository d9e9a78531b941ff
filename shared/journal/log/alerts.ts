import type { EpochMs } from '../../client/clock.ts';
import { fromSegment, keyOf } from '../store/key.ts';
import { JournalError } from '../store/store.ts';
import { createSurely, type Storing, storeRead, storeReadAll } from '../store/store-effect.ts';
import { encodeRecord, parseRecord } from './record.ts';

/** One thing that people are told once about one expiry of a resource. */
export interface AlertName {
  readonly account: string;
  readonly resource: string;
  /** Undefined: the expiry could not be read, or the thing is about none. */
  readonly expiresAtMs: EpochMs | undefined;
  /** Which of the things it is, e.g. `72h`. */
  readonly step: string;
}

/** An expiry as keys spell it: whole seconds since 1970, so that no spelling of an offset makes two of it; `unknown` where it is not known. */
export function expirySegment(expiresAtMs: EpochMs | undefined): string {
  return expiresAtMs === undefined ? 'unknown' : String(Math.floor(expiresAtMs / 1000));
}

/** Id of the message that tells a thing: the same whoever tells it, and whenever. */
export function alertId({ account, resource, expiresAtMs, step }: AlertName): string {
  return keyOf('alerts', account, resource, expirySegment(expiresAtMs), step);
}

/**
 * Key of the mark by which a function knows that it told a thing: `alerts/<function>/<account>/<resource>/<expiry>/<step>`. Functions write below
 * their own name only, and each believes its own marks alone. `place`: see `Mark`.
 */
export function alertKey(functionName: string, { account, resource, expiresAtMs, step }: AlertName, place = 1): string {
  return keyOf('alerts', functionName, account, resource, expirySegment(expiresAtMs), place === 1 ? step : `${step}.${place}`);
}

/** A step that is told once a day: `dead-money-2026-11-25`, by the day of UTC, which names a day for nobody to read. */
export function dailyStep(step: string, nowMs: EpochMs): string {
  return `${step}-${new Date(nowMs).toISOString().slice(0, 10)}`;
}

/** What the journal says of one thing. */
export interface Mark {
  /** When it was told; undefined where it was not, as far as can be believed. */
  readonly toldAtMs: EpochMs | undefined;
  /** Where the mark of telling it is to be written, from 1 on: behind records that cannot be believed. Undefined: no place is left. */
  readonly place: number | undefined;
  /** A record stands in the place of the mark that this function did not write: which, and how that shows. */
  readonly forged?: string;
}

/** Who asks for marks, and when. */
export interface MarkReader {
  readonly functionName: string;
  readonly nowMs: EpochMs;
}

/** Marks of one expiry that are looked at: questions at each price, reminders and alarms are far fewer. */
const mostQuestions = 500;
/** Places of a mark: more than two records that cannot be believed are no accident, and nothing more is written there. */
const places = 3;
/** Records that are read at once. */
const readAtOnce = 16;
/** How far clocks of two machines may be apart, in milliseconds. */
const skewMs = 15 * 60_000;

/**
 * What the journal says of several things, in their order: one read of each. A record is believed only where its body names the function and the
 * thing, and where it is dated when the thing could be told: not in the future, and not before it was due. Whoever else wrote there silences
 * nothing. @throws StoreError
 */
export function* readMarks(reader: MarkReader, names: readonly AlertName[]): Storing<readonly Mark[]> {
  const marks: Mark[] = [];
  for (let from = 0; from < names.length; from += readAtOnce) {
    const some = names.slice(from, from + readAtOnce);
    const found = yield* storeReadAll(some.map((name) => alertKey(reader.functionName, name)));
    for (const [index, name] of some.entries()) marks.push(yield* markOf(reader, name, found[index]));
  }
  return marks;
}

/**
 * When a question about an expiry was delivered first; undefined where none was, as far as marks can be believed. One list call, which may lag
 * behind: then nobody was asked yet. @throws StoreError
 */
export function* askedSince(reader: MarkReader, subject: Omit<AlertName, 'step'>): Storing<EpochMs | undefined> {
  const any = alertKey(reader.functionName, { ...subject, step: '-' });
  const prefix = any.slice(0, -1);
  const keys = (yield { type: 'store-list', prefix, last: mostQuestions }) as readonly string[];
  const steps = new Set(keys.map((key) => fromSegment(key.slice(prefix.length)).replace(/\.[23]$/, '')));
  const asked = [...steps].filter((step) => /^(ask|remind)-/.test(step));
  const marks = yield* readMarks(
    reader,
    asked.map((step) => ({ ...subject, step })),
  );
  const times = marks.flatMap(({ toldAtMs }) => toldAtMs ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When people were told, undefined where they were not, as far as can be believed. @throws StoreError */
export function* readMark(reader: MarkReader, name: AlertName): Storing<Mark> {
  return (yield* readMarks(reader, [name]))[0] as Mark;
}

function* markOf(reader: MarkReader, name: AlertName, first: Uint8Array | undefined): Storing<Mark> {
  let bytes = first;
  let forged: string | undefined;
  for (let place = 1; place <= places; place++) {
    const key = alertKey(reader.functionName, name, place);
    if (place > 1) bytes = yield* storeRead(key);
    if (bytes === undefined) return { toldAtMs: undefined, place, ...(forged === undefined ? {} : { forged }) };
    const read = believed(key, bytes, reader, name);
    if (typeof read === 'number') return { toldAtMs: read, place: undefined };
    forged ??= `${key} (${read})`;
  }
  return { toldAtMs: undefined, place: undefined, ...(forged === undefined ? {} : { forged }) };
}

/** When a mark says that the thing was told, or why it cannot be believed. */
function believed(key: string, bytes: Uint8Array, { functionName, nowMs }: MarkReader, name: AlertName): EpochMs | string {
  try {
    const { kind, atMs, body } = parseRecord(key, bytes);
    if (kind !== 'alert') return 'it is no mark';
    if (body['function'] !== functionName) return 'it does not name this function';
    if (body['of'] !== alertId(name)) return 'it names another matter';
    if (atMs > nowMs + skewMs) return 'it is dated in the future';
    if (atMs < dueMs(name) - skewMs) return 'it is dated before the matter was due';
    return atMs;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return 'it cannot be read';
  }
}

/** When a thing can be told at the earliest: alarms of expiries are due so many hours before them. */
function dueMs({ expiresAtMs, step }: AlertName): EpochMs {
  const hours = /^(\d+)h$/.exec(step)?.[1];
  return expiresAtMs === undefined || hours === undefined ? Number.MIN_SAFE_INTEGER : expiresAtMs - Number(hours) * 3_600_000;
}

/**
 * Writes that people were told: only after a channel has said that it delivered. A record that is there already stands. `place`: as `readMark` gave
 * it; without one nothing is written. @throws StoreError
 */
export function* recordTold(
  functionName: string,
  name: AlertName,
  signed: { readonly owner: string; readonly atMs: EpochMs },
  { severity, title, place = 1 }: { readonly severity: string; readonly title: string; readonly place?: number | undefined },
): Storing<void> {
  const key = alertKey(functionName, name, place);
  const body = { function: functionName, of: alertId(name), severity, title };
  const bytes = encodeRecord({ kind: 'alert', ...signed, prev: null, body });
  yield* createSurely(key, bytes);
}

/** What people read of a record that would have silenced something. */
export function forgedText(forged: string): string {
  return `A forged record says that this was told: ${forged}. It silences nothing. Find out who can write there: compare the permissions with what 'streamwarden ram-policy' prints, and run 'streamwarden journal verify'.`;
}
