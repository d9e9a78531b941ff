import * as z from 'zod/mini';
import { JournalError } from './journal-error.ts';
import type { JournalRecord } from './record.ts';

/** Amounts set aside, by reservation id, in millionths of the stream's currency. */
const reserve = z.object({ reservations: z.array(z.object({ id: z.string(), micros: z.string().check(z.regex(/^\d{1,30}$/)) })) });

/** Ids of reservations that are given back for good. */
const release = z.object({ ids: z.array(z.string()) });

const bodies = { reserve, release } as const;

/** A record of a budget stream, read. */
export type BudgetRecord =
  | { readonly kind: 'reserve'; readonly body: z.output<typeof reserve> }
  | { readonly kind: 'release'; readonly body: z.output<typeof release> };

/**
 * Reads a record of a budget stream. Other kinds are refused: a budget that is half understood is none.
 * @throws JournalError `MalformedRecord`
 */
export function readBudgetRecord(key: string, record: JournalRecord): BudgetRecord {
  const kind = record.kind;
  if (kind === 'reserve' || kind === 'release') {
    const parsed = z.safeParse(bodies[kind] as z.core.$ZodType, record.body);
    if (parsed.success) return { kind, body: parsed.data } as BudgetRecord;
  }
  throw new JournalError(
    'MalformedRecord',
    `The journal record ${key} (${kind}) cannot be read as a reservation or a release. Run 'streamwarden journal verify' and restore it from a backup; nothing is ordered in this currency until then.`,
  );
}
