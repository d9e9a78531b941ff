import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { withoutDate } from '../../../functions/scale-on-schedule/strategy-value.ts';
import { checkInput } from '../../../shared/client/check-input.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import type { DeliveryGroup, NodePool } from '../../../shared/fleet/delivery-group.ts';
import { contextOf, fixed, groupOf, policyOf, poolOf, scheduled, usage } from './situation.ts';

const byTag = 'peak: {tag: peak-nodes, otherwise: 4}';
const office = `- {name: office, groups: {tags: {department: finance}}, schedule: office, ${byTag}}`;
const fixedOffice = `- {name: office, groups: all, schedule: office, ${byTag}, method: fixed}`;
const studioExtra = '- {name: studio, groups: {charge: subscription}, schedule: studio, peak: {extraNodes: 10}}';
const merged = scheduled({ 12345: { '08:00-21:00': 4 } });
const bought: Partial<DeliveryGroup> = { charge: 'subscription' };

interface Situation {
  readonly is: string;
  readonly rules?: string;
  readonly sections?: string;
  readonly group?: Partial<DeliveryGroup>;
  readonly pool?: Partial<NodePool>;
  /** By the clock of Shanghai. Default Wednesday 2026-11-25 08:40. */
  readonly now?: string;
  readonly verdict: 'act' | 'keep' | 'hold';
  /** Codes that must be among the reasons. */
  readonly codes: readonly string[];
  /** What the setting is to become; only for acts. */
  readonly to?: string;
}

const situations: readonly Situation[] = [
  // Whether it is covered
  { is: 'no rule matches', group: { tags: {} }, verdict: 'keep', codes: ['not-covered'] },
  { is: 'its region is outside the target', group: { region: 'cn-shanghai' }, verdict: 'keep', codes: ['not-covered'] },
  { is: 'its region is unknown', group: { region: undefined as never }, verdict: 'hold', codes: ['region-unknown'] },
  { is: 'its tags are unknown and a rule selects by tag', group: { tags: undefined }, verdict: 'hold', codes: ['selector-unknown'] },
  {
    is: 'an unknown value in the first rule hides the second',
    rules: `${office}\n- {name: all, groups: all, schedule: minimal}`,
    group: { tags: undefined },
    verdict: 'hold',
    codes: ['selector-unknown'],
  },
  {
    is: 'the first of two matching rules wins',
    rules: `${office}\n- {name: all, groups: all, schedule: minimal}`,
    pool: { strategy: merged },
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  { is: 'the policy is over', now: '2028-03-01 09:00', verdict: 'hold', codes: ['policy-horizon'] },
  // Whether it can be judged
  { is: 'it is being updated', group: { status: 'MAINTAINING' }, verdict: 'hold', codes: ['status'] },
  { is: 'its status is unknown', group: { status: undefined }, verdict: 'hold', codes: ['status'] },
  { is: 'it has two pools', group: { pools: [poolOf(), poolOf({ id: 'rg-2' })] }, verdict: 'hold', codes: ['pool-count'] },
  { is: 'it has no pool', group: { pools: [] }, verdict: 'hold', codes: ['pool-count'] },
  { is: 'it names no pools', group: { pools: undefined }, verdict: 'hold', codes: ['pool-count'] },
  { is: 'its charge is unknown', group: { charge: undefined }, verdict: 'hold', codes: ['charge-unknown'] },
  { is: 'its strategy is unknown', group: { pools: [{ ...poolOf(), strategy: undefined }] }, verdict: 'hold', codes: ['strategy-unknown'] },
  { is: 'its node type is unknown', pool: { instanceType: undefined }, verdict: 'hold', codes: ['instance-type-unknown'] },
  { is: 'its capacity is unknown', pool: { capacity: undefined }, verdict: 'hold', codes: ['capacity-unknown'] },
  { is: 'a pool field is unreadable', group: { unreadable: ['NodePool[0].StrategyType'] }, verdict: 'hold', codes: ['unreadable'] },
  {
    is: 'only its expiry is unreadable',
    group: { unreadable: ['ExpiredTime'] },
    pool: { strategy: merged },
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  // Peak
  {
    is: 'its peak tag is a word',
    group: { tags: { department: 'finance', 'peak-nodes': 'many' } },
    verdict: 'hold',
    codes: ['peak-unreadable'],
  },
  {
    is: 'its peak tag is zero',
    group: { tags: { department: 'finance', 'peak-nodes': '0' } },
    verdict: 'hold',
    codes: ['peak-unreadable'],
  },
  {
    is: 'its peak tag is 101',
    group: { tags: { department: 'finance', 'peak-nodes': '101' } },
    verdict: 'hold',
    codes: ['peak-unreadable'],
  },
  {
    is: 'its peak tag has a decimal',
    group: { tags: { department: 'finance', 'peak-nodes': '4.5' } },
    verdict: 'hold',
    codes: ['peak-unreadable'],
  },
  {
    is: 'its peak tag is absent and the rule says otherwise',
    group: { tags: { department: 'finance' } },
    pool: { strategy: merged },
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: 'its peak tag is absent and the rule says nothing',
    rules: '- {name: o, groups: all, schedule: office, peak: {tag: peak-nodes}}',
    group: { tags: {} },
    verdict: 'hold',
    codes: ['peak-missing'],
  },
  {
    is: 'its peak tag is above what the rule allows',
    rules: '- {name: o, groups: all, schedule: office, peak: {tag: peak-nodes, atMost: 8}}',
    group: { tags: { 'peak-nodes': '50' } },
    verdict: 'act',
    codes: ['peak-capped'],
    to: 'schedule 1:08:00-21:00=8 2:08:00-21:00=8 3:08:00-21:00=8 4:08:00-21:00=8 5:08:00-21:00=8',
  },
  // Native schedule
  {
    is: 'it is fixed and the schedule can be kept in the service, merged',
    verdict: 'act',
    codes: ['touching-merged'],
    to: 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4',
  },
  { is: 'the service has the merged schedule', pool: { strategy: merged }, verdict: 'keep', codes: ['as-wanted'] },
  {
    is: 'the schedule can be written exactly',
    rules: `- {name: s, groups: all, schedule: studio, ${byTag}}`,
    verdict: 'act',
    codes: [],
    to: 'schedule 1:09:30-23:30=4 2:09:30-23:30=4 3:09:30-23:30=4 4:09:30-23:30=4 5:09:30-23:30=4 6:13:00-20:00=2 7:13:00-20:00=2',
  },
  {
    is: 'periods end at midnight',
    rules: '- {name: l, groups: all, schedule: late}',
    verdict: 'act',
    codes: ['ends-a-minute-early'],
    to: 'schedule 1:13:00-23:59=2 2:13:00-23:59=2 3:13:00-23:59=2 4:13:00-23:59=2 5:13:00-23:59=2',
  },
  {
    is: 'the schedule runs through midnight, so a fixed count is set',
    rules: `- {name: s, groups: all, schedule: service, ${byTag}}`,
    pool: { strategy: fixed(2) },
    verdict: 'act',
    codes: ['not-expressible'],
    to: 'fixed 4',
  },
  {
    is: 'the same with a weekly schedule asked for',
    rules: `- {name: s, groups: all, schedule: service, ${byTag}, method: service-schedule}`,
    pool: { strategy: fixed(4) },
    verdict: 'keep',
    codes: ['not-expressible', 'as-wanted'],
  },
  {
    is: 'stepwise keeps one period at what is wanted now',
    rules: `- {name: o, groups: all, schedule: office, ${byTag}, stepwise: true}`,
    verdict: 'act',
    codes: ['stepwise'],
    to: 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=2 4:08:00-21:00=4 5:08:00-21:00=4',
  },
  {
    is: 'stepwise writes the highest amount again after the last period of the day',
    rules: `- {name: o, groups: all, schedule: office, ${byTag}, stepwise: true}`,
    now: '2026-11-25 21:00',
    pool: { strategy: scheduled({ 1245: { '08:00-21:00': 4 }, 3: { '08:00-21:00': 2 } }) },
    verdict: 'act',
    codes: ['stepwise'],
    to: 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4',
  },
  {
    is: 'stepwise keeps the last amount while the last period runs',
    rules: `- {name: o, groups: all, schedule: office, ${byTag}, stepwise: true}`,
    now: '2026-11-25 20:59',
    pool: { strategy: scheduled({ 1245: { '08:00-21:00': 4 }, 3: { '08:00-21:00': 2 } }) },
    verdict: 'keep',
    codes: ['stepwise'],
  },
  {
    is: 'a night shift is zero by day and the rule asks for a weekly schedule',
    rules: '- {name: n, groups: all, schedule: night, method: service-schedule}',
    now: '2026-11-25 23:00',
    pool: { strategy: fixed(1) },
    verdict: 'act',
    codes: ['not-expressible'],
    to: 'fixed 3',
  },
  {
    is: 'a night shift is zero by day',
    rules: '- {name: n, groups: all, schedule: night}',
    now: '2026-11-25 12:00',
    pool: { strategy: fixed(3) },
    verdict: 'act',
    codes: ['not-expressible', 'one-node-stays'],
    to: 'fixed 1',
  },
  {
    is: 'the kind of tomorrow is not published and nothing else differs',
    now: '2026-12-31 09:30',
    rules: `- {name: s, groups: all, schedule: studio, ${byTag}}`,
    pool: { strategy: scheduled({ 12345: { '09:30-23:30': 4 }, 67: { '13:00-20:00': 2 } }) },
    verdict: 'hold',
    codes: ['unpublished-day'],
  },
  {
    is: 'today is a holiday of 2026',
    now: '2026-10-01 10:00',
    pool: { strategy: merged },
    verdict: 'act',
    codes: ['day-deviates'],
    to: 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4',
  },
  {
    is: 'a holiday is over and its days are restored',
    now: '2026-10-08 10:00',
    pool: { strategy: scheduled({ 345: { '08:00-21:00': 4 } }) },
    verdict: 'act',
    codes: [],
    to: 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4',
  },
  {
    is: 'tomorrow is a make-up workday',
    now: '2026-10-09 10:00',
    pool: { strategy: merged },
    verdict: 'act',
    codes: ['day-deviates'],
    to: 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4 6:08:00-21:00=4',
  },
  // Dates of the native schedule
  {
    is: 'the schedule ends in 29 days, by day within a period',
    pool: { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { disableDate: '2026-12-24' }) },
    verdict: 'keep',
    codes: ['re-arm-waits'],
  },
  {
    is: 'the schedule ends in 29 days, in the evening',
    now: '2026-11-25 21:30',
    pool: { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { disableDate: '2026-12-24' }) },
    verdict: 'act',
    codes: ['re-arm'],
  },
  {
    is: 'the schedule ends in 29 days, at night, when the date differs between the zones',
    now: '2026-11-25 07:30',
    pool: { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { disableDate: '2026-12-24' }) },
    verdict: 'keep',
    codes: ['re-arm-waits'],
  },
  {
    is: 'the schedule ends in 30 days',
    now: '2026-11-25 21:30',
    pool: { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { disableDate: '2026-12-25' }) },
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: 'the schedule ends tomorrow, within a period',
    pool: { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { disableDate: '2026-11-26' }) },
    verdict: 'act',
    codes: ['lapses-soon'],
  },
  {
    is: 'the schedule has ended',
    pool: { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { disableDate: '2026-11-20' }) },
    verdict: 'act',
    codes: ['lapses-soon'],
  },
  {
    is: 'the schedule begins next week',
    pool: { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { enableDate: '2026-12-01' }) },
    verdict: 'act',
    codes: ['re-arm'],
  },
  // Fixed
  {
    is: 'a fixed count is too low',
    rules: fixedOffice,
    now: '2026-11-25 10:00',
    pool: { strategy: fixed(2) },
    verdict: 'act',
    codes: [],
    to: 'fixed 4',
  },
  {
    is: 'a fixed count is too high and nothing is in use',
    rules: fixedOffice,
    pool: { strategy: fixed(9) },
    verdict: 'act',
    codes: [],
    to: 'fixed 2',
  },
  { is: 'a fixed count is right', rules: fixedOffice, pool: { strategy: fixed(2) }, verdict: 'keep', codes: ['as-wanted'] },
  {
    is: 'the schedule wants none and one fixed node is there',
    rules: fixedOffice,
    now: '2026-11-28 10:00',
    pool: { strategy: fixed(1) },
    verdict: 'keep',
    codes: ['one-node-stays'],
  },
  {
    is: 'the schedule wants none and four fixed nodes are there',
    rules: fixedOffice,
    now: '2026-11-28 10:00',
    verdict: 'act',
    codes: ['one-node-stays'],
    to: 'fixed 1',
  },
  {
    is: 'fewer are wanted than are in use',
    rules: fixedOffice,
    pool: { strategy: fixed(4), nodeUsed: 3 },
    verdict: 'act',
    codes: ['nodes-in-use'],
    to: 'fixed 3',
  },
  {
    is: 'all are in use and fewer are wanted',
    rules: fixedOffice,
    pool: { strategy: fixed(4), nodeUsed: 4 },
    verdict: 'hold',
    codes: ['nodes-in-use'],
  },
  {
    is: 'fewer are wanted and the use is unknown',
    rules: fixedOffice,
    pool: { strategy: fixed(4), nodeUsed: undefined },
    verdict: 'hold',
    codes: ['nodes-in-use-unknown'],
  },
  {
    is: 'more are wanted and the use is unknown',
    rules: fixedOffice,
    pool: { strategy: fixed(1), nodeUsed: undefined },
    verdict: 'act',
    codes: [],
    to: 'fixed 2',
  },
  {
    is: 'a weekly schedule would leave fewer nodes now than are in use',
    pool: { strategy: fixed(9), nodeUsed: 5 },
    verdict: 'hold',
    codes: ['nodes-in-use'],
  },
  {
    is: 'the group is protected',
    sections: 'protect: {groups: {tags: {department: finance}}}',
    pool: { strategy: fixed(2) },
    verdict: 'keep',
    codes: ['protected-no-edge'],
  },
  // Usage
  {
    is: 'a ceiling is too low by day',
    rules: studioExtra,
    group: bought,
    now: '2026-11-25 10:00',
    pool: { strategy: usage(3, 0) },
    verdict: 'act',
    codes: [],
    to: 'usage up to 10',
  },
  {
    is: 'a ceiling is too high at night',
    rules: studioExtra,
    group: bought,
    pool: { strategy: usage(3, 10) },
    verdict: 'act',
    codes: [],
    to: 'usage up to 0',
  },
  {
    is: 'extra nodes are in use at night',
    rules: studioExtra,
    group: bought,
    pool: { strategy: usage(3, 10), scalingNodeAmount: 4, scalingNodeUsed: 2 },
    verdict: 'act',
    codes: ['nodes-in-use'],
    to: 'usage up to 2',
  },
  {
    is: 'all of the ceiling is in use at night',
    rules: studioExtra,
    group: bought,
    pool: { strategy: usage(3, 2), scalingNodeAmount: 2, scalingNodeUsed: 2 },
    verdict: 'hold',
    codes: ['nodes-in-use'],
  },
  {
    is: 'a bought group is fixed and no extra nodes are wanted',
    rules: studioExtra,
    group: bought,
    pool: { strategy: fixed(3) },
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: 'a bought group is fixed by day',
    rules: studioExtra,
    group: bought,
    now: '2026-11-25 10:00',
    pool: { strategy: fixed(3) },
    verdict: 'act',
    codes: [],
    to: 'usage up to 10',
  },
  {
    is: 'a setting of usage scaling is unknown',
    rules: studioExtra,
    group: bought,
    pool: { strategy: { ...usage(3, 10), step: undefined } },
    verdict: 'hold',
    codes: ['strategy-unknown'],
  },
  {
    is: 'a bought group falls under a rule without extra nodes',
    rules: fixedOffice,
    group: bought,
    verdict: 'hold',
    codes: ['not-pay-as-you-go'],
  },
  // Exceptions
  {
    is: 'an exception keeps all nodes in the evening',
    rules: fixedOffice,
    now: '2026-12-11 22:00',
    sections: 'exceptions: [{because: Launch, groups: all, from: 2026-12-11 18:00, until: 2026-12-12 09:00, keepAtLeast: 100%}]',
    pool: { strategy: fixed(1) },
    verdict: 'act',
    codes: ['exception-raises'],
    to: 'fixed 4',
  },
  {
    is: 'an exception through midnight turns a weekly schedule into a fixed count',
    now: '2026-12-11 22:00',
    sections: 'exceptions: [{because: Launch, groups: all, from: 2026-12-11 18:00, until: 2026-12-12 09:00, keepAtLeast: 100%}]',
    pool: { strategy: merged },
    verdict: 'act',
    codes: ['not-expressible', 'exception-raises'],
    to: 'fixed 4',
  },
  {
    is: 'an exception keeps nodes of a group that no rule covers',
    rules: '- {name: none, groups: {name: "x-*"}, schedule: minimal}',
    now: '2026-12-11 22:00',
    sections: 'exceptions: [{because: Launch, groups: all, from: 2026-12-11 18:00, until: 2026-12-12 09:00, keepAtLeast: 100%}]',
    verdict: 'hold',
    codes: ['exception-without-rule'],
  },
  {
    is: 'an exception forbids lowering',
    rules: fixedOffice,
    sections: 'exceptions: [{because: Closing, groups: all, from: 2026-11-25 07:00, until: 2026-11-26 09:00, never: [scale-down]}]',
    pool: { strategy: fixed(9) },
    verdict: 'hold',
    codes: ['exception-never'],
  },
  {
    is: 'under such an exception the evening keeps what the day had',
    rules: fixedOffice,
    now: '2026-11-25 20:00',
    sections: 'exceptions: [{because: Closing, groups: all, from: 2026-11-25 07:00, until: 2026-11-26 09:00, never: [scale-down]}]',
    pool: { strategy: fixed(2) },
    verdict: 'act',
    codes: [],
    to: 'fixed 4',
  },
  {
    is: 'whether an exception applies is unknown',
    rules: fixedOffice.replace('groups: all', 'groups: {charge: pay-as-you-go}'),
    now: '2026-11-25 10:00',
    sections:
      'exceptions: [{because: Closing, groups: {name: "fin-*"}, from: 2026-11-25 07:00, until: 2026-11-26 09:00, keepAtLeast: 50%}]',
    group: { name: undefined as never },
    verdict: 'hold',
    codes: ['exception-unknown'],
  },
  // Days that are not published
  { is: 'the kind of the day is not published', rules: fixedOffice, now: '2027-01-04 10:00', verdict: 'hold', codes: ['unpublished-day'] },
  {
    is: 'the kind of the day is not published and the pool is fixed',
    now: '2027-01-04 10:00',
    verdict: 'hold',
    codes: ['unpublished-day'],
  },
];

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
