import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { withoutDate } from '../../../functions/scale-on-schedule/strategy-value.ts';
import { checkInput } from '../../../shared/client/check-input.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import { byTag, contextOf, groupOf, policyOf } from './plan-fixture.ts';
import { poolSituations } from './pool-situations.ts';
import { weeklySituations } from './weekly-situations.ts';

const office =
  '- {name: office, groups: {tags: {department: finance}}, schedule: office, peak: {tag: peak-nodes, otherwise: 4, atMost: 100}}';
const situations = [...weeklySituations, ...poolSituations];

describe('a group is decided about', () => {
  it.each(situations)('$verdict when $is', ({ rules = office, sections, group, pool, now = '2026-11-25 08:40', verdict, codes, to }) => {
    const from = now < '2026-11-20' ? '2026-09-20 00:00' : '2026-11-20 00:00';
    const decision = planner.decide(groupOf(group, pool), contextOf(policyOf(rules, sections, from), now));
    expect({ verdict: decision.verdict, codes: decision.because.map(({ code }) => code) }).toEqual({
      verdict,
      codes: expect.arrayContaining([...codes]),
    });
    if (decision.verdict === 'act') {
      if (to !== undefined) expect(withoutDate(decision.action.writes.value)).toBe(to);
      expect(checkInput(modifyNodePoolAttribute, decision.action.input)).toEqual([]);
    }
  });
});

describe('a fallback says', () => {
  const textOf = (rules: string, code: string) =>
    planner.decide(groupOf(), contextOf(policyOf(rules), '2026-11-25 08:40')).because.find((reason) => reason.code === code)?.text;

  it('that no weekly schedule can be written through midnight, why, and what is done instead', () => {
    expect(textOf('- {name: n, groups: all, schedule: night}', 'not-expressible')).toBe(
      "no weekly schedule: nodes are wanted through midnight by the service's clock, and it ends each period within its day: at 23:59 it " +
        'would drop all nodes under their sessions; a fixed count is set at each step instead, and at least one node stays',
    );
    expect(textOf('- {name: n, groups: all, schedule: night, method: service-schedule}', 'not-expressible')).toMatch(
      /^no weekly schedule, although the rule asks for one: /,
    );
  });

  it('what following the steps depends on', () => {
    expect(textOf(`- {name: o, groups: all, schedule: office, ${byTag}, stepwise: true}`, 'stepwise')).toMatch(
      /follow the steps; without a run after the last one this weekday keeps its amount; merging alone would add 35 node-hours a week/,
    );
  });
});
