import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import type { Strategy } from '../../../shared/fleet/delivery-group.ts';
import type { WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { byTag, contextOf, fixed, groupOf, policyOf, scheduled, writtenView, wrote } from './plan-fixture.ts';

const native = `- {name: office, groups: all, schedule: office, ${byTag}}`;
const count = `- {name: office, groups: all, schedule: office, ${byTag}, method: fixed}`;
const week = 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4';

/** A fixed pool of which the answer shows only the nodes that are there. */
const counted = (nodes: number): Strategy => ({ type: 'fixed', nodes, counted: true });

interface Case {
  readonly is: string;
  readonly rules: string;
  readonly values: readonly WrittenValue[];
  readonly seen?: { readonly value: string; readonly at: string };
  readonly observed: ReturnType<typeof fixed>;
  readonly now: string;
  readonly verdict: 'act' | 'hold' | 'keep';
  /** Code of the first reason; false: none is given. */
  readonly first?: string | false;
}

const cases: readonly Case[] = [
  { is: 'we never wrote the setting', rules: count, values: [], observed: fixed(7), now: '2026-11-25 08:40', verdict: 'act' },
  {
    is: 'what we see is what we wrote',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: fixed(2),
    now: '2026-11-25 09:05',
    verdict: 'act',
  },
  {
    is: 'the nodes that are there differ from what we wrote long ago, and the setting is not shown',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: counted(3),
    now: '2026-11-25 08:40',
    verdict: 'act',
  },
  {
    is: 'the nodes that are there have not followed yet what we wrote',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:20')],
    observed: counted(3),
    now: '2026-11-25 08:40',
    verdict: 'keep',
    first: 'nodes-on-their-way',
  },
  {
    is: 'the nodes that are there are those wanted, on their way to what we wrote before',
    rules: count,
    values: [wrote('fixed 4', '2026-11-25 07:50')],
    observed: counted(2),
    now: '2026-11-25 08:00',
    verdict: 'act',
  },
  {
    is: 'our write has not been answered, and the nodes that are there are those wanted',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00', 'unknown')],
    observed: counted(2),
    now: '2026-11-25 08:40',
    verdict: 'keep',
  },
  {
    is: 'a person put a count, whose setting is not shown, in place of our weekly schedule',
    rules: native,
    values: [wrote(`${week} until 2027-10-01`, '2026-11-25 08:00')],
    observed: counted(7),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'a person changed a count within a step',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: fixed(7),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'that step is over',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-25 08:40' },
    observed: fixed(7),
    now: '2026-11-25 09:00',
    verdict: 'act',
    first: 'manual-change-overwritten',
  },
  {
    is: 'that step is over by a minute less',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-25 08:40' },
    observed: fixed(7),
    now: '2026-11-25 08:59',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'the change is seen for the first time after a step',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: fixed(7),
    now: '2026-11-25 09:05',
    verdict: 'act',
    first: 'manual-change-overwritten',
  },
  {
    is: 'another change than the one we saw stands now, and no step was between',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-25 08:10' },
    observed: fixed(8),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'what we lowered in part was changed, and the wish is lower by now',
    rules: count,
    values: [wrote('fixed 3', '2026-11-25 08:05')],
    observed: fixed(6),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'what we lowered in part minutes ago, and saw, is another count now',
    rules: count,
    values: [wrote('fixed 3', '2026-11-25 08:30')],
    observed: fixed(6),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'not-shown-yet',
  },
  {
    is: 'the same, and a step has come since',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:49')],
    observed: fixed(6),
    now: '2026-11-25 09:00',
    verdict: 'act',
    first: false,
  },
  {
    is: 'the same, and the rule says to report only',
    rules: count.replace('method: fixed}', 'method: fixed, manualChange: report-only}'),
    values: [wrote('fixed 2', '2026-11-25 08:49')],
    observed: fixed(6),
    now: '2026-11-25 09:00',
    verdict: 'hold',
    first: 'not-shown-yet',
  },
  {
    is: 'a crash left our write without an outcome',
    rules: count,
    values: [wrote('fixed 1', '2026-11-24 21:00'), wrote('fixed 2', '2026-11-25 08:00', undefined)],
    observed: fixed(2),
    now: '2026-11-25 09:05',
    verdict: 'act',
  },
  {
    is: 'our first write failed and the old value is still there',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00', 'failed')],
    observed: fixed(7),
    now: '2026-11-25 08:40',
    verdict: 'act',
  },
  {
    is: 'our second write failed and our first value is still there',
    rules: count,
    values: [wrote('fixed 1', '2026-11-24 21:00'), wrote('fixed 2', '2026-11-25 08:00', 'failed')],
    observed: fixed(1),
    now: '2026-11-25 08:40',
    verdict: 'act',
  },
  {
    is: 'the rule says to overwrite',
    rules: count.replace('method: fixed}', 'method: fixed, manualChange: overwrite}'),
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: fixed(7),
    now: '2026-11-25 08:40',
    verdict: 'act',
    first: 'manual-change-overwritten',
  },
  {
    is: 'the rule says to report only, even after the step',
    rules: count.replace('method: fixed}', 'method: fixed, manualChange: report-only}'),
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-25 08:40' },
    observed: fixed(7),
    now: '2026-11-25 12:00',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'a weekly schedule of ours was replaced, seen for the first time',
    rules: native,
    values: [wrote(week, '2026-11-01 08:00')],
    observed: fixed(9),
    now: '2026-11-25 10:00',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'the same on a day whose deviation we never wrote',
    rules: native,
    values: [wrote(week, '2026-09-25 08:00')],
    observed: fixed(9),
    now: '2026-10-01 00:10',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'the replaced weekly schedule has stood until the next step',
    rules: native,
    values: [wrote(week, '2026-11-01 08:00')],
    seen: { value: 'fixed 9', at: '2026-11-25 10:00' },
    observed: fixed(9),
    now: '2026-11-25 18:30',
    verdict: 'act',
    first: 'manual-change-overwritten',
  },
  {
    is: 'a weekly schedule of ours needs another day at midnight',
    rules: native,
    values: [wrote(week, '2026-09-25 08:00')],
    observed: scheduled({ 12345: { '08:00-21:00': 4 } }) as never,
    now: '2026-10-01 00:10',
    verdict: 'act',
    first: 'touching-merged',
  },
  {
    is: 'the schedule has no further step',
    rules: '- {name: m, groups: all, schedule: minimal, method: fixed}',
    values: [wrote('fixed 1', '2026-11-20 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-21 08:00' },
    observed: fixed(7),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
];

describe("a person's change", () => {
  it.each(cases)('gives $verdict when $is', ({ rules, values, seen, observed, now, verdict, first }) => {
    const policy = policyOf(rules, '', now < '2026-11' ? '2026-09-20 00:00' : '2026-11-20 00:00');
    const external = seen && { value: seen.value, sinceMs: shanghai(seen.at) };
    const decision = planner.decide(groupOf({}, { strategy: observed }), contextOf(policy, now, writtenView(values, external)));
    expect(decision.verdict).toBe(verdict);
    if (first !== undefined) expect(decision.because[0]?.code ?? false).toBe(first);
  });

  it('is reported with the setting and the value, and with what would have been done', () => {
    const context = contextOf(policyOf(count), '2026-11-25 08:40', writtenView([wrote('fixed 2', '2026-11-25 08:00')]));
    const decision = planner.decide(groupOf({}, { strategy: fixed(7) }), context);
    expect(decision.because[0]).toMatchObject({
      code: 'manual-change',
      text: 'a person changed this to "fixed 7"; it stands until 2026-11-25 09:00',
      data: { setting: 'node-pool:rg-1', value: 'fixed 7', untilMs: shanghai('2026-11-25 09:00') },
    });
    expect(decision).toMatchObject({ verdict: 'hold', action: { writes: { value: 'fixed 2' } } });
  });
});
