import type { EpochMs } from '../../client/clock.ts';
import { encodeRecord, linkOf } from '../log/record.ts';
import type { StreamEnd } from '../log/stream.ts';
import { streamKey } from '../store/key.ts';
import { JournalError } from '../store/store.ts';
import { createOrRead, equalBytes, type Storing } from '../store/store-effect.ts';

/** Most records of a stream of answers that are read and written: more than people give, and few enough that nobody can slow a run down. */
export const mostAnswers = 200;

/** An answer before its place in a stream is known. */
export interface AnswerDraft {
  readonly atMs: EpochMs;
  /** Random token of who writes. */
  readonly owner: string;
  readonly verdict: 'approve' | 'refuse';
  /** The body for a place: what is signed names where it stands, so that it can stand nowhere else. */
  readonly bodyAt: (sequence: number, prev: string | null) => Readonly<Record<string, unknown>>;
}

/** What became of an answer; `overtaken`: an approval was not written, since its stream has an answer that its writer had not read. */
export type AnswerWritten = { readonly outcome: 'written'; readonly key: string } | { readonly outcome: 'overtaken' };

/**
 * Appends an answer where its writer saw the stream end. A refusal goes on behind whatever was written meanwhile, an approval does not: it would count
 * although its writer had not read that. What stands there need not be readable: a damaged record keeps nobody from answering.
 * @throws JournalError `StreamFull`
 * @throws StoreError
 */
export function* appendAnswer(stream: string, end: StreamEnd, { atMs, owner, verdict, bodyAt }: AnswerDraft): Storing<AnswerWritten> {
  let { next, prev } = end;
  for (;;) {
    const key = streamKey(stream, next);
    if (next >= mostAnswers) {
      throw new JournalError(
        'StreamFull',
        `${stream} has ${next} answers already, and no more are read. Look who wrote them with 'streamwarden journal list --prefix ${stream}'; renew by hand in the console.`,
      );
    }
    const bytes = encodeRecord({ kind: 'approval', atMs, owner, prev, body: bodyAt(next, prev) });
    const there = yield* createOrRead(key, bytes);
    if (there === undefined || equalBytes(there, bytes)) return { outcome: 'written', key };
    if (verdict === 'approve') return { outcome: 'overtaken' };
    next += 1;
    prev = linkOf(there);
  }
}
