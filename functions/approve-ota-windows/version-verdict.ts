import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import type { Action, Reason } from '../../shared/planning/decision.ts';
import { localText, spanText, utcText } from '../../shared/planning/local-time.ts';
import type { CompiledException } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { Window } from './compiled-rule.ts';
import { neededDetail } from './detail.ts';
import type { GroupFacts } from './group-facts.ts';
import { approvalSetting, approvalValue, chanceOf, ownApproval, timingAt } from './history.ts';
import { reason } from './reasons.ts';
import type { Place } from './rule-match.ts';

/** What is decided about a version on offer, the other rings apart. */
export type VersionVerdict =
  | { readonly verdict: 'act'; readonly because: Reason; readonly action: Action }
  | { readonly verdict: 'keep' | 'hold'; readonly because: Reason };

/** An update takes from a quarter of an hour to a few; its length is not documented. */
const overdueAfterMs = 4 * 60 * 60_000;

const hold = (because: Reason): VersionVerdict => ({ verdict: 'hold', because });
const keep = (because: Reason): VersionVerdict => ({ verdict: 'keep', because });

/** Decides about the version that is on offer for a group: what has come of it, what forbids it, whether its time is now. */
export function versionVerdict(group: OtaGroup, version: string, place: Place, facts: GroupFacts, context: PlanContext): VersionVerdict {
  return (
    comeOf(group, version, facts, context) ??
    forbidden(version, place, context) ??
    unready(group, version, facts, context) ??
    atItsTime(group, version, place, facts, context)
  );
}

/** What has come of the version on this group already; undefined: nothing. */
function comeOf({ ota }: OtaGroup, version: string, { past, broken }: GroupFacts, context: PlanContext): VersionVerdict | undefined {
  const pending = past?.pending.find((update) => update.version === version);
  if (pending !== undefined) {
    const { status, startMs } = pending;
    const start = localText(startMs, context);
    const data = { version, status, startMs };
    if (context.nowMs >= startMs + overdueAfterMs) {
      const text = `${version} was to start at ${start} and is ${status} hours later. Look at the group in the console; an approval cannot be withdrawn.`;
      return hold(reason('update-overdue', text, data));
    }
    return keep(reason('approved', `${version} is approved and ${status === 'RUNNING' ? 'runs since' : 'starts at'} ${start}.`, data));
  }
  if (broken === version) return hold(updateFailed(version));
  const ended = past?.ended.get(version);
  if (ended === undefined) return undefined;
  if (ended.end === 'failed') return hold(updateFailed(version, ended.status));
  const { current } = ota ?? {};
  if (current !== undefined && current !== version && context.nowMs >= ended.startMs + overdueAfterMs) {
    const text = `${version} has finished here (start ${localText(ended.startMs, context)}), and the group runs ${current} all the same: it was put back, perhaps by an image. A version is approved once; approve it by hand, or halt it.`;
    return hold(reason('put-back', text, { version, current, startMs: ended.startMs }));
  }
  return keep(reason('finished', `${version} has finished here; the service still shows the offer.`, { version }));
}

/** The reason of a group on which a version failed. */
export function updateFailed(version: string, status?: string): Reason {
  const text = `${version} failed here${status === undefined ? '' : ` (${status})`} and is halted for all. Put the group right and let the update finish, by hand, or take the group out of the rings.`;
  return reason('update-failed', text, { version, status });
}

function forbidden(version: string, { ready }: Place, { halts }: PlanContext): VersionVerdict | undefined {
  if (ready.rule.neverVersions.includes(version)) {
    return hold(reason('never-version', `Rule ${ready.rule.name} never approves ${version}.`, { version }));
  }
  const halt = halts?.get(version);
  return (
    halt && hold(reason('halted', `${version} is halted by ${halt.by}: ${halt.because}`, { version, by: halt.by, sinceMs: halt.sinceMs }))
  );
}

/** Why the group is in no state to be updated. */
function unready(group: OtaGroup, version: string, { past }: GroupFacts, context: PlanContext): VersionVerdict | undefined {
  if (past === undefined && neededDetail(group, context) !== undefined) {
    return hold(reason('tasks-unknown', 'The updates of the group could not be read, so nothing tells what has come of an approval.'));
  }
  const other = past?.pending[0];
  if (other !== undefined) {
    const text = `${other.version} is ${other.status} here; approving ${version} could change it.`;
    return hold(reason('other-update', text, { version: other.version, status: other.status }));
  }
  if (group.status === 'PUBLISHED') return undefined;
  return hold(
    reason('status', `The group is ${group.status ?? 'in an unknown state'}, and only a PUBLISHED one is updated.`, {
      status: group.status,
    }),
  );
}

function atItsTime(group: OtaGroup, version: string, place: Place, { past }: GroupFacts, context: PlanContext): VersionVerdict {
  const { rule } = place.ready;
  const timing = timingAt(place.ring.windows, rule.approveAheadMs, context.nowMs);
  if (timing.is === 'doubtful') {
    const text = `Whether the window of ${localText(timing.window[0], context)} is one depends on a day whose kind is not published yet.`;
    return hold(reason('unpublished-day', text, { startMs: timing.window[0] }));
  }
  if (timing.is === 'closed') return hold(closedReason(version, place, timing, context));
  if (past === undefined) return hold(reason('tasks-unknown', 'The updates of the group were not read.'));
  const { window } = timing;
  const obstacle = windowObstacle(group, window, context);
  if (obstacle !== undefined) return hold(obstacle);
  const chance = chanceOf(rule.type, version, ownApproval(group, version, context), past, context.nowMs);
  if ('kept' in chance) return keep(chance.kept);
  if ('hold' in chance) return hold(chance.hold);
  return approved(group, version, place, { window, claim: chance.claim }, context);
}

function closedReason(
  version: string,
  { ring }: Place,
  { missed, next }: { readonly missed: boolean; readonly next: Window | undefined },
  context: PlanContext,
): Reason {
  if (next === undefined) {
    return reason(
      'no-window',
      `Ring ${ring.name} has no window before the compiled policy ends; change its days, or push the policy again.`,
    );
  }
  const [startMs, endMs] = next;
  const when = spanText(startMs, endMs, context);
  const data = { ...waiting, version, ring: ring.name, startMs, endMs };
  if (missed) return reason('window-missed', `This window has begun, too late for ${version}; the next is ${when}.`, data);
  return reason('waits-for-window', `${version} is approved shortly before the window ${when}.`, data);
}

function approved(
  group: OtaGroup,
  version: string,
  { ready, ring }: Place,
  { window, claim }: { readonly window: Window; readonly claim: string },
  context: PlanContext,
): VersionVerdict {
  const { type, sessionsUpTo } = ready.rule;
  const { region, sessions, ota } = group;
  if (region === undefined) return hold(reason('region-unknown', 'The answer named no region, which an approval needs.'));
  if (ota?.taskId === undefined) return hold(reason('task-id-unknown', 'The answer named no task, which an approval needs.'));
  if (sessions === undefined) return hold(reason('sessions-unknown', 'How many sessions are connected could not be read.'));
  const { connected } = sessions;
  if (sessionsUpTo !== undefined && connected > sessionsUpTo) {
    const text = `${connected} sessions are connected, and the rule approves with ${sessionsUpTo} at most.`;
    return hold(reason('sessions', text, { connected, limit: sessionsUpTo }));
  }
  const startText = localText(window[0], context);
  const because = reason('due', `${version} is to start with the window of ring ${ring.name} at ${startText}.`, {
    version,
    ring: ring.name,
    startMs: window[0],
  });
  const { current, taskId } = ota;
  const what = { groupId: group.id, region, type, current, version, taskId };
  return { verdict: 'act', because, action: approvalAction({ ...what, startMs: window[0], startText, connected, claim }) };
}

/** What an approval is made of. */
interface Approval {
  readonly groupId: string;
  readonly region: string;
  readonly type: string;
  readonly current: string | undefined;
  readonly version: string;
  readonly taskId: string;
  /** When the update is to start. */
  readonly startMs: EpochMs;
  /** The same for people. */
  readonly startText: string;
  readonly connected: number;
  readonly claim: string;
}

/** The call that lets an update run at the beginning of its window. It cuts whoever is connected then. */
function approvalAction({ groupId, region, type, current, version, taskId, startMs, startText, connected, claim }: Approval): Action {
  // UTC without fractions satisfies both forms that the definition shows (service notes, Times).
  const start = utcText(startMs);
  return {
    key: `update ${type} to ${version} at ${start}`,
    operation: 'ApproveOtaTask',
    input: { AppInstanceGroupId: groupId, BizRegionId: region, OtaType: type, StartTime: start, TaskId: taskId },
    effect: 'disruptive',
    harms: ['cut'],
    change: [
      { field: 'OtaVersion', from: current ?? null, to: version },
      { field: 'StartTime', from: null, to: startText },
    ],
    writes: { setting: approvalSetting, value: approvalValue(version, start) },
    sessionsAtRisk: connected,
    claim,
  };
}

/**
 * Why an update must not run in a window, as far as the policy foresees it: an exception or a freeze that is in force at any time in it. The
 * guard asks what is in force when an approval is given; the update runs later, and nothing withdraws an approval.
 */
function windowObstacle(group: OtaGroup, window: Window, context: PlanContext): Reason | undefined {
  const { policy, target, nowMs } = context;
  const overlaps = (span: { readonly fromMs: number; readonly untilMs: number } | undefined): boolean =>
    span !== undefined && span.fromMs < window[1] && span.untilMs > window[0];
  for (const exception of policy.exceptions) {
    if (!overlaps(exception.spans[target.timezone]) || !forbidsUpdates(exception)) continue;
    if (exception.groups === undefined || exception.targets?.includes(target.name) === false) continue;
    const match = cachedMatcher(exception.groups, policy.zones[target.timezone])(group, nowMs);
    if (match === 'no') continue;
    const { because } = exception;
    if (match === 'yes') return reason('exception-in-window', `An exception forbids the update in the window: ${because}`, { because });
    const text = `Whether '${because}' applies cannot be told: ${match.unknown} is unknown.`;
    return reason('exception-unknown', text, { because, unknown: match.unknown });
  }
  const freeze = policy.freezes.find(({ spans, except }) => overlaps(spans[target.timezone]) && !except.includes('approve-ota-windows'));
  if (freeze === undefined) return undefined;
  const text = `The policy is frozen at some time between ${localText(window[0], context)} and ${localText(window[1], context)}: ${freeze.because}`;
  return reason('frozen-in-window', text, { because: freeze.because });
}

function forbidsUpdates({ never }: CompiledException): boolean {
  return never.includes('approve-ota') || never.includes('cut-sessions');
}
