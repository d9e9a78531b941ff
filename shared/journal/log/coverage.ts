import { createHash } from 'node:crypto';
import type { EpochMs } from '../../client/clock.ts';
import { parseRenewalKey } from '../renewals/renewal-record.ts';
import { type RenewalRecord, verifyRenewals } from '../renewals/renewal-verify.ts';
import { parseStreamKey, streamKey } from '../store/key.ts';
import { JournalError, type Store } from '../store/store.ts';
import { runStoring } from '../store/store-effect.ts';
import { checkNumbered, listedOnly, type NumberedRecord } from './chain.ts';
import { type Covered, type HeadChain, headFamilies, type JournalHead, type PageRef, readHeads, readPage, writeHead } from './heads.ts';
import { type JournalRecord, linkOf, parseRecord } from './record.ts';
import { heartbeatMs, mayBeExpired } from './runs.ts';
import { skipOf } from './skipped.ts';

/** Something wrong with a record that a look at the journal found. */
export interface CoverageProblem {
  readonly key: string;
  readonly code: string;
  readonly text: string;
}

/** What a look at the journal found. */
export interface JournalCoverage {
  /** The newest head; with `write`, the one that covers what is new. Undefined in a journal without one. */
  readonly head: JournalHead | undefined;
  /** Records that are new since the head before; with `write` the new head covers them. */
  readonly fresh: number;
  /** New records beyond `most`: the next head is to cover them. */
  readonly left: number;
  readonly problems: readonly CoverageProblem[];
  /** Heads that were there before. */
  readonly earlier: readonly JournalHead[];
}

/** How the journal is looked at. */
export interface CoverageOptions {
  readonly owner: string;
  readonly nowMs: EpochMs;
  /** Where heartbeats are, such as `heartbeats/<function>/<target>`. Those of other places are not covered. */
  readonly heartbeats: readonly string[];
  /** True: a head is written where something is new. */
  readonly write: boolean;
  /** Records that one head covers at most. Default: 40,000. */
  readonly most?: number | undefined;
  /** Records covered earlier that are read again, at most by about a page. Default: 5,000. */
  readonly checks?: number | undefined;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Runs last ten minutes at most, and a heartbeat carries the minute in which its run began. */
const heartbeatLagMs = 20 * 60_000;
/** Records read at once. */
const readAhead = 16;
/** Heads that others write meanwhile are made room for so often. */
const attempts = 3;

/**
 * Looks for records that no head covers, checks them and how they continue what is covered, checks a part of what was covered earlier, each
 * time another one, and writes the head that covers what is new.
 *
 * Costs the names of all records but heartbeats, 1,000 a request; the pages of all heads, about 80 bytes a record; each new record once; and
 * `checks` records of those covered before. In a journal of 100,000 records with 300 new ones: 100 lists and, besides the pages, 5,300 reads.
 * @throws StoreError
 */
export async function coverageOfJournal(store: Store, options: CoverageOptions): Promise<JournalCoverage> {
  for (let attempt = 1; ; attempt += 1) {
    const chain = await runStoring(store, readHeads());
    const look = await coverageFrom(store, chain, options);
    const earlier = chain.heads;
    const last = earlier.at(-1);
    const found = { fresh: look.covered.length, left: look.left, problems: look.problems, earlier };
    if (!options.write || look.covered.length === 0) return { ...found, head: last };
    const head = await runStoring(store, writeHead(chain, { owner: options.owner, atMs: options.nowMs }, look.covered, look.marks));
    if (head || attempt === attempts) return { ...found, head: head ?? last };
  }
}

interface Coverage {
  readonly covered: readonly Covered[];
  readonly left: number;
  readonly problems: readonly CoverageProblem[];
  readonly marks: Pick<JournalHead, 'heartbeatsUntilMs' | 'checkFrom'>;
}

async function coverageFrom(store: Store, chain: HeadChain, options: CoverageOptions): Promise<Coverage> {
  const { nowMs, most = 40_000, checks = 5000 } = options;
  const pages = chain.heads.flatMap((head) => head.pages);
  const problems: CoverageProblem[] = [...chain.problems];
  const known = await readKnown(store, pages, problems);
  const keys: string[] = [];
  let left = 0;
  const note = (key: string): void => {
    if (keys.length < most) keys.push(key);
    else left += 1;
  };
  for (const family of await store.folders('')) {
    if (headFamilies.has(family) || family === 'heartbeats') continue;
    for await (const key of store.list(`${family}/`)) if (!known.marks.delete(markOf(key))) note(key);
  }
  await nameMissing(store, pages, known.marks, problems);
  const fromMs = chain.heads.at(-1)?.heartbeatsUntilMs ?? nowMs - dayMs;
  const beats = await heartbeatsOf(store, options.heartbeats, fromMs, Math.max(fromMs, nowMs - heartbeatLagMs), most - keys.length);
  keys.push(...beats.keys);
  left += beats.left;

  const fresh = await readFresh(store, keys, problems);
  problems.push(...chainProblems(fresh, known.last), ...(await renewalProblems(store, fresh)));
  const checkFrom = await checkCovered(store, pages, chain.heads.at(-1)?.checkFrom ?? 0, checks, nowMs, problems);
  return {
    covered: fresh.map(({ key, link }) => [key, link] as const),
    left,
    problems: (await apartFromSkipped(store, await withoutLag(store, problems))).open,
    marks: { heartbeatsUntilMs: beats.untilMs, checkFrom },
  };
}

/** A mark of a key: small, so that a hundred thousand of them fit into the smallest function. Two keys share one by a rare accident. */
function markOf(key: string): number {
  return createHash('sha256').update(key).digest().readUIntBE(0, 6);
}

interface KnownRecords {
  /** Marks of the keys that are covered, heartbeats excepted. */
  readonly marks: Set<number>;
  /** The last covered record of each numbered stream. */
  readonly last: ReadonlyMap<string, { readonly sequence: number; readonly link: string }>;
}

async function readKnown(store: Store, pages: readonly PageRef[], problems: CoverageProblem[]): Promise<KnownRecords> {
  const marks = new Set<number>();
  const last = new Map<string, { sequence: number; link: string }>();
  for (const page of pages) {
    const entries = await runStoring(store, readPage(page));
    if ('code' in entries) {
      problems.push(entries);
      continue;
    }
    for (const [key, link] of entries) {
      if (key.startsWith('heartbeats/')) continue;
      marks.add(markOf(key));
      const place = parseStreamKey(key);
      if (place && place.sequence >= (last.get(place.stream)?.sequence ?? 0)) last.set(place.stream, { sequence: place.sequence, link });
    }
  }
  return { marks, last };
}

/** Names covered records that the list does not show and that are not there. */
async function nameMissing(
  store: Store,
  pages: readonly PageRef[],
  unseen: ReadonlySet<number>,
  problems: CoverageProblem[],
): Promise<void> {
  if (unseen.size === 0) return;
  for (const page of pages) {
    const entries = await runStoring(store, readPage(page));
    if ('code' in entries) continue;
    for (const [key] of entries) {
      if (key.startsWith('heartbeats/') || !unseen.has(markOf(key))) continue;
      if ((await store.read(key)) === undefined) problems.push(removedRecord(key));
    }
  }
}

/** A record that a head covers and that is gone. */
export function removedRecord(key: string): CoverageProblem {
  return { key, code: 'MissingRecord', text: 'It was removed: a head of the journal covers it.' };
}

/** A record whose bytes are not those that a head covers. */
export function changedRecord(key: string): CoverageProblem {
  return { key, code: 'ChangedRecord', text: 'It was changed or replaced since a head of the journal covered it.' };
}

/** One problem for each record, the last that was found; without records that only the list does not show yet. */
export async function withoutLag(store: Store, problems: readonly CoverageProblem[]): Promise<readonly CoverageProblem[]> {
  const found: CoverageProblem[] = [];
  for (const problem of new Map(problems.map((each) => [each.key, each])).values()) {
    if (problem.code !== 'MissingRecord' || (await store.read(problem.key)) === undefined) found.push(problem);
  }
  return found;
}

/** A damaged record that a person has skipped. */
export interface SkippedRecord {
  readonly key: string;
  readonly by: string;
  readonly because: string | undefined;
}

async function skipAt(store: Store, key: string) {
  return runStoring(store, skipOf(key, await store.read(key)));
}

/** Problems that are open, and the records of those that a person has skipped as they are now. */
export async function apartFromSkipped(
  store: Store,
  problems: readonly CoverageProblem[],
): Promise<{ readonly open: readonly CoverageProblem[]; readonly skipped: readonly SkippedRecord[] }> {
  const open: CoverageProblem[] = [];
  const skipped: SkippedRecord[] = [];
  for (const problem of problems) {
    const { key, code } = problem;
    const place = parseStreamKey(key);
    // Of two that do not fit, either may have been skipped.
    const before = code === 'BrokenChain' && place && place.sequence > 0 ? [streamKey(place.stream, place.sequence - 1)] : [];
    let word: Awaited<ReturnType<typeof skipAt>>;
    for (const each of code === 'UnknownHead' ? [] : [key, ...before]) word ??= await skipAt(store, each);
    if (word) skipped.push({ key, by: word.by, because: word.because });
    else open.push(problem);
  }
  return { open, skipped };
}

/** Heartbeats of `[fromMs, untilMs)`, as many of the oldest as find room; `untilMs` of the answer is where the next look begins. */
async function heartbeatsOf(
  store: Store,
  places: readonly string[],
  fromMs: EpochMs,
  untilMs: EpochMs,
  room: number,
): Promise<{ readonly keys: readonly string[]; readonly left: number; readonly untilMs: EpochMs }> {
  const found: { readonly key: string; readonly slotMs: EpochMs }[] = [];
  for (const place of new Set(places)) {
    for (let ms = Math.floor(fromMs / dayMs) * dayMs; ms < untilMs; ms += dayMs) {
      for await (const key of store.list(`${place}/${new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')}`)) {
        const slotMs = heartbeatMs(key);
        if (slotMs !== undefined && slotMs >= fromMs && slotMs < untilMs) found.push({ key, slotMs });
      }
    }
  }
  found.sort((a, b) => a.slotMs - b.slotMs);
  // Those of one minute are covered together, or some of them would be passed over next time.
  const reachedMs = found[room]?.slotMs ?? untilMs;
  const keys = found.filter(({ slotMs }) => slotMs < reachedMs).map(({ key }) => key);
  return { keys, left: found.length - keys.length, untilMs: reachedMs };
}

interface FreshRecord {
  readonly key: string;
  readonly link: string;
  readonly record: JournalRecord | undefined;
}

async function readFresh(store: Store, keys: readonly string[], problems: CoverageProblem[]): Promise<readonly FreshRecord[]> {
  const fresh: FreshRecord[] = [];
  for (let next = 0; next < keys.length; next += readAhead) {
    const batch = keys.slice(next, next + readAhead);
    const read = await Promise.all(batch.map((key) => store.read(key)));
    for (const [index, key] of batch.entries()) {
      const bytes = read[index];
      if (bytes === undefined) {
        problems.push(listedOnly(key));
        continue;
      }
      let record: JournalRecord | undefined;
      try {
        // The body is looked at by nobody here: without it, forty thousand records need little room.
        record = { ...parseRecord(key, bytes), body: {} };
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        problems.push({ key, code: error.code, text: error.message });
      }
      fresh.push({ key, link: linkOf(bytes), record });
    }
  }
  return fresh;
}

function chainProblems(fresh: readonly FreshRecord[], last: KnownRecords['last']): readonly CoverageProblem[] {
  const streams = new Map<string, NumberedRecord[]>();
  for (const each of fresh) {
    const place = parseStreamKey(each.key);
    if (!place) continue;
    const records = streams.get(place.stream) ?? [];
    records.push({ ...each, sequence: place.sequence });
    streams.set(place.stream, records);
  }
  return [...streams].flatMap(([stream, records]) => checkNumbered(stream, records, { start: last.get(stream) }));
}

/** Renewals are read from their begin where something is new: a claim fits the end of the one before it. */
async function renewalProblems(store: Store, fresh: readonly FreshRecord[]): Promise<readonly CoverageProblem[]> {
  const streams = new Set(fresh.flatMap(({ key }) => parseRenewalKey(key)?.stream ?? []));
  const problems: CoverageProblem[] = [];
  for (const stream of streams) {
    const records: RenewalRecord[] = [];
    for await (const key of store.list(`${stream}/`)) {
      const place = parseRenewalKey(key);
      const bytes = await store.read(key);
      if (!place || !bytes) continue;
      let record: JournalRecord | undefined;
      try {
        record = parseRecord(key, bytes);
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        problems.push({ key, code: error.code, text: error.message });
      }
      records.push({ key, n: place.n, part: place.part, record, link: linkOf(bytes) });
    }
    const unreadable = new Set(problems.map(({ key }) => key));
    problems.push(...verifyRenewals(stream, records, (key) => unreadable.has(key)).problems);
  }
  return problems;
}

/** Reads covered records again, page by page from `from` on and around; gives the page to go on with. */
async function checkCovered(
  store: Store,
  pages: readonly PageRef[],
  from: number,
  checks: number,
  nowMs: EpochMs,
  problems: CoverageProblem[],
): Promise<number> {
  let left = checks;
  let at = from < pages.length ? from : 0;
  for (let count = 0; count < pages.length && left > 0; count += 1) {
    const entries = await runStoring(store, readPage(pages[at] as PageRef));
    at = (at + 1) % pages.length;
    if ('code' in entries) continue;
    left -= entries.length;
    for (let next = 0; next < entries.length; next += readAhead) {
      const batch = entries.slice(next, next + readAhead);
      const read = await Promise.all(batch.map(([key]) => store.read(key)));
      for (const [index, [key, link]] of batch.entries()) {
        const bytes = read[index];
        if (bytes === undefined) problems.push(...(mayBeExpired(key, nowMs) ? [] : [removedRecord(key)]));
        else if (linkOf(bytes) !== link) problems.push(changedRecord(key));
      }
    }
  }
  return at;
}
