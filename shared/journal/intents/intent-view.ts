import type { EpochMs } from '../../client/clock.ts';

/** The last values we meant to write to a setting of a resource, newest last. */
export interface WrittenValue {
  readonly value: string;
  readonly atMs: EpochMs;
  /** What became of it; undefined while no outcome is recorded (a crash, or a run under way). */
  readonly outcome: 'done' | 'failed' | 'unknown' | undefined;
}

/** What the journal's `written` stream says, as a planner sees it. */
export interface IntentView {
  /**
   * Intended values for a setting of a resource since the last confirmed one, that one included; empty when we never wrote it. While
   * none of them is `done`, nothing tells what stood there before us, so a differing value says nothing about a person's change.
   */
  values(resourceId: string, setting: string): readonly WrittenValue[];
  /** First time a value that is not ours was seen on a setting, with that value; undefined when none is standing. */
  external(
    resourceId: string,
    setting: string,
  ): { readonly value: string; readonly sinceMs: EpochMs; readonly sighted?: true | undefined } | undefined;
}

/** So long after a write what is read may still be from before it, in milliseconds. */
const showsWithinMs = 15 * 60_000;

/**
 * The last value that the service took, where what is read may be older than it; undefined where it must show by now. Until then a value
 * that differs is not a person's, and the same is not written again.
 */
export function notShownYet(values: readonly WrittenValue[], nowMs: EpochMs): WrittenValue | undefined {
  const last = values.findLast(({ outcome }) => outcome === 'done');
  return last && Math.abs(nowMs - last.atMs) < showsWithinMs ? last : undefined;
}

/** What the journal calls that a function waits for a resource, to look at it again once it is there. */
export const awaitedSetting = 'awaited';

/**
 * Settings whose names begin with this are no settings of the service. The journal keeps the last value that was reported on one until another is,
 * so that it need not be reported again while it stands.
 */
export const keptPrefix = 'kept:';

const unreadPrefix = `${keptPrefix}unread:`;

/** What the journal calls that a value was written to a setting and has not been seen there since. */
export function unreadSetting(setting: string): string {
  return unreadPrefix + setting;
}

/** A value that the service took and that no look at the resource has shown yet. */
export interface UnreadValue {
  readonly value: string;
  /** So often it was written in a row. */
  readonly times: number;
  /** When it was written last. */
  readonly atMs: EpochMs;
}

/** The text by which the journal keeps an unread value. */
export function unreadText({ value, times }: Pick<UnreadValue, 'value' | 'times'>): string {
  return `${times} ${value}`;
}

/**
 * What was written to a setting last, where that has not been seen there since: another value there is no proof that somebody changed it. Undefined
 * where it was seen, and of what was written before this was kept.
 */
export function unreadValue(written: Pick<IntentView, 'external'>, resourceId: string, setting: string): UnreadValue | undefined {
  const kept = written.external(resourceId, unreadSetting(setting));
  const times = Number.parseInt(kept?.value ?? '', 10);
  return kept && times > 0 ? { value: kept.value.slice(`${times} `.length), times, atMs: kept.sinceMs } : undefined;
}

const tagPrefix = 'tag:';

/** What the journal calls a tag of a resource that its owner set. No function writes such a setting. */
export function tagSetting(key: string): string {
  return tagPrefix + key;
}

/** The key of the tag that a setting is; undefined for a setting of another kind. */
export function tagKeyOf(setting: string): string | undefined {
  return setting.startsWith(tagPrefix) ? setting.slice(tagPrefix.length) : undefined;
}
