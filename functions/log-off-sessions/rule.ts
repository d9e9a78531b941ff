import * as z from 'zod/mini';
import { plainKind } from '../../shared/policy/calendar.ts';
import type { DocumentSchedule, IsoWeekday } from '../../shared/policy/document.ts';
import type { RuleCheckContext, RuleCompileContext, RuleModule, RuleReport } from '../../shared/policy/rule-module.ts';
import { durationText } from '../../shared/policy/schema/quantity.ts';
import { ruleKeys, scheduleName } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { oneOrMany, parsedText } from '../../shared/policy/schema/text.ts';
import { ordinaryPeriods } from '../../shared/policy/timeline.ts';
import { parseDaySelector, rankOn, tellsKinds, weekdayWords } from '../../shared/policy/values/day-selector.ts';
import { addDays, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { refused } from '../../shared/policy/values/parsed.ts';
import { minutesPerDay, parseTimeOfDay } from '../../shared/policy/values/time-of-day.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';
import { type CompiledLogOffRule, type DayWord, type LogOffRule, type Starts, startsKey } from './compiled-rule.ts';

const timeOfDay = parsedText(
  (text) => {
    const time = parseTimeOfDay(text);
    return time.ok && time.value === minutesPerDay ? refused('"24:00" is the next day; write 00:00 and the day after') : time;
  },
  { title: 'a time of day', examples: ['22:00'], pattern: '^\\d{2}:\\d{2}$' },
);

const days = [
  ...(['workday', 'restday', 'everyday'] as const),
  ...weekdayWords,
  ...weekdayWords.flatMap((word) => [`${word} workday`, `${word} restday`] as const),
] as const;

const schema = z.strictObject({
  ...ruleKeys,
  groups: groupSelector,
  after: z.exactOptional(
    z
      .strictObject({
        schedule: scheduleName,
        wait: z.exactOptional(durationText.check(z.meta({ description: 'How long after the end of the last period. Default 0m.' }))),
      })
      .check(z.meta({ description: "Log off after the schedule's last period of the day." })),
  ),
  at: z.exactOptional(timeOfDay.check(z.meta({ description: 'Log off at this local time, on the days named by days.' }))),
  days: z.exactOptional(
    oneOrMany(z.enum(days)).check(
      z.meta({
        title: 'days',
        description: 'Days of a log-off at a time: workday, restday, everyday, weekdays, or both as in friday workday.',
        examples: ['workday'],
      }),
    ),
  ),
  who: z
    .union([
      z.enum(['everyone', 'disconnected']),
      z.strictObject({ longerThan: durationText.check(z.meta({ description: 'Sessions in use for at least this long.' })) }),
    ])
    .check(z.meta({ description: 'Which sessions: everyone, disconnected, or {longerThan: 8h}.' })),
  resetAfterUnbind: z.exactOptional(
    z.enum(['disabled', 'enabled']).check(
      z.meta({
        description: "You confirm the groups' setting, which the API cannot show: where it is enabled, unbinding wipes a user's data.",
      }),
    ),
  ),
  persistentSessions: z.exactOptional(
    z.enum(['keep', 'log-off']).check(z.meta({ description: 'What happens to persistent sessions. Default keep.' })),
  ),
  drain: z.exactOptional(
    durationText.check(z.meta({ description: 'New users are kept out so long before the log-off. Default: they are not.' })),
  ),
});

/** What log-off-sessions adds to the policy language. */
export const ruleModule: RuleModule<LogOffRule, CompiledLogOffRule> = {
  name: 'log-off-sessions',
  frozen: 'logs nobody off and keeps nobody out; it goes on to let users in again',
  alwaysCuts: true,
  schema,
  check: checkLogOffRule,
  compile: ({ after, ...rule }, context) => ({
    ...rule,
    ...(after === undefined ? {} : { after: { schedule: after.schedule, wait: after.wait ?? 0 } }),
    persistentSessions: rule.persistentSessions ?? 'keep',
    ...(rule.at === undefined ? {} : { starts: startsOf(rule, rule.at, context) }),
  }),
};

const minuteMs = 60_000;
/** The longest drain that makes sense: it ends with the log-off. */
const mostDrainMs = 120 * minuteMs;

/** Finds what is wrong between the keys of a rule, and between a rule and the rest of the policy. */
function checkLogOffRule(rule: LogOffRule, context: RuleCheckContext, report: RuleReport): void {
  checkTime(rule, report);
  checkSchedule(rule, context, report);
  checkCalendars(rule, context, report);
  checkUnbind(rule, report);
  checkDrain(rule, report);
}

function checkTime({ after, at, days }: LogOffRule, report: RuleReport): void {
  if (after === undefined && at === undefined) {
    report({ path: [], text: 'says no time; add after: {schedule: NAME, wait: 30m}, or at: "22:00" with days: workday' });
  }
  if (after !== undefined && at !== undefined) {
    report({ path: ['at'], at: 'key', text: 'stands beside after; write one of the two, or make two rules' });
  }
  if (at !== undefined && days === undefined)
    report({ path: ['at'], at: 'key', text: 'says no days; add days: workday, or days: everyday' });
  if (days !== undefined && at === undefined) {
    report({ path: ['days'], at: 'key', text: 'goes with at only, since a schedule has days of its own; remove it' });
  }
}

function checkSchedule({ after }: LogOffRule, context: RuleCheckContext, report: RuleReport): void {
  if (after === undefined) return;
  context.expectName('schedule', after.schedule, ['after', 'schedule']);
  const schedule = context.schedules.get(after.schedule);
  if (schedule !== undefined && neverEnds(schedule)) {
    const text = `the schedule "${after.schedule}" has no end in an ordinary week, so this rule never logs anybody off; write at: and days: instead`;
    report({ path: ['after', 'schedule'], severity: 'warning', text });
  }
}

/** Whoever tells workdays from restdays needs a calendar on each target. */
function checkCalendars(rule: LogOffRule, context: RuleCheckContext, report: RuleReport): void {
  const schedule = rule.after === undefined ? undefined : context.schedules.get(rule.after.schedule);
  const byDays = rule.days?.some((day) => day.endsWith('workday') || day.endsWith('restday')) === true;
  if (!byDays && !tellsDays(schedule)) return;
  const without = (rule.targets ?? [...context.targets.keys()]).filter((name) => {
    const target = context.targets.get(name);
    return target !== undefined && target.calendar === undefined;
  });
  if (without.length === 0) return;
  const path = byDays ? ['days'] : ['after', 'schedule'];
  const text = `tells workdays from restdays, and ${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no calendar; add calendar: NAME under targets`;
  report({ path, text });
}

function tellsDays(schedule: DocumentSchedule | undefined): boolean {
  return schedule?.days.some(({ on }) => tellsKinds(on)) === true;
}

/** Without the owner's word on the reset, users are not unbound; a rule that can do nothing else never acts. */
function checkUnbind(rule: LogOffRule, report: RuleReport): void {
  const { charge } = rule.groups;
  const onlySubscription = charge?.length === 1 && charge[0] === 'subscription';
  const whole = rule.who === 'everyone' && !onlySubscription;
  if (rule.resetAfterUnbind === 'disabled' || whole) return;
  const stated = rule.resetAfterUnbind === 'enabled';
  const text = stated
    ? "enabled wipes a user's data with each unbinding, so these sessions are always held; disable it on the groups and say so, or remove the rule"
    : 'these sessions can only be unbound one by one, which is held until you confirm resetAfterUnbind: disabled';
  report({ path: stated ? ['resetAfterUnbind'] : [], severity: 'warning', text });
}

function checkDrain({ after, drain }: LogOffRule, report: RuleReport): void {
  if (drain === undefined) return;
  const path = ['drain'];
  if (drain === 0) report({ path, text: 'keeps nobody out; write a length of time such as 15m, or remove the key' });
  else if (after !== undefined && drain > (after.wait ?? 0)) {
    report({ path, text: 'begins before the schedule has ended, while users still come; make it at most as long as wait' });
  } else if (drain > mostDrainMs) report({ path, text: 'is longer than two hours; write at most 2h' });
}

/** Resolves the log-offs of a rule with `at` for each target that it is for. @throws PolicyUnresolvedError */
function startsOf(rule: LogOffRule, minute: number, context: RuleCompileContext): Readonly<Record<string, Starts>> {
  const { targets } = context.document;
  const starts: Record<string, Starts> = {};
  for (const name of rule.targets ?? Object.keys(targets)) {
    const target = targets[name];
    if (target !== undefined) starts[startsKey(target)] ??= startsFor(rule.days ?? [], minute, target, context);
  }
  return starts;
}

function startsFor(
  days: readonly DayWord[],
  minute: number,
  target: { readonly calendar?: string; readonly timezone: string },
  context: RuleCompileContext,
): Starts {
  const zone = context.zone(target.timezone);
  const calendar = context.calendar(target.calendar);
  const startsMs: number[] = [];
  const unknownMs: number[] = [];
  const last = localTimeAt(zone, context.untilMs).date;
  for (let date = localTimeAt(zone, context.fromMs).date; date <= last; date = addDays(date, 1)) {
    const kind = calendar.dayKind(date);
    const doubt =
      kind === 'unpublished' && calendar.unpublishedYear === 'hold' && falls(days, date, 'workday') !== falls(days, date, 'restday');
    if (!doubt && !falls(days, date, kind === 'unpublished' ? plainKind(date) : kind)) continue;
    const startMs = instantOf(zone, localMsOf(date, minute));
    startsMs.push(startMs);
    if (doubt) unknownMs.push(startMs);
  }
  return { startsMs, unknownMs };
}

function falls(days: readonly DayWord[], date: string, kind: 'workday' | 'restday'): boolean {
  return days.some((word) => {
    const day = parseDaySelector(word);
    return day.ok && rankOn(day.value, date, kind) > 0;
  });
}

const week: readonly IsoWeekday[] = [1, 2, 3, 4, 5, 6, 7];

/** Whether a schedule wants nodes at every minute of an ordinary week, by its own clock. Days with a date of their own are left aside. */
function neverEnds(schedule: DocumentSchedule): boolean {
  const spans = week
    .flatMap((weekday) =>
      ordinaryPeriods(schedule, weekday).map(({ startMinute, endMinute }) => {
        const midnight = (weekday - 1) * minutesPerDay;
        return { start: midnight + startMinute, end: midnight + endMinute };
      }),
    )
    .sort((a, b) => a.start - b.start);
  // Sunday's night reaches into the Monday at the beginning.
  let reached = Math.max(0, ...spans.map(({ end }) => end - 7 * minutesPerDay));
  for (const { start, end } of spans) {
    if (start > reached) return false;
    reached = Math.max(reached, end);
  }
  return reached >= 7 * minutesPerDay;
}
