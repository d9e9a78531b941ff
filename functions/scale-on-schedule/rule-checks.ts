import type { DocumentSchedule } from '../../shared/policy/document.ts';
import type { RuleCheckContext, RuleReport } from '../../shared/policy/rule-module.ts';
import { isZero } from '../../shared/policy/values/level.ts';
import type { ScaleRule } from './scale-rule.ts';

/** Finds what is wrong between the keys of a rule, and between a rule and the schedule it names. */
export function checkScaleRule(rule: ScaleRule, context: RuleCheckContext, report: RuleReport): void {
  checkPeak(rule, context.schedules.get(rule.schedule), report);
  checkMethod(rule, report);
}

function checkPeak(rule: ScaleRule, schedule: DocumentSchedule | undefined, report: RuleReport): void {
  const { peak } = rule;
  const charge = rule.groups.charge ?? [];
  const onlySubscription = charge.length === 1 && charge[0] === 'subscription';
  if (peak === undefined) {
    if (onlySubscription) {
      report({ path: ['groups'], text: 'selects subscription groups, whose bought nodes stay as they are; add peak: {extraNodes: N}' });
    } else if (schedule !== undefined && hasPercent(schedule)) {
      report({
        path: ['schedule'],
        text: `the schedule "${rule.schedule}" has percentages; add peak: {tag: peak-nodes, otherwise: N}, or write its levels as nodes`,
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

function hasPercent(schedule: DocumentSchedule): boolean {
  return schedule.days.some((day) => day.periods.some(({ level }) => !('nodes' in level) && !isZero(level)));
}
