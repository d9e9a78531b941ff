import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PoolSample } from '../../shared/billing/usage.ts';
import { canonicalJson } from '../../shared/journal/log/record.ts';
import { type SampleRow, type UsageSample, unpackRows } from '../../shared/journal/usage/sample-rows.ts';
import { UsageMemory } from '../../shared/journal/usage/usage-sample.ts';
import { cny } from '../fixtures/money.ts';
import { dayMs, minuteMs } from '../fixtures/times.ts';

const morning = Date.parse('2026-12-01T08:00:00Z');

const text = fc.constantFrom('a', 'b', 'cn-hangzhou', 'schedule 1:08:00-21:00=3', 'usage up to 4', '\u{1F600}');
const count = fc.oneof(fc.nat(5), fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER - 1));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const counts = fc.record({
  ...{ region: maybe(text), instanceType: maybe(text), nodes: count, scalingNodes: count, inUse: maybe(count) },
  charge: fc.constantFrom('subscription' as const, 'pay-as-you-go' as const, undefined),
});
const sample: fc.Arbitrary<PoolSample> = fc.record({
  ...{ group: fc.string(), pool: fc.string() },
  ...{ counts: maybe(counts), setting: maybe(fc.record({ set: maybe(text), found: fc.boolean() })) },
});
const fleet = fc.uniqueArray(sample, { selector: ({ group, pool }) => `${group}\n${pool}`, maxLength: 30 });

const draftOf = (memory: UsageMemory, atMs: number, samples: readonly PoolSample[]) => {
  const draft = memory.draft('heartbeats/f/t', atMs);
  for (const each of samples) draft.take(each);
  return draft;
};
const rowsIn = ({ chunks = [] }: UsageSample): readonly SampleRow[] => [...unpackRows(chunks)];
const rounds = (rows: readonly SampleRow[]) => rows.map((row) => ({ ...row }));

/** What a reader has who applies a delta to its keyframe. */
function applied(keyframe: UsageSample, delta: UsageSample): readonly PoolSample[] {
  const named = rowsIn(keyframe) as readonly PoolSample[];
  const rows: (PoolSample | undefined)[] = [...named];
  for (const row of rowsIn(delta)) {
    if (row.row === undefined) rows.push(row);
    else rows[row.row] = 'gone' in row ? undefined : { ...(named[row.row] as PoolSample), counts: row.counts, setting: row.setting };
  }
  return rows.filter((row) => row !== undefined);
}
const sorted = (samples: readonly PoolSample[]) => samples.map(canonicalJson).sort();

test('a keyframe has every pool as it was seen', () => {
  fc.assert(
    fc.property(fleet, (samples) => {
      expect(rounds(rowsIn(draftOf(new UsageMemory(), morning, samples).finish([])))).toEqual(rounds(samples));
    }),
    { numRuns: 60 },
  );
});

test('a delta and its keyframe give the same as a keyframe', () => {
  fc.assert(
    fc.property(fleet, fleet, fc.nat(), (first, other, kept) => {
      const memory = new UsageMemory();
      const draft = draftOf(memory, morning, first);
      const keyframe = draft.finish([]);
      draft.written();
      const next = [...new Map([...other, ...first.slice(kept % 30)].map((each) => [`${each.group}\n${each.pool}`, each])).values()];
      const delta = draftOf(memory, morning + 5 * minuteMs, next).finish([]);
      if (delta.of === undefined) expect(sorted(rowsIn(delta) as PoolSample[])).toEqual(sorted(next));
      else expect(sorted(applied(keyframe, delta))).toEqual(sorted(next));
    }),
    { numRuns: 100 },
  );
});

const pools = (length: number, nodes = 2, named = 'aig'): readonly PoolSample[] =>
  Array.from({ length }, (_, index) => ({
    ...{ group: `${named}-${index}`, pool: `rg-${index}`, setting: { set: 'fixed 2', found: true } },
    counts: { region: 'cn-hangzhou', instanceType: 'small', charge: 'pay-as-you-go', nodes, scalingNodes: 0, inUse: index % 3 },
  }));
const ofAll = ({ of, chunks = [] }: UsageSample) => [of, [...unpackRows(chunks)].length];

test('later runs of a process write what changed, and all of it where that is more than half', () => {
  const memory = new UsageMemory();
  const write = (atMs: number, samples: readonly PoolSample[]) => {
    const draft = draftOf(memory, atMs, samples);
    const made = draft.finish([]);
    draft.written();
    return ofAll(made);
  };
  expect(write(morning, pools(5000))).toEqual([undefined, 5000]);
  expect(write(morning + 5 * minuteMs, pools(5000))).toEqual(['20261201T0800Z', 0]);
  expect(write(morning + 10 * minuteMs, [...pools(3, 7), ...pools(5000).slice(3)])).toEqual(['20261201T0800Z', 3]);
  expect(write(morning + 15 * minuteMs, pools(4999))).toEqual(['20261201T0800Z', 1]);
  expect(write(morning + 20 * minuteMs, pools(5000, 2, 'other'))).toEqual([undefined, 5000]);
  expect(write(morning + 25 * minuteMs, pools(5000, 2, 'other'))).toEqual(['20261201T0820Z', 0]);
});

test('nothing goes by a keyframe of another day, of a minute that has not come, or that was not written', () => {
  const memory = new UsageMemory();
  const draft = draftOf(memory, morning, pools(9));
  draft.finish([]);
  expect(draftOf(memory, morning + minuteMs, pools(9)).finish([]).of).toBeUndefined();
  draft.written();
  expect(draftOf(memory, morning + minuteMs, pools(9)).finish([]).of).toBe('20261201T0800Z');
  expect(draftOf(memory, morning + dayMs, pools(9)).finish([]).of).toBeUndefined();
  expect(draftOf(memory, morning - minuteMs, pools(9)).finish([]).of).toBeUndefined();
});

test('a delta names the prices that differ from those quoted last, a keyframe all that were read', () => {
  const memory = new UsageMemory();
  const quote = (units: number) => ({ region: 'cn-hangzhou', instanceType: 'small', price: cny(units) });
  const write = (atMs: number, units: number) => {
    const draft = draftOf(memory, atMs, pools(9));
    const { quotes } = draft.finish([quote(units)]);
    draft.written();
    return quotes;
  };
  expect(write(morning, 3)).toEqual([['cn-hangzhou', 'small', 'CNY', '3000000']]);
  expect(write(morning + minuteMs, 3)).toBeUndefined();
  expect(write(morning + 2 * minuteMs, 4)).toEqual([['cn-hangzhou', 'small', 'CNY', '4000000']]);
  expect(write(morning + 3 * minuteMs, 4)).toBeUndefined();
  expect(write(morning + dayMs, 4)).toEqual([['cn-hangzhou', 'small', 'CNY', '4000000']]);
});

test('two pools of one name are written as they are and never gone by', () => {
  const memory = new UsageMemory();
  const twice = [...pools(2), ...pools(1)];
  const draft = draftOf(memory, morning, twice);
  expect(ofAll(draft.finish([]))).toEqual([undefined, 3]);
  draft.written();
  expect(draftOf(memory, morning + minuteMs, pools(2)).finish([]).of).toBeUndefined();
});

test('what a process remembers is bounded: of many targets the last', () => {
  const memory = new UsageMemory(20);
  const finish = (place: string, atMs: number) => {
    const draft = memory.draft(place, atMs);
    for (const each of pools(9)) draft.take(each);
    const { of } = draft.finish([]);
    draft.written();
    return of;
  };
  for (const place of ['a', 'b', 'c']) finish(place, morning);
  const of = ['c', 'b', 'a'].map((place) => finish(place, morning + minuteMs));
  expect(of).toEqual(['20261201T0800Z', '20261201T0800Z', undefined]);
});
