import type { EpochMs } from '../../client/clock.ts';
import { linkOf, parseRecord } from '../log/record.ts';
import { isSkipped } from '../log/skipped.ts';
import { JournalError, type Store } from '../store/store.ts';
import { runStoring } from '../store/store-effect.ts';
import { changedAnswer } from './renewal.ts';
import {
  type AnswerBody,
  type ClaimBody,
  type EndBody,
  parseRenewalKey,
  type RenewalPart,
  readRenewalBody,
  renewalKey,
  renewalStream,
  type SlotBody,
} from './renewal-record.ts';

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
  const answers = new Map<string, Uint8Array>();
  const prefix = account !== undefined && resourceId !== undefined ? `${renewalStream(account, resourceId)}/` : 'renewals/';
  for await (const key of store.list(prefix)) {
    const place = parseRenewalKey(key);
    const bytes = place && (await store.read(key));
    if (!place || !bytes) continue;
    const id = `${place.stream}/${place.n}`;
    if (place.part === 'answer') answers.set(id, bytes);
    const said = await saidUnder(store, key, bytes, place.part);
    if (said === undefined) continue;
    // Keys come in the order answer, claim, end.
    const answer = answers.get(id);
    if (said.end?.answer !== undefined && said.end.answer !== (answer && linkOf(answer))) {
      const answerKey = renewalKey(place.stream, place.n, 'answer');
      if (!(await runStoring(store, isSkipped(answerKey, answer)))) throw changedAnswer(answerKey);
    }
    const base = { account: place.account, resourceId: place.resourceId, n: place.n, owner: '' };
    const known = renewals.get(id);
    renewals.set(id, place.part === 'claim' ? { ...base, ...known, ...said } : { ...base, ...said, ...known });
  }
  return [...renewals.values()].sort((a, b) => a.n - b.n);
}

/** What a record says of its renewal; undefined where a person has skipped it: it counts as if it had never been. @throws JournalError @throws StoreError */
async function saidUnder(
  store: Store,
  key: string,
  bytes: Uint8Array,
  part: RenewalPart,
): Promise<(Pick<PastRenewal, 'atMs'> & Partial<PastRenewal>) | undefined> {
  try {
    const record = parseRecord(key, bytes);
    const { atMs, owner, kind } = record;
    if (part === 'answer') return { atMs, answer: readRenewalBody(key, record, 'answer') };
    if (part === 'end') return { atMs, end: readRenewalBody(key, record, 'end') };
    if (kind === 'slot') return { atMs, owner, slot: readRenewalBody(key, record, 'slot') };
    return { atMs, owner, claim: readRenewalBody(key, record, 'claim') };
  } catch (error) {
    if (error instanceof JournalError && (await runStoring(store, isSkipped(key, bytes)))) return undefined;
    throw error;
  }
}
