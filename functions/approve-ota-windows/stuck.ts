import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import { localDate, localText } from '../../shared/planning/local-time.ts';
import { hasPassed } from './approval-time.ts';
import type { Place } from './cover.ts';
import { type ReasonCode, reason } from './reasons.ts';
import { offeredSince } from './sightings.ts';
import type { VersionVerdict } from './version-verdict.ts';

/** What people decided themselves, or what is on its way: nothing to remind of. */
const settled: ReadonlySet<string> = new Set<ReasonCode>(['never-version', 'halted', 'approved', 'finished']);

/**
 * Says each day that a group of the first ring has not got a version although a window came and went: every other ring waits for it, and a hold
 * that is told once would be forgotten. Groups of later rings wait for the first, so nothing is said of them.
 */
export function stuckReason(
  group: OtaGroup,
  version: string,
  { verdict, because }: VersionVerdict,
  place: Place,
  context: PlanContext,
): Reason | undefined {
  if (place.index > 0 || place.isLast || verdict === 'act' || settled.has(because.code)) return undefined;
  const sinceMs = offeredSince(group, version, context);
  if (!hasPassed(place.ring.windows, place.ready.rule.approveAheadMs, sinceMs, context.nowMs)) return undefined;
  const day = localDate(context.nowMs, context);
  const text = `${version} is on offer since ${localText(sinceMs, context)} and not finished, so all rings after ${place.ring.name} wait.`;
  return reason('ring-stuck', text, { toldAs: `ring-stuck ${day}`, day, version, sinceMs, ring: place.ring.name });
}
