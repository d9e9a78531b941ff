import type { EpochMs } from '../../client/clock.ts';
import { read } from '../../schema/compare.ts';
import { anyText, openObject, optional } from '../../schema/schema.ts';
import { append, lastListed, readWhole, type StreamEnd, type StreamEntry, streamsUnder } from '../log/stream.ts';
import { fromSegment, keyOf, streamKey } from '../store/key.ts';
import { type JournalError, malformed } from '../store/store.ts';
import type { Storing } from '../store/store-effect.ts';

const prefix = 'halts';

/** A halt of a version: nothing of it is approved until somebody resumes it. */
export interface Halt {
  readonly sinceMs: EpochMs;
  /** Who said so. */
  readonly by: string;
  readonly because: string;
  /** Set where what was said last cannot be read: it may have been a halt, so it counts as one until somebody resumes the version. */
  readonly damage?: JournalError | undefined;
}

/** One word on a version: `halt` or `resume`. */
export interface HaltWord {
  readonly kind: 'halt' | 'resume';
  readonly by: string;
  /** Why. A halt always says it. */
  readonly because?: string | undefined;
}

/** All that was said about a version, oldest first. */
export interface HaltHistory {
  readonly version: string;
  readonly words: readonly (HaltWord & { readonly atMs: EpochMs; readonly damage?: JournalError })[];
}

const bodies = {
  halt: openObject({ by: anyText, because: anyText }),
  resume: openObject({ by: anyText, because: optional(anyText) }),
} as const;

/**
 * Says a word on a version. `said-already`: that is how it stands, and nothing is written; the record's key otherwise.
 * @throws StoreError
 */
export function* sayHalt(
  version: string,
  { owner, atMs }: { readonly owner: string; readonly atMs: EpochMs },
  { kind, by, because }: HaltWord,
): Storing<{ readonly outcome: 'said'; readonly key: string } | { readonly outcome: 'said-already' }> {
  const stream = keyOf(prefix, version);
  for (;;) {
    const { words, end } = yield* wordsOf(stream, yield* lastListed(stream));
    const last = words.at(-1);
    if (last?.damage === undefined && (last?.kind ?? 'resume') === kind) return { outcome: 'said-already' };
    const body = { by, ...(because === undefined ? {} : { because }) };
    const appended = yield* append(stream, end, { kind, atMs, owner, body }, () => 'stop');
    if (appended.outcome === 'appended') return { outcome: 'said', key: streamKey(stream, appended.sequence) };
  }
}

/** The versions that are halted. One list call and the reads of each version of which anything was said. @throws StoreError */
export function* loadHalts(): Storing<ReadonlyMap<string, Halt>> {
  const halts = new Map<string, Halt>();
  for (const { version, words } of yield* haltHistories()) {
    const last = words.at(-1);
    if (last?.kind === 'halt') halts.set(version, { sinceMs: last.atMs, by: last.by, because: last.because ?? '', damage: last.damage });
  }
  return halts;
}

/** What was said about each version, in the order of their names. @throws StoreError */
export function* haltHistories(): Storing<readonly HaltHistory[]> {
  const histories: HaltHistory[] = [];
  for (const [stream, listed] of yield* streamsUnder(prefix)) {
    const { words } = yield* wordsOf(stream, listed);
    histories.push({ version: fromSegment(stream.slice(prefix.length + 1)), words });
  }
  return histories;
}

type Word = HaltHistory['words'][number];

/** The words of a stream; in place of one that cannot be read, a halt that says so. */
function* wordsOf(stream: string, listed: number): Storing<{ readonly words: readonly Word[]; readonly end: StreamEnd }> {
  const { entries, damaged, end } = yield* readWhole(stream, listed, wordOf);
  const words = new Map<number, Word>(entries);
  for (const [sequence, damage] of damaged) words.set(sequence, { kind: 'halt', by: 'somebody', because: damage.message, atMs: 0, damage });
  return { words: [...words].sort(([a], [b]) => a - b).map(([, word]) => word), end };
}

/** What a record of halts says. @throws JournalError `MalformedRecord` */
export function wordOf({ record }: Pick<StreamEntry, 'record'>, key: string): Word {
  const kind = record.kind === 'halt' || record.kind === 'resume' ? record.kind : undefined;
  const parsed = kind && read(bodies[kind], record.body);
  if (kind && parsed?.ok) return { ...parsed.value, kind, atMs: record.atMs };
  throw malformed(key, 'it is no word on a version');
}
