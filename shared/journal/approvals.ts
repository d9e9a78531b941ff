import type { EpochMs } from '../client/clock.ts';
import { type Money, type MoneyJson, moneyFromJson, moneyToJson } from '../policy/money.ts';
import { expirySegment } from './alerts.ts';
import { readApprovalBody } from './approval-record.ts';
import { keyOf, streamKey } from './key.ts';
import type { Storing } from './store-effect.ts';
import { append, emptyStream, lastListed, readFrom } from './stream.ts';

/** Where the word on a renewal was given: at the command line, or by a link, which counts only where the rule says so. */
export type ApprovalSource = 'approvals' | 'approvals-link';

/** What an approval is about: one expiry of one resource, asked of one circle of approvers. */
export interface ApprovalSubject {
  readonly circle: string;
  readonly account: string;
  readonly resource: string;
  readonly expiresAtMs: EpochMs;
}

/** What somebody said about a renewal. A later word overrules an earlier one. */
export interface Approval {
  readonly verdict: 'approve' | 'refuse';
  /** RAM user who said it. */
  readonly by: string;
  readonly target: string;
  readonly period: { readonly count: number; readonly unit: string };
  /** The highest price that it is good for; for a refusal the price that was refused. */
  readonly highest: Money;
  readonly atMs: EpochMs;
  /** From this instant on it does not count any more. */
  readonly untilMs: EpochMs;
  readonly because?: string | undefined;
  readonly source: ApprovalSource;
  /** Key of its record. */
  readonly key: string;
}

/** A new word on a renewal. */
export type NewApproval = Omit<Approval, 'key' | 'source'> & { readonly source?: ApprovalSource };

/** The stream of words on a subject: `approvals/<approvers>/<account>/<resource>/<expiry>`; approvers come first, so that RAM can fence it. */
export function approvalStream({ circle, account, resource, expiresAtMs }: ApprovalSubject, source: ApprovalSource = 'approvals'): string {
  return keyOf(source, circle, account, resource, expirySegment(expiresAtMs));
}

/**
 * Writes what somebody said, behind all that was said before. Whether that person may say it is checked by the caller and, when a run
 * reads it, by the list of approvers; RAM decides who can write here. Gives the record's key. @throws StoreError @throws JournalError
 */
export function* recordApproval(subject: ApprovalSubject, owner: string, word: NewApproval): Storing<string> {
  const { verdict, by, target, period, highest, atMs, untilMs, because, source = 'approvals' } = word;
  const stream = approvalStream(subject, source);
  const hint = yield* lastListed(stream);
  const end = hint < 0 ? emptyStream : yield* readFrom(stream, 0, hint, () => {});
  const body = {
    ...{ verdict, by, target, period, highest: moneyToJson(highest), until: new Date(untilMs).toISOString() },
    ...(because === undefined ? {} : { because }),
  };
  const { sequence } = yield* append(stream, end, { kind: 'approval', atMs, owner, body });
  return streamKey(stream, sequence);
}

/**
 * All that was said about a subject, oldest first. One list and the exact reads of each stream: two where nothing was said, four with
 * `links`. @throws StoreError @throws JournalError
 */
export function* readApprovals(subject: ApprovalSubject, links: boolean): Storing<readonly Approval[]> {
  const words: Approval[] = [];
  for (const source of links ? (['approvals', 'approvals-link'] as const) : (['approvals'] as const)) {
    const stream = approvalStream(subject, source);
    yield* readFrom(stream, 0, yield* lastListed(stream), ({ sequence, record }) => {
      if (record.kind !== 'approval') return;
      const key = streamKey(stream, sequence);
      const { highest, until, verdict, by, target, period, because } = readApprovalBody(key, record.body);
      const said = { verdict, by, target, period, ...(because === undefined ? {} : { because }) };
      words.push({ ...said, highest: moneyFromJson(highest as MoneyJson), untilMs: Date.parse(until), atMs: record.atMs, source, key });
    });
  }
  return words.sort((a, b) => a.atMs - b.atMs);
}
