import type { EpochMs } from '../../client/clock.ts';
import type { CompiledSelector, Never } from '../../policy/compiled.ts';
import { parseTimestamp } from '../../policy/values/timestamp.ts';
import { read as readShape } from '../../schema/compare.ts';
import {
  anyText,
  decimal,
  exactOptional,
  jsonList,
  list,
  type NumberSchema,
  object,
  oneOf,
  optional,
  type Schema,
  type TypeOf,
  text,
} from '../../schema/schema.ts';
import { recordOf, where } from '../../schema/shapes.ts';
import { append, emptyStream, lastListed, readWhole, type StreamEntry, streamsUnder, type WholeStream } from '../log/stream.ts';
import { fromSegment, keyOf, streamKey } from '../store/key.ts';
import { type JournalError, malformed } from '../store/store.ts';
import type { Storing } from '../store/store-effect.ts';

const prefix = 'exceptions';

/** An exception that somebody added, in the journal. */
export interface StoredException {
  readonly id: string;
  /** When it was added; undefined where that cannot be read. */
  readonly addedAtMs: EpochMs | undefined;
  /** Undefined where they cannot be read: what it would forbid is not known then. */
  readonly terms: ExceptionTerms | undefined;
  /** Records of it that cannot be read and that nobody has skipped. */
  readonly damaged: readonly JournalError[];
  /** When it is over: as its terms say, or its id, and not later than somebody ended it. Undefined: nothing says so. */
  readonly untilMs: EpochMs | undefined;
  /** Who ended it and when; undefined while nobody did. */
  readonly ended: (ExceptionEnd & { readonly atMs: EpochMs }) | undefined;
}

/** Who writes a record, and when. */
interface Written {
  /** Random token of the writer. */
  readonly owner: string;
  readonly atMs: EpochMs;
}

/**
 * Adds an exception. `taken`: there is one of this id already, or there was; nothing is written then. Gives the record's key.
 * @throws StoreError @throws JournalError
 */
export function* addException(
  id: string,
  { owner, atMs }: Written,
  body: ExceptionBody,
): Storing<{ readonly outcome: 'added' | 'taken'; readonly key: string }> {
  const stream = keyOf(prefix, id);
  const record = { kind: 'exception', atMs, owner, body: { ...body } };
  const { outcome, sequence } = yield* append(stream, emptyStream, record, () => 'stop');
  return { outcome: outcome === 'appended' ? 'added' : 'taken', key: streamKey(stream, sequence) };
}

/**
 * Ends an exception before its time, also one whose terms cannot be read. `no-such`: there is none of this id; `ended-already`: somebody did.
 * Nothing is written then. @throws StoreError
 */
export function* endException(
  id: string,
  { owner, atMs }: Written,
  word: ExceptionEnd,
): Storing<{ readonly outcome: 'ended' | 'ended-already' | 'no-such'; readonly key?: string }> {
  const stream = keyOf(prefix, id);
  const { entries, end } = yield* readWhole(stream, yield* lastListed(stream), partOf);
  if (end.next === 0) return { outcome: 'no-such' };
  if ([...entries.values()].some((part) => 'ended' in part)) return { outcome: 'ended-already' };
  const body = { by: word.by, ...(word.because === undefined ? {} : { because: word.because }) };
  const appended = yield* append(stream, end, { kind: 'exception-end', atMs, owner, body }, () => 'stop');
  if (appended.outcome === 'stopped') return { outcome: 'ended-already' };
  return { outcome: 'ended', key: streamKey(stream, appended.sequence) };
}

/**
 * The exceptions that were not over at an instant, in the order of their ids. One list call, and the reads of those that are given: what its
 * id says was over is not read. One that cannot be read keeps nobody from reading the others.
 * @throws StoreError
 */
export function* readExceptions(atMs: EpochMs): Storing<readonly StoredException[]> {
  const found: StoredException[] = [];
  for (const [stream, listed] of yield* streamsUnder(prefix)) {
    const id = idOf(stream);
    if ((parseExceptionId(id).untilMs ?? Number.POSITIVE_INFINITY) <= atMs) continue;
    const exception = exceptionOf(id, yield* readWhole(stream, listed, partOf));
    const isNothing = exception.terms === undefined && exception.damaged.length === 0;
    if (!isNothing && (exception.untilMs ?? Number.POSITIVE_INFINITY) > atMs) found.push(exception);
  }
  return found;
}

/** The ids of all exceptions that were ever added. One list call. @throws StoreError @throws JournalError for a key that is none */
export function* exceptionIds(): Storing<readonly string[]> {
  return [...(yield* streamsUnder(prefix)).keys()].map(idOf);
}

function idOf(stream: string): string {
  return fromSegment(stream.slice(prefix.length + 1));
}

/** What a record of the stream says: the terms of the exception, which come first, or that somebody ended it. */
type Part = { readonly terms: ExceptionTerms; readonly atMs: EpochMs } | { readonly ended: NonNullable<StoredException['ended']> };

/** What a record of exceptions says. @throws JournalError `MalformedRecord` */
export function partOf({ sequence, record: { kind, body, atMs } }: StreamEntry, key: string): Part {
  if (kind !== (sequence === 0 ? 'exception' : 'exception-end')) throw malformed(key, `kind ${kind}`);
  if (sequence > 0) return { ended: { ...readEnd(key, body), atMs } };
  const terms = readTerms(key, body);
  const { untilMs = terms.untilMs } = parseExceptionId(idOf(key.slice(0, key.lastIndexOf('/'))));
  if (terms.untilMs === untilMs) return { terms, atMs };
  throw malformed(key, 'it ends at another time than its id says');
}

function exceptionOf(id: string, { entries, damaged }: WholeStream<Part>): StoredException {
  const parts = [...entries.values()];
  const added = parts.find((part) => 'terms' in part);
  const ended = parts.find((part) => 'ended' in part)?.ended;
  const times = [added?.terms.untilMs ?? parseExceptionId(id).untilMs, ended?.atMs].filter((ms) => ms !== undefined);
  return {
    ...{ id, addedAtMs: added?.atMs, terms: added?.terms, damaged: [...damaged.values()], ended },
    untilMs: times.length === 0 ? undefined : Math.min(...times),
  };
}

const minuteMs = 60_000;
const shape = /^(.+)-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z$/;

/**
 * The id of an exception, `<name>-<yyyymmddThhmmZ>`: its end is part of it, so that runs pass over what ended long ago without reading it.
 * @throws RangeError when the end is not a whole minute
 */
export function exceptionId(name: string, untilMs: EpochMs): string {
  if (untilMs % minuteMs !== 0) throw new RangeError('An exception ends at a whole minute.');
  return `${name}-${new Date(untilMs).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
}

/** The name in an id and its end; `untilMs` undefined where the id was not made by `exceptionId`. */
export function parseExceptionId(id: string): { readonly name: string; readonly untilMs: EpochMs | undefined } {
  const match = shape.exec(id);
  const [, name, year, month, day, hour, minute] = (match ?? []) as readonly (string | undefined)[];
  const untilMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00.000Z`);
  return name === undefined || Number.isNaN(untilMs) ? { name: id, untilMs: undefined } : { name, untilMs };
}

/** An exception as a record carries it: selectors and words as compiled. Times are RFC 3339 in UTC: it is one stretch for all targets. */
export interface ExceptionBody {
  readonly because: string;
  /** Who said so. */
  readonly by: string;
  readonly from: string;
  readonly until: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  readonly keepAtLeastPercent?: number;
  readonly never?: readonly Never[];
}

/** What the body of an exception means. */
export interface ExceptionTerms {
  readonly because: string;
  readonly by: string;
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  readonly keepAtLeastPercent?: number;
  readonly never: readonly Never[];
}

/** Somebody's word that an exception is over. */
export interface ExceptionEnd {
  readonly by: string;
  readonly because?: string | undefined;
}

const instant = where(anyText, (value) => parseTimestamp(value).ok);
const texts = exactOptional(list(anyText));
const ageMs = exactOptional(decimal);

/** Selectors were checked by the policy's own schema when they were added: here only their form, which keeps that schema out of the functions. */
const selector = where(
  object({
    ...{ all: exactOptional(oneOf(true)), ids: texts, names: texts, missingTags: texts, regions: texts, statuses: texts },
    ...{ officeNetworks: texts, images: texts, users: texts, tags: exactOptional(recordOf(jsonList(anyText))) },
    charge: exactOptional(jsonList(oneOf('subscription', 'pay-as-you-go'))),
    firstSeen: exactOptional(object({ over: ageMs, under: ageMs })),
  }),
  // One without any key selects nothing, and would forbid nothing.
  (keys) => Object.keys(keys).length > 0,
);
const percent: NumberSchema<number> = { kind: 'number', whole: false, min: 0, max: 100 };
/** All that an exception can forbid. */
export const neverWords: readonly Never[] = ['cut-sessions', 'approve-ota', 'scale-down', 'renew', 'power-off', 'tag', 'enforce'];
const word = oneOf(...neverWords);

/** Strict: a word that this version does not know may be one that forbids something. */
const terms = object({
  ...{ because: text, by: anyText, from: instant, until: instant, targets: texts },
  ...{ groups: exactOptional(selector), workstations: exactOptional(selector) },
  keepAtLeastPercent: exactOptional(percent),
  never: exactOptional(list(word)),
});
const end = object({ by: anyText, because: optional(anyText) });

/** Reads the body of a record of kind `exception`. @throws JournalError `MalformedRecord` with the key and what can be done */
function readTerms(key: string, body: unknown): ExceptionTerms {
  const { from, until, never = [], ...rest } = read(key, terms, body);
  return { ...rest, fromMs: Date.parse(from), untilMs: Date.parse(until), never };
}

/** Reads the body of a record of kind `exception-end`. @throws JournalError `MalformedRecord` with the key and what can be done */
function readEnd(key: string, body: unknown): ExceptionEnd {
  return read(key, end, body);
}

function read<S extends Schema>(key: string, schema: S, body: unknown): TypeOf<S> {
  const parsed = readShape(schema, body);
  if (parsed.ok) return parsed.value;
  throw malformed(key, parsed.where);
}
