import type { EpochMs } from '../../client/clock.ts';
import { sha256 } from '../../client/hmac.ts';
import { read } from '../../schema/compare.ts';
import { anyText, decimal, matching, openObject, type TextSchema } from '../../schema/schema.ts';
import { anything, nullable, recordOf } from '../../schema/shapes.ts';
import { JournalError, malformed } from '../store/store.ts';

/** One entry of the journal. What a `kind` means is the business of its reader; unknown kinds are carried, not refused. */
export interface JournalRecord {
  readonly kind: string;
  readonly atMs: EpochMs;
  /** Random token of the run that wrote it: tells one's own record from another's after a lost answer. */
  readonly owner: string;
  /** SHA-256, lower-case hex, of the bytes of the record before it in a numbered stream; null for the first and outside streams. */
  readonly prev: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The version of the record format that this program writes. */
export const recordVersion = 1;

/** A time as records write it: UTC with milliseconds. */
const recordTime: TextSchema<string> = matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'write a time in UTC with milliseconds');

const envelope = openObject({
  v: decimal,
  kind: anyText,
  at: recordTime,
  owner: anyText,
  prev: nullable(matching(/^[0-9a-f]{64}$/, 'write a SHA-256 in lower-case hex')),
  body: recordOf(anything),
});

/** The bytes of a record: UTF-8 JSON `{at, body, kind, owner, prev, v}` with sorted keys and a final line feed. Equal records, equal bytes. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  const { kind, atMs, owner, prev, body } = record;
  const text = canonicalJson({ v: recordVersion, kind, at: new Date(atMs).toISOString(), owner, prev, body });
  return new TextEncoder().encode(`${text}\n`);
}

/**
 * Reads a record; unknown kinds and unknown members of the envelope pass.
 * @throws JournalError `MalformedRecord` or `NewerRecord`, with the key
 */
export function parseRecord(key: string, bytes: Uint8Array): JournalRecord {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw malformed(key, 'it is not JSON text', cause);
  }
  const parsed = read(envelope, value);
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version > recordVersion) {
    throw new JournalError(
      'NewerRecord',
      `The journal record ${key} has format ${version}; this version reads up to ${recordVersion}. Update Streamwarden on this machine, then run again.`,
      { key },
    );
  }
  if (!parsed.ok || parsed.value.v !== recordVersion) {
    throw malformed(key, `wrong or missing: ${parsed.ok ? 'v' : parsed.where}`);
  }
  const atMs = Date.parse(parsed.value.at);
  if (Number.isNaN(atMs)) throw malformed(key, 'wrong or missing: at');
  const { kind, owner, prev, body } = parsed.value;
  return { kind, atMs, owner, prev, body };
}

/** The link that the next record of a stream carries: SHA-256, lower-case hex, of a record's bytes. */
export function linkOf(bytes: Uint8Array): string {
  return sha256(bytes);
}

/**
 * JSON text with the keys of every object in code-unit order, so that equal values have equal bytes. Undefined members are left
 * out, as JSON does; bigints become strings.
 * @throws TypeError for what JSON cannot carry: functions, symbols, NaN and the infinities
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return JSON.stringify(value.toString());
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form.`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') {
    let members = '';
    for (const key of Object.keys(value).sort()) {
      const member = (value as Readonly<Record<string, unknown>>)[key];
      if (member !== undefined) members += `${members && ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`A ${typeof value} has no JSON form.`);
}
