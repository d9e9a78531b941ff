import * as z from 'zod/mini';
import type { DocumentSchedule, IsoWeekday } from '../../shared/policy/document.ts';
import type { RuleCheckContext, RuleModule, RuleReport } from '../../shared/policy/rule-module.ts';
import { ruleKeys, scheduleName } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { parsedText, plainText } from '../../shared/policy/schema/text.ts';
import { ordinaryPeriods } from '../../shared/policy/timeline.ts';
import { isZero, mostNodes } from '../../shared/policy/values/level.ts';
import { parsed, refused } from '../../shared/policy/values/parsed.ts';
import { minutesPerDay } from '../../shared/policy/values/time-of-day.ts';
import type { Baseline, CompiledScaleRule, ScaleRule } from './compiled-rule.ts';
import { weekdays } from './strategy.ts';

const nodes = (description: string) =>
  z.int().check(z.minimum(1), z.maximum(mostNodes), z.meta({ description, title: 'a count of nodes' }));

const tagPeak = z.strictObject({
  tag: plainText({
    title: 'a tag key',
    description: "The tag that carries the group's peak: a whole number from 1 to 100.",
    examples: ['peak-nodes'],
  }),
  otherwise: z.exactOptional(nodes('The peak of a group without that tag. Default: such a group is held.')),
  atMost: z.exactOptional(nodes('Caps the tag, since whoever can tag can spend. Default: no cap below 100.')),
});

const extraPeak = z.strictObject({
  extraNodes: nodes('Pay-as-you-go nodes above the bought ones at 100 %. Subscription groups only.'),
});

const baseline = parsedText<Baseline>(
  (text) => {
    if (text === 'as-found') return parsed('as-found');
    const count = /^(\d{1,3}) nodes?$/.exec(text)?.[1];
    if (count === undefined)
      return /^\S+$/.test(text) ? parsed({ schedule: text }) : refused(`"${text}" is no baseline; write as-found, a schedule, or 6 nodes`);
    return Number(count) <= mostNodes
      ? parsed({ nodes: Number(count) })
      : refused(`${count} is more than the ${mostNodes} nodes that a pool can have`);
  },
  { title: 'a baseline', examples: ['as-found', 'office', '6 nodes'], pattern: '^(as-found|\\d{1,3} nodes?|\\S+)$' },
);

const schema = z.strictObject({
  ...ruleKeys,
  groups: groupSelector,
  schedule: scheduleName,
  peak: z.exactOptional(
    z.union([tagPeak, extraPeak]).check(z.meta({ description: 'What 100 % means. Needed where the schedule has percentages.' })),
  ),
  method: z.exactOptional(
    z
      .enum(['service-schedule', 'fixed', 'usage'])
      .check(
        z.meta({ description: "The service's own weekly schedule, a fixed count set at each step, or the ceiling of usage scaling." }),
      ),
  ),
  stepwise: z.exactOptional(
    z
      .boolean()
      .check(z.meta({ description: 'Rewrite the amount of a running period at each step instead of merging steps. Default false.' })),
  ),
  warmUp: z.exactOptional(
    z.union([z.boolean(), z.literal('keep')]).check(
      z.meta({
        description:
          "Start the nodes of the service's weekly schedule ahead of its periods. Default keep: as the group has it, and true for one that has none.",
      }),
    ),
  ),
  manualChange: z.exactOptional(
    z
      .enum(['keep-until-next-step', 'overwrite', 'report-only'])
      .check(z.meta({ description: 'What happens to a change by a person. Default keep-until-next-step.' })),
  ),
  baseline: z.exactOptional(
    baseline.check(
      z.meta({
        description:
          'What savings are measured against: as-found, what was set before Streamwarden first wrote; a schedule; or a count such as 6 nodes. Default as-found.',
      }),
    ),
  ),
});

/** What scale-on-schedule adds to the policy language. */
export const ruleModule: RuleModule<ScaleRule, CompiledScaleRule> = {
  name: 'scale-on-schedule',
  frozen: 'lowers no nodes; it goes on to raise them, to keep exceptions and to extend weekly schedules',
  schema,
  check: checkScaleRule,
  compile: (rule) => ({ ...rule, stepwise: rule.stepwise ?? false, manualChange: rule.manualChange ?? 'keep-until-next-step' }),
};

/** Finds what is wrong between the keys of a rule, and between a rule and the schedule it names. */
function checkScaleRule(rule: ScaleRule, context: RuleCheckContext, report: RuleReport): void {
  checkPeak(rule, context, report);
  checkMethod(rule, report);
  checkBaseline(rule, context, report);
  checkNative(rule, context, report);
}

function checkPeak(rule: ScaleRule, context: RuleCheckContext, report: RuleReport): void {
  const schedule = context.schedules.get(rule.schedule);
  const { peak } = rule;
  const charge = rule.groups.charge ?? [];
  const onlySubscription = charge.length === 1 && charge[0] === 'subscription';
  if (peak === undefined) {
    if (onlySubscription) {
      report({ path: ['groups'], text: 'selects subscription groups, whose bought nodes stay as they are; add peak: {extraNodes: N}' });
    } else if (schedule !== undefined && hasPercent(schedule)) {
      report({
        path: ['schedule'],
        text: `the schedule "${rule.schedule}" has percentages; add peak: {tag: peak-nodes, otherwise: N, atMost: M}, or write its levels as nodes`,
      });
    }
    return;
  }
  if ('extraNodes' in peak) {
    if (!onlySubscription) {
      report({
        path: ['peak', 'extraNodes'],
        at: 'key',
        text: 'is for subscription groups only; add charge: subscription to groups, or use peak: {tag: …}',
      });
    }
    return;
  }
  if (onlySubscription) {
    report({ path: ['peak', 'tag'], at: 'key', text: 'is for pay-as-you-go groups; for subscription groups write peak: {extraNodes: N}' });
  }
  if (peak.atMost === undefined && context.acts) {
    const text = 'has no atMost, and whoever can set the tag can spend; add atMost: N, the highest peak that is meant';
    report({ path: ['peak'], at: 'key', text });
  }
  if (peak.atMost !== undefined && peak.otherwise !== undefined && peak.otherwise > peak.atMost) {
    report({ path: ['peak', 'otherwise'], text: `${peak.otherwise} is above atMost; raise atMost or lower otherwise` });
  }
}

function checkMethod(rule: ScaleRule, report: RuleReport): void {
  const extra = rule.peak !== undefined && 'extraNodes' in rule.peak;
  if (extra && rule.method !== undefined && rule.method !== 'usage') {
    report({ path: ['method'], text: `${rule.method} cannot serve extraNodes; leave method out, or write usage` });
  }
  if (rule.stepwise && (extra || rule.method === 'fixed' || rule.method === 'usage')) {
    report({ path: ['stepwise'], at: 'key', text: 'only means something with method: service-schedule; remove it, or change the method' });
  }
}

function checkBaseline({ baseline: against, peak }: ScaleRule, context: RuleCheckContext, report: RuleReport): void {
  if (typeof against !== 'object' || !('schedule' in against)) return;
  const schedule = context.schedules.get(against.schedule);
  if (schedule === undefined) {
    const known = [...context.schedules.keys()].join(', ');
    report({
      path: ['baseline'],
      text: `there is no schedule "${against.schedule}"; write as-found, a count such as 6 nodes, or one of ${known}`,
    });
  } else if (hasPercent(schedule) && (peak === undefined || 'extraNodes' in peak)) {
    report({
      path: ['baseline'],
      text: `the schedule "${against.schedule}" has percentages, and the rule has no peak by a tag; write a count such as 6 nodes`,
    });
  }
}

/** What the service's own weekly schedule cannot do. Warnings: it is not used where it would harm, or it is used with less protection. */
function checkNative(rule: ScaleRule, context: RuleCheckContext, report: RuleReport): void {
  const charge = rule.groups.charge ?? ['pay-as-you-go'];
  const extra = rule.peak !== undefined && 'extraNodes' in rule.peak;
  if (extra || !charge.includes('pay-as-you-go') || (rule.method !== undefined && rule.method !== 'service-schedule')) return;
  const schedule = context.schedules.get(rule.schedule);
  if (schedule === undefined) return;
  const places = (rule.targets ?? [...context.targets.keys()]).map((name) => context.targets.get(name)?.timezone);
  // Elsewhere the service's midnight is another time of the schedule's day, so nothing is said here; plans say it.
  const byServiceTime = places.filter((timezone) => timezone === context.serviceTimeZone).length;
  const throughMidnight = byServiceTime > 0 && runsThroughMidnight(schedule);
  if (throughMidnight && rule.method === 'service-schedule') {
    const text =
      `service-schedule is not used for "${rule.schedule}", which wants nodes through midnight: the service would drop all of them at 23:59; ` +
      'a fixed count is set at each step instead, and one node stays where none is wanted. Write method: fixed';
    report({ path: ['method'], severity: 'warning', text });
  }
  if (context.protect?.users.length && !(throughMidnight && byServiceTime === places.length)) {
    const text =
      "the service's weekly schedule lowers nodes without looking at who is on them, so protect.users cannot hold its falling edges; " +
      'write method: fixed if such users work on these groups';
    report({ path: rule.method === undefined ? [] : ['method'], severity: 'warning', text });
  }
}

function hasPercent(schedule: DocumentSchedule): boolean {
  return schedule.days.some((day) => day.periods.some(({ level }) => !('nodes' in level) && !isZero(level)));
}

/**
 * Whether a schedule wants nodes through a midnight of an ordinary week, by its own clock. Days with a date of their own are left
 * aside: the service's schedule can deviate on them.
 */
function runsThroughMidnight(schedule: DocumentSchedule): boolean {
  return weekdays.some((weekday) => {
    const next = ordinaryPeriods(schedule, ((weekday % 7) + 1) as IsoWeekday);
    return ordinaryPeriods(schedule, weekday).some(
      ({ endMinute }) => endMinute > minutesPerDay || (endMinute === minutesPerDay && next.some(({ startMinute }) => startMinute === 0)),
    );
  });
}
