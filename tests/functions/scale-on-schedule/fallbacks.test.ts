import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { contextOf, groupOf, policyOf } from './situation.ts';

const byTag = 'peak: {tag: peak-nodes, otherwise: 4, atMost: 100}';

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
