import type { EpochMs } from '../../client/clock.ts';
import { encodeRecord, type JournalRecord, linkOf, parseRecord } from '../log/record.ts';
import { isSkipped } from '../log/skipped.ts';
import { brokenLink, gap, notWhole, readable, withoutStrays } from '../log/stream.ts';
import { JournalError } from '../store/store.ts';
import { createOrRead, type Storing, storeRead, storeReadAll } from '../store/store-effect.ts';
import {
  type AnswerBody,
  type ClaimBody,
  type EndBody,
  parseRenewalKey,
  type RenewalPart,
  readRenewalBody,
  renewalKey,
  type SlotBody,
} from './renewal-record.ts';

/** One number of a resource's stream: a claim with what became of it, or a slot that a person opened. */
export interface RenewalEntry {
  readonly n: number;
  readonly atMs: EpochMs;
  /** Undefined for a slot. */
  readonly claim: ClaimBody | undefined;
  readonly slot: SlotBody | undefined;
  /** Read for open claims only, and by `readHistory`. */
  readonly answer: AnswerBody | undefined;
  /** What an end carries of the answer; undefined where the answer was not read, or there is none. */
  readonly answerLink: string | undefined;
  readonly end: EndBody | undefined;
  /** What `answer` and `end` of this claim point to. */
  readonly link: string;
  /** What the next claim points to: the end, or the slot. Undefined while the claim is open. */
  readonly endLink: string | undefined;
}

/** What a resource's stream says about its renewals. */
export interface RenewalView {
  readonly stream: string;
  /** Number of the next claim. While the last one is open, no claim may be made. */
  readonly next: number;
  /** What the next claim points to; null for the first. */
  readonly prev: string | null;
  /** The last number there is. */
  readonly last: RenewalEntry | undefined;
  /** The last claim, while it has no end. */
  readonly open: RenewalEntry | undefined;
  /** The last claim that ended with the expiry moved, with no slot opened since. Earlier ones had earlier expiries. */
  readonly moved: RenewalEntry | undefined;
  /** Claims since then that came to nothing. Their reservations are to be released. */
  readonly voided: readonly RenewalEntry[];
}

/**
 * Reads a resource's stream: the list is a hint only, exact reads go on behind it until there is nothing. Goes back no further than the
 * last claim that is not void. Two to four store calls while claims do not come to nothing.
 * @throws JournalError when a record cannot be read or the chain is broken
 * @throws StoreError
 */
export function* readRenewal(stream: string): Storing<RenewalView> {
  const listed = (yield { type: 'store-list', prefix: `${stream}/`, last: keysLookedAt }) as readonly string[];
  const hint = withoutStrays([...new Set(listed.flatMap((key) => parseRenewalKey(key)?.n ?? []))]).at(-1);
  let last: RenewalEntry | undefined;
  for (let n = hint ?? 0; ; n++) {
    const entry = yield* readEntry(stream, n, last, { expected: n === hint });
    if (!entry) break;
    last = entry;
    if (entry.endLink === undefined) return { stream, next: n + 1, prev: null, last, open: entry, moved: undefined, voided: [] };
  }
  if (!last) return { stream, next: 0, prev: null, last, open: undefined, moved: undefined, voided: [] };
  const voided: RenewalEntry[] = [];
  let entry: RenewalEntry = last;
  while (entry.end?.outcome === 'void') {
    voided.push(entry);
    if (entry.n === 0) break;
    entry = (yield* readEntry(stream, entry.n - 1, undefined, { expected: true })) as RenewalEntry;
  }
  const moved = entry.end?.outcome === 'moved' ? entry : undefined;
  return { stream, next: last.n + 1, prev: last.endLink as string, last, open: undefined, moved, voided };
}

/** Keys of the list in which the last number is looked for: a number has three at most, and strays behind a gap are fewer. */
const keysLookedAt = 300;

/** Claims that are read at once. */
const claimsAtOnce = 16;

/**
 * Single numbers of streams with answers and ends, whatever stands before them, several at once. Undefined where nothing stands; in place of one
 * that cannot be trusted, why. @throws StoreError
 */
export function* readClaims(
  places: readonly { readonly stream: string; readonly n: number }[],
): Storing<readonly (RenewalEntry | JournalError | undefined)[]> {
  const entries: (RenewalEntry | JournalError | undefined)[] = [];
  for (let from = 0; from < places.length; from += claimsAtOnce) {
    const some = places.slice(from, from + claimsAtOnce);
    const parts = ['claim', 'answer', 'end'] as const;
    const bytes = yield* storeReadAll(some.flatMap(({ stream, n }) => parts.map((part) => renewalKey(stream, n, part))));
    for (const [index, { stream, n }] of some.entries()) {
      const [claim, answer, end] = bytes.slice(index * parts.length, (index + 1) * parts.length);
      try {
        entries.push(claim && (yield* trusted(stream, n, { claim, answer, end })));
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        entries.push(error);
      }
    }
  }
  return entries;
}

/** The bytes of the records of a number; undefined where there is none. */
interface EntryBytes {
  readonly claim: Uint8Array;
  readonly answer?: Uint8Array | undefined;
  readonly end?: Uint8Array | undefined;
  /** The answer was not looked for. Default: false. */
  readonly answerUnread?: boolean;
}

/** A number of a stream from the bytes of its records. @throws JournalError */
function entryOf(stream: string, n: number, bytes: EntryBytes): RenewalEntry {
  const { claim: claimBytes, answer: answerBytes, end: endBytes, answerUnread = false } = bytes;
  const key = renewalKey(stream, n, 'claim');
  const record = parseRecord(key, claimBytes);
  const link = linkOf(claimBytes);
  const base = { n, atMs: record.atMs, link };
  if (record.kind === 'slot') {
    const slot = readRenewalBody(key, record, 'slot');
    return { ...base, claim: undefined, slot, answer: undefined, answerLink: undefined, end: undefined, endLink: link };
  }
  const claim = readRenewalBody(key, record, 'claim');
  const answer = answerBytes && behind(stream, n, 'answer', answerBytes, link);
  const answerLink = answerBytes && linkOf(answerBytes);
  const end = endBytes && behind(stream, n, 'end', endBytes, link);
  if (!answerUnread && end?.answer !== undefined && end.answer !== answerLink) throw changedAnswer(renewalKey(stream, n, 'answer'));
  return { ...base, claim, slot: undefined, answer, answerLink, end, endLink: endBytes && linkOf(endBytes) };
}

/**
 * A number of a stream without what a person has skipped. A skipped claim leaves nothing known of its order: it stands there like a slot that the person
 * opened. A skipped answer leaves its claim as it is without one. A skipped end leaves an order that counts as placed, unless its answer proves that
 * nothing was: so the expiry is not ordered for again before it moves, or a person opens a slot. @throws JournalError
 */
function* trusted(stream: string, n: number, bytes: EntryBytes): Storing<RenewalEntry> {
  try {
    return entryOf(stream, n, bytes);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const keyOf = (part: RenewalPart) => renewalKey(stream, n, part);
    // Of two that do not fit, it may be the claim that was skipped.
    if (yield* isSkipped(keyOf('claim'), bytes.claim)) return skippedClaim(n, bytes.end ?? bytes.claim);
    const part = error.key === keyOf('end') ? 'end' : 'answer';
    if (error.key !== keyOf(part) || !(yield* isSkipped(error.key, bytes[part]))) throw error;
    const entry = yield* trusted(stream, n, { ...bytes, [part]: undefined, answerUnread: true });
    if (part === 'answer') return { ...entry, answerLink: bytes.answer && linkOf(bytes.answer) };
    return { ...entry, end: { outcome: isNothing(entry) ? 'void' : 'moved', by: 'person' }, endLink: linkOf(bytes.end as Uint8Array) };
  }
}

/** A claim that a person has skipped; `last` is what the next one points to. */
function skippedClaim(n: number, last: Uint8Array): RenewalEntry {
  const link = linkOf(last);
  const nothing = { claim: undefined, answer: undefined, answerLink: undefined, end: undefined };
  return { n, atMs: 0, link, ...nothing, slot: { expiry: 0, by: 'skipped' }, endLink: link };
}

/** True of a claim whose records prove that nothing was ordered and nothing will be. */
export function isNothing({ claim, answer }: Pick<RenewalEntry, 'claim' | 'answer'>): boolean {
  return claim?.abandoned === true || answer?.outcome === 'rejected' || answer?.outcome === 'not-sent';
}

/** All claims of a stream with their answers, oldest first: the whole story, for people. @throws JournalError @throws StoreError */
export function* readHistory(stream: string): Storing<readonly RenewalEntry[]> {
  const entries: RenewalEntry[] = [];
  for (let n = 0; ; n++) {
    const entry = yield* readEntry(stream, n, entries.at(-1), { answered: true });
    if (!entry) return entries;
    entries.push(entry);
  }
}

interface HowToRead {
  /** The claim is known to be there: its end is read at once with it. */
  readonly expected?: boolean;
  /** Read the answer of a claim that has ended, too. */
  readonly answered?: boolean;
}

/** Reads one number. The answer is read where the claim is open, or where asked for. */
function* readEntry(
  stream: string,
  n: number,
  before: RenewalEntry | undefined,
  { expected = false, answered = false }: HowToRead,
): Storing<RenewalEntry | undefined> {
  const claimKey = renewalKey(stream, n, 'claim');
  const endKey = renewalKey(stream, n, 'end');
  const [bytes, endBytes] = yield* storeReadAll(expected ? [claimKey, endKey] : [claimKey]);
  if (bytes === undefined) {
    if (!expected) return undefined;
    // What is listed under this number was written behind its claim: an order may have been placed.
    if (!(yield* isSkipped(claimKey, undefined))) throw gap(claimKey, so);
    return skippedClaim(n, endBytes ?? new Uint8Array());
  }
  const record = readable(claimKey, bytes);
  const isSlot = !(record instanceof JournalError) && record.kind === 'slot';
  const end = isSlot || expected ? endBytes : yield* storeRead(endKey);
  if (!(record instanceof JournalError) && (n === 0 || before?.endLink !== undefined) && record.prev !== (before?.endLink ?? null)) {
    if (yield* isSkipped(claimKey, bytes)) return skippedClaim(n, end ?? bytes);
    if (before === undefined || !(yield* endSkipped(stream, before))) throw brokenLink(claimKey, so);
  }
  if (isSlot) return yield* trusted(stream, n, { claim: bytes });
  const answerUnread = end !== undefined && !answered;
  if (answerUnread) {
    try {
      return entryOf(stream, n, { claim: bytes, end, answerUnread });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }
  return yield* trusted(stream, n, { claim: bytes, end, answer: yield* storeRead(renewalKey(stream, n, 'answer')) });
}

/** True where a person has skipped what the claim behind an entry should point to: of two that do not fit, either may have been skipped. */
function* endSkipped(stream: string, { n, slot }: RenewalEntry): Storing<boolean> {
  const key = renewalKey(stream, n, slot ? 'claim' : 'end');
  return yield* isSkipped(key, yield* storeRead(key));
}

function behind<P extends 'answer' | 'end'>(
  stream: string,
  n: number,
  part: P,
  bytes: Uint8Array,
  link: string,
): ReturnType<typeof readRenewalBody<P>> {
  const key = renewalKey(stream, n, part satisfies RenewalPart);
  const record = parseRecord(key, bytes);
  if (record.prev !== link) throw brokenLink(key, so);
  return readRenewalBody(key, record, part);
}

const so = ', so nothing is ordered for this resource';

/** An answer that is not the one that the end of its claim was written on. */
export function changedAnswer(key: string): JournalError {
  return notWhole(key, 'is not the answer that the end of its claim was written on: it was changed, replaced or removed');
}

/** What became of creating a record: ours stands there, or another's does. `link` is what a record behind ours points to. */
export interface Placed {
  readonly mine: boolean;
  readonly link: string;
}

/**
 * Creates a record that carries a token of its writer. After a lost answer it is created again: the very same bytes there mean that we
 * won. Whatever stays unclear is thrown, and the caller must act as if it had lost.
 * @throws StoreError
 */
export function* place(key: string, record: JournalRecord): Storing<Placed> {
  const bytes = encodeRecord(record);
  const link = linkOf(bytes);
  const there = yield* createOrRead(key, bytes);
  if (there === undefined) return { mine: true, link };
  return { mine: linkOf(there) === link, link };
}
