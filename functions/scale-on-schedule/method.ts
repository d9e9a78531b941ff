import { waiting } from '../../shared/engine/reasons.ts';
import { type Charge, type NativePeriod, type NativeWeek, nodesInUse } from '../../shared/fleet/delivery-group.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { found, held, type Outcome } from '../../shared/planning/result.ts';
import { addDays, dayMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import type { CompiledScaleRule, Method } from './compiled-rule.ts';
import type { CutProtection } from './cut-protection.ts';
import type { GroupState } from './group-state.ts';
import { fitDay, type NativeSchedule } from './native-schedule.ts';
import { reason } from './reasons.ts';
import { type ServiceDay, spanDays } from './service-day.ts';
import { count, type FixedStrategy, nodesOfStrategy, nodesOfWeek, type ScheduleStrategy, sameDay, type UsageStrategy } from './strategy.ts';

/** What the choice of a method depends on. */
export interface MethodQuestion {
  readonly rule: CompiledScaleRule;
  readonly charge: Charge;
  /** What protects the group's sessions from cuts today or tomorrow, if anything. */
  readonly protection: Outcome<CutProtection | undefined>;
  /** The desired state as a weekly schedule; asked for only where one is thinkable. */
  readonly native: () => NativeSchedule;
}

/**
 * Chooses how nodes are brought about. Subscriptions: the ceiling of usage scaling, nothing else. Pay-as-you-go: what the rule says, else
 * the service's own weekly schedule, which keeps running when nothing rewrites it. A schedule through midnight cannot be written there
 * without dropping all nodes for a minute, sessions on them or not; it gets a fixed count at each step, be it zero by day or never. So do
 * groups whose sessions are protected. Where that cannot be told the schedule is wanted, and what would lower waits. Each fallback says why.
 */
export function chooseMethod({ rule, charge, protection, native }: MethodQuestion): Outcome<Method> {
  const extra = rule.peak !== undefined && 'extraNodes' in rule.peak;
  if (charge === 'subscription') {
    if (extra && (rule.method ?? 'usage') === 'usage') return found('usage');
    const text = 'the bought nodes of a subscription stay as they are; give it a rule with peak: {extraNodes: N} and no other method';
    return held(reason('not-pay-as-you-go', text));
  }
  if (extra) return held(reason('not-subscription', 'extraNodes is for subscription groups; add charge: subscription to the rule'));
  if (rule.method === 'usage' || rule.method === 'fixed') return found(rule.method);
  const untold = protection.ok ? [] : protection.because;
  if (protection.ok && protection.value !== undefined) {
    const { text, data } = protection.value;
    const instead = 'no weekly schedule, whose falling edges nobody watches; a fixed count is set at each step';
    return found('fixed', reason('protected-no-edge', `${text}: ${instead}`, data));
  }
  const why = obstacleTo(native());
  if (why === undefined) return found('service-schedule', ...untold);
  const asked = rule.method === undefined ? 'no weekly schedule' : 'no weekly schedule, although the rule asks for one';
  const text = `${asked}: ${why}; a fixed count is set at each step instead, and at least one node stays`;
  return found('fixed', ...untold, reason('not-expressible', text, { fallback: 'fixed' }));
}

/** Why a desired state cannot be a weekly schedule of the service; undefined where it can. */
function obstacleTo(native: NativeSchedule): string | undefined {
  const cut = 'and it ends each period within its day: at 23:59 it would drop all nodes under their sessions';
  return native.gapAtMidnight
    ? `nodes are wanted through midnight by the service's clock, ${cut}`
    : native.gapTonight
      ? `nodes are wanted through the next midnight by the service's clock, ${cut}`
      : Object.keys(native.week).length === 0
        ? 'no weekday would have a period'
        : undefined;
}

/** A fixed pool takes 1 to 100 nodes (service notes, Node pools and schedules), so it cannot be emptied. */
const leastFixedNodes = 1;

/**
 * What may be lowered at this moment: nodes that are not in use; nodes of a pool on which nobody is, since which nodes go is not
 * documented; or none at all.
 */
export type MayLower = 'not-in-use' | 'when-idle' | 'nothing';

/**
 * A fixed count for what is wanted now, never below the nodes in use: lowering goes down to them and goes on as sessions leave.
 * Where that leaves nothing to lower, or the nodes in use are unknown, it holds. A weekly schedule is replaced all the same, by what it
 * gives at this moment: left to itself it would lower nodes at its next falling edge, whoever is on them.
 */
export function fixedStrategy(
  state: GroupState,
  wanted: number,
  day: ServiceDay,
  mayLower: MayLower = 'not-in-use',
): Outcome<FixedStrategy> {
  const { pool, strategy } = state;
  const nodes = Math.max(wanted, leastFixedNodes);
  const because =
    wanted < nodes ? [reason('one-node-stays', 'the schedule wants none, but a fixed pool cannot be empty: one node stays')] : [];
  const present = nodesOfStrategy(strategy, pool, day);
  if (nodes >= present) return found({ type: 'fixed', nodes }, ...because);
  const used = nodesInUse(pool);
  const data = { wanted: nodes, present };
  const unknown = reason('nodes-in-use-unknown', `${count(nodes)} would do, but how many are in use is unknown`, data);
  if (strategy.type === 'schedule') {
    if (used === undefined) return found({ type: 'fixed', nodes: present }, unknown);
    if (mayLower === 'nothing' || (mayLower === 'when-idle' && used > 0)) {
      const text = `${count(nodes)} would do; the ${count(present)} that the weekly schedule gives now stay until they may be lowered`;
      return found({ type: 'fixed', nodes: present }, reason('lowered-later', text, { ...data, used }));
    }
  }
  if (used === undefined) return held(unknown);
  if (used <= nodes) return found({ type: 'fixed', nodes }, ...because);
  const text = `${count(nodes)} would do, but ${count(used)} ${used === 1 ? 'is' : 'are'} in use`;
  const inUse = reason('nodes-in-use', text, { ...waiting, ...data, used });
  if (strategy.type === 'fixed' && used >= present) return held(inUse);
  return found({ type: 'fixed', nodes: used }, inUse);
}

/** A schedule with fewer days left than this is extended. */
const leastDaysLeft = 30;

/** Days that a schedule lasts where an ordinary week has nothing: what it adds ends by itself. The service takes no fewer (service notes). */
const passingDays = 7;

/** With so few days left it is extended at once, quiet time or not. */
const rearmDays = 2;

/**
 * The weekly schedule to write for a desired state. Days whose kind is not published are as in an ordinary week, which is said.
 */
export function nativeStrategy(native: NativeSchedule, warmUp: boolean, day: ServiceDay): Outcome<ScheduleStrategy> {
  const because: Reason[] = [];
  const { week, resumes, deviations } = native;
  if (native.unknown.length > 0) {
    because.push(reason('unpublished-day', 'the kind of today or tomorrow is not published yet; that day is as in an ordinary week'));
  }
  if (resumes !== undefined) {
    const text = `no nodes are wanted until ${resumes}; the schedule pauses and begins again by itself on that day`;
    because.push(reason('day-deviates', text, { resumes }));
  }
  if (deviations.length > 0) {
    const dates = deviations.map(({ date }) => date);
    const text = `${dates.join(' and ')} ${dates.length === 1 ? 'differs' : 'differ'} from an ordinary week and will be restored afterwards`;
    because.push(reason('day-deviates', text, { dates }));
  }
  if (native.endsEarly) because.push(reason('ends-a-minute-early', 'periods end at 23:59, since the service ends each within its day'));
  const enableDate = resumes ?? day.date;
  const days = Object.keys(native.ordinary).length === 0 ? passingDays : spanDays;
  return found(
    {
      type: 'schedule',
      week,
      warmUp,
      enableDate,
      disableDate: addDays(enableDate, days),
    },
    ...because,
  );
}

/** Whether a week that was read would be taken again as it is. */
export function weekCanBeSent(week: NativeWeek): boolean {
  const days = Object.values(week);
  return days.length > 0 && days.every(canBeSent);
}

/** Whether periods that were read would be taken again as they are. */
function canBeSent(periods: readonly NativePeriod[]): boolean {
  return sameDay(fitDay(periods).periods, periods);
}

/** Whether a schedule that is right otherwise has to be written again for its dates alone. */
export type ReArm = { readonly when: 'not-needed' } | { readonly when: 'now' | 'later'; readonly because: Reason };

/**
 * Extends a schedule with fewer than 30 days left outside its periods, and only while the date is the same in the service's zone
 * and in UTC (08:00 to 24:00 in China), so that the enable date is not in the past by either. With two days left it is extended at once;
 * so is one that has not begun. A schedule that is to end within days, since an ordinary week has nothing, is extended only while it is `wanted`.
 */
export function reArm(observed: ScheduleStrategy, day: ServiceDay, wanted?: ScheduleStrategy): ReArm {
  const today = day.date;
  if ((wanted?.enableDate ?? today) > today) return { when: 'not-needed' };
  const { enableDate, disableDate } = observed;
  if (disableDate === undefined) return { when: 'not-needed' };
  const daysLeft = Math.round((localMsOf(disableDate, 0) - localMsOf(today, 0)) / dayMs);
  const data = { disableDate, daysLeft };
  if (enableDate !== undefined && enableDate > today) {
    return {
      when: 'now',
      because: reason('re-arm', `the weekly schedule only begins on ${enableDate}; it is set to begin today`, { ...data, enableDate }),
    };
  }
  const passing = (wanted?.disableDate ?? day.endDate) < day.endDate;
  if (daysLeft >= (passing ? rearmDays + 1 : leastDaysLeft)) return { when: 'not-needed' };
  if (daysLeft <= rearmDays) {
    const text = daysLeft > 0 ? `the weekly schedule ends on ${disableDate}` : `the weekly schedule ended on ${disableDate}`;
    return { when: 'now', because: reason('lapses-soon', `${text}; it is extended at once`, data) };
  }
  const quiet = nodesOfWeek(observed.week, day) === 0 && day.sameDateInUtc;
  return quiet
    ? { when: 'now', because: reason('re-arm', `the weekly schedule ends on ${disableDate}, in ${daysLeft} days; it is extended`, data) }
    : {
        when: 'later',
        because: reason('re-arm-waits', `the weekly schedule ends on ${disableDate}; it is extended outside its periods, by day`, data),
      };
}

/**
 * The lowest ceiling that is sent. The definition gives MaxScalingAmount no minimum, so 0 is taken to mean no extra nodes. If the
 * service refuses it, the call fails, nothing changes and the run says so.
 */
const lowestCeiling = 0;

/** The fewest nodes that always run by the hour (service notes, Node pools and schedules: 1 to 100). */
const leastBase = 1;

/** What is sent for usage scaling where the pool did not scale by usage before: one node at a time, the service's own threshold (service notes). */
const fresh = { step: 1, threshold: '85', downAfterIdleMinutes: 5, maxIdle: undefined } as const;

/**
 * Usage scaling that reaches what is wanted now, never below the nodes in use. Of a subscription only the ceiling above the bought nodes
 * moves. A pool by the hour has one node that always runs and the rest of the desired state as its ceiling; its base is lowered as sessions
 * leave it, since a base below the nodes in use might cut some. Other settings are sent back as read; where one that the service
 * demands could not be read it holds, since a guess would change it.
 */
export function usageStrategy(state: GroupState, wanted: number, day: ServiceDay): Outcome<UsageStrategy> {
  const { strategy, charge } = state;
  if (strategy.type === 'usage') {
    const { nodes, maxScaling, step, threshold } = strategy;
    if (nodes === undefined || maxScaling === undefined || step === undefined || threshold === undefined) {
      return held(reason('strategy-unknown', 'a setting of usage scaling that has to be sent back could not be read'));
    }
  }
  return charge === 'subscription' ? aboveBought(state, wanted) : byTheHour(state, wanted, day);
}

function aboveBought({ pool, strategy }: GroupState, wanted: number): Outcome<UsageStrategy> {
  const ceiling = Math.max(wanted, lowestCeiling);
  if (strategy.type === 'schedule')
    return held(reason('strategy-unknown', 'a subscription group with a weekly schedule is not documented'));
  if (strategy.type === 'fixed') return found({ type: 'usage', nodes: strategy.nodes, ...fresh, maxScaling: ceiling });
  const present = strategy.maxScaling ?? lowestCeiling;
  if (ceiling >= present) return found({ ...strategy, maxScaling: ceiling });
  const used = pool.scalingNodeUsed ?? (pool.scalingNodeAmount === 0 ? 0 : undefined);
  if (used === undefined) {
    const text = `a ceiling of ${count(ceiling)} would do, but how many extra nodes are in use is unknown`;
    return held(reason('nodes-in-use-unknown', text, { wanted: ceiling }));
  }
  if (used <= ceiling) return found({ ...strategy, maxScaling: ceiling });
  const text = `a ceiling of ${count(ceiling)} would do, but ${count(used)} extra ${used === 1 ? 'is' : 'are'} in use`;
  const inUse = reason('nodes-in-use', text, { ...waiting, wanted: ceiling, used });
  return used >= present ? held(inUse) : found({ ...strategy, maxScaling: used }, inUse);
}

function byTheHour({ pool, strategy }: GroupState, wanted: number, day: ServiceDay): Outcome<UsageStrategy> {
  const nodes = Math.max(wanted, leastBase);
  const settings = strategy.type === 'usage' ? strategy : { type: 'usage' as const, ...fresh };
  const standing = strategy.type === 'schedule' ? nodesOfStrategy(strategy, pool, day) : (strategy.nodes ?? 0);
  const present = strategy.type === 'usage' ? standing + (strategy.maxScaling ?? lowestCeiling) : standing;
  const used = nodesInUse(pool);
  if (used === undefined) {
    const base = Math.max(standing, leastBase);
    if (nodes >= present) return found({ ...settings, nodes: base, maxScaling: Math.max(nodes - base, lowestCeiling) });
    const text = `${count(nodes)} in all would do, but how many are in use is unknown`;
    return held(reason('nodes-in-use-unknown', text, { wanted: nodes, present }));
  }
  const because =
    wanted < nodes ? [reason('one-node-stays', 'the schedule wants none, but a pool by the hour cannot be empty: one node stays')] : [];
  const base = Math.max(leastBase, Math.min(standing, used));
  // What is in use beyond what the strategy allows is on its way out, and no reason to allow more.
  const kept = strategy.type === 'usage' ? Math.min(used, present) : used;
  const total = Math.max(nodes, kept);
  const to: UsageStrategy = { ...settings, nodes: base, maxScaling: Math.max(total - base, lowestCeiling) };
  if (kept <= nodes) return found(to, ...because);
  const text = `${count(nodes)} in all would do, but ${count(used)} ${used === 1 ? 'is' : 'are'} in use`;
  return found(to, reason('nodes-in-use', text, { ...waiting, wanted: nodes, used }));
}
