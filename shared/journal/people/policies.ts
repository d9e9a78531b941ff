import type { EpochMs } from '../../client/clock.ts';
import { sha256 } from '../../client/hmac.ts';
import type { CalendarDays } from '../../policy/calendar-days.ts';
import { decodePolicy, PolicyFormatError } from '../../policy/codec.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import { linkOf, parseRecord } from '../log/record.ts';
import { isSkipped } from '../log/skipped.ts';
import { append, emptyStream, listedEnd, Misfits, readable, type StreamEnd } from '../log/stream.ts';
import { streamKey } from '../store/key.ts';
import { JournalError, malformed, wayOut } from '../store/store.ts';
import { equalBytes, type Storing, storeRead, storeReadAll } from '../store/store-effect.ts';

/** The stream of what was published: `policy/<seq>`. Only policies are in it; what waits for a second person is elsewhere. */
export const policyStream = 'policy';

/** A record of the stream that cannot be used, and why. */
export interface BrokenPolicy {
  readonly sequence: number;
  readonly because: string;
}

/** The newest policy that can be used, and what stands behind it that cannot. */
export interface NewestPolicy {
  /** Undefined where there is none. */
  readonly good: StoredPolicy | undefined;
  /** Newest first. */
  readonly broken: readonly BrokenPolicy[];
  /** Where the stream goes on; undefined behind a known policy where nothing newer is. */
  readonly end: StreamEnd | undefined;
}

/** How the newest policy is looked for. */
export interface NewestOptions {
  /** The one found before: reading goes on behind it, without a list. Default: where the list says, which may lag behind. */
  readonly known?: StoredPolicy | undefined;
  /** Why a policy that can be read cannot be used here all the same; undefined where it can. Default: each can. */
  readonly refuses?: ((policy: CompiledPolicy) => string | undefined) | undefined;
}

/** So many records are read back at most for one that can be used. */
const mostReadBack = 256;

/**
 * Finds the newest policy that can be used. One list and two reads; one read and no list behind a known one. A record that cannot be
 * read, or that is of a later format, is passed over for the one before it, and named unless a person has skipped it. One behind a gap that no loss
 * explains is none: it would hide all that are published by their number.
 * @throws StoreError
 */
export function* newestPolicy({ known, refuses }: NewestOptions = {}): Storing<NewestPolicy> {
  const floor = known?.sequence ?? -1;
  const { last: listed, strays } = known ? { last: -1, strays: [] } : yield* listedEnd(policyStream);
  const found = new Map<number, Uint8Array>();
  let next = Math.max(floor + 1, listed);
  const misfits = new Misfits(policyStream);
  let before: Uint8Array | undefined;
  for (let more = true; more; ) {
    for (const bytes of yield* storeReadAll((known ? [next] : [next, next + 1]).map((at) => streamKey(policyStream, at)))) {
      more &&= bytes !== undefined;
      if (!more || !bytes) continue;
      const record = readable(streamKey(policyStream, next), bytes);
      misfits.note(!(record instanceof JournalError) && !(before && equalBytes(before, bytes)));
      before = bytes;
      found.set(next++, bytes);
    }
  }
  const broken: BrokenPolicy[] = strays.map(({ sequence, error }) => ({ sequence, because: error.message }));
  let end = next === 0 ? emptyStream : undefined;
  // The one that is listed may be gone.
  for (let sequence = next === listed ? next : next - 1; sequence > Math.max(floor, next - mostReadBack); sequence--) {
    const key = streamKey(policyStream, sequence);
    const bytes = found.get(sequence) ?? (yield* storeRead(key));
    if (bytes) end ??= { next, prev: linkOf(bytes) };
    const read = bytes ? attempt(key, sequence, bytes) : `it is missing. ${wayOut(key)}`;
    const because = typeof read === 'string' ? read : refuses?.(read.policy);
    if (typeof read !== 'string' && because === undefined) return { good: read, broken, end };
    if (!(yield* isSkipped(key, bytes))) broken.push({ sequence, because: because ?? '' });
  }
  return { good: known, broken, end };
}

function attempt(key: string, sequence: number, bytes: Uint8Array): StoredPolicy | string {
  try {
    return readPolicyRecord(key, sequence, bytes);
  } catch (error) {
    if (error instanceof JournalError || error instanceof PolicyFormatError) return error.message;
    throw error;
  }
}

/**
 * Publishes a policy behind the newest record that its author has looked at. `overtaken`: somebody else published meanwhile; nothing was
 * written then, and `sequence` is theirs.
 * @throws StoreError
 */
export function* publishPolicy(
  end: StreamEnd,
  { owner, atMs }: { readonly owner: string; readonly atMs: EpochMs },
  body: PolicyBody,
): Storing<{ readonly outcome: 'published' | 'overtaken'; readonly sequence: number }> {
  const { outcome, sequence } = yield* append(policyStream, end, { kind: 'policy', atMs, owner, body: { ...body } }, () => 'stop');
  return { outcome: outcome === 'appended' ? 'published' : 'overtaken', sequence };
}

/** One record of the stream: a policy, or why it is none. */
export type PolicyEntry = StoredPolicy | BrokenPolicy;

/**
 * The policy under a number; undefined where there is no such record. @throws StoreError
 */
export function* policyAt(sequence: number): Storing<PolicyEntry | undefined> {
  const key = streamKey(policyStream, sequence);
  const bytes = yield* storeRead(key);
  if (bytes === undefined) return undefined;
  const read = attempt(key, sequence, bytes);
  return typeof read === 'string' ? { sequence, because: read } : read;
}

/** What the record of a policy says. */
export interface PolicyBody {
  /** Who published it: name of the RAM user; of a role or an account's root the ARN. Of a confirmed one: who proposed it. */
  readonly by: string;
  readonly because?: string | undefined;
  /** SHA-256, lower-case hex, of `source`. */
  readonly sourceHash: string;
  /** The policy as written, so that it can be compared, and published again. */
  readonly source: string;
  /** SHA-256, lower-case hex, of `compiled`. */
  readonly compiledHash: string;
  /** The policy as functions read it: the text that `encodePolicy` gives. */
  readonly compiled: string;
  /** The days of calendars that it was compiled with, see `calendarDays`. Absent in records of earlier versions. */
  readonly calendars?: CalendarDays | undefined;
  /** The second person, and the proposal that they confirmed; absent where none was needed. */
  readonly confirmedBy?: string | undefined;
  readonly proposal?: number | undefined;
  /** The policy that a rollback carries again. */
  readonly restores?: number | undefined;
}

/** A policy in the store that can be used. */
export interface StoredPolicy {
  readonly sequence: number;
  readonly atMs: EpochMs;
  readonly body: PolicyBody;
  readonly policy: CompiledPolicy;
}

/** The body of a policy's record. */
export function policyBody(
  said: Pick<PolicyBody, 'by' | 'because' | 'calendars' | 'confirmedBy' | 'proposal' | 'restores'>,
  source: string,
  compiled: string,
): PolicyBody {
  return { ...said, source, sourceHash: sha256(source), compiled, compiledHash: sha256(compiled) };
}

/**
 * Reads the record of a policy and holds it against its own hashes: the newest record has no successor whose link would show a change.
 * @throws JournalError `MalformedRecord`, `NewerRecord`
 * @throws PolicyFormatError where the policy in it is of a format that this version does not read
 */
export function readPolicyRecord(key: string, sequence: number, bytes: Uint8Array): StoredPolicy {
  const { kind, atMs, body } = parseRecord(key, bytes);
  const { by, source, compiled, compiledHash } = body;
  const hashOf = (text: unknown): string | undefined => (typeof text === 'string' ? sha256(text) : undefined);
  if (kind !== 'policy' || typeof by !== 'string' || hashOf(source) !== body['sourceHash'] || hashOf(compiled) !== compiledHash) {
    throw malformed(key, 'it is no whole policy: push or roll back again');
  }
  const policy = decodePolicy(compiled as string);
  if (policy.sourceHash !== body['sourceHash']) throw malformed(key, 'it is of two policies: push or roll back again');
  return { sequence, atMs, body: body as unknown as PolicyBody, policy };
}
