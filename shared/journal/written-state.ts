import type { EpochMs } from '../client/clock.ts';
import type { Acts } from './written-counts.ts';
import type { History } from './written-history.ts';
import type { PartPlace } from './written-part.ts';
import type { ToldHolds } from './written-record.ts';

/**
 * What a `written` stream says, folded. It grows with what was written since the parts were, with the acts of a day and with what people
 * changed, not with all that was ever written. Changed in place by `fold` only.
 */
export interface WrittenState {
  /** By `settingKey`. */
  readonly histories: Map<string, History>;
  /** Where the older values of each part are; absent: there are none. */
  readonly parts: Map<number, PartPlace>;
  readonly foreign: Map<string, ReadonlyMap<string, ForeignSince>>;
  /** By the number of the `intents` record. */
  readonly acts: Map<number, Acts>;
  readonly holds: Map<string, ToldHolds>;
  /** The last runs that wrote, newest first, with the time of the last record of each. */
  clocks: readonly (readonly [owner: string, atMs: EpochMs])[];
}

/** A value that is not ours and when it was first seen. */
export interface ForeignSince {
  readonly value: string;
  readonly sinceMs: EpochMs;
  /** A state that a function wants to know since when; no change of a person. */
  readonly sighted?: true | undefined;
}

/** The state of a stream without records. */
export function emptyState(): WrittenState {
  return { histories: new Map(), parts: new Map(), foreign: new Map(), acts: new Map(), holds: new Map(), clocks: [] };
}

/** A state of its own that begins as another. */
export function copyState(state: WrittenState): WrittenState {
  const { histories, parts, foreign, acts, holds, clocks } = state;
  return {
    histories: new Map(histories),
    parts: new Map(parts),
    foreign: new Map(foreign),
    acts: new Map(acts),
    holds: new Map(holds),
    clocks,
  };
}

/** One name for a resource and a setting of it. */
export function settingKey(resource: string, setting: string): string {
  return `${resource}\n${setting}`;
}

/** The resource and the setting of a `settingKey`. */
export function splitSettingKey(key: string): readonly [resource: string, setting: string] {
  const end = key.indexOf('\n');
  return [key.slice(0, end), key.slice(end + 1)];
}
