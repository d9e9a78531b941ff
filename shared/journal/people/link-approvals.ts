import { type Money, moneyToJson } from '../../policy/money.ts';
import { emptyStream } from '../log/stream.ts';
import type { Storing } from '../store/store-effect.ts';
import { type AnswerWritten, appendAnswer } from './append-answer.ts';
import type { AnswerBody, LinkProof } from './approval-record.ts';
import { type AnswerPlace, type Answers, type ApprovalSubject, approvalStream, electorateIn, linkVoice, seenIn } from './approvals.ts';

/** A new answer by link. */
export interface NewLinkAnswer extends Pick<AnswerBody, 'verdict' | 'target' | 'period' | 'because'> {
  readonly highest: Money;
  readonly atMs: number;
  readonly untilMs: number;
}

/** What signs an answer by link. */
export interface LinkSigner extends Omit<LinkProof, 'signature'> {
  readonly sign: (place: AnswerPlace, body: AnswerBody) => string;
}

/**
 * Writes an answer by link, signed for the place where it comes to stand, so that it counts nowhere else. An approval is not written behind an answer
 * that was not read.
 * @param read what had been answered before, as the page showed it
 * @throws StoreError @throws JournalError `StreamFull`
 */
export function* recordLinkAnswer(
  subject: ApprovalSubject,
  owner: string,
  answer: NewLinkAnswer,
  { payload, key, issued, sign }: LinkSigner,
  read: Pick<Answers, 'ends'>,
): Storing<AnswerWritten> {
  const { verdict, target, period, highest, atMs, untilMs, because } = answer;
  const voice = linkVoice(subject.circle);
  const stream = approvalStream(voice, subject);
  const seen = seenIn(read, voice);
  const electorate = electorateIn(read, verdict);
  const said: AnswerBody = {
    ...{ verdict, by: undefined, target, period: { ...period }, highest, untilMs, because, seen, electorate },
    ...{ withdrawsLinks: false, link: undefined },
  };
  const bodyAt = (sequence: number, prev: string | null) => ({
    ...{ verdict, target, period: said.period, highest: moneyToJson(highest), until: new Date(untilMs).toISOString(), seen },
    ...(electorate.length === 0 ? {} : { electorate }),
    ...(because === undefined ? {} : { because }),
    link: { payload, key, issued, signature: sign({ stream, sequence, prev, atMs }, said) },
  });
  return yield* appendAnswer(stream, read.ends[voice] ?? emptyStream, { atMs, owner, verdict, bodyAt });
}
