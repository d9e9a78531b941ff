import type { PlanContext, Planner } from '../../shared/engine/automation.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import type { Decision, Reason } from '../../shared/planning/decision.ts';
import { neededDetail, noteNeeded } from './detail.ts';
import { type GroupFacts, groupFacts, rememberFailures, rememberMember } from './group-facts.ts';
import { pastUpdates, sightedEnd, sightedOffer, sightedRead, sightedUnread } from './history.ts';
import { reason } from './reasons.ts';
import { rememberOffer, ringReminder, unreadReminder } from './ring-times.ts';
import { ringMemory, settleRings } from './rings.ts';
import { type Place, ruleMatch } from './rule-match.ts';
import { updateFailed, versionVerdict } from './version-verdict.ts';

/**
 * Decides about the update of one delivery group: its own part in `decide`, the rings in `settle`, once the whole fleet was seen. Pure but for
 * what a run remembers of the rings.
 */
export const planner: Planner<OtaGroup> = {
  needs: () => [],
  needsDetail(group, context) {
    const needed = neededDetail(group, context);
    if (needed !== undefined) noteNeeded(group, needed);
    return needed !== undefined;
  },
  decide,
  settle: settleRings,
};

function decide(group: OtaGroup, context: PlanContext): Decision {
  const resource = refOf(group);
  const memory = ringMemory(context);
  memory.candidates.delete(group.id);
  memory.unplaced.delete(group.id);
  if (context.nowMs >= context.policy.untilMs) {
    const because = [reason('policy-horizon', 'The policy was compiled for a time that is over; push it again.')];
    return { rule: null, resource, verdict: 'hold', because };
  }
  const match = ruleMatch(group, context);
  if (match.is === 'nowhere') return { rule: null, resource, verdict: 'keep', because: [match.because] };
  if (match.is === 'unknown') {
    const { position, index } = match.maybe ?? { position: -1, index: -1 };
    rememberFailures(group, undefined, context);
    memory.unplaced.set(group.id, { id: group.id, position, index });
    const reminder = match.maybe?.isLast ? undefined : unreadReminder(group, match, context);
    const because = reminder === undefined ? [match.because] : [reminder, match.because];
    return { rule: match.maybe?.ready.rule.name ?? null, resource, verdict: 'hold', because, sighted: [sightedUnread] };
  }
  return decidePlaced(group, match.place, { rule: match.place.ready.rule.name, resource }, context);
}

type Base = Pick<Decision, 'resource'> & { readonly rule: string };

function decidePlaced(group: OtaGroup, place: Place, base: Base, context: PlanContext): Decision {
  const hold = (...because: readonly Reason[]): Decision => ({ ...base, verdict: 'hold', because });
  const unread = (because: Reason): Decision => {
    const reminder = place.isLast ? undefined : unreadReminder(group, place, context);
    return { ...hold(...(reminder === undefined ? [] : [reminder]), because), sighted: [sightedUnread] };
  };
  const offered = group.ota?.offered;
  if (offered === undefined) {
    rememberMember(group, place, undefined, context);
    return unread(reason('offer-unknown', 'Which version is on offer could not be read.'));
  }
  const past = group.tasks && pastUpdates(group.tasks);
  if (past !== undefined && 'unclear' in past) {
    rememberMember(group, place, undefined, context);
    const { version, status } = past.unclear;
    const text = `An update of the group is not understood: version ${version ?? 'unknown'}, status ${status ?? 'unknown'}.`;
    return unread(reason('update-unclear', text, { version, status }));
  }
  const facts = groupFacts(group, past, context);
  rememberMember(group, place, facts, context);
  const end = facts.end === undefined ? [] : [sightedEnd(facts.end)];
  if (offered === null || offered === group.ota?.current) {
    if (facts.end?.end === 'failed') return hold(updateFailed(facts.end.version), ...end);
    return { ...base, verdict: 'keep', because: [reason('no-offer', 'No new version is on offer.'), ...end] };
  }
  return decideOffered(group, offered, place, { base, facts, end }, context);
}

function decideOffered(
  group: OtaGroup,
  version: string,
  place: Place,
  { base, facts, end }: { readonly base: Base; readonly facts: GroupFacts; readonly end: readonly Reason[] },
  context: PlanContext,
): Decision {
  rememberOffer(group, version, place, context);
  const decided = versionVerdict(group, version, place, facts, context);
  const sighted = place.isLast ? end : [...end, sightedOffer(version)];
  const read = sightedRead(group, context);
  const whole = { ...base, ...(read.length > 0 && { sighted: read }) };
  if (decided.verdict === 'act') {
    ringMemory(context).candidates.set(group.id, { position: place.position, index: place.index, version });
    return { ...whole, verdict: 'act', because: [decided.because, ...sighted], action: decided.action };
  }
  const reminder = ringReminder(group, version, decided, place, context);
  if (reminder !== undefined) return { ...whole, verdict: 'hold', because: [reminder, decided.because, ...sighted] };
  return { ...whole, verdict: decided.verdict, because: [decided.because, ...sighted] };
}

function refOf({ id, name, region }: OtaGroup): ResourceRef {
  return { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
}
