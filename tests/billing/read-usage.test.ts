import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PoolCounts, PoolSetting, PoolState, PoolUsage, Usage } from '../../shared/billing/usage.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { foldDay, type ReadDay, readUsage, recordDay } from '../../shared/journal/usage/read-usage.ts';
import { bytesOf, textOf } from '../fixtures/bytes.ts';
import { cny } from '../fixtures/money.ts';
import { dayMs, hourMs, minuteMs } from '../fixtures/times.ts';
import { counts, recordsOf, type Sight, sample, storeWith } from './usage-scenes.ts';

const day = Date.parse('2026-12-01T00:00:00Z');
const target = { name: 'prod', regions: ['cn-hangzhou', 'cn-beijing'] };
const found: PoolSetting = { set: 'fixed 2', found: true };
const ours: PoolSetting = { set: 'fixed 9', found: false };
const at = (time: string, more = 0) => Date.parse(`2026-12-01T${time}:00Z`) + more;

/** Folds days one after another, as the digest does. */
async function fold(store: Store, days: readonly number[], before?: ReadDay): Promise<void> {
  let last = before;
  for (const startMs of days) {
    const folded = await foldDay(store, target, startMs, last);
    await runStoring(store, recordDay(target.name, folded));
    last = folded;
  }
}

const stateAt = ({ changes }: PoolUsage, atMs: number) => changes.findLast((change) => change.atMs <= atMs);
const plain = (usage: Usage) => ({
  ...usage,
  pools: usage.pools.map(({ group, pool, changes }) => ({ group, pool, changes: [...changes] })),
});
const nodesAt = (usage: Usage, time: string) =>
  usage.pools.map((pool) => `${pool.group} ${stateAt(pool, at(time))?.state?.nodes ?? '-'}`).join(', ');

const span = { fromMs: day, untilMs: day + 2 * dayMs };

/** Looks of three functions over two days, of which one alone knows whose settings are. Each pool comes and goes once at most. */
const sights: fc.Arbitrary<readonly Sight[]> = fc
  .array(
    fc.record({
      minute: fc.nat(2 * 24 * 60 - 1),
      second: fc.nat(59),
      name: fc.constantFrom('scales', 'tags', 'enforces'),
      pools: fc.array(fc.option(fc.nat(3), { nil: undefined }), { minLength: 4, maxLength: 4 }),
      written: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    }),
    { maxLength: 25 },
  )
  .map((looks) => {
    const distinct = [...new Map(looks.map((look) => [`${look.minute} ${look.name}`, look])).values()];
    return distinct.map(({ minute, second, name, pools, written }) => ({
      functionName: name,
      atMs: day + minute * minuteMs + second * 1000,
      samples: pools.flatMap((nodes, index) => {
        // A pool with 3 nodes is not there.
        if (nodes === 3) return [];
        return [sample(`g${index}`, nodes, name === 'scales' ? (written[index] ? ours : found) : undefined)];
      }),
    }));
  });

/** What is known of each pool at each look, by going through the looks once. */
function expected(all: readonly Sight[]) {
  const settings = new Map<string, PoolSetting>();
  const known: { atMs: number; pools: Map<string, PoolCounts | 'unknown'>; settings: Map<string, PoolSetting> }[] = [];
  for (const { atMs, samples } of [...all].sort((a, b) => a.atMs - b.atMs || (a.functionName < b.functionName ? -1 : 1))) {
    for (const group of settings.keys()) if (!samples.some((each) => each.group === group)) settings.delete(group);
    for (const { group, setting } of samples) {
      if (!setting) continue;
      const before = settings.get(group);
      // What was set before our first write stays known for as long as the pool is there.
      const foundSet = setting.found ? undefined : before?.found ? before.set : before?.foundSet;
      settings.set(group, foundSet === undefined ? setting : { ...setting, foundSet });
    }
    const pools = new Map(samples.map((each) => [each.group, each.counts ?? ('unknown' as const)]));
    if (known.at(-1)?.atMs === atMs) known.pop();
    known.push({ atMs, pools, settings: new Map(settings) });
  }
  return known;
}

function check(usage: Usage, all: readonly Sight[]) {
  const known = expected(all);
  expect(usage.seenMs).toEqual(known.map(({ atMs }) => atMs));
  for (const { atMs, pools, settings } of known) {
    for (let index = 0; index < 4; index += 1) {
      const group = `g${index}`;
      const is = pools.get(group);
      const pool = usage.pools.find((each) => each.group === group);
      const change = pool && stateAt(pool, atMs);
      const setting = settings.get(group);
      const state: PoolState | undefined =
        is === undefined || is === 'unknown' ? undefined : { ...is, ...(setting ?? { set: undefined, found: true }) };
      expect(change?.state).toEqual(state);
      expect(change?.unknown ?? false).toBe(is === 'unknown');
    }
  }
}

test('usage is what runs saw, in whatever order their records came, and the same from records of days', async () => {
  await fc.assert(
    fc.asyncProperty(sights, fc.boolean(), fc.nat(), async (all, cold, seed) => {
      const records = [...(await recordsOf(all, cold))];
      const store = await storeWith(records);
      const usage = plain(await readUsage(store, target, span));
      check(usage, all);
      const shuffled = await storeWith(
        [...records].sort(([a], [b]) => ((a.length * 7 + seed) % 5) - ((b.length * 3 + seed) % 5)).reverse(),
      );
      await fold(shuffled, [day]);
      expect(plain(await readUsage(shuffled, target, span))).toEqual(usage);
      await fold(store, [day, day + dayMs]);
      expect(plain(await readUsage(store, target, span))).toEqual(usage);
      const key = 'usage/prod/2026-12-01';
      expect(store.records.get(key)).toEqual(shuffled.records.get(key));
    }),
    { numRuns: 25 },
  );
});

test('a day can be read by itself: it begins with what there was, and its ends can be measured', async () => {
  const every = (fromMs: number, untilMs: number) =>
    Array.from({ length: (untilMs - fromMs) / (5 * minuteMs) }, (_, index) => fromMs + index * 5 * minuteMs + 1000);
  const all = every(day - 2 * hourMs, day + 2 * dayMs).map((atMs) => ({
    ...{
      functionName: 'scales',
      atMs,
      samples: [sample('a', atMs < day - hourMs ? 1 : 2, found), ...(atMs > day + hourMs ? [sample('b', 7)] : [])],
    },
  }));
  const store = await storeWith(await recordsOf(all));
  const whole = { fromMs: day, untilMs: day + dayMs };
  const before = plain(await readUsage(store, target, whole));
  expect([before.seenMs[0], before.seenMs.at(-1)]).toEqual([day - 5 * minuteMs + 1000, day + dayMs + 1000]);
  expect(before.pools.map(({ changes }) => changes.map(({ atMs, state }) => [atMs, state?.nodes]))).toEqual([
    [[day - hourMs + 1000, 2]],
    [[day + hourMs + 1000, 7]],
  ]);
  await fold(store, [day - dayMs, day, day + dayMs]);
  for (const key of store.records.keys()) if (key.startsWith('heartbeats/')) store.records.delete(key);
  const after = plain(await readUsage(store, target, whole));
  expect(after.seenMs).toEqual(before.seenMs);
  expect(after.pools.map(({ changes }) => changes.map(({ atMs, state }) => [atMs, state?.nodes]))).toEqual([
    [[day - 5 * minuteMs + 1000, 2]],
    [[day + hourMs + 1000, 7]],
  ]);
});

test('a heartbeat that comes after the fold changes nothing', async () => {
  const early: Sight = { functionName: 'scales', atMs: at('08:00'), samples: [sample('a', 1)] };
  const late: Sight = { functionName: 'tags', atMs: at('09:00'), samples: [sample('a', 5)] };
  const store = await storeWith(await recordsOf([early]));
  await fold(store, [day]);
  const before = plain(await readUsage(store, target, span));
  for (const [key, bytes] of await recordsOf([late])) await store.create(key, bytes);
  await fold(store, [day]);
  expect(plain(await readUsage(store, target, span))).toEqual(before);
});

test('what only one function knows stays as it said until it says otherwise', async () => {
  const store = await storeWith(
    await recordsOf([
      { functionName: 'scales', atMs: at('08:00'), samples: [sample('a', 2, found)] },
      { functionName: 'tags', atMs: at('08:02'), samples: [sample('a', 9)] },
      { functionName: 'scales', atMs: at('08:05'), samples: [sample('a', 9, ours)] },
    ]),
  );
  const { pools } = await readUsage(store, target, span);
  expect(pools[0]?.changes.map(({ state }) => [state?.nodes, state?.set, state?.found])).toEqual([
    [2, 'fixed 2', true],
    [9, 'fixed 2', true],
    [9, 'fixed 9', false],
  ]);
});

test('a damaged heartbeat is named, and so are those that go by it; all others count', async () => {
  const others = Array.from({ length: 60 }, (_, index) => sample(`b${index}`, 1));
  const sight = (time: string, nodes: number): Sight => ({
    functionName: 'scales',
    atMs: at(time),
    samples: [sample('a', nodes), ...others],
  });
  const records = new Map(await recordsOf([sight('08:00', 1), sight('08:05', 2), sight('08:10', 3)]));
  for (const [key, bytes] of await recordsOf([sight('08:15', 4)])) records.set(key, bytes);
  const store = await storeWith(records);
  const keyframe = 'heartbeats/scales/prod/20261201T0800Z';
  for (const damaged of [
    bytesOf('{}'),
    bytesOf('no JSON'),
    bytesOf((textOf(records.get(keyframe)) ?? '').replace(/"chunks":\["..../, '"chunks":["AAAA')),
  ]) {
    store.records.set(keyframe, damaged);
    const usage = await readUsage(store, target, span);
    expect(usage.unreadable).toEqual([keyframe, 'heartbeats/scales/prod/20261201T0805Z', 'heartbeats/scales/prod/20261201T0810Z']);
    expect(usage.seenMs).toEqual([at('08:15')]);
    expect(nodesAt(usage, '08:20')).toMatch(/^a 4, b0 1, /);
  }
});

test('a damaged record of a day is named; the next day knows only what it saw itself', async () => {
  const sight = (atMs: number, nodes: number): Sight => ({ functionName: 'scales', atMs, samples: [sample('a', nodes)] });
  const store = await storeWith(await recordsOf([sight(at('08:00'), 1), sight(at('08:00', dayMs), 2)]));
  await fold(store, [day, day + dayMs]);
  store.records.set('usage/prod/2026-12-01', bytesOf('{}'));
  const usage = await readUsage(store, target, { fromMs: day + dayMs, untilMs: day + 2 * dayMs });
  expect(usage.unreadable).toEqual([]);
  expect(usage.pools[0]?.changes.at(-1)).toMatchObject({ atMs: at('08:00', dayMs), state: { nodes: 2 } });
  expect((await readUsage(store, target, span)).unreadable).toEqual(['usage/prod/2026-12-01']);
});

test('runs of regions: all was seen only while each region was, and a region says nothing of the others', async () => {
  const sight = (time: string, region: 'cn-hangzhou' | 'cn-beijing', samples: Sight['samples']): Sight => ({
    ...{ functionName: 'scales', atMs: at(time), region, samples },
  });
  const h = sample('h', 1);
  const b = { ...sample('b', 1), counts: counts(1, { region: 'cn-beijing' }) };
  const store = await storeWith(
    await recordsOf([
      sight('08:00', 'cn-hangzhou', [h]),
      sight('08:02', 'cn-beijing', [b]),
      sight('08:10', 'cn-hangzhou', [h]),
      sight('08:12', 'cn-beijing', [b]),
      sight('08:20', 'cn-hangzhou', [h]),
      sight('08:30', 'cn-hangzhou', [h]),
      sight('08:40', 'cn-hangzhou', []),
      sight('08:41', 'cn-beijing', [b]),
    ]),
  );
  const usage = await readUsage(store, target, span);
  expect(usage.seenMs.map((ms) => new Date(ms).toISOString().slice(11, 16))).toEqual(['08:02', '08:10', '08:12']);
  expect(nodesAt(usage, '08:30')).toBe('b 1, h 1');
});

test('prices stand with the time of their quote, once for as long as they stay, and a day knows those before it', async () => {
  const quote = (units: number) => [{ region: 'cn-hangzhou', instanceType: 'small', price: cny(units) }];
  const sight = (atMs: number, units: number): Sight => ({ functionName: 'scales', atMs, samples: [sample('a', 1)], quotes: quote(units) });
  const store = await storeWith(
    await recordsOf([sight(at('08:00'), 3), sight(at('09:00'), 4), sight(at('10:00'), 4), sight(at('08:00', dayMs), 4)]),
  );
  await fold(store, [day, day + dayMs]);
  const quotesOf = async (fromMs: number, untilMs: number) =>
    (await readUsage(store, target, { fromMs, untilMs })).quotes.map(({ atMs, price }) => [atMs, price.micros]);
  expect(await quotesOf(day, day + 2 * dayMs)).toEqual([
    [at('08:00'), 3_000_000n],
    [at('09:00'), 4_000_000n],
  ]);
  expect(await quotesOf(day + dayMs, day + 2 * dayMs)).toEqual([[at('09:00'), 4_000_000n]]);
});
