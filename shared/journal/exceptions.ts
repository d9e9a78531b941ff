import type { EpochMs } from '../client/clock.ts';
import { parseExceptionId } from './exceptions-id.ts';
import { type ExceptionBody, type ExceptionEnd, type ExceptionTerms, readEnd, readTerms } from './exceptions-record.ts';
import { JournalError } from './journal-error.ts';
import { fromSegment, keyOf, streamKey } from './key.ts';
import type { Storing } from './store-effect.ts';
import { append, emptyStream, lastListed } from './stream.ts';
import { readWhole, streamsUnder, type WholeStream } from './stream-family.ts';

const prefix = 'exceptions';

/** An exception that somebody added, in the journal. */
export interface StoredException {
  readonly id: string;
  /** When it was added. */
  readonly addedAtMs: EpochMs;
  /** Undefined where they cannot be read and need not be. */
  readonly terms: ExceptionTerms | undefined;
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
 * Nothing is written then. @throws StoreError @throws JournalError where the stream cannot be read
 */
export function* endException(
  id: string,
  { owner, atMs }: Written,
  word: ExceptionEnd,
): Storing<{ readonly outcome: 'ended' | 'ended-already' | 'no-such'; readonly key?: string }> {
  const stream = keyOf(prefix, id);
  const { entries, end } = yield* readWhole(stream, yield* lastListed(stream));
  if (entries.length === 0) return { outcome: 'no-such' };
  if (entries.some(({ record }) => record.kind === 'exception-end')) return { outcome: 'ended-already' };
  const body = { by: word.by, ...(word.because === undefined ? {} : { because: word.because }) };
  const appended = yield* append(stream, end, { kind: 'exception-end', atMs, owner, body }, () => 'stop');
  if (appended.outcome === 'stopped') return { outcome: 'ended-already' };
  return { outcome: 'ended', key: streamKey(stream, appended.sequence) };
}

/**
 * The exceptions that were not over at an instant, in the order of their ids. One list call, and the reads of those that are given: what its
 * id says was over is not read. `tolerant` is for people who look: terms that cannot be read are undefined then. Default: they are thrown.
 * @throws JournalError where one cannot be read, unless somebody ended it by then: what it would forbid is not known
 * @throws StoreError
 */
export function* readExceptions(atMs: EpochMs, { tolerant = false } = {}): Storing<readonly StoredException[]> {
  const found: StoredException[] = [];
  for (const [stream, listed] of yield* streamsUnder(prefix)) {
    const id = idOf(stream);
    const { untilMs = Number.POSITIVE_INFINITY } = parseExceptionId(id);
    if (untilMs <= atMs) continue;
    const whole = yield* readWhole(stream, listed);
    const exception = exceptionOf(id, stream, whole, (ended) => tolerant || (ended !== undefined && ended.atMs <= atMs));
    if (!isOver(exception, atMs)) found.push(exception);
  }
  return found;
}

/** The ids of all exceptions that were ever added. One list call. @throws StoreError @throws JournalError for a key that is none */
export function* exceptionIds(): Storing<readonly string[]> {
  return [...(yield* streamsUnder(prefix)).keys()].map(idOf);
}

/** By its own time or by somebody's word. */
function isOver({ terms, ended }: StoredException, atMs: EpochMs): boolean {
  return (ended !== undefined && ended.atMs <= atMs) || (terms !== undefined && terms.untilMs <= atMs);
}

function idOf(stream: string): string {
  return fromSegment(stream.slice(prefix.length + 1));
}

function exceptionOf(
  id: string,
  stream: string,
  { entries }: WholeStream,
  mayLack: (ended: StoredException['ended']) => boolean,
): StoredException {
  let ended: StoredException['ended'];
  for (const { sequence, record } of entries) {
    const key = streamKey(stream, sequence);
    const expected = sequence === 0 ? 'exception' : 'exception-end';
    if (record.kind !== expected) throw unknownKind(key, record.kind);
    if (sequence > 0) ended ??= { ...readEnd(key, record.body), atMs: record.atMs };
  }
  const [first] = entries;
  if (!first) throw unknownKind(streamKey(stream, 0), 'nothing');
  const terms = termsOf(streamKey(stream, 0), id, first.record.body, mayLack(ended));
  return { id, addedAtMs: first.record.atMs, terms, ended };
}

/** The terms; undefined where they cannot be read and `mayLack`. */
function termsOf(key: string, id: string, body: unknown, mayLack: boolean): ExceptionTerms | undefined {
  try {
    const terms = readTerms(key, body);
    const { untilMs = terms.untilMs } = parseExceptionId(id);
    if (terms.untilMs === untilMs) return terms;
    throw new JournalError('MalformedRecord', `The exception ${key} ends at another time than its id says: one of the two was changed.`);
  } catch (error) {
    if (mayLack && error instanceof JournalError) return undefined;
    throw error;
  }
}

function unknownKind(key: string, kind: string): JournalError {
  return new JournalError(
    'NewerRecord',
    `The journal record ${key} is of kind '${kind}', which this version does not know among exceptions. Update Streamwarden on this machine, then run again.`,
  );
}
