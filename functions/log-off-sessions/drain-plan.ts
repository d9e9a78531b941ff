import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { functionMode } from '../../shared/engine/guard.ts';
import { drainMarker, drainTag, type SessionGroup } from '../../shared/fleet/session.ts';
import { notShownYet } from '../../shared/journal/intents/intent-view.ts';
import type { Action, Reason } from '../../shared/planning/decision.ts';
import { localDate, localText, utcText } from '../../shared/planning/local-time.ts';
import { parseTimestamp } from '../../shared/policy/values/timestamp.ts';
import type { CompiledLogOffRule } from './compiled-rule.ts';
import type { LogOffWindow, Moment } from './moment.ts';
import { hold, keep, reason } from './reasons.ts';
import { attemptAt, drainSetting, tryAgain, type Verdict } from './session-plan.ts';

const minuteMs = 60_000;

/** A drain goes on so long into the window at most, so that the log-off happens while nobody new comes in; then the night is free again. */
const intoWindowMs = 15 * minuteMs;

/** No drain of ours ever lies further ahead than this. */
const farthestMs = 24 * 60 * minuteMs;

/**
 * Decides about the tags by which new users are kept out of a group; undefined where none is set and none is wanted. What we have set is
 * lifted past its time whatever rule exists now. Without our marker it is a person's, and never touched.
 */
export function decideDrain(
  group: SessionGroup,
  rule: CompiledLogOffRule | undefined,
  moment: Moment | undefined,
  context: PlanContext,
): Verdict | undefined {
  const wanted = rule?.drain !== undefined && moment?.phase === 'drain' && group.status === 'PUBLISHED' ? moment : undefined;
  const { tags } = group;
  if (tags === undefined)
    return wanted && hold(reason('tags-unknown', 'whether it is drained already cannot be told: its tags are unknown'));
  const drained = Object.hasOwn(tags, drainTag);
  if (Object.hasOwn(tags, drainMarker)) {
    const verdict = decideOurs(group, tags[drainMarker] ?? '', drained, moment, context);
    return drained && verdict.verdict === 'act' && functionMode(context.policy, 'log-off-sessions') !== 'act'
      ? leftDrained(context)
      : verdict;
  }
  if (drained) {
    const text = `new users are kept out by the tag ${drainTag}, which Streamwarden has not set; remove it when they are to come in again`;
    return hold(reason('drained-by-person', text));
  }
  return wanted && setting(group, wanted.window, wanted.because, context);
}

function decideOurs(group: SessionGroup, marker: string, drained: boolean, moment: Moment | undefined, context: PlanContext): Verdict {
  const { nowMs } = context;
  const until = parseTimestamp(marker.trim());
  if (!until.ok) {
    return lifting(
      group,
      marker,
      drained,
      reason('drain-unreadable', `the marker of our drain says "${marker}", which is no time`, { marker }),
    );
  }
  const untilMs = until.value;
  if (untilMs <= nowMs)
    return lifting(group, marker, drained, reason('drain-over', `our drain was until ${localText(untilMs, context)}`, { untilMs }));
  // Somebody has added an exception since: whoever works through the night must come in.
  if (drained && moment?.phase === 'outside' && moment.open)
    return lifting(group, marker, drained, reason('drain-over', moment.because.text));
  if (untilMs > nowMs + farthestMs) {
    const text = `the tag ${drainMarker} says ${marker}, which is later than ours ever are; remove both tags, or set the time right`;
    return hold(reason('drain-edited', text, { untilMs }));
  }
  if (drained) return keep(reason('drained', `new users are kept out until ${localText(untilMs, context)}`, { untilMs }));
  return keep(reason('drain-lifted', 'a person has let new users in again before the time'));
}

/** Both tags in one call. The claim lets it happen once in a window: what a person takes away stays away. */
function setting(group: SessionGroup, window: LogOffWindow, due: Reason, context: PlanContext): Verdict {
  const attempt = attemptAt(context.written, group.id, drainSetting, window);
  const lately = notShownYet(context.written.values(group.id, drainSetting), context.nowMs);
  if (attempt.state === 'done' && lately !== undefined)
    return keep(reason('drained', `new users have been kept out since ${localText(lately.atMs, context)}, and reads may not show it yet`));
  if (attempt.state === 'done')
    return keep(
      reason(
        'drain-removed',
        'the service accepted the drain before this log-off and shows no tag of it: somebody lifted it, or it was lost',
      ),
    );
  if (attempt.state === 'unclear')
    return keep(reason('drain-unclear', 'whether new users were kept out is not known, and it is done once only'));
  if (attempt.state === 'failed')
    return hold(reason('drain-failed', 'the service has refused twice to keep new users out; the log-off goes on'));
  const endMs = drainEndMs(window);
  return {
    verdict: 'act',
    because: [reason('drain-due', 'new users are kept out until shortly after the log-off'), due, ...(attempt.again ? [tryAgain] : [])],
    action: {
      key: `log-off-sessions/${group.id}/drain ${window.id}`,
      operation: 'TagCloudResources',
      input: {
        ResourceType: 'AppInstanceGroupId',
        ResourceIds: [group.id],
        Tags: [
          { Key: drainTag, Value: 'true' },
          { Key: drainMarker, Value: utcText(endMs) },
        ],
      },
      // It keeps people out, so exceptions and protection against cuts hold it.
      effect: 'disruptive',
      harms: ['restrict'],
      change: [{ field: 'new users', from: 'let in', to: `kept out until ${localText(endMs, context)}` }],
      writes: { setting: drainSetting, value: attempt.value },
      claim: `drain ${attempt.value}`,
    },
  };
}

/** When the drain of a window ends. */
function drainEndMs({ startMs, untilMs }: LogOffWindow): EpochMs {
  return Math.min(startMs + intoWindowMs, untilMs);
}

/** A drain of ours that should be lifted, where the function only observes: people are kept out until somebody acts, so it is told each day. */
function leftDrained(context: PlanContext): Verdict {
  const day = localDate(context.nowMs, context);
  const text = `new users are still kept out by our drain, and log-off-sessions only observes: remove the tags ${drainTag} and ${drainMarker}`;
  return hold(reason('drain-left', text, { toldAs: `drain-left ${day}`, day }));
}

/** Removes what is there of the two tags, in one call. It takes back what we did, so neither a freeze nor a limit holds it. */
function lifting(group: SessionGroup, marker: string, drained: boolean, because: Reason): Verdict {
  const keys = drained ? [drainTag, drainMarker] : [drainMarker];
  const action: Action = {
    key: `log-off-sessions/${group.id}/lift drain`,
    operation: 'UntagCloudResources',
    input: { ResourceType: 'AppInstanceGroupId', ResourceIds: [group.id], TagKeys: keys },
    effect: 'write',
    change: [{ field: 'new users', from: drained ? 'kept out' : 'let in, with a marker', to: 'let in' }],
    // By the drain that it ends: another one may have to be lifted minutes later.
    writes: { setting: 'drain-lift', value: `${keys.join(' ')} ${marker}` },
    restores: 'access',
  };
  return { verdict: 'act', because: [because], action };
}
