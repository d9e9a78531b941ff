import type { EpochMs } from '../client/clock.ts';
import { moneyToJson } from '../policy/money.ts';
import { readApprovalBody } from './approval-record.ts';
import { type ApprovalSubject, approvalStream, type NewApproval } from './approvals.ts';
import { streamKey } from './key.ts';
import type { JournalRecord } from './record.ts';
import type { Storing } from './store-effect.ts';
import { append, lastListed, readFrom } from './stream.ts';

/** The word that a link has given. */
export interface LinkWord {
  readonly verdict: 'approve' | 'refuse';
  readonly atMs: EpochMs;
  /** Key of its record. */
  readonly key: string;
}

/** The word that a link has given, undefined where it gave none yet. @throws StoreError @throws JournalError */
export function* wordOfLink(subject: ApprovalSubject, link: string): Storing<LinkWord | undefined> {
  const stream = approvalStream(subject, 'approvals-link');
  let word: LinkWord | undefined;
  yield* readFrom(stream, 0, yield* lastListed(stream), ({ sequence, record }) => {
    word ??= wordIn(streamKey(stream, sequence), record, link);
  });
  return word;
}

/**
 * Writes the word of a link, unless it has given one: of two that press at once one wins, since both need the next number of one stream.
 * Gives the word that stands, and whether it is the one given now.
 * @param link what the link is known by; not the link itself, which is a secret
 * @throws StoreError @throws JournalError
 */
export function* recordLinkWord(
  subject: ApprovalSubject,
  link: string,
  owner: string,
  word: Omit<NewApproval, 'source'>,
): Storing<{ readonly word: LinkWord; readonly fresh: boolean }> {
  const stream = approvalStream(subject, 'approvals-link');
  let before: LinkWord | undefined;
  const look = (sequence: number, record: JournalRecord): void => {
    before ??= wordIn(streamKey(stream, sequence), record, link);
  };
  const end = yield* readFrom(stream, 0, yield* lastListed(stream), ({ sequence, record }) => look(sequence, record));
  if (before !== undefined) return { word: before, fresh: false };
  const { verdict, by, target, period, highest, atMs, untilMs, because } = word;
  const body = {
    ...{ verdict, by, target, period, highest: moneyToJson(highest), until: new Date(untilMs).toISOString(), link },
    ...(because === undefined ? {} : { because }),
  };
  const { sequence } = yield* append(stream, end, { kind: 'approval', atMs, owner, body }, (other) => {
    look(other.sequence, other.record);
    return before === undefined ? 'go-on' : 'stop';
  });
  return before === undefined ? { word: { verdict, atMs, key: streamKey(stream, sequence) }, fresh: true } : { word: before, fresh: false };
}

function wordIn(key: string, record: JournalRecord, link: string): LinkWord | undefined {
  if (record.kind !== 'approval' || record.body['link'] !== link) return undefined;
  return { verdict: readApprovalBody(key, record.body).verdict, atMs: record.atMs, key };
}
