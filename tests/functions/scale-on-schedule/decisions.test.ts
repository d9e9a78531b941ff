import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { withoutDate } from '../../../functions/scale-on-schedule/strategy-value.ts';
import { checkInput } from '../../../shared/client/check-input.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import { poolSituations } from './pool-situations.ts';
import { contextOf, groupOf, policyOf } from './situation.ts';
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
