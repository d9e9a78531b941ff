import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import { compile } from '../../../shared/policy/compile.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { contextOf, groupOf } from './plan-fixture.ts';

/** Three nodes on Monday to Friday from 09:00 to 12:00 by the clock of London, for a service whose clock is another. */
function policyIn(serviceTimeZone: string) {
  const text = `
version: 1
timezone: Europe/London
serviceTimeZone: ${serviceTimeZone}
mode: {default: act}
targets:
  office: {account: "1234567890123456", endpoint: cn-shanghai, regions: [cn-hangzhou], calendar: plain}
calendars: {plain: {}}
limits: {}
schedules: {morning: {workday: {09:00-12:00: 3 nodes}}}
rules:
  scale-on-schedule:
    - {name: all, groups: all, schedule: morning}
`;
  const { document } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  if (document === undefined) throw new Error('the policy has errors');
  return compile(document, shanghai('2026-11-20 00:00'), 400, [ruleModule]);
}

describe('a weekly schedule is written by the clock of the service, whatever zone the target is in', () => {
  it.each([
    // In November London is on UTC.
    ['Asia/Shanghai', '17:00', '20:00'],
    ['Asia/Singapore', '17:00', '20:00'],
    ['Asia/Kolkata', '14:30', '17:30'],
    ['Europe/London', '09:00', '12:00'],
  ])('in %s from %s to %s', (serviceTimeZone, from, until) => {
    const decision = planner.decide(groupOf(), contextOf(policyIn(serviceTimeZone), '2026-11-25 10:00'));
    const input = decision.verdict === 'act' ? JSON.stringify(decision.action.input) : '';
    const times = new Set([...input.matchAll(/\d\d:\d\d/g)].map(([time]) => time));
    expect([...times].sort()).toEqual([from, until]);
  });
});
