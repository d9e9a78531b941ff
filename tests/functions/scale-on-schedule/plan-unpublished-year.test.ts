import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import type { Strategy } from '../../../shared/fleet/delivery-group.ts';
import { compile } from '../../../shared/policy/compile.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { contextOf, fixed, groupOf, scheduled } from './plan-fixture.ts';

/** A policy whose target lives in Tokyo, an hour ahead of the service: 31 December is a listed holiday there, and 2027 is not published. */
function policyIn(zone: string, method = '') {
  const text = `version: 1
timezone: ${zone}
mode: {default: act}
targets: {office: {account: "1234567890123456", endpoint: cn-shanghai, regions: [cn-hangzhou], calendar: own}}
calendars: {own: {years: [2026], holidays: [2026-12-31], unpublishedYear: hold}}
schedules: {office: {workday: {08:00-21:00: 100%}}}
limits: {}
rules:
  scale-on-schedule: [{name: o, groups: all, schedule: office, peak: {tag: peak-nodes, atMost: 100}${method}}]
`;
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  if (document === undefined) throw new Error(problems.map((problem) => problem.text).join('\n'));
  return compile(document, shanghai('2026-12-01 00:00'), 100, [ruleModule]);
}

function decided(zone: string, now: string, strategy: Strategy, method = '') {
  return planner.decide(groupOf({}, { strategy, nodeAmount: strategy.type === 'fixed' ? 4 : 0 }), contextOf(policyIn(zone, method), now));
}

describe('a holiday that is listed, beside a year that is not published', () => {
  const usual = (hours: string) => scheduled({ 12345: { [hours]: 4 } });

  it.each([
    ['Asia/Shanghai', '08:00-21:00'],
    ['Asia/Tokyo', '07:00-20:00'],
    ['Australia/Sydney', '05:00-18:00'],
  ])('is kept in %s, and the first day of the year is an ordinary one', (zone, hours) => {
    const evening = decided(zone, '2026-12-30 21:30', usual(hours));
    expect(evening).toMatchObject({ verdict: 'act' });
    if (evening.verdict !== 'act') throw new Error('it did not act');
    // Friday 1 January is not published, so the week goes on with it by itself.
    expect(evening.action.input.NodePoolStrategy).toMatchObject({ StrategyEnableDate: '2027-01-01' });
  });

  it('does not make the night out of the day that follows, at a fixed count', () => {
    const fixedCount = ', method: fixed';
    expect(decided('Asia/Shanghai', '2026-12-31 10:00', fixed(4), fixedCount)).toMatchObject({
      verdict: 'act',
      action: { change: [{ to: 'fixed at 1 node' }] },
    });
    const friday = decided('Asia/Shanghai', '2027-01-01 10:00', fixed(1), fixedCount);
    expect(friday).toMatchObject({ verdict: 'act', action: { change: [{ to: 'fixed at 4 nodes' }] } });
    expect(friday.because.map(({ code }) => code)).toContain('unpublished-day');
    expect(decided('Asia/Shanghai', '2027-01-02 10:00', fixed(1), fixedCount).because.map(({ code }) => code)).toContain('unpublished-day');
  });
});
