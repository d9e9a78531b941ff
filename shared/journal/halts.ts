import type { EpochMs } from '../client/clock.ts';
import { read } from '../schema/compare.ts';
import { anyText, openObject, optional } from '../schema/schema.ts';
import { JournalError } from './journal-error.ts';
import { fromSegment, keyOf, streamKey } from './key.ts';
import type { Storing } from './store-effect.ts';
import { append, lastListed, type StreamEntry } from './stream.ts';
import { readWhole, streamsUnder } from './stream-family.ts';

const prefix = 'halts';

/** A halt of a version: nothing of it is approved until somebody resumes it. */
export interface Halt {
  readonly sinceMs: EpochMs;
  /** Who said so. */
  readonly by: string;
  readonly because: string;
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
  readonly words: readonly (HaltWord & { readonly atMs: EpochMs })[];
}

const bodies = {
  halt: openObject({ by: anyText, because: anyText }),
  resume: openObject({ by: anyText, because: optional(anyText) }),
} as const;

/**
 * Says a word on a version. `said-already`: that is how it stands, and nothing is written; the record's key otherwise.
 * @throws StoreError @throws JournalError where what was said before cannot be read
 */
export function* sayHalt(
  version: string,
  { owner, atMs }: { readonly owner: string; readonly atMs: EpochMs },
  { kind, by, because }: HaltWord,
): Storing<{ readonly outcome: 'said'; readonly key: string } | { readonly outcome: 'said-already' }> {
  const stream = keyOf(prefix, version);
  let { entries, end } = yield* readWhole(stream, yield* lastListed(stream));
  for (;;) {
    const last = entries.at(-1)?.record.kind ?? 'resume';
    if (last === kind) return { outcome: 'said-already' };
    const body = { by, ...(because === undefined ? {} : { because }) };
    const appended = yield* append(stream, end, { kind, atMs, owner, body }, (entry) => {
      entries = [...entries, entry];
      return 'stop';
    });
    end = appended.end;
    if (appended.outcome === 'appended') return { outcome: 'said', key: streamKey(stream, appended.sequence) };
  }
}

/** The versions that are halted. One list call and the reads of each version of which anything was said. @throws JournalError @throws StoreError */
export function* loadHalts(): Storing<ReadonlyMap<string, Halt>> {
  const halts = new Map<string, Halt>();
  for (const { version, words } of yield* haltHistories()) {
    const last = words.at(-1);
    if (last?.kind === 'halt') halts.set(version, { sinceMs: last.atMs, by: last.by, because: last.because ?? '' });
  }
  return halts;
}

/** What was said about each version, in the order of their names. @throws JournalError @throws StoreError */
export function* haltHistories(): Storing<readonly HaltHistory[]> {
  const histories: HaltHistory[] = [];
  for (const [stream, listed] of yield* streamsUnder(prefix)) {
    const { entries } = yield* readWhole(stream, listed);
    const version = fromSegment(stream.slice(prefix.length + 1));
    histories.push({ version, words: entries.map((entry) => wordOf(streamKey(stream, entry.sequence), entry)) });
  }
  return histories;
}

function wordOf(key: string, { record }: StreamEntry): HaltHistory['words'][number] {
  const kind = record.kind === 'halt' || record.kind === 'resume' ? record.kind : undefined;
  const parsed = kind && read(bodies[kind], record.body);
  if (kind && parsed?.ok) return { ...parsed.value, kind, atMs: record.atMs };
  throw new JournalError(
    'MalformedRecord',
    `The journal record ${key} cannot be read as a word on a version. Whether the version is halted is not known, so nothing is approved: run 'streamwarden journal verify' and restore it from a backup.`,
  );
}
