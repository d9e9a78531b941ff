import { JournalError } from './journal-error.ts';
import { parseStreamKey } from './key.ts';
import { type JournalRecord, linkOf, parseRecord } from './record.ts';
import { parseRenewalKey } from './renewal-key.ts';
import { type ChainRecord, verifyRenewals } from './renewal-verify.ts';
import type { Store } from './store.ts';

/** Something wrong with a record. `code` is that of JournalError, or `MissingRecord` for a gap in the numbers. */
interface VerifyProblem {
  readonly key: string;
  readonly code: string;
  readonly text: string;
}

/** A numbered stream, or the renewals of a resource, as verified. `head` is the link that its next record must carry: note it elsewhere to see a cut tail. */
interface VerifiedStream {
  readonly stream: string;
  readonly records: number;
  readonly first: number;
  readonly last: number;
  readonly head: string;
}

/** What `verifyJournal` found. Good when `problems` is empty. */
export interface Verification {
  /** All records read, numbered or not. */
  readonly records: number;
  readonly streams: readonly VerifiedStream[];
  readonly problems: readonly VerifyProblem[];
  /** Names of what lies there and is no record; nothing reads it. */
  readonly foreign: readonly string[];
}

/**
 * Reads every record under a prefix (default: all), checks that each can be read, that numbered streams and streams of renewals have no
 * gap, and that each of their records carries the link of the one before.
 *
 * A chain does not show a tail that was cut off, nor a stream that was removed as a whole: compare `head` with the one noted before.
 * @throws StoreError
 */
export async function verifyJournal(store: Store, prefix = ''): Promise<Verification> {
  const streams: VerifiedStream[] = [];
  const problems: VerifyProblem[] = [];
  const foreign: string[] = [];
  let records = 0;
  let open: VerifiedStream | undefined;
  let renewals: { readonly stream: string; readonly chain: ChainRecord[] } | undefined;
  const endRenewals = (): void => {
    if (!renewals) return;
    const { stream, chain } = renewals;
    const found = verifyRenewals(chain);
    problems.push(...found.problems);
    const numbers = chain.map(({ n }) => n);
    streams.push({ stream, records: chain.length, first: Math.min(...numbers), last: Math.max(...numbers), head: found.head });
    renewals = undefined;
  };

  for await (const key of store.list(prefix, (name) => foreign.push(name))) {
    const place = parseStreamKey(key);
    const renewal = parseRenewalKey(key);
    if (renewals && renewals.stream !== renewal?.stream) endRenewals();
    if (open && open.stream !== place?.stream) {
      streams.push(open);
      open = undefined;
    }
    const bytes = await store.read(key);
    if (bytes === undefined) {
      problems.push({ key, code: 'MissingRecord', text: 'The record is listed but cannot be read. Something deletes from the journal.' });
      continue;
    }
    records += 1;
    let record: JournalRecord | undefined;
    try {
      record = parseRecord(key, bytes);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      problems.push({ key, code: error.code, text: error.message });
    }
    if (renewal) {
      renewals ??= { stream: renewal.stream, chain: [] };
      renewals.chain.push({ key, n: renewal.n, part: renewal.part, record, link: linkOf(bytes) });
    }
    if (!place) continue;
    const expected = open ? open.last + 1 : 0;
    if (place.sequence !== expected) {
      problems.push({ key, code: 'MissingRecord', text: `Record ${expected} of ${place.stream} is missing before this one.` });
    } else if (record && record.prev !== (open?.head ?? null)) {
      problems.push({
        key,
        code: 'BrokenChain',
        text: 'The record does not continue the one before it: one of the two was changed or replaced.',
      });
    }
    open = {
      stream: place.stream,
      records: (open?.records ?? 0) + 1,
      first: open?.first ?? place.sequence,
      last: place.sequence,
      head: linkOf(bytes),
    };
  }
  if (open) streams.push(open);
  endRenewals();
  return { records, streams, problems, foreign };
}
