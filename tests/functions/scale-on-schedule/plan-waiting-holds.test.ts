import { describe, expect, it } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { isWaiting } from '../../../shared/engine/report.ts';
import type { DeliveryGroup, NodePool } from '../../../shared/fleet/delivery-group.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { byTag, contextOf, fixed, groupOf, policyOf, scheduled, serviceOffice, usage, writtenView } from './plan-fixture.ts';

const service = `- {name: service, groups: all, schedule: service, ${byTag}}`;
const aurora = 'exceptions: [{because: Launch, groups: all, from: 2026-11-25 10:00, until: 2026-11-26 20:00, keepAtLeast: 50%}]';
const trading = 'protect: {groups: {tags: {tier: trading}}}';

interface Situation {
  readonly is: string;
  readonly rules: string;
  readonly sections?: string;
  readonly now: string;
  readonly group?: Partial<DeliveryGroup>;
  readonly pool?: Partial<NodePool>;
  readonly because: string;
  readonly waits: boolean;
}

const situations: readonly Situation[] = [
  {
    is: 'as many nodes are in use at night as there are, in a group that can have no weekly schedule',
    ...{ rules: service, now: '2026-11-25 23:10', pool: { strategy: fixed(4), nodeAmount: 4, nodeUsed: 4 } },
    ...{ because: 'nodes-in-use', waits: true },
  },
  {
    is: 'the same while an exception raises what is wanted',
    ...{ rules: service, sections: aurora, now: '2026-11-25 23:10', pool: { strategy: fixed(4), nodeAmount: 4, nodeUsed: 4 } },
    ...{ because: 'nodes-in-use', waits: true },
  },
  {
    is: 'a group with usage scaling has as many extra nodes as are in use, and the schedule wants fewer',
    rules: '- {name: studio, groups: {charge: subscription}, schedule: studio, peak: {extraNodes: 10}}',
    now: '2026-11-25 23:40',
    group: { charge: 'subscription' },
    pool: { strategy: usage(4, 4), nodeAmount: 4, nodeUsed: 4, scalingNodeAmount: 4, scalingNodeUsed: 4 },
    ...{ because: 'nodes-in-use', waits: true },
  },
  {
    is: 'people work on in a protected group after its day',
    ...{ rules: serviceOffice, sections: trading, now: '2026-11-25 18:40', pool: { strategy: fixed(10), nodeAmount: 10, nodeUsed: 2 } },
    group: { tags: { tier: 'trading', 'peak-nodes': '10' } },
    ...{ because: 'protected', waits: true },
  },
  {
    is: 'the group is updated',
    ...{ rules: serviceOffice, now: '2026-11-25 12:40', group: { status: 'MAINTAINING' }, because: 'status', waits: true },
  },
  {
    is: 'the group is published for the first time',
    ...{ rules: serviceOffice, now: '2026-11-25 12:40', group: { status: 'DEPLOYING' }, because: 'status', waits: true },
  },
  {
    is: 'an update of the group has failed',
    ...{ rules: serviceOffice, now: '2026-11-25 12:40', group: { status: 'MAINTAIN_FAILED' }, because: 'status', waits: false },
  },
  {
    is: 'the group is updated, and its weekly schedule ends tomorrow',
    ...{ rules: serviceOffice, now: '2026-11-25 12:40', group: { status: 'MAINTAINING' }, because: 'lapse-unaverted', waits: false },
    pool: { strategy: scheduled({ 12345: { '08:00-21:00': 4 } }, { disableDate: '2026-11-26' }) },
  },
  {
    is: 'people work in a group, and an exception forbids any lowering',
    sections: 'exceptions: [{because: Closing, groups: all, from: 2026-11-20, until: 2026-12-20, never: [scale-down]}]',
    ...{ rules: service, now: '2026-11-25 23:10', pool: { strategy: fixed(9), nodeAmount: 9, nodeUsed: 2 } },
    ...{ because: 'exception-never', waits: false },
  },
  {
    is: 'how many nodes of a group are in use is unknown',
    ...{ rules: service, now: '2026-11-25 23:10', pool: { strategy: fixed(9), nodeAmount: 9, nodeUsed: undefined } },
    ...{ because: 'nodes-in-use-unknown', waits: false },
  },
  {
    is: 'the answer names no status',
    ...{ rules: serviceOffice, now: '2026-11-25 12:40', group: { status: undefined }, because: 'status', waits: false },
  },
  {
    is: 'the peak cannot be read',
    ...{ rules: service, now: '2026-11-25 12:40', group: { tags: { 'peak-nodes': 'five' } }, because: 'peak-unreadable', waits: false },
  },
];

describe('a hold names first what holds, so that one that ends by itself is told to nobody', () => {
  it.each(situations)('$is', ({ rules, sections, now, group, pool, because, waits }) => {
    const decision = planner.decide(groupOf(group, pool), contextOf(policyOf(rules, sections), now));
    expect({ verdict: decision.verdict, because: decision.because[0]?.code, waits: isWaiting(decision) }).toEqual({
      ...{ verdict: 'hold', because, waits },
    });
  });
});

describe('what was there, to which additions are compared where no limit is given', () => {
  const bought = { charge: 'subscription' } as const;
  const lowered = writtenView([], { value: '9 on 2026-11-20', sinceMs: shanghai('2026-11-20 10:00') });
  const total = (group: Partial<DeliveryGroup>, pool: Partial<NodePool>, written = writtenView()): number | undefined =>
    scaleOnSchedule.nodesOf?.(groupOf(group, pool), contextOf(policyOf(serviceOffice), '2026-11-25 12:00', written));

  it('has the bought nodes in it, which run beside those that are added', () => {
    expect(total(bought, { strategy: usage(6, 0) })).toBe(6);
    expect(total(bought, { strategy: usage(6, 10) })).toBe(16);
    expect(total(bought, { strategy: fixed(4) })).toBe(4);
    expect(total(bought, { strategy: usage(6, 2) }, lowered)).toBe(15);
  });

  it('has no node by the hour in it twice', () => {
    expect(total({}, { strategy: fixed(4) })).toBe(4);
    expect(total({}, { strategy: usage(2, 6) })).toBe(8);
    expect(total({}, { strategy: fixed(4) }, lowered)).toBe(9);
  });
});
