import { PolicyFormatError } from '../../policy/codec.ts';
import { parseRenewalKey } from '../renewals/renewal-record.ts';
import { type RenewalRecord, verifyRenewals } from '../renewals/renewal-verify.ts';
import { parseStreamKey, streamKey } from '../store/key.ts';
import { JournalError, type Store } from '../store/store.ts';
import { runStoring } from '../store/store-effect.ts';
import { checkNumbered, listedOnly, type NumberedRecord } from './chain.ts';
import { apartFromSkipped, type CoverageProblem, changedRecord, removedRecord, type SkippedRecord, withoutLag } from './coverage.ts';
import { type HeadChain, headFamilies, headStream, readHeads, readPage } from './heads.ts';
import { type JournalRecord, linkOf, parseRecord } from './record.ts';
import { readWholeRecord } from './record-bodies.ts';
import { mayBeExpired } from './runs.ts';

/** A numbered stream, or the renewals of a resource, as verified. `head` is the link that its next record must carry. */
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
  /**
   * What is wrong, by record. `code` is that of JournalError; `MissingRecord` for one that was removed, `ChangedRecord` for one whose bytes are not
   * those that a head covers, `UnknownHead` where the journal does not have the head that was asked for.
   */
  readonly problems: readonly CoverageProblem[];
  /** Damaged records that a person has skipped: `by` whom, and why. */
  readonly skipped: readonly SkippedRecord[];
  /** Names of what lies there and is no record; nothing reads it. */
  readonly foreign: readonly string[];
  /** What heads cover; undefined in a journal without heads. `newer`: records that came after the last of them. */
  readonly covered: { readonly heads: number; readonly records: number; readonly newer: number } | undefined;
}

/** What is verified. */
export interface VerifyOptions {
  /** Only records whose keys begin so. Default: all. */
  readonly prefix?: string | undefined;
  /** Hash of a head that was told earlier, at least its first 32 digits: what it covers was there then. */
  readonly head?: string | undefined;
}

/** Records read at once. */
const readAhead = 16;

/**
 * Reads every record under a prefix (default: all), checks that each can be read, that numbered streams and streams of renewals have no
 * gap, that each of their records carries the link of the one before, and that each record that a head covers is there as it was then.
 *
 * The heads lie in the journal themselves. Who can replace them too is found out by the hash of a head that was kept elsewhere: `head`.
 * @throws StoreError
 */
export async function verifyJournal(store: Store, { prefix = '', head }: VerifyOptions = {}): Promise<Verification> {
  const problems: CoverageProblem[] = [];
  const chain = await runStoring(store, readHeads());
  problems.push(...chain.problems);
  if (head !== undefined) problems.push(...unknownHead(chain, head));
  const covered = await coveredLinks(store, chain, prefix, problems);
  const coveredCount = covered.size;

  const foreign: string[] = [];
  const streams = new StreamChecks(problems);
  let records = 0;
  let newer = 0;
  for await (const batch of batchesOf(store.list(prefix, (name) => foreign.push(name)))) {
    const read = await Promise.all(batch.map((key) => store.read(key)));
    for (const [index, key] of batch.entries()) {
      const bytes = read[index];
      if (bytes === undefined) {
        problems.push(listedOnly(key));
        continue;
      }
      records += 1;
      const link = linkOf(bytes);
      const expected = covered.get(key);
      covered.delete(key);
      const { record, problem } = readableRecord(key, bytes);
      if (problem) problems.push(problem);
      if (expected !== undefined && expected !== link) problems.push(changedRecord(key));
      if (expected === undefined && !headFamilies.has(key.slice(0, key.indexOf('/')))) newer += 1;
      streams.take(key, record, link);
    }
  }
  // What is left was not listed; a list may lag, so it is asked for by name below.
  const lastMs = chain.heads.at(-1)?.atMs ?? 0;
  problems.push(...[...covered.keys()].filter((key) => !mayBeExpired(key, lastMs)).map(removedRecord));
  streams.end();
  const { open, skipped } = await apartFromSkipped(store, await withoutLag(store, problems));
  return {
    ...{ records, streams: streams.verified, foreign, skipped },
    problems: open.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    covered: chain.heads.length === 0 ? undefined : { heads: chain.heads.length, records: coveredCount, newer },
  };
}

/** A record, and what is wrong with it: its envelope, without which there is none, or its body. */
function readableRecord(key: string, bytes: Uint8Array): { readonly record?: JournalRecord; readonly problem?: CoverageProblem } {
  let record: JournalRecord | undefined;
  try {
    record = parseRecord(key, bytes);
    return { record: readWholeRecord(key, bytes) };
  } catch (error) {
    if (!(error instanceof JournalError || error instanceof PolicyFormatError)) throw error;
    const code = error instanceof JournalError ? error.code : 'NewerRecord';
    return { ...(record ? { record } : {}), problem: { key, code, text: error.message } };
  }
}

/** Checks streams whose records come one behind the other, in the order of keys. */
class StreamChecks {
  readonly verified: VerifiedStream[] = [];
  readonly #problems: CoverageProblem[];
  #numbered: { readonly stream: string; readonly records: NumberedRecord[] } | undefined;
  #renewals: { readonly stream: string; readonly records: RenewalRecord[] } | undefined;

  constructor(problems: CoverageProblem[]) {
    this.#problems = problems;
  }

  take(key: string, record: JournalRecord | undefined, link: string): void {
    const place = parseStreamKey(key);
    const renewal = parseRenewalKey(key);
    if (this.#numbered?.stream !== place?.stream) this.#endNumbered();
    if (this.#renewals?.stream !== renewal?.stream) this.#endRenewals();
    if (place) {
      this.#numbered ??= { stream: place.stream, records: [] };
      // Only renewals are looked into: bodies of long streams need not be kept.
      this.#numbered.records.push({ key, sequence: place.sequence, record: record && { ...record, body: {} }, link });
    }
    if (renewal) {
      this.#renewals ??= { stream: renewal.stream, records: [] };
      this.#renewals.records.push({ key, n: renewal.n, part: renewal.part, record, link });
    }
  }

  end(): void {
    this.#endNumbered();
    this.#endRenewals();
  }

  #isKnown(): (key: string) => boolean {
    const known = new Set(this.#problems.map(({ key }) => key));
    return (key) => known.has(key);
  }

  #endNumbered(): void {
    if (!this.#numbered) return;
    const { stream, records } = this.#numbered;
    this.#numbered = undefined;
    if (stream !== headStream) this.#problems.push(...checkNumbered(stream, records, { isKnown: this.#isKnown() }));
    const [first, last] = [records[0], records.at(-1)] as [NumberedRecord, NumberedRecord];
    this.verified.push({ stream, records: records.length, first: first.sequence, last: last.sequence, head: last.link });
  }

  #endRenewals(): void {
    if (!this.#renewals) return;
    const { stream, records } = this.#renewals;
    this.#renewals = undefined;
    const found = verifyRenewals(stream, records, this.#isKnown());
    this.#problems.push(...found.problems);
    const numbers = records.map(({ n }) => n);
    this.verified.push({ stream, records: records.length, first: Math.min(...numbers), last: Math.max(...numbers), head: found.head });
  }
}

/** What the heads cover under a prefix, by key. What a page that was changed covers is not among it. */
async function coveredLinks(store: Store, { heads }: HeadChain, prefix: string, problems: CoverageProblem[]): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  for (const page of heads.flatMap(({ pages }) => pages)) {
    const entries = await runStoring(store, readPage(page));
    if ('code' in entries) problems.push(entries);
    else for (const [key, link] of entries) if (key.startsWith(prefix)) links.set(key, link);
  }
  return links;
}

/** Nothing where the journal has the head; else what is known of where it went. */
function unknownHead({ heads, links }: HeadChain, hash: string): readonly CoverageProblem[] {
  const wanted = hash.toLowerCase();
  if (heads.some((head) => head.hash.startsWith(wanted))) return [];
  const next = [...links].find(([, { prev }]) => prev?.startsWith(wanted));
  if (next) {
    const key = streamKey(headStream, next[0] - 1);
    return [{ key, code: 'UnknownHead', text: `It is not the head ${hash} any more: it was changed or removed.` }];
  }
  const text = `No head of this journal has the hash ${hash}: the heads were removed or replaced since it was told, or it was told of another journal. Nothing that it covered is proven.`;
  return [{ key: headStream, code: 'UnknownHead', text }];
}

async function* batchesOf(keys: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const key of keys) {
    batch.push(key);
    if (batch.length < readAhead) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
