import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measure, type PoolSlice } from '../../shared/billing/meter.ts';
import type { PoolState, Usage } from '../../shared/billing/usage.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import type { StrategySeed } from '../../simulator/world/seed.ts';
import { strategyFromSeed } from '../../simulator/world/strategy.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../fixtures/times.ts';
import { estate } from '../simulator/estate.ts';
import { watch } from './watched-world.ts';

const zoneOf = (name: string) => zoneTable(name, shanghai('2026-01-01'), shanghai('2028-01-01'));
const service = zoneOf('Asia/Shanghai');
const here = { zone: service, service };

const sum = (slices: readonly PoolSlice[], what: (slice: PoolSlice) => number) => slices.reduce((total, slice) => total + what(slice), 0);
const byTheHour = ({ payAsYouGoMs }: PoolSlice) => payAsYouGoMs;

const dates = { enable: '2026-09-01', disable: '2027-08-31' };
const strategies: readonly StrategySeed[] = [
  { fixed: 1 },
  { fixed: 4 },
  { usage: { nodes: 1, maxScaling: 4 } },
  { schedule: { '1-7': { '08:00-21:00': 3 } }, ...dates },
  { schedule: { '1-7': { '09:00-12:10': 3, '13:00-18:30': 2 } }, warmUp: true, ...dates },
];

interface Lived {
  readonly first: number;
  readonly users: number;
  readonly offsetMs: number;
  readonly turns: readonly { readonly afterMs: number; readonly to: number }[];
}

const lived: fc.Arbitrary<Lived> = fc.record({
  first: fc.nat({ max: strategies.length - 1 }),
  users: fc.nat({ max: 8 }),
  offsetMs: fc.nat({ max: 300_000 }),
  turns: fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 12 * hourMs }), to: fc.nat({ max: strategies.length - 1 }) }), {
    maxLength: 4,
  }),
});

/** Two days of one group whose setting people change, looked at every five minutes; with what the world itself says. */
async function live({ first, users, offsetMs, turns }: Lived) {
  const pool = { id: 'p', strategy: strategies[first] as StrategySeed };
  const { world, account, pass } = estate({
    groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', pool, users: [{ prefix: 'u', count: users, profile: 'service' }] }],
  });
  const group = account.groups.get('g');
  const nodePool = group?.pools[0];
  if (group === undefined || nodePool === undefined) throw new Error('the world has no pool');
  // Nodes that boot when the world begins have arrived by then.
  pass(20 * minuteMs + offsetMs);
  world.settleStatistics();
  const heldBefore = group.statistics.payAsYouGoNodeMs;
  let atMs = world.clock.nowMs;
  for (const { afterMs, to } of turns) {
    atMs += afterMs;
    world.clock.schedule(atMs, (nowMs) => nodePool.setStrategy(strategyFromSeed(strategies[to] as StrategySeed), nowMs));
  }
  let changed = 0;
  let held = nodePool.nodes.length;
  const fromMs = world.clock.nowMs;
  const usage = await watch(world, {
    account,
    untilMs: fromMs + 2 * dayMs,
    everyMs: minuteMs,
    skips: (nowMs) => (nowMs - fromMs) % (5 * minuteMs) !== 0,
    after: () => {
      changed += Math.abs(nodePool.nodes.length - held);
      held = nodePool.nodes.length;
    },
  });
  return { usage, changed, heldMs: group.statistics.payAsYouGoNodeMs - heldBefore };
}

test('the meter is the node time of the world to within five minutes for each node that came or went', async () => {
  await fc.assert(
    fc.asyncProperty(lived, async (story) => {
      const { usage, changed, heldMs } = await live(story);
      const [pool] = measure(usage, usage.span, here).pools;
      expect(Math.abs(sum(pool?.slices ?? [], byTheHour) - heldMs)).toBeLessThanOrEqual(changed * 5 * minuteMs);
    }),
    { numRuns: 25, seed: 1 },
  );
});

test('a weekly schedule is measured to the millisecond, its boot and release times included', async () => {
  for (const first of [3, 4]) {
    const { usage, heldMs } = await live({ first, users: 0, offsetMs: 47_001, turns: [] });
    const [pool] = measure(usage, usage.span, here).pools;
    expect(sum(pool?.slices ?? [], byTheHour)).toBe(heldMs);
    expect(pool?.warmUp).toBe(first === 4);
  }
});

const state = (more: Partial<PoolState> = {}): PoolState => ({
  ...{
    region: 'cn-hangzhou',
    instanceType: 'a',
    charge: 'pay-as-you-go',
    nodes: 2,
    scalingNodes: 0,
    inUse: 1,
    set: 'fixed 2',
    found: true,
  },
  ...more,
});

const fromMs = shanghai('2026-11-23');
const slotMs = 5 * minuteMs;

/** Looks at some slots of two days, and states of two pools that change at some of them. */
const usages: fc.Arbitrary<Usage> = fc
  .record({
    slots: fc.uniqueArray(fc.nat({ max: 576 }), { minLength: 0, maxLength: 576, size: 'max' }),
    changes: fc.array(
      fc.record({
        pool: fc.constantFrom('p', 'q'),
        slot: fc.nat({ max: 600 }),
        state: fc.option(
          fc.record({
            charge: fc.constantFrom('subscription', 'pay-as-you-go', undefined),
            nodes: fc.nat({ max: 5 }),
            scalingNodes: fc.nat({ max: 5 }),
            inUse: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
            found: fc.boolean(),
            set: fc.constantFrom('fixed 2', undefined, 'schedule 1:08:00-21:00=3 2:08:00-21:00=3', 'nonsense'),
            instanceType: fc.constantFrom('a', 'b', undefined),
          }),
          { nil: undefined },
        ),
      }),
      { maxLength: 12 },
    ),
    quotes: fc.array(
      fc.record({ slot: fc.nat({ max: 576 }), instanceType: fc.constantFrom('a', 'b'), micros: fc.bigInt({ min: 1n, max: 3n }) }),
      {
        maxLength: 4,
      },
    ),
  })
  .map(({ slots, changes, quotes }) => ({
    target: 'office',
    span: { fromMs, untilMs: fromMs + 2 * dayMs },
    seenMs: slots.map((slot) => fromMs + slot * slotMs).sort((a, b) => a - b),
    pools: ['p', 'q'].map((pool) => ({
      group: 'g',
      pool,
      changes: changes
        .filter((change) => change.pool === pool)
        .map((change) => ({ atMs: fromMs + change.slot * slotMs, state: change.state && state(change.state) }))
        .sort((a, b) => a.atMs - b.atMs),
    })),
    quotes: quotes.map(({ slot, instanceType, micros }) => ({
      ...{ atMs: fromMs + slot * slotMs, region: 'cn-hangzhou', instanceType, price: { currency: 'CNY', micros } },
    })),
  }));

const shuffled = <T>(items: readonly T[], by: readonly number[]): T[] =>
  items
    .flatMap((item, i) => ((by[i % by.length] as number) % 3 === 0 ? [item, item] : [item]))
    .map((item, i) => ({ item, key: by[(i * 7 + 3) % by.length] as number }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

test('looks, changes, pools and quotes may come in any order and twice', () => {
  fc.assert(
    fc.property(usages, fc.array(fc.nat({ max: 1000 }), { minLength: 5, maxLength: 40 }), (usage, by) => {
      const mixed: Usage = {
        ...usage,
        seenMs: shuffled(usage.seenMs, by),
        pools: shuffled(usage.pools, by).map((pool) => ({ ...pool, changes: shuffled(pool.changes, by) })),
        quotes: shuffled(usage.quotes, by),
      };
      expect(measure(mixed, mixed.span, here)).toEqual(measure(usage, usage.span, here));
    }),
    { numRuns: 150 },
  );
});

test('no two slices overlap, no time that was not measured has a figure, and measured and unmeasured time are the whole span', () => {
  fc.assert(
    fc.property(usages, fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York'), (usage, zone) => {
      const { pools, unmeasured } = measure(usage, usage.span, { zone: zoneOf(zone), service });
      const seen = [...new Set(usage.seenMs)];
      let measuredMs = 0;
      for (const [i, atMs] of seen.entries()) {
        const next = seen[i + 1];
        if (next !== undefined && next - atMs <= 15 * minuteMs) measuredMs += Math.min(next, usage.span.untilMs) - atMs;
      }
      expect(unmeasured.reduce((total, { ms }) => total + ms, 0)).toBe(2 * dayMs - measuredMs);
      for (const { slices } of pools) {
        for (const [i, slice] of slices.entries()) {
          expect(slice.fromMs).toBeGreaterThanOrEqual(slices[i - 1]?.untilMs ?? usage.span.fromMs);
          expect(slice.untilMs).toBeLessThanOrEqual(usage.span.untilMs);
          expect(slice.fromMs).toBeLessThan(slice.untilMs);
          if (slice.measured) continue;
          expect([slice.subscriptionMs, slice.payAsYouGoMs, slice.unknownChargeMs, slice.inUseMs, slice.inUseUnknownMs]).toEqual([
            0, 0, 0, 0, 0,
          ]);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('a span that is cut anywhere has the node time of its parts', () => {
  fc.assert(
    fc.property(usages, fc.integer({ min: 1, max: 2 * dayMs - 1 }), (usage, cut) => {
      const { span } = usage;
      const parts = [
        { fromMs: span.fromMs, untilMs: span.fromMs + cut },
        { fromMs: span.fromMs + cut, untilMs: span.untilMs },
      ];
      const total = (of: { fromMs: number; untilMs: number }) =>
        measure(usage, of, here).pools.map(({ slices }) =>
          [byTheHour, (slice: PoolSlice) => slice.subscriptionMs].map((what) => sum(slices, what)),
        );
      const [whole, first, second] = [total(span), ...parts.map(total)] as [number[][], number[][], number[][]];
      expect(first.map((row, i) => row.map((ms, k) => ms + (second[i]?.[k] ?? 0)))).toEqual(whole);
    }),
    { numRuns: 100 },
  );
});

/** Looks every five minutes from an instant until another, both included. */
const every5 = (from: number, until: number): number[] => Array.from({ length: (until - from) / slotMs + 1 }, (_, i) => from + i * slotMs);

const usageOf = (seenMs: readonly number[], changes: Usage['pools'][number]['changes'], untilMs = fromMs + dayMs): Usage => ({
  target: 'office',
  span: { fromMs, untilMs },
  seenMs,
  pools: [{ group: 'g', pool: 'p', changes }],
  quotes: [],
});

test('a gap of 15 minutes is measured; one of a millisecond more is not, whatever the pool had before and after it', () => {
  const at = (gapMs: number) =>
    measure(
      usageOf([fromMs, fromMs + gapMs], [{ atMs: fromMs, state: state() }], fromMs + hourMs),
      { fromMs, untilMs: fromMs + hourMs },
      here,
    );
  expect(sum(at(15 * minuteMs).pools[0]?.slices ?? [], byTheHour)).toBe(30 * minuteMs);
  expect(sum(at(15 * minuteMs + 1).pools[0]?.slices ?? [], byTheHour)).toBe(0);
  expect(at(15 * minuteMs + 1).unmeasured).toEqual([{ date: '2026-11-23', ms: hourMs }]);
});

test('a pool that nobody saw after a point in time is unmeasured from then on, and one that is gone has no time at all', () => {
  const until = fromMs + dayMs;
  const gone = usageOf(every5(fromMs, until), [
    { atMs: fromMs, state: state() },
    { atMs: fromMs + hourMs, state: undefined },
  ]);
  // Halfway between the last look at it and the first without it.
  expect(sum(measure(gone, gone.span, here).pools[0]?.slices ?? [], byTheHour)).toBe(2 * (hourMs - slotMs / 2));
  const lost = usageOf(every5(fromMs, fromMs + hourMs), [{ atMs: fromMs, state: state() }]);
  const slices = measure(lost, lost.span, here).pools[0]?.slices ?? [];
  expect(slices.map(({ measured, untilMs, fromMs: start }) => [measured, untilMs - start])).toEqual([
    [true, hourMs],
    [false, dayMs - hourMs],
  ]);
});

test('a node with somebody on it is held even where the setting no longer counts it', () => {
  const lowered = usageOf(every5(fromMs, fromMs + hourMs), [{ atMs: fromMs, state: state({ nodes: 1, inUse: 3 }) }], fromMs + hourMs);
  expect(sum(measure(lowered, lowered.span, here).pools[0]?.slices ?? [], byTheHour)).toBe(3 * hourMs);
});

test('bought nodes are no nodes by the hour, and nodes of an unknown charge are neither', () => {
  const read = (charge: PoolState['charge']) => {
    const usage = usageOf(
      every5(fromMs, fromMs + hourMs),
      [{ atMs: fromMs, state: state({ charge, nodes: 2, scalingNodes: 1 }) }],
      fromMs + hourMs,
    );
    const [slice] = measure(usage, usage.span, here).pools[0]?.slices ?? [];
    return [slice?.subscriptionMs, slice?.payAsYouGoMs, slice?.unknownChargeMs];
  };
  expect(read('subscription')).toEqual([2 * hourMs, hourMs, 0]);
  expect(read('pay-as-you-go')).toEqual([0, 3 * hourMs, 0]);
  expect(read(undefined)).toEqual([0, hourMs, 2 * hourMs]);
});

test('a day of 23 or 25 hours is as long as it is', () => {
  const from = Date.parse('2026-10-24T22:00:00Z');
  const usage = {
    ...usageOf(every5(from, from + 2 * dayMs), [{ atMs: from, state: state() }]),
    span: { fromMs: from, untilMs: from + 2 * dayMs },
  };
  const { pools } = measure(usage, usage.span, { zone: zoneOf('Europe/Berlin'), service });
  expect(pools[0]?.slices.map(({ date, payAsYouGoMs }) => [date, payAsYouGoMs / hourMs])).toEqual([
    ['2026-10-25', 50],
    ['2026-10-26', 46],
  ]);
});
