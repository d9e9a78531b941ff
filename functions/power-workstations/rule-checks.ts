import type { RuleCheckContext, RuleReport } from '../../shared/policy/rule-module.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import type { PowerRule } from './power-rule.ts';

/** Finds what is wrong between the keys of a rule, and between a rule and the schedule it names. */
export function checkPowerRule(rule: PowerRule, context: RuleCheckContext, report: RuleReport): void {
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
