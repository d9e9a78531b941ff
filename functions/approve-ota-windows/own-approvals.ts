import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import { parseInstant } from '../../shared/fleet/instant.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import { utcText } from '../../shared/planning/local-time.ts';
import type { PastUpdates } from './past-updates.ts';
import { reason } from './reasons.ts';

/** Setting under which the journal keeps what we approved: `<version> <start>`. */
export const approvalSetting = 'ota-approval';

/**
 * A request that has not been executed after this long never is: its signature lives for 15 minutes, clocks may be 15 off, and lists lag
 * (protocols, renewal).
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
