import { streamKey } from '../../journal/key.ts';
import { linkOf } from '../../journal/record.ts';
import type { Store } from '../../journal/store.ts';
import { verifyJournal } from '../../journal/verify.ts';

/** The end of a chained stream: number of its last record, and the link that the next one must carry. */
export interface Head {
  readonly stream: string;
  readonly last: number;
  readonly head: string;
}

/** What the journal's chains look like, compared with the heads that an earlier digest told. */
export interface JournalHeads {
  readonly heads: readonly Head[];
  /** What is wrong: broken chains, and streams that end before a head told earlier or no longer contain it. */
  readonly problems: readonly { readonly key: string; readonly text: string }[];
  /** When the heads compared with were told; undefined where there were none. */
  readonly comparedWithMs: number | undefined;
}

/** Streams in which what matters is kept; reports of runs and signs of life are not chained. */
const chained = ['written', 'renewals', 'budget', 'approvals', 'approvals-link', 'policy', 'exceptions', 'halts', 'digests'] as const;

/**
 * Verifies all chained streams, and that each still contains the head that was told before: a chain alone does not see that its newest
 * records were cut off. Reads every record of these streams.
 * @throws StoreError
 */
export async function readHeads(
  store: Store,
  earlier: { readonly heads: readonly Head[]; readonly atMs: number } | undefined,
): Promise<JournalHeads> {
  const heads: Head[] = [];
  const problems: { key: string; text: string }[] = [];
  for (const prefix of chained) {
    const verified = await verifyJournal(store, `${prefix}/`);
    heads.push(...verified.streams.map(({ stream, last, head }) => ({ stream, last, head })));
    problems.push(...verified.problems.map(({ key, code, text }) => ({ key, text: `${code}: ${text}` })));
  }
  const now = new Map(heads.map((head) => [head.stream, head]));
  for (const before of earlier?.heads ?? []) {
    const text = await lossOf(store, before, now.get(before.stream));
    if (text !== undefined) problems.push({ key: before.stream, text });
  }
  return { heads, problems, comparedWithMs: earlier?.atMs };
}

async function lossOf(store: Store, before: Head, now: Head | undefined): Promise<string | undefined> {
  if (now === undefined) return 'The stream is gone, and an earlier digest told its head.';
  if (now.last < before.last)
    return `The stream ends at record ${now.last}, and an earlier digest told ${before.last}: its newest records are gone.`;
  if (now.last === before.last && now.head === before.head) return undefined;
  // A renewal's head moves on with answer and end, which are no numbers of their own.
  if (before.stream.startsWith('renewals/')) return undefined;
  const bytes = await store.read(streamKey(before.stream, before.last));
  if (bytes !== undefined && linkOf(bytes) === before.head) return undefined;
  return `Record ${before.last} is not the one that an earlier digest told: the stream was rewritten.`;
}
