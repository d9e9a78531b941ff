import type { EpochMs } from '../client/clock.ts';
import { parseExceptionId } from './exceptions-id.ts';
import { type ExceptionBody, type ExceptionEnd, type ExceptionTerms, readEnd, readTerms } from './exceptions-record.ts';
import { append, emptyStream, lastListed, readWhole, type StreamEntry, streamsUnder, type WholeStream } from './log/stream.ts';
import { fromSegment, keyOf, streamKey } from './store/key.ts';
import { type JournalError, malformed } from './store/store.ts';
import type { Storing } from './store/store-effect.ts';

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
