import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import type { Strategy } from '../../../shared/fleet/delivery-group.ts';
import { contextOf, fixed, groupOf, policyOf, scheduled } from './plan-fixture.ts';

const rule = (more = '') => `- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, atMost: 100}${more}}`;
const ordinary = { 12345: { '08:00-21:00': 4 } };

function decided(rules: string, now: string, strategy: Strategy) {
  const decision = planner.decide(groupOf({}, { strategy, nodeAmount: 4 }), contextOf(policyOf(rules), now));
  if (decision.verdict !== 'act') return decision.verdict;
  return (decision.action.input.NodePoolStrategy as { readonly WarmUp?: boolean; readonly NodeAmount?: number }) ?? 'nothing';
}

describe('warm-up of a weekly schedule', () => {
  const shorter = (warmUp: boolean | undefined): Strategy => ({ ...scheduled({ 12345: { '08:00-17:00': 4 } }), warmUp }) as Strategy;

  it.each([
    ['is kept on', '', shorter(true), true],
    ['is kept off', ', warmUp: keep', shorter(false), false],
    ['is on where the answer says nothing of it', '', shorter(undefined), true],
    ['is on for a group that has no schedule yet', '', fixed(1), true],
    ['is switched on by the rule', ', warmUp: true', shorter(false), true],
    ['is switched off by the rule', ', warmUp: false', fixed(1), false],
  ])('%s', (_, more, strategy, warmUp) => {
    expect(decided(rule(more), '2026-11-25 06:00', strategy)).toMatchObject({ WarmUp: warmUp });
  });

  it('alone is reason enough for a write where the rule says what it is to be, and not where it is kept', () => {
    const off = scheduled(ordinary);
    expect(decided(rule(', warmUp: true'), '2026-11-25 06:00', off)).toMatchObject({ WarmUp: true });
    expect(decided(rule(), '2026-11-25 06:00', off)).toBe('keep');
  });
});

describe('a fixed count', () => {
  const fixedRule = (more = '') => rule(`, method: fixed${more}`);

  it('is raised ten minutes before a step, so that the nodes have started by then', () => {
    expect(decided(fixedRule(), '2026-11-25 07:49', fixed(1))).toBe('keep');
    expect(decided(fixedRule(), '2026-11-25 07:50', fixed(1))).toMatchObject({ NodeAmount: 2 });
    expect(decided(fixedRule(), '2026-11-25 08:50', fixed(2))).toMatchObject({ NodeAmount: 4 });
  });

  it('is lowered at the step and not before', () => {
    expect(decided(fixedRule(), '2026-11-25 18:29', fixed(4))).toBe('keep');
    expect(decided(fixedRule(), '2026-11-25 18:30', fixed(4))).toMatchObject({ NodeAmount: 2 });
  });

  it('is raised at the step where the rule wants no warm-up', () => {
    expect(decided(fixedRule(', warmUp: false'), '2026-11-25 07:59', fixed(1))).toBe('keep');
    expect(decided(fixedRule(', warmUp: false'), '2026-11-25 08:00', fixed(1))).toMatchObject({ NodeAmount: 2 });
  });
});
