import { type Loose, objectOf, textOf } from '../../fleet/answer-fields.ts';
import { eventData } from './read-event.ts';

/** A record of the audit trail, and what its envelope adds; nothing of it is believed yet. */
export interface AuditRecord {
  /** Identity of the event: two deliveries with the same one are the same event. Undefined where neither envelope nor record carries one. */
  readonly key: string | undefined;
  /** Source of the envelope, `acs.<service>`. Undefined where the record came without an envelope. */
  readonly source: string | undefined;
  /** Account by the envelope. */
  readonly account: string | undefined;
  /**
   * True where the event bus says whose the record is: an envelope of a cloud service with the account that the record names too. Who called, and
   * through what, is believed of such records only.
   */
  readonly vouched: boolean;
  /** Time by the envelope. */
  readonly time: string | undefined;
  /** The fields of the management event (Function Compute facts, ActionTrail). */
  readonly data: Loose;
}

/**
 * The audit records that an event carries, and how many entries were none. One object or a list, each entry an object or JSON text; each with
 * the CloudEvents envelope (the default of a trigger) or without it (`RawData`). Undefined: nothing that looks like an audit event at all.
 */
export function auditRecords(event: unknown): { readonly records: readonly AuditRecord[]; readonly unreadable: number } | undefined {
  const entries = Array.isArray(event) ? event : [event];
  const records = entries
    .map((entry) => recordOf(typeof entry === 'string' ? parsed(entry) : entry))
    .filter((record) => record !== undefined);
  return records.length === 0 ? undefined : { records, unreadable: entries.length - records.length };
}

function recordOf(value: unknown): AuditRecord | undefined {
  const entry = objectOf(value);
  if (entry === undefined) return undefined;
  const inner = typeof entry.data === 'string' ? objectOf(parsed(entry.data)) : objectOf(entry.data);
  const data = inner ?? entry;
  if (textOf(data.eventName) === undefined) return undefined;
  const source = inner && textOf(entry.source);
  // Source and id together are the identity (Function Compute facts, envelope); a bare record has an id of its own.
  const id = inner && textOf(entry.id);
  const key = id === undefined ? (textOf(data.eventId) ?? textOf(data.requestId)) : `${source ?? ''} ${id}`;
  const account = inner && textOf(entry.aliyunaccountid);
  const named = textOf(data.recipientAccountId);
  const vouched = source?.startsWith('acs.') === true && account !== undefined && (named === undefined || named === account);
  return { key, source, account, vouched, time: inner && textOf(entry.time), data: withObjects(data) };
}

/** Fields of a record that hold objects, and come as JSON text at times. */
const objectFields = ['additionalEventData', 'referencedResources', 'requestParameters', 'responseElements', 'userIdentity'] as const;

function withObjects(data: Loose): Loose {
  const read = objectFields.flatMap((name) => {
    const value = typeof data[name] === 'string' ? objectOf(parsed(data[name])) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return read.length === 0 ? data : { ...data, ...Object.fromEntries(read) };
}

/** What a text inside of an event says; undefined where it is no JSON, or none that should be read. */
function parsed(text: string): unknown {
  try {
    return eventData(text, 'A text of the event');
  } catch {
    return undefined;
  }
}
