import type { PlanContext } from '../../shared/engine/automation.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import { ownApproval, seenEnd, timingAt } from './history.ts';
import { type Place, ruleMatch } from './rule-match.ts';

/**
 * What has to be read of a group beyond its row; undefined: nothing. Its updates, while its own ring or one after it is about to approve;
 * while an approval of ours has not come to an end; while something failed on it; and once for each version that a group of a ring before
 * others has got, for the first sight of its end. Who is on it, only where it may be approved now.
 */
export function neededDetail(group: OtaGroup, context: PlanContext): NeededDetail | undefined {
  if (group.tasks !== undefined) return undefined;
  const match = ruleMatch(group, context);
  if (match.is !== 'place' || group.ota === undefined) return undefined;
  const { place } = match;
  const { offered, current } = group.ota;
  if (offered === undefined) return undefined;
  const seen = seenEnd(group, context);
  const failed = group.status === 'MAINTAIN_FAILED' || seen?.end === 'failed';
  if (offered === null || offered === current) {
    const firstSight = !place.isLast && current !== undefined && seen?.version !== current;
    return failed || firstSight ? 'updates' : undefined;
  }
  const isOpen = (index: number): boolean => approvesNow(place, index, context);
  if (isOpen(place.index)) return group.status === 'PUBLISHED' ? 'updates-and-sessions' : 'updates';
  const laterOpen = place.ready.rings.some((_ring, index) => index > place.index && isOpen(index));
  return failed || laterOpen || ownApproval(group, offered, context) !== undefined ? 'updates' : undefined;
}

/** Whether a ring of the group's rule approves now, or would if the kind of the day were published. */
function approvesNow({ ready }: Place, index: number, { nowMs }: PlanContext): boolean {
  const ring = ready.rings[index];
  return ring !== undefined && timingAt(ring.windows, ready.rule.approveAheadMs, nowMs).is !== 'closed';
}

/** What has to be read of a group in detail: its updates, and beside them who is on it where it may be approved now. */
export type NeededDetail = 'updates' | 'updates-and-sessions';

const neededDetails = new WeakMap<OtaGroup, NeededDetail>();

/** Remembers what has to be read of a group in detail. */
export function noteNeeded(group: OtaGroup, needed: NeededDetail): void {
  neededDetails.set(group, needed);
}

/** What has to be read of a group in detail. Default: everything. */
export function notedDetail(group: OtaGroup): NeededDetail {
  return neededDetails.get(group) ?? 'updates-and-sessions';
}
