import type { EpochMs } from '../../client/clock.ts';
import { read } from '../../schema/compare.ts';
import { anyText, int, jsonList, openObject, type TypeOf } from '../../schema/schema.ts';
import { streamKey } from '../store/key.ts';
import { JournalError } from '../store/store.ts';
import { type Storing, storeReadAll } from '../store/store-effect.ts';
import { type ChainProblem, checkNumbered, type NumberedRecord } from './chain.ts';
import { type JournalRecord, linkOf } from './record.ts';
import { append, emptyStream, listedEnd, Misfits, readable, type StreamEnd } from './stream.ts';

/**
 * The stream of heads: `heads/<seq>`. Each says which records are covered since the one before it, each by the hash of its bytes, so that
 * none of them can be changed, removed or replaced unseen, the last of a stream and those outside of streams included. The link of a head
 * covers all heads before it too: a person who has kept it can prove later what was there.
 */
export const headStream = 'heads';

/** Where the hashes are: `covered/<owner>/<seq>`. Apart from the heads, so that what is long is read only where it is needed. */
const pageFamily = 'covered';

/** The families that heads are made of; no head covers them, since they cover each other. */
export const headFamilies: ReadonlySet<string> = new Set([headStream, pageFamily]);

/** Records that a page covers at most: it stays well below a megabyte. */
const pageSize = 4000;

const pageRef = openObject({ key: anyText, link: anyText, records: int(0) });

const headBody = openObject({
  /** Records that this head and those before it cover. */
  total: int(0),
  pages: jsonList(pageRef),
  /** Heartbeats are covered up to here; this instant is excluded. */
  heartbeatsUntilMs: int(),
  /** Number, among the pages of all heads, of the page at which the next check begins. */
  checkFrom: int(0),
});

/** Names and links by turns, of records in one folder. */
const pageBody = openObject({ entries: jsonList(openObject({ folder: anyText, records: jsonList(anyText) })) });

/** Where a page lies, and what its bytes were. */
export type PageRef = TypeOf<typeof pageRef>;

/** A head of the journal. */
export interface JournalHead extends TypeOf<typeof headBody> {
  readonly sequence: number;
  readonly atMs: EpochMs;
  /** SHA-256 of its bytes, lower-case hex: what people keep. */
  readonly hash: string;
}

/** The heads of a journal, oldest first, and what is wrong with their chain. */
export interface HeadChain {
  readonly heads: readonly JournalHead[];
  readonly problems: readonly ChainProblem[];
  /** Links of all records of the stream, also of those that cannot be read: `[what it is, what it carries of the one before]`. */
  readonly links: ReadonlyMap<number, { readonly link: string; readonly prev: string | null | undefined }>;
  readonly end: StreamEnd;
}

/** Reads all heads. What is broken among them is named, and the rest is read all the same. @throws StoreError */
export function* readHeads(): Storing<HeadChain> {
  const heads: JournalHead[] = [];
  const records: NumberedRecord[] = [];
  const problems: ChainProblem[] = [];
  const { last: listed, strays } = yield* listedEnd(headStream);
  for (const { error } of strays) problems.push({ key: error.key ?? headStream, code: 'StrayRecord', text: error.message });
  const misfits = new Misfits(headStream);
  for (let next = 0; ; ) {
    const count = Math.max(1, Math.min(16, listed - next + 1));
    const keys = Array.from({ length: count }, (_, index) => streamKey(headStream, next + index));
    const found = yield* storeReadAll(keys);
    for (const [index, bytes] of found.entries()) {
      if (bytes === undefined) continue;
      const sequence = next + index;
      const key = keys[index] as string;
      const link = linkOf(bytes);
      const record = recordOrNothing(key, bytes);
      const body = record?.kind === 'head' ? read(headBody, record.body) : undefined;
      if (record && body?.ok) heads.push({ ...body.value, sequence, atMs: record.atMs, hash: link });
      else problems.push({ key, code: 'BrokenChain', text: 'It cannot be read as a head of the journal: it was changed or replaced.' });
      misfits.note(sequence <= listed || (body?.ok === true && link !== records.at(-1)?.link));
      records.push({ key, sequence, record, link });
    }
    next += count;
    if (next > listed && found.at(-1) === undefined) break;
  }
  const broken = new Set(problems.map(({ key }) => key));
  problems.push(...checkNumbered(headStream, records, { isKnown: (key) => broken.has(key) }));
  const last = records.at(-1);
  const end = last ? { next: last.sequence + 1, prev: last.link } : emptyStream;
  const links = new Map(records.map(({ sequence, link, record }) => [sequence, { link, prev: record?.prev }]));
  return { heads, problems, links, end };
}

function recordOrNothing(key: string, bytes: Uint8Array): JournalRecord | undefined {
  const record = readable(key, bytes);
  return record instanceof JournalError ? undefined : record;
}

/** What a page covers: `[key, link]` of each record; a problem where the page is not what its head says. @throws StoreError */
export function* readPage(page: PageRef): Storing<readonly (readonly [key: string, link: string])[] | ChainProblem> {
  const [bytes] = yield* storeReadAll([page.key]);
  const lost = `what it covers, ${page.records} records, can no longer be proven`;
  if (bytes === undefined) return { key: page.key, code: 'MissingRecord', text: `It is missing, though a head names it: ${lost}.` };
  if (linkOf(bytes) !== page.link) return { key: page.key, code: 'BrokenChain', text: `It was changed or replaced: ${lost}.` };
  const body = read(pageBody, recordOrNothing(page.key, bytes)?.body);
  if (!body.ok) return { key: page.key, code: 'BrokenChain', text: `It cannot be read (${body.where}): ${lost}.` };
  return body.value.entries.flatMap(({ folder, records }) =>
    Array.from({ length: records.length >> 1 }, (_, at) => [`${folder}/${records[2 * at]}`, records[2 * at + 1] as string] as const),
  );
}

/** A record that is to be covered. */
export type Covered = readonly [key: string, link: string];

/**
 * Writes what new records are covered by, and the head that says so, behind the last one. Undefined where somebody else has written a head
 * meanwhile: what is new has to be looked for again. @throws StoreError @throws JournalError
 */
export function* writeHead(
  { end, heads }: Pick<HeadChain, 'end' | 'heads'>,
  { owner, atMs }: { readonly owner: string; readonly atMs: EpochMs },
  covered: readonly Covered[],
  marks: Pick<JournalHead, 'heartbeatsUntilMs' | 'checkFrom'>,
): Storing<JournalHead | undefined> {
  const pages: PageRef[] = [];
  const stream = `${pageFamily}/${owner}`;
  let pageEnd = emptyStream;
  for (let at = 0; at < covered.length; at += pageSize) {
    const part = covered.slice(at, at + pageSize);
    const { sequence, end: after } = yield* append(stream, pageEnd, { kind: 'covered', owner, atMs, body: { entries: byFolder(part) } });
    pages.push({ key: streamKey(stream, sequence), link: after.prev as string, records: part.length });
    pageEnd = after;
  }
  const body = { total: (heads.at(-1)?.total ?? 0) + covered.length, pages, ...marks };
  const { outcome, sequence, end: after } = yield* append(headStream, end, { kind: 'head', owner, atMs, body }, () => 'stop');
  return outcome === 'appended' ? { ...body, sequence, atMs, hash: after.prev as string } : undefined;
}

function byFolder(covered: readonly Covered[]): TypeOf<typeof pageBody>['entries'] {
  const folders = new Map<string, string[]>();
  for (const [key, link] of covered) {
    const slash = key.lastIndexOf('/');
    const folder = key.slice(0, slash);
    const records = folders.get(folder) ?? [];
    records.push(key.slice(slash + 1), link);
    folders.set(folder, records);
  }
  return [...folders].map(([folder, records]) => ({ folder, records }));
}
