import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Baseline, counterfactual, levelsOf, steadyLevel, withRule } from '../../shared/billing/counterfactual.ts';
import { measure } from '../../shared/billing/meter.ts';
import type { PoolChange, PoolState } from '../../shared/billing/usage.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../fixtures/times.ts';

const service = zoneTable('Asia/Shanghai', shanghai('2026-01-01'), shanghai('2028-01-01'));
const options = { service, hold: { bootMs: 0, releaseMs: 0 } };
const asFound: Baseline = { kind: 'as-found' };

/** A Wednesday. */
const fromMs = shanghai('2026-11-25');
const slotMs = 5 * minuteMs;

const state = (more: Partial<PoolState> = {}): PoolState => ({
  ...{
    region: 'cn-hangzhou',
    instanceType: 'a',
    charge: 'pay-as-you-go',
    nodes: 4,
    scalingNodes: 0,
    inUse: 0,
    set: 'fixed 4',
    found: true,
  },
  ...more,
});

/** The meter of a pool with these states, each from an instant on, looked at every five minutes of so many days. */
function metered(
  states: readonly (readonly [fromMs: number, state: PoolState | undefined])[],
  days = 1,
  skips: (ms: number) => boolean = () => false,
) {
  const changes = states.map(([atMs, of]): PoolChange => ({ atMs, state: of }));
  const seenMs = Array.from({ length: days * 288 + 1 }, (_, i) => fromMs + i * slotMs).filter((ms) => !skips(ms));
  const span = { fromMs, untilMs: fromMs + days * dayMs };
  const usage = { target: 'office', span, seenMs, pools: [{ group: 'g', pool: 'p', changes }], quotes: [] };
  const [pool] = measure(usage, span, { zone: service, ...options }).pools;
  if (pool === undefined) throw new Error('nothing was measured');
  return pool;
}

/** What a pool would have had and what it had, in hours. */
function hours(states: Parameters<typeof metered>[0], baseline: Baseline, days = 1, skips?: (ms: number) => boolean) {
  const pool = metered(states, days, skips);
  const would = counterfactual(pool, baseline, options);
  const had = pool.slices.reduce((sum, { payAsYouGoMs }) => sum + payAsYouGoMs, 0) / hourMs;
  return { had, would: 'unknown' in would ? would.unknown : would.payAsYouGoMs.reduce((sum, ms) => sum + ms, 0) / hourMs };
}

const ours = (more: Partial<PoolState> = {}) => state({ nodes: 1, set: 'fixed 1', found: false, ...more });
/** Seen five minutes after noon, so it lies two and a half minutes after it. */
const noon = fromMs + 12 * hourMs + slotMs;
const untilNoon = 12 + 2.5 / 60;

test('a pool that we never wrote has what it had, whatever people set meanwhile and whatever a rule names', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ slot: fc.nat({ max: 288 }), nodes: fc.nat({ max: 9 }), scalingNodes: fc.nat({ max: 9 }), gone: fc.boolean() }), {
        maxLength: 8,
      }),
      fc.constantFrom<Baseline>(asFound, { kind: 'named', levels: steadyLevel(7, { fromMs, untilMs: fromMs + dayMs }) }),
      (changes, baseline) => {
        const pool = metered(changes.map(({ slot, gone, ...more }) => [fromMs + slot * slotMs, gone ? undefined : state(more)]));
        expect(counterfactual(pool, baseline, options)).toEqual({ payAsYouGoMs: pool.slices.map(({ payAsYouGoMs }) => payAsYouGoMs) });
      },
    ),
  );
});

test('from our first write on, what was set right before it would have gone on', () => {
  const { had, would } = hours(
    [
      [fromMs, state({ nodes: 2, set: 'fixed 2' })],
      [fromMs + hourMs, state()],
      [noon, ours()],
    ],
    asFound,
  );
  // Somebody raised it from 2 to 4 within the first hour.
  expect(would).toBe(24 * 4 - 2 * (1 - 2.5 / 60));
  expect(had).toBeCloseTo((would as number) - 3 * (24 - untilNoon), 9);
});

test('a weekly schedule would have run on every day that is its weekday, and not from its disable date on', () => {
  const found = { nodes: 0, set: 'schedule 3:08:00-21:00=3 4:08:00-21:00=3 5:08:00-21:00=3 until 2026-11-27' };
  const baseline = hours(
    [
      [fromMs, state(found)],
      [fromMs + slotMs, ours({ nodes: 0 })],
    ],
    asFound,
    3,
  );
  expect(baseline.would).toBe(2 * 13 * 3);
});

test('usage scaling, a setting that cannot be read and a time of which nothing is recorded are no baseline', () => {
  expect(
    hours(
      [
        [fromMs, state({ set: 'usage 1 and up to 4' })],
        [noon, ours()],
      ],
      asFound,
    ).would,
  ).toBe('usage-scaling');
  expect(
    hours(
      [
        [fromMs, state({ set: undefined })],
        [noon, ours()],
      ],
      asFound,
    ).would,
  ).toBe('unreadable');
  expect(
    hours(
      [
        [fromMs, state({ set: 'schedule 1:8-9=3' })],
        [noon, ours()],
      ],
      asFound,
    ).would,
  ).toBe('unreadable');
  expect(hours([[fromMs, ours()]], asFound).would).toBe('not-recorded');
  expect(hours([[fromMs, ours()]], { kind: 'as-found', set: 'fixed 4' }).would).toBe(96);
});

test('what was found last counts, also where it could be read before and can no longer', () => {
  expect(
    hours(
      [
        [fromMs, state()],
        [fromMs + hourMs, state({ set: undefined })],
        [noon, ours()],
      ],
      asFound,
    ).would,
  ).toBe('unreadable');
});

test('what a rule names holds from our first write on, by the schedule as it was compiled', () => {
  const at = (hour: number) => fromMs + hour * hourMs;
  const segments = [
    { startMs: at(8), endMs: at(18), level: { percent: 50 } },
    { startMs: at(18), endMs: at(20), level: { nodes: 1 } },
  ];
  const baseline: Baseline = { kind: 'named', levels: levelsOf(segments, 5) };
  expect(hours([[fromMs, ours()]], baseline).would).toBe(10 * 3 + 2);
  expect(
    hours(
      [
        [fromMs, state()],
        [noon, ours()],
      ],
      baseline,
    ).would,
  ).toBeCloseTo(4 * untilNoon + 3 * (18 - untilNoon) + 2, 9);
});

test('nothing is saved in time that was not measured, nor of a pool that is gone', () => {
  const silent = (ms: number) => ms > fromMs + 14 * hourMs && ms < fromMs + 20 * hourMs;
  expect(
    hours(
      [
        [fromMs, state()],
        [noon, ours()],
      ],
      asFound,
      1,
      silent,
    ).would,
  ).toBe(4 * 18);
  expect(
    hours(
      [
        [fromMs, state()],
        [noon, ours()],
        [noon + 5 * hourMs, undefined],
      ],
      asFound,
    ).would,
  ).toBeCloseTo(4 * (untilNoon + 5), 9);
});

test('bought nodes are in neither: only what is held by the hour is compared', () => {
  const bought = { charge: 'subscription' as const, nodes: 4 };
  const { had, would } = hours(
    [
      [fromMs, state(bought)],
      [noon, ours({ ...bought, set: 'usage up to 5', scalingNodes: 2 })],
    ],
    asFound,
  );
  expect([had, would]).toEqual([2 * (24 - untilNoon), 0]);
});

test('a rule in dry run would have what it wants, and what we have written already is no question', () => {
  const levels = steadyLevel(1, { fromMs, untilMs: fromMs + dayMs });
  const dry = metered([[fromMs, state()]]);
  expect(withRule(dry, levels, options)).toEqual([24 * hourMs]);
  const written = metered([[fromMs, ours({ nodes: 3 })]]);
  expect(withRule(written, levels, options)).toEqual([72 * hourMs]);
});

test('nodes are billed while they boot ahead of a period and until they are gone', () => {
  const hold = { bootMs: 6 * minuteMs, releaseMs: 2 * minuteMs };
  const set = 'schedule 3:08:00-20:00=2';
  const warm = {
    ...metered([
      [fromMs, state({ nodes: 0, set })],
      [fromMs + slotMs, ours({ nodes: 0 })],
    ]),
    warmUp: true,
  };
  for (const [warmUp, minutes] of [
    [true, 728],
    [false, 722],
  ] as const) {
    const would = counterfactual({ ...warm, warmUp }, asFound, { service, hold });
    expect('unknown' in would ? would : would.payAsYouGoMs.reduce((sum, ms) => sum + ms, 0)).toBe(2 * minutes * minuteMs);
  }
});
