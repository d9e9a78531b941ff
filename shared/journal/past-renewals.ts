import type { EpochMs } from '../client/clock.ts';
import { JournalError } from './journal-error.ts';
import { linkOf, parseRecord } from './record.ts';
import { changedAnswer } from './renewal.ts';
import { parseRenewalKey, renewalKey, renewalStream } from './renewal-key.ts';
import { type AnswerBody, type ClaimBody, type EndBody, readRenewalBody, type SlotBody } from './renewal-record.ts';
import { isSkipped } from './skipped.ts';
import type { Store } from './store.ts';
import { runStoring } from './store-effect.ts';

/** One number of a resource's stream of renewals, with all that is written under it. */
export interface PastRenewal {
  readonly account: string;
  readonly resourceId: string;
  readonly n: number;
  readonly atMs: EpochMs;
  /** Token of the run, or of the command, that wrote claim or slot; empty where that record is missing. */
  readonly owner: string;
  /** Absent for a slot that a person opened. */
  readonly claim?: ClaimBody;
  readonly slot?: SlotBody;
  readonly answer?: AnswerBody;
  readonly end?: EndBody;
}

/**
 * All renewals in the journal, of one resource or, without `resourceId`, of all; in the order of keys. Reads every record, so it is for
 * people who ask, not for runs.
 * @throws StoreError when the store does not answer
 * @throws JournalError when a record cannot be read, unless a person has skipped it
 */
export async function pastRenewals(store: Store, account?: string, resourceId?: string): Promise<readonly PastRenewal[]> {
  const renewals = new Map<string, PastRenewal>();
  const answers = new Map<string, string>();
  const prefix = account !== undefined && resourceId !== undefined ? `${renewalStream(account, resourceId)}/` : 'renewals/';
  for await (const key of store.list(prefix)) {
    const place = parseRenewalKey(key);
    const bytes = place && (await store.read(key));
    if (!place || !bytes) continue;
    try {
      const record = parseRecord(key, bytes);
      const id = `${place.stream}/${place.n}`;
      const { n } = place;
      const known = renewals.get(id) ?? { account: place.account, resourceId: place.resourceId, n, atMs: record.atMs, owner: '' };
      if (place.part === 'answer') {
        renewals.set(id, { ...known, answer: readRenewalBody(key, record, 'answer') });
        answers.set(id, linkOf(bytes));
      } else if (place.part === 'end') {
        const end = readRenewalBody(key, record, 'end');
        // Keys come in the order answer, claim, end.
        if (end.answer !== undefined && end.answer !== answers.get(id)) throw changedAnswer(renewalKey(place.stream, n, 'answer'));
        renewals.set(id, { ...known, end });
      } else if (record.kind === 'slot')
        renewals.set(id, { ...known, atMs: record.atMs, owner: record.owner, slot: readRenewalBody(key, record, 'slot') });
      else renewals.set(id, { ...known, atMs: record.atMs, owner: record.owner, claim: readRenewalBody(key, record, 'claim') });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      // A skipped record counts as if it had never been; an end that was written on it stands.
      const at = error.key ?? key;
      if (!(await runStoring(store, isSkipped(at, at === key ? bytes : await store.read(at))))) throw error;
      if (at !== key)
        renewals.set(`${place.stream}/${place.n}`, {
          ...(renewals.get(`${place.stream}/${place.n}`) ?? {
            account: place.account,
            resourceId: place.resourceId,
            n: place.n,
            atMs: 0,
            owner: '',
          }),
          end: readRenewalBody(key, parseRecord(key, bytes), 'end'),
        });
    }
  }
  return [...renewals.values()].sort((a, b) => a.n - b.n);
}
