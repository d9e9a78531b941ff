import type { DocumentSchedule } from '../../shared/policy/document.ts';
import type { RuleCheckContext, RuleReport } from '../../shared/policy/rule-module.ts';
import { tellsKinds } from '../../shared/policy/values/day-selector.ts';
import type { LogOffRule } from './log-off-rule.ts';
import { neverEnds } from './never-ends.ts';

const minuteMs = 60_000;
/** The longest drain that makes sense: it ends with the log-off. */
const mostDrainMs = 120 * minuteMs;

/** Finds what is wrong between the keys of a rule, and between a rule and the rest of the policy. */
export function checkLogOffRule(rule: LogOffRule, context: RuleCheckContext, report: RuleReport): void {
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
