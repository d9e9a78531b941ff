import * as z from 'zod/mini';
import type { RuleCheckContext, RuleModule, RuleReport } from '../../shared/policy/rule-module.ts';
import { ruleKeys, scheduleName } from '../../shared/policy/schema/rule.ts';
import { workstationSelector } from '../../shared/policy/schema/selector.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import type { CompiledPowerRule, PowerRule } from './compiled-rule.ts';

const described = <T, I>(schema: z.ZodMiniType<T, I>, description: string) =>
  z.exactOptional(schema.check(z.meta({ description })) as z.ZodMiniType<T, I>);

const schema = z.strictObject({
  ...ruleKeys,
  workstations: workstationSelector,
  power: described(
    z.literal('leave-alone'),
    'Neither start nor stop them. Put such a rule above those that follow a schedule: the first that matches wins.',
  ),
  schedule: described(scheduleName, 'On where the level of this schedule is above zero, off elsewhere.'),
  stopOnlyWithoutSession: described(z.boolean(), 'A workstation on which somebody has a session is not stopped. Default: true.'),
  atOnce: described(
    z.int().check(z.minimum(1), z.maximum(500), z.meta({ title: 'a number of workstations', examples: [50] })),
    'So many workstations of this rule are under way at most; the next ones follow once the list shows that those are there. Default: all of them. ' +
      'One call takes 20 at most.',
  ),
});

/** What power-workstations adds to the policy language. */
export const ruleModule: RuleModule<PowerRule, CompiledPowerRule> = {
  name: 'power-workstations',
  frozen: 'stops no workstation; it goes on to start them',
  schema,
  check: checkPowerRule,
  compile: (rule) => ({ ...rule, stopOnlyWithoutSession: rule.stopOnlyWithoutSession ?? true }),
};

/** Finds what is wrong between the keys of a rule, and between a rule and the schedule it names. */
function checkPowerRule(rule: PowerRule, context: RuleCheckContext, report: RuleReport): void {
  const { power, schedule } = rule;
  if (power === undefined && schedule === undefined) {
    report({ path: [], text: 'says not what to do; add schedule: NAME, or power: leave-alone' });
  } else if (power !== undefined && schedule !== undefined) {
    report({ path: ['power'], at: 'key', text: 'is beside a schedule, and only one of them can be meant; remove one' });
  }
  if (power === 'leave-alone') {
    for (const key of ['stopOnlyWithoutSession', 'atOnce'] as const) {
      if (rule[key] !== undefined)
        report({ path: [key], at: 'key', text: 'means nothing beside power: leave-alone; remove one of the two' });
    }
  }
  checkSelector(rule, report);
  checkSchedule(rule, context, report);
}

/** A workstation leaves such a rule as soon as it is switched, so it is switched once and never back. */
function checkSelector({ power, workstations }: PowerRule, report: RuleReport): void {
  if (power !== undefined || workstations.statuses === undefined) return;
  const text =
    'selects by what this rule changes, so a workstation is covered in one state only and never comes back from the other; select by id, name, ' +
    'officeNetwork, image or user';
  report({ path: ['workstations', 'status'], at: 'key', severity: 'warning', text });
}

function checkSchedule({ schedule, stopOnlyWithoutSession }: PowerRule, { schedules }: RuleCheckContext, report: RuleReport): void {
  if (schedule === undefined) return;
  const days = schedules.get(schedule)?.days;
  if (days?.every(({ periods }) => periods.every(({ level }) => isZero(level)))) {
    report({
      path: ['schedule'],
      severity: 'warning',
      text: `"${schedule}" is never above zero, so these workstations are only ever stopped`,
    });
  }
  if (stopOnlyWithoutSession === false) {
    const text =
      'lets whoever has a session be cut, which counts against limits.sessionsCutPerRun; only protect.users and exceptions hold it then';
    report({ path: ['stopOnlyWithoutSession'], severity: 'warning', text });
  }
}
