import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason, Sighted } from '../../shared/engine/decision.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { reason } from './reasons.ts';

const endSetting = 'ota-end';
const offerSetting = 'ota-offer';
const unreadSetting = 'ota-unread';
const unread = 'unread';

/** What the journal calls a target as a whole; no id of a group has a colon. */
export const placePrefix = 'target:';

/** A target as a whole, as the journal calls it. */
export function placeOf({ name }: Pick<CompiledTarget, 'name'>): string {
  return placePrefix + name;
}

/** How the last update of a group ended: `none` means that the list was read and has no update of the version in use. */
export interface SeenEnd {
  readonly end: 'finished' | 'failed' | 'none';
  readonly version: string;
}

/** What the journal knows of how a group's last update ended, and since when; undefined: nothing. */
export function seenEnd({ id }: OtaGroup, { written }: PlanContext): (SeenEnd & { readonly sinceMs: EpochMs }) | undefined {
  const seen = written.foreign(id, endSetting);
  const match = seen && /^(finished|failed|none) (.+)$/s.exec(seen.value);
  return seen && match ? { end: match[1] as SeenEnd['end'], version: match[2] as string, sinceMs: seen.sinceMs } : undefined;
}

/** Since when a version is known to be on offer for a group; now, where this is the first sight. */
export function offeredSince({ id }: OtaGroup, version: string, { written, nowMs }: PlanContext): EpochMs {
  const seen = written.foreign(id, offerSetting);
  return seen?.value === version ? seen.sinceMs : nowMs;
}

/** Lets the journal keep since when an update is known to have ended. */
export function sightedEnd({ end, version }: SeenEnd): Reason {
  const words = {
    finished: `${version} has finished here.`,
    failed: `${version} failed here.`,
    none: `${version} came without an update.`,
  };
  return reason('sighted', words[end], { setting: endSetting, value: `${end} ${version}` });
}

/** Lets the journal keep since when a version is known to be on offer. */
export function sightedOffer(version: string): Reason {
  return reason('sighted', `${version} is on offer here.`, { setting: offerSetting, value: version });
}

/** Since when nothing tells how far the update of a group is; now, where this is the first time. */
export function unreadSince({ id }: OtaGroup, { written, nowMs }: PlanContext): EpochMs {
  const seen = written.foreign(id, unreadSetting);
  return seen?.value === unread ? seen.sinceMs : nowMs;
}

/** Lets the journal keep since when nothing tells how far the update of a group is. */
export const sightedUnread: Sighted = { setting: unreadSetting, value: unread };

/** Lets the journal know that it can be told again, where it knows otherwise. */
export function sightedRead({ id }: OtaGroup, { written }: PlanContext): readonly Sighted[] {
  return written.foreign(id, unreadSetting)?.value === unread ? [{ setting: unreadSetting, value: 'read' }] : [];
}
