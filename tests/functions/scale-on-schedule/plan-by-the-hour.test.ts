import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { asksForUsers, exceptionReason } from '../../../shared/engine/guard.ts';
import type { NodePool, Strategy } from '../../../shared/fleet/delivery-group.ts';
import { contextOf, fixed, groupOf, policyOf, scheduled, usage } from './plan-fixture.ts';

const rules = '- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 4, atMost: 100}, method: usage}';
const always = (nodes: number) => scheduled({ 1234567: { '00:00-23:59': nodes } });
const by = '2026-11-25 10:00';
const night = '2026-11-25 23:00';

interface Case {
  readonly from: string;
  readonly strategy: Strategy;
  readonly pool?: Partial<NodePool>;
  readonly now: string;
  readonly to: string;
  readonly lowers?: boolean;
  readonly code?: string;
}

const cases: readonly Case[] = [
  { from: 'eight fixed nodes by day', strategy: fixed(8), now: by, to: 'usage 1 and up to 3', lowers: true },
  { from: 'two fixed nodes by day', strategy: fixed(2), now: by, to: 'usage 1 and up to 3' },
  { from: 'eight fixed nodes in use', strategy: fixed(8), pool: { nodeUsed: 8 }, now: by, to: 'usage 8 and up to 0', code: 'nodes-in-use' },
  { from: 'eight fixed nodes, two in use', strategy: fixed(8), pool: { nodeUsed: 2 }, now: by, to: 'usage 2 and up to 2', lowers: true },
  { from: 'a base of eight by day', strategy: usage(8, 4), now: by, to: 'usage 1 and up to 3', lowers: true },
  { from: 'a base of eight at night', strategy: usage(8, 0), now: night, to: 'usage 1 and up to 0', lowers: true, code: 'one-node-stays' },
  { from: 'a low ceiling by day', strategy: usage(1, 0), now: by, to: 'usage 1 and up to 3' },
  {
    from: 'a high ceiling at night, three in use',
    strategy: usage(1, 9),
    pool: { nodeUsed: 1, scalingNodeAmount: 4, scalingNodeUsed: 2 },
    now: night,
    to: 'usage 1 and up to 2',
    lowers: true,
    code: 'nodes-in-use',
  },
  { from: 'a ceiling above what there is', strategy: usage(1, 9), now: by, to: 'usage 1 and up to 3', lowers: true },
  {
    from: 'a weekly schedule of twenty',
    strategy: always(20),
    pool: { nodeAmount: 0, scalingNodeAmount: 20, scalingNodeUsed: 1 },
    now: '2026-11-25 08:30',
    to: 'usage 1 and up to 1',
    lowers: true,
  },
  {
    from: 'a weekly schedule outside its periods',
    strategy: scheduled({ 12345: { '08:00-21:00': 4 } }),
    pool: { nodeAmount: 0 },
    now: night,
    to: 'usage 1 and up to 0',
    code: 'one-node-stays',
  },
];

describe('usage scaling by the hour', () => {
  it.each(cases)('reaches what is wanted in all from $from', ({ strategy, pool, now, to, lowers = false, code }) => {
    const decision = planner.decide(groupOf({}, { strategy, ...pool }), contextOf(policyOf(rules), now));
    if (decision.verdict !== 'act') throw new Error(JSON.stringify(decision));
    expect(decision.action.writes.value).toBe(to);
    expect(decision.action.harms ?? []).toEqual(lowers ? ['lower'] : []);
    expect(decision.action).toMatchObject({ effect: 'write' });
    if (code !== undefined) expect(decision.because.map((reason) => reason.code)).toContain(code);
    const [, base, ceiling] = /^usage (\d+) and up to (\d+)$/.exec(to) ?? [];
    expect(decision.action.input.NodePoolStrategy).toMatchObject({ NodeAmount: Number(base), MaxScalingAmount: Number(ceiling) });
  });

  it('is as wanted with one node and the rest as the ceiling, and says both', () => {
    const decide = (strategy: Strategy, now: string) => planner.decide(groupOf({}, { strategy }), contextOf(policyOf(rules), now));
    expect(decide(usage(1, 3), by).verdict).toBe('keep');
    expect(decide(usage(1, 0), night).verdict).toBe('keep');
    expect(decide(usage(8, 3), by)).toMatchObject({
      action: { change: [{ from: 'by usage, 8 nodes and up to 3 extra nodes', to: 'by usage, 1 node and up to 3 extra nodes' }] },
    });
  });

  it('holds where lowering depends on how many are in use and that is unknown', () => {
    const decide = (strategy: Strategy, now: string) =>
      planner.decide(groupOf({}, { strategy, nodeUsed: undefined }), contextOf(policyOf(rules), now));
    expect(decide(fixed(8), by)).toMatchObject({ verdict: 'hold', because: [{ code: 'nodes-in-use-unknown' }] });
    expect(decide(usage(1, 9), by)).toMatchObject({ verdict: 'hold', because: [{ code: 'nodes-in-use-unknown' }] });
    expect(decide(fixed(2), by)).toMatchObject({ verdict: 'act', action: { writes: { value: 'usage 2 and up to 2' } } });
  });

  it('is held by an exception against lowering, and asks for protected users, when it replaces more nodes than it may reach', () => {
    const closing = `exceptions: [{because: Closing, groups: all, from: 2026-11-26 00:00, until: 2026-11-27 00:00, never: [scale-down]}]
protect: {users: [board-*]}`;
    const policy = policyOf(rules, closing);
    const group = groupOf({}, { strategy: always(20), nodeAmount: 0, scalingNodeAmount: 20, scalingNodeUsed: 1 });
    const before = planner.decide(group, contextOf(policy, '2026-11-25 08:30'));
    if (before.verdict !== 'act') throw new Error(JSON.stringify(before));
    expect(asksForUsers(before.action, { policy })).toBe(true);
    const context = contextOf(policy, '2026-11-26 08:30');
    const during = planner.decide(group, context);
    expect(during.verdict).toBe('hold');
    expect(during.because[0]?.code).toBe('exception-never');
    const guarding = { functionName: 'scale-on-schedule', policy, target: context.target, nowMs: context.nowMs } as Parameters<
      typeof exceptionReason
    >[2];
    expect(exceptionReason(before.action, group, guarding)).toMatchObject({ data: { never: 'scale-down' } });
  });
});
