import { waiting } from '../../shared/engine/reasons.ts';
import { type NativePeriod, type NativeWeek, nodesInUse, type Strategy } from '../../shared/fleet/delivery-group.ts';
import type { Action, Harm, Reason } from '../../shared/planning/decision.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import type { CostEstimate } from '../../shared/policy/money.ts';
import { addDays, isoWeekday } from '../../shared/policy/values/local-date-time.ts';
import type { CompiledScaleRule } from './compiled-rule.ts';
import { firstLower, highest } from './day-levels.ts';
import type { DesiredState } from './desired-state.ts';
import { compareWeek, nodesIn, type StandsInFor } from './deviation.ts';
import type { GroupState } from './group-state.ts';
import { cappedAt, cappedPeriods, levelOf, type ScheduleProgress } from './levels.ts';
import { reArm, weekCanBeSent } from './method.ts';
import { fitDay } from './native-schedule.ts';
import { reason } from './reasons.ts';
import { type ServiceDay, spanDays } from './service-day.ts';
import type { ScheduleStrategy, UsageStrategy } from './strategy.ts';
import { count, describe, fingerprint, nodesOfStrategy, requestFor, sameDay, sameStrategy, weekdays } from './strategy.ts';
import { journalValue, settingOf } from './strategy-value.ts';

/** No period of the service is shorter. */
const quarterMs = 15 * 60_000;

/** What a call needs to know of a group. */
export type PoolState = Pick<GroupState, 'group' | 'pool' | 'charge' | 'strategy'>;

/**
 * Whether a pool has what is wanted. A pause is wanted to the day; that a schedule has begun is a matter of its dates. Warm-up counts only where the
 * rule says something of it.
 */
export function means(state: GroupState, wanted: Strategy, { warmUp }: CompiledScaleRule, today: string): boolean {
  const { strategy: observed } = state;
  if (wanted.type === 'schedule' && observed.type === 'schedule') {
    if ((wanted.enableDate ?? today) > today && observed.enableDate !== wanted.enableDate) return false;
    if (typeof warmUp === 'boolean' && observed.warmUp !== warmUp) return false;
  }
  return sameDesired(state, wanted);
}

/** The same but for dates and warm-up; a subscription at a fixed count has no extra nodes, as with a ceiling of zero. */
function sameDesired({ strategy: observed, charge }: GroupState, wanted: Strategy): boolean {
  if (charge === 'subscription' && observed.type === 'fixed' && wanted.type === 'usage') return (wanted.maxScaling ?? 0) === 0;
  return sameStrategy(observed, wanted, charge);
}

/** How much an action lowers a pool right now, and who may be cut by it. */
export interface Lowering {
  /** Whether there are fewer nodes, or a lower ceiling, right after the action. */
  readonly lowers: boolean;
  /** Why the action must not happen; undefined when it may. */
  readonly forbidden?: Reason;
  /** Connected sessions at risk, whichever nodes go; 0 when none can be. */
  readonly sessionsAtRisk: number;
  /** Connected sessions for which no node is left. */
  readonly sessionsCut: number;
}

/** A change of a pool in the making: what it brings about is still told of each of its forms, for what each costs itself. */
export interface Transition {
  readonly to: Strategy;
  /** What `to` stands in for. */
  readonly standsInFor: StandsInFor | undefined;
  /** Whether it is what is there already, with other dates, whatever is wanted. Default: it is what is wanted, or what is left of that. */
  readonly isAsItWas?: true;
  /** Whether it takes no node away at any time. Default: it does what is wanted. */
  readonly onlyRaises?: true;
  /** The most nodes that a limit leaves of it. Default: no limit does. */
  readonly most?: number;
  /** The call, without the forms that it may be done in instead. */
  readonly action: Omit<Action, 'withoutHarm' | 'withoutAdding'>;
  readonly withoutHarm?: { readonly transition: Transition; readonly because: Reason };
  readonly withoutAdding?: Transition;
}

/** The action of a transition with all its forms, each with what is said to be its costs. */
export function actionOf(transition: Transition, costs: (form: Transition) => Costs = () => ({})): Action {
  const { action, withoutHarm, withoutAdding } = transition;
  return {
    ...action,
    ...costs(transition),
    ...(withoutHarm && { withoutHarm: { action: actionOf(withoutHarm.transition, costs), because: withoutHarm.because } }),
    ...(withoutAdding && { withoutAdding: actionOf(withoutAdding, costs) }),
  };
}

const nobody = { sessionsAtRisk: 0, sessionsCut: 0 } as const;

/**
 * Judges what a change does to the nodes of this moment. Which nodes go when a count is lowered is not documented, so each node that goes
 * may be one in use: `sessionsAtRisk` is the most that can be. Usage scaling waits for idle nodes, so it puts at risk only the sessions on
 * nodes beyond what it may have at all.
 */
export function loweringOf(state: GroupState, to: Strategy, day: ServiceDay): Lowering {
  const { pool, strategy: from, capacity } = state;
  if (to.type === 'usage') return loweringToUsage(state, to, day);
  const before = nodesOfStrategy(from, pool, day);
  const after = nodesOfStrategy(to, pool, day);
  if (after >= before) return { lowers: false, ...nobody };
  const used = nodesInUse(pool);
  const data = { wanted: after, present: before };
  if (used === undefined) {
    const text = `this would lower ${count(before)} to ${after}, and how many are in use is unknown`;
    return { lowers: true, ...nobody, forbidden: reason('nodes-in-use-unknown', text, data) };
  }
  const sessionsAtRisk = Math.min(before - after, used) * capacity;
  if (used <= after) return { lowers: true, sessionsAtRisk, sessionsCut: 0 };
  const text = `this would lower ${count(before)} to ${after}, and ${used} ${used === 1 ? 'is' : 'are'} in use`;
  const forbidden = reason('nodes-in-use', text, { ...waiting, ...data, used });
  return { lowers: true, sessionsAtRisk, sessionsCut: (used - after) * capacity, forbidden };
}

function loweringToUsage({ pool, strategy: from, capacity }: GroupState, to: UsageStrategy, day: ServiceDay): Lowering {
  const after = (to.nodes ?? 0) + (to.maxScaling ?? 0);
  const lowers = after < presentNodes(from, pool, day);
  const beyond = Math.max(0, (nodesInUse(pool) ?? 0) - after);
  const sessions = lowers ? beyond * capacity : 0;
  return { lowers, sessionsAtRisk: sessions, sessionsCut: sessions };
}

/** Nodes that a pool has, or may have, at this moment. */
function presentNodes(from: Strategy, pool: GroupState['pool'], day: ServiceDay): number {
  const allowed = from.type === 'usage' ? (from.nodes ?? 0) + (from.maxScaling ?? 0) : 0;
  return Math.max(nodesOfStrategy(from, pool, day), allowed);
}

/** What the harm of a change is judged by. */
export interface ChangeFacts {
  readonly desired: Pick<DesiredState, 'at'>;
  readonly day: ServiceDay;
  readonly progress: Pick<ScheduleProgress, 'inForce' | 'highest'>;
  /** What the strategy that is wanted stands in for. */
  readonly standsInFor?: StandsInFor | undefined;
  /** What the strategy that is there stands in for. */
  readonly deviation?: StandsInFor | undefined;
}

/** The change to a strategy, with what it harms and restores, and what is left of it where no harm or no further node may be. */
export function changeTo(state: GroupState, to: Strategy, lowering: Lowering, facts: ChangeFacts): Transition {
  const change = harmAndGood(state, to, lowering, facts);
  const harms: readonly Harm[] = [
    ...(lowering.sessionsCut > 0 ? (['cut'] as const) : []),
    ...(lowering.lowers ? (['lower'] as const) : []),
  ];
  const restores = !change.lowersEver && change.raises;
  const harmless = restores ? undefined : withoutHarm(state, to, facts);
  const whole: Transition = {
    ...transition(state, to, lowering, within(facts, to, state), {
      ...(harms.length > 0 ? { harms } : {}),
      ...(change.lowersEver && !lowering.lowers ? { harmsLater: ['lower'] } : {}),
      ...(change.lowersEver && facts.progress.inForce ? { planned: true } : {}),
      ...(restores ? { restores: 'capacity' } : {}),
    }),
    ...(harmless === undefined ? {} : { withoutHarm: harmless }),
  };
  return adding(whole, state, facts, (capped, those) => changeTo(state, capped, loweringOf(state, capped, facts.day), those));
}

/** A change with its nodes beyond the highest level of the group, and with what is left of it within that level. */
function adding(
  whole: Transition,
  state: GroupState,
  facts: ChangeFacts,
  changeWithin: (capped: Strategy, facts: ChangeFacts) => Transition,
): Transition {
  const { to, action } = whole;
  const { charge, strategy } = state;
  const most = facts.progress.highest;
  const nodesAdded = levelOf(to, charge) - most;
  if (nodesAdded <= 0) return whole;
  const capped = most > 0 ? cappedAt(to, charge, most) : strategy;
  const isThere = sameDesired(state, capped) && begins(strategy, facts.day) === begins(capped, facts.day);
  return {
    ...whole,
    action: { ...action, nodesAdded },
    ...(isThere ? {} : { withoutAdding: limitedTo(most, changeWithin(capped, facts)) }),
  };
}

function limitedTo(most: number, form: Transition): Transition {
  const { withoutHarm } = form;
  return { ...form, most, ...(withoutHarm && { withoutHarm: { ...withoutHarm, transition: { ...withoutHarm.transition, most } } }) };
}

/** What a strategy stands in for, as far as the group had it or has it by this: what is taken back later counts as no addition. */
export function within(
  { standsInFor, progress }: Pick<ChangeFacts, 'standsInFor' | 'progress'>,
  to: Strategy,
  { charge }: Pick<GroupState, 'charge'>,
): StandsInFor | undefined {
  if (standsInFor === undefined) return undefined;
  const { days, week, ...dates } = standsInFor;
  const most = Math.max(progress.highest, levelOf(to, charge));
  return {
    days: days.map(({ date, ordinary }) => ({ date, ordinary: cappedPeriods(ordinary, most) })),
    ...(week === undefined ? {} : { week: mapWeek((day) => cappedPeriods(week[day] ?? [], most)) }),
    ...dates,
  };
}

/** Whether a change takes nodes away, now or later in its week, and whether it gives some. */
function harmAndGood({ strategy: from, pool, charge }: GroupState, to: Strategy, lowering: Lowering, { desired, day }: ChangeFacts) {
  if (to.type === 'schedule') {
    if (from.type !== 'schedule') return { lowersEver: true, raises: levelOf(to, charge) > presentNodes(from, pool, day) };
    const { raises, lowers } = compareWeek(from, to, day);
    // A pause may be longer than the days that are compared.
    const [before, after] = [lastingWeek(from, day), lastingWeek(to, day)];
    return { lowersEver: lowers || isBelow(after, before), raises: raises || isBelow(before, after) };
  }
  const after = to.type === 'usage' ? (to.nodes ?? 0) + (to.maxScaling ?? 0) : nodesOfStrategy(to, pool, day);
  let raises = after > presentNodes(from, pool, day);
  let lowersEver = lowering.lowers;
  if (from.type === 'schedule') {
    // What is set in its place follows the desired state from now on, so the two are compared as long as the desired state is certain.
    for (let ms = day.nowMs; ms < day.twoDays.untilMs; ms += quarterMs) {
      const wanted = desired.at(ms);
      const given = nodesIn(from, Math.floor((ms - day.nowMs) / 60_000), day);
      raises ||= wanted > given;
      // Neither a count nor a ceiling leaves fewer.
      lowersEver ||= Math.max(1, wanted) < given;
    }
  }
  return { lowersEver, raises };
}

/** The week by which a strategy runs, or will; empty where it has ended. */
function lastingWeek({ week, disableDate }: ScheduleStrategy, { date }: ServiceDay): NativeWeek {
  return disableDate !== undefined && disableDate <= date ? {} : week;
}

/** The day from which a strategy runs: today, or the end of a pause. */
function begins(strategy: Strategy, { date }: ServiceDay): string {
  return strategy.type === 'schedule' && strategy.enableDate !== undefined && strategy.enableDate > date ? strategy.enableDate : date;
}

/** Whether one week has fewer nodes than another at any minute. */
function isBelow(week: NativeWeek, other: NativeWeek): boolean {
  return weekdays.some((day) => firstLower(week[day] ?? [], other[day] ?? [], 0) !== undefined);
}

/** What is left of a change where nothing may be lowered: the raises in it, or new dates for a schedule that ends soon. Undefined: nothing. */
function withoutHarm(state: GroupState, to: Strategy, facts: ChangeFacts): Transition['withoutHarm'] {
  const { strategy: from, pool } = state;
  const { day } = facts;
  const raised = (strategy: Strategy): Transition['withoutHarm'] => ({
    transition: raising(state, strategy, { ...facts, standsInFor: stillStandsInFor(strategy, facts) }),
    because: reason('raised-only', 'what the change raises is done, and what it lowers waits'),
  });
  const present = presentNodes(from, pool, day);
  if (from.type !== 'schedule') {
    const nodes = to.type === 'schedule' ? soon(to, day) : 0;
    return nodes > present ? raised({ type: 'fixed', nodes }) : undefined;
  }
  if (to.type === 'schedule') {
    const enableDate = begins(from, day);
    // What a week has more behind a pause is not wanted before the pause is over.
    const isPaused = enableDate < begins(to, day);
    const week = higherOf(lastingWeek(from, day), isPaused ? {} : to.week);
    const higher = { ...to, week, ...(isPaused ? { enableDate, disableDate: addDays(enableDate, spanDays) } : {}) };
    const isNew = weekdays.some((each) => !sameDay(week[each] ?? [], from.week[each] ?? []));
    if (weekCanBeSent(week) && (isNew || compareWeek(from, higher, day).raises)) return raised(higher);
  } else if ([0, quarterMs, aheadMs].some((ms) => facts.desired.at(day.nowMs + ms) > nodesIn(from, ms / 60_000, day))) {
    // Neither a count nor a ceiling rises when the schedule would have, so that each is as high as the schedule ever is.
    const most = levelOf(from, state.charge);
    const nodes = to.nodes ?? 0;
    return raised(
      to.type === 'fixed' ? { ...to, nodes: Math.max(most, nodes) } : { ...to, maxScaling: Math.max(most - nodes, to.maxScaling ?? 0) },
    );
  }
  return extended(state, day, facts.deviation);
}

/** A count that stands in for a weekly schedule is raised so long before: until the next run comes, and nodes have started. */
const aheadMs = 2 * quarterMs;

/** The most nodes that a schedule gives from now until then. */
function soon(to: ScheduleStrategy, day: ServiceDay): number {
  return Math.max(...[0, quarterMs, aheadMs].map((ms) => nodesIn(to, ms / 60_000, day)));
}

/** A change of which only the raises are done: falls that it has later are those that the group has anyhow. */
function raising(state: GroupState, to: Strategy, facts: ChangeFacts): Transition {
  const raise = {
    ...transition(state, to, { lowers: false, ...nobody }, within(facts, to, state), { restores: 'capacity' }),
    onlyRaises: true as const,
  };
  return adding(raise, state, facts, (capped, those) => raising(state, capped, those));
}

/** What the raises of a change stand in for: deviations that are there or are wanted, as far as they are in it. */
function stillStandsInFor(to: Strategy, { standsInFor, deviation, day }: ChangeFacts): StandsInFor | undefined {
  if (to.type !== 'schedule') {
    const { week, untilMs = 0 } = standsInFor?.week === undefined ? (deviation ?? {}) : standsInFor;
    return week && { days: [], week, ...(untilMs > day.nowMs ? { untilMs } : {}) };
  }
  const differing = [...(standsInFor?.days ?? []), ...(deviation?.days ?? [])].filter(({ date, ordinary }, at, all) => {
    const weekday = isoWeekday(date);
    const isFirst = all.findIndex((other) => isoWeekday(other.date) === weekday) === at;
    return isFirst && !sameDay(to.week[weekday] ?? [], ordinary);
  });
  const resumes = to.enableDate === standsInFor?.resumes ? standsInFor?.resumes : undefined;
  return { days: differing, ...(resumes === undefined ? {} : { resumes }) };
}

/** The higher of two weeks at each minute, in a form that the service takes. */
function higherOf(a: NativeWeek, b: NativeWeek): NativeWeek {
  return mapWeek((day) => fitDay(highest(a[day] ?? [], b[day] ?? [])).periods);
}

function mapWeek(periodsOf: (day: IsoWeekday) => readonly NativePeriod[]): NativeWeek {
  return Object.fromEntries(weekdays.map((day) => [day, periodsOf(day)] as const).filter(([, periods]) => periods.length > 0));
}

/**
 * The change to a strategy by one call, with more fields of its action. The key names the strategy, not the request: of the dates of a schedule only
 * the day to which it pauses is in it.
 */
function transition(
  state: PoolState,
  to: Strategy,
  { sessionsAtRisk, sessionsCut }: Lowering,
  standsInFor: StandsInFor | undefined,
  more: Pick<Action, 'harms' | 'harmsLater' | 'planned' | 'restores'>,
): Transition {
  const { charge, group, strategy } = state;
  const resumes = standsInFor?.resumes;
  const pause = resumes === undefined ? '' : `, from ${resumes} on`;
  const warmUp = (of: Strategy) => (of.type === 'schedule' ? (of.warmUp ?? null) : null);
  const rewarmed = strategy.type === 'schedule' && to.type === 'schedule' && warmUp(strategy) !== warmUp(to);
  const action: Transition['action'] = {
    key: `scale-on-schedule/${group.id}/${fingerprint(to, charge)}${resumes === undefined ? '' : ` from ${resumes}`}`,
    operation: 'ModifyNodePoolAttribute',
    input: requestFor(group, state.pool, to),
    effect: sessionsAtRisk > 0 ? 'disruptive' : 'write',
    change: [
      { field: 'nodes', from: describe(strategy, charge), to: `${describe(to, charge)}${pause}` },
      ...(rewarmed ? [{ field: 'warm-up', from: warmUp(strategy), to: warmUp(to) }] : []),
    ],
    writes: { setting: settingOf(state), value: journalValue(to, charge, standsInFor), shown: true },
    ...(sessionsAtRisk > 0 ? { sessionsAtRisk, sessionsCut } : {}),
    ...more,
  };
  return { to, standsInFor, action };
}

/** The change of nothing but the dates of a schedule, so that it does not end. */
export function reArmed(state: PoolState, to: ScheduleStrategy, standsInFor?: StandsInFor): Transition {
  const { action, ...rest } = transition(state, to, { lowers: false, ...nobody }, standsInFor, { restores: 'capacity' });
  const from = state.strategy.type === 'schedule' ? (state.strategy.disableDate ?? null) : null;
  const change = [{ field: 'schedule ends', from, to: to.disableDate ?? null }];
  return { ...rest, action: { ...action, key: `${action.key} beyond ${from}`, change } };
}

/**
 * The change that sends the week that is there with new dates, where it would end soon; undefined where it would not, where it pauses, or where it
 * cannot be sent.
 */
export function extended(state: PoolState, day: ServiceDay, deviation: StandsInFor | undefined): Transition['withoutHarm'] {
  const { strategy } = state;
  if (strategy.type !== 'schedule' || begins(strategy, day) !== day.date) return undefined;
  const due = reArm(strategy, day);
  if (due.when !== 'now' || !weekCanBeSent(strategy.week)) return undefined;
  const to = { ...strategy, enableDate: day.date, disableDate: day.endDate };
  return {
    transition: { ...reArmed(state, to, deviation && { days: deviation.days }), isAsItWas: true },
    because: { ...due.because, text: `${due.because.text}, with the periods that it has, since another change is held` },
  };
}

/** What a change costs. */
export interface Costs {
  /** What lasts, per 30 days. */
  readonly cost?: CostEstimate;
  /** What the days of the next 30 cost that are otherwise than ordinary ones: a holiday, a night under an exception. Never summed with what lasts. */
  readonly once?: CostEstimate;
}
