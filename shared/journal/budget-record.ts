import { read } from '../schema/compare.ts';
import { anyText, jsonList, matching, openObject, type Schema, type TypeOf } from '../schema/schema.ts';
import type { JournalRecord } from './log/record.ts';
import { malformed } from './store/store.ts';

/** Amounts set aside, by reservation id, in millionths of the stream's currency. */
const reserve = openObject({
  reservations: jsonList(openObject({ id: anyText, micros: matching(/^\d{1,30}$/, 'write millionths in digits') })),
});

/** Ids of reservations that are given back for good. */
const release = openObject({ ids: jsonList(anyText) });

const bodies = { reserve, release } as const;

/** A record of a budget stream, read. */
export type BudgetRecord =
  | { readonly kind: 'reserve'; readonly body: TypeOf<typeof reserve> }
  | { readonly kind: 'release'; readonly body: TypeOf<typeof release> };

/**
 * Reads a record of a budget stream. Other kinds are refused: a budget that is half understood is none.
 * @throws JournalError `MalformedRecord`
 */
export function readBudgetRecord(key: string, record: JournalRecord): BudgetRecord {
  const kind = record.kind;
  if (kind === 'reserve' || kind === 'release') {
    const parsed = read(bodies[kind] as Schema, record.body);
    if (parsed.ok) return { kind, body: parsed.value } as BudgetRecord;
  }
  throw malformed(key, 'it is neither a reservation nor a release');
}
