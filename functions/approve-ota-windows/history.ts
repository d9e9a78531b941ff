import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { parseInstant } from '../../shared/fleet/instant.ts';
import type { OtaGroup, OtaTask } from '../../shared/fleet/ota-group.ts';
import type { Reason, Sighted } from '../../shared/planning/decision.ts';
import { utcText } from '../../shared/planning/local-time.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import type { Window, Windows } from './compiled-rule.ts';
import { reason } from './reasons.ts';
import type { ReadyRing } from './rule-match.ts';

/** Setting under which the journal keeps what we approved: `<version> <start>`. */
export const approvalSetting = 'ota-approval';

/**
 * A request that has not been executed after this long never is: its signature lives for 15 minutes, clocks may be 15 off, and lists lag
 * (purchase protocol).
 */
const settledAfterMs = 60 * 60_000;

/** An approval that we gave, or meant to give. */
export interface OwnApproval {
  /** Undefined: the journal's text cannot be read. */
  readonly startMs: EpochMs | undefined;
  readonly atMs: EpochMs;
  readonly outcome: 'done' | 'failed' | 'unknown' | undefined;
}

/** The last approval of a version on a group that the journal knows of. */
export function ownApproval({ id }: OtaGroup, version: string, { written }: PlanContext): OwnApproval | undefined {
  const own = written.values(id, approvalSetting).findLast(({ value }) => value.slice(0, value.lastIndexOf(' ')) === version);
  if (own === undefined) return undefined;
  const startMs = parseInstant(own.value.slice(own.value.lastIndexOf(' ') + 1));
  return { startMs, atMs: own.atMs, outcome: own.outcome };
}

/** What an approval is written down as. */
export function approvalValue(version: string, start: string): string {
  return `${version} ${start}`;
}

/** Whether a version may be approved, under which claim; or why not (`kept`: as far as is known it is approved). */
export type Chance = { readonly claim: string } | { readonly hold: Reason } | { readonly kept: Reason };

/**
 * A version is approved once for each group: the claim names the kind of update and the version, never the task, whose id changes. Only where
 * it is certain that an approval led to nothing is there another, under a claim of its own: the call was refused, the update was
 * terminated before it ran, or nothing of a call without an answer shows in the list an hour later.
 * `past` must have no pending update of the version.
 */
export function chanceOf(type: string, version: string, own: OwnApproval | undefined, past: PastUpdates, nowMs: EpochMs): Chance {
  const first = `${type} ${version}`;
  if (own === undefined) return { claim: first };
  const again = { claim: `${first} again after ${utcText(own.atMs)}` };
  const wasTerminated = own.startMs !== undefined && past.terminated.get(version)?.has(own.startMs) === true;
  if (own.outcome === 'failed' || wasTerminated) return again;
  const data = { version, atMs: own.atMs, startMs: own.startMs };
  const settled = nowMs >= own.atMs + settledAfterMs;
  if (own.outcome === 'done') {
    return settled
      ? {
          hold: reason(
            'approval-not-listed',
            `The service accepted the approval of ${version} but does not list it. Look at the group in the console; it is not approved again.`,
            data,
          ),
        }
      : { kept: reason('approved', `${version} is approved; the list of updates does not show it yet.`, data) };
  }
  if (settled) return again;
  return {
    hold: reason('approval-unclear', `Whether the approval of ${version} was executed is not known yet; the list of updates tells.`, data),
  };
}

/** Ends of an update that are final. */
const ends: Readonly<Record<string, 'finished' | 'failed'>> = { FINISHED: 'finished', FAILED: 'failed', PART_FINISHED: 'failed' };

/** The last update of a version on a group that has come to an end. */
interface EndedUpdate {
  readonly version: string;
  readonly end: 'finished' | 'failed';
  /** As the service spells it. */
  readonly status: string;
  readonly startMs: EpochMs;
}

/** An update that was approved and has not ended. */
interface PendingUpdate {
  readonly version: string;
  readonly status: 'STANDBY' | 'RUNNING';
  readonly startMs: EpochMs;
}

/** What the list of a group's updates says. */
export interface PastUpdates {
  /** By version, the last that ended. */
  readonly ended: ReadonlyMap<string, EndedUpdate>;
  /** The last that ended, of any version. */
  readonly last: EndedUpdate | undefined;
  readonly pending: readonly PendingUpdate[];
  /** Starts of updates that were ended before they ran, by version. */
  readonly terminated: ReadonlyMap<string, ReadonlySet<EpochMs>>;
  /** The version of the last update that has begun, however it ended; terminated ones apart. */
  readonly lastBegun: string | undefined;
}

/**
 * What a list of updates says, in whatever order it comes (none is documented). A row that waits without a start is a mere offer and says
 * nothing. Gives the row that cannot be understood instead where there is one: a state or a start that is not known could be anything.
 */
export function pastUpdates(tasks: readonly OtaTask[]): PastUpdates | { readonly unclear: OtaTask } {
  const ended = new Map<string, EndedUpdate>();
  const terminated = new Map<string, Set<EpochMs>>();
  const pending: PendingUpdate[] = [];
  let last: EndedUpdate | undefined;
  let lastBegun: { readonly version: string; readonly startMs: EpochMs } | undefined;
  for (const task of tasks) {
    const { version, startMs } = task;
    const status = task.status?.toUpperCase();
    if (status === 'STANDBY' && startMs === null) continue;
    if (version === undefined || status === undefined || typeof startMs !== 'number') return { unclear: task };
    const end = Object.hasOwn(ends, status) ? ends[status] : undefined;
    if (status === 'STANDBY' || status === 'RUNNING') pending.push({ version, status, startMs });
    else if (status === 'TERMINATED') terminated.set(version, (terminated.get(version) ?? new Set<EpochMs>()).add(startMs));
    else if (end === undefined) return { unclear: task };
    if (end !== undefined) {
      const update = { version, end, status, startMs };
      if (isLater(update, ended.get(version))) ended.set(version, update);
      if (isLater(update, last)) last = update;
    }
    if (status !== 'STANDBY' && status !== 'TERMINATED' && (lastBegun === undefined || startMs >= lastBegun.startMs)) {
      lastBegun = { version, startMs };
    }
  }
  return { ended, last, pending, terminated, lastBegun: lastBegun?.version };
}

/** Of two that start at the same instant the failure counts: what is contradictory must not open a ring. */
function isLater(a: EndedUpdate, b: EndedUpdate | undefined): boolean {
  if (b === undefined || a.startMs !== b.startMs) return b === undefined || a.startMs > b.startMs;
  return a.end === 'failed';
}

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
  const seen = written.external(id, endSetting);
  const match = seen && /^(finished|failed|none) (.+)$/s.exec(seen.value);
  return seen && match ? { end: match[1] as SeenEnd['end'], version: match[2] as string, sinceMs: seen.sinceMs } : undefined;
}

/** Since when a version is known to be on offer for a group; now, where this is the first sight. */
export function offeredSince({ id }: OtaGroup, version: string, { written, nowMs }: PlanContext): EpochMs {
  const seen = written.external(id, offerSetting);
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
  const seen = written.external(id, unreadSetting);
  return seen?.value === unread ? seen.sinceMs : nowMs;
}

/** Lets the journal keep since when nothing tells how far the update of a group is. */
export const sightedUnread: Sighted = { setting: unreadSetting, value: unread };

/** Lets the journal know that it can be told again, where it knows otherwise. */
export function sightedRead({ id }: OtaGroup, { written }: PlanContext): readonly Sighted[] {
  return written.external(id, unreadSetting)?.value === unread ? [{ setting: unreadSetting, value: 'read' }] : [];
}

/** What a moment is to the windows of a ring. */
export type Timing =
  /** Updates of this window are to be approved now. */
  | { readonly is: 'open'; readonly window: Window }
  /** Whether the next window is one is not published; its updates would be approved now. */
  | { readonly is: 'doubtful'; readonly window: Window }
  /** Not now. `missed`: a window runs, whose beginning has passed. `next`: the next one that is sure, if any. */
  | { readonly is: 'closed'; readonly missed: boolean; readonly next: Window | undefined };

/**
 * An update is approved in `[start − ahead, start)` of a window, since it starts at the window's beginning and nothing withdraws an approval.
 * Of several windows that are near enough the earliest counts.
 */
export function timingAt({ sure, doubtful }: Windows, aheadMs: number, nowMs: EpochMs): Timing {
  const next = firstAfter(sure, nowMs);
  const maybe = firstAfter(doubtful, nowMs);
  const isNear = (window: Window | undefined): window is Window => window !== undefined && window[0] - aheadMs <= nowMs;
  if (isNear(maybe) && (next === undefined || maybe[0] < next[0])) return { is: 'doubtful', window: maybe };
  if (isNear(next)) return { is: 'open', window: next };
  const last = sure[firstIndexAfter(sure, nowMs) - 1];
  return { is: 'closed', missed: last !== undefined && nowMs < last[1], next };
}

/** Whether a window has ended in `(sinceMs, nowMs]` whose approvals could have been given from `sinceMs` on. */
export function hasPassed({ sure }: Windows, aheadMs: number, sinceMs: EpochMs, nowMs: EpochMs): boolean {
  const window = sure[firstIndexAfter(sure, sinceMs + aheadMs)];
  return window !== undefined && window[1] <= nowMs;
}

/**
 * When a version that comes on offer at `sinceMs` is through these rings where each of them takes its first window and soaks: the end of the last
 * window. Undefined: not within the windows that are known.
 */
export function endOfPass(rings: readonly Pick<ReadyRing, 'windows' | 'soakMs'>[], aheadMs: number, sinceMs: EpochMs): EpochMs | undefined {
  let readyMs = sinceMs;
  let endMs: EpochMs | undefined;
  for (const { windows, soakMs } of rings) {
    endMs = firstAfter(windows.sure, readyMs + aheadMs)?.[1];
    if (endMs === undefined) return undefined;
    readyMs = endMs + soakMs;
  }
  return endMs;
}

function firstAfter(windows: readonly Window[], nowMs: EpochMs): Window | undefined {
  return windows[firstIndexAfter(windows, nowMs)];
}

/** Position of the first window that begins after an instant. */
function firstIndexAfter(windows: readonly Window[], ms: EpochMs): number {
  let low = 0;
  let high = windows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((windows[middle] as Window)[0] <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
