import type { EpochMs } from '../client/clock.ts';
import type { CalendarDays } from '../policy/calendar-days.ts';
import { decodePolicy } from '../policy/codec.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import { sourceHash } from '../policy/fingerprint.ts';
import { parseRecord } from './log/record.ts';
import { malformed } from './store/store.ts';

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
  return { ...said, source, sourceHash: sourceHash(source), compiled, compiledHash: sourceHash(compiled) };
}

/**
 * Reads the record of a policy and holds it against its own hashes: the newest record has no successor whose link would show a change.
 * @throws JournalError `MalformedRecord`, `NewerRecord`
 * @throws PolicyFormatError where the policy in it is of a format that this version does not read
 */
export function readPolicyRecord(key: string, sequence: number, bytes: Uint8Array): StoredPolicy {
  const { kind, atMs, body } = parseRecord(key, bytes);
  const { by, source, compiled, compiledHash } = body;
  const hashOf = (text: unknown): string | undefined => (typeof text === 'string' ? sourceHash(text) : undefined);
  if (kind !== 'policy' || typeof by !== 'string' || hashOf(source) !== body['sourceHash'] || hashOf(compiled) !== compiledHash) {
    throw malformed(key, 'it is no whole policy: push or roll back again');
  }
  const policy = decodePolicy(compiled as string);
  if (policy.sourceHash !== body['sourceHash']) throw malformed(key, 'it is of two policies: push or roll back again');
  return { sequence, atMs, body: body as unknown as PolicyBody, policy };
}
