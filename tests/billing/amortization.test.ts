import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amortize, type PaidTerm } from '../../shared/billing/amortization.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { cny } from '../fixtures/money.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { dayMs, hourMs } from '../fixtures/times.ts';

const zoneOf = (name: string) => zoneTable(name, shanghai('2026-01-01'), shanghai('2029-01-01'));
const zone = zoneOf('Asia/Shanghai');
const year = { fromMs: shanghai('2026-06-01'), untilMs: shanghai('2028-06-01') };
const of = (resource: string, more: object = {}) => ({ resource, ...year, ...more });
const total = (days: readonly { amount: { micros: bigint } }[]) => days.reduce((sum, { amount }) => sum + amount.micros, 0n);

test('the days of an order add up to its amount, in any zone and cut anywhere', () => {
  fc.assert(
    fc.property(
      fc.record({
        micros: fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fromMs: fc.integer({ min: shanghai('2026-07-01'), max: shanghai('2027-07-01') }),
        ms: fc.integer({ min: 0, max: 200 * dayMs }),
        cut: fc.integer({ min: shanghai('2026-07-01'), max: shanghai('2027-12-01') }),
        zone: fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York'),
      }),
      ({ micros, fromMs, ms, cut, zone: name }) => {
        const order: PaidTerm = { resource: 'a', amount: { currency: 'CNY', micros }, fromMs, untilMs: fromMs + ms };
        const parts = [
          { fromMs: year.fromMs, untilMs: cut },
          { fromMs: cut, untilMs: year.untilMs },
        ].map((span) => amortize([of('a')], [order], span, zoneOf(name)).days);
        expect(total(parts.flat().filter(({ from }) => from === 'order'))).toBe(micros);
      },
    ),
    { numRuns: 60 },
  );
});

test('a day has its part of the order that covers it, and of the monthly price where none does', () => {
  const order = { resource: 'a', amount: cny(31), fromMs: shanghai('2026-12-01'), untilMs: shanghai('2027-01-01') };
  const span = { fromMs: shanghai('2026-12-30'), untilMs: shanghai('2027-01-02') };
  const { days, unknown } = amortize([of('a', { perMonth: cny(60), priceFrom: 'policy' })], [order], span, zone);
  expect(days).toEqual([
    { resource: 'a', date: '2026-12-30', amount: cny(1), from: 'order' },
    { resource: 'a', date: '2026-12-31', amount: cny(1), from: 'order' },
    { resource: 'a', date: '2027-01-01', amount: cny(2), from: 'policy' },
  ]);
  expect(unknown).toEqual([]);
});

test('what has neither order nor monthly price is unknown, for as long as that is so', () => {
  const order = { resource: 'a', amount: cny(31), fromMs: shanghai('2026-12-01'), untilMs: shanghai('2027-01-01') };
  const span = { fromMs: shanghai('2026-12-31'), untilMs: shanghai('2027-01-02') };
  expect(amortize([of('a'), of('b')], [order], span, zone).unknown).toEqual([
    { resource: 'a', ms: dayMs },
    { resource: 'b', ms: 2 * dayMs },
  ]);
});

test('two orders for the same time were both paid, and time before the first and after the last is not covered by them', () => {
  const term = { fromMs: shanghai('2026-12-01'), untilMs: shanghai('2026-12-11') };
  const orders = [1, 2].map((units) => ({ resource: 'a', amount: cny(units * 10), ...term }));
  const span = { fromMs: shanghai('2026-11-30'), untilMs: shanghai('2026-12-12') };
  const { days, unknown } = amortize([of('a')], orders, span, zone);
  expect(total(days)).toBe(cny(30).micros);
  expect(unknown).toEqual([{ resource: 'a', ms: 2 * dayMs }]);
});

test('what was paid for a resource that is gone is part of the bill all the same', () => {
  const term = { fromMs: shanghai('2026-12-01'), untilMs: shanghai('2026-12-11') };
  expect(amortize([], [{ resource: 'gone', amount: cny(10), ...term }], year, zone).days.map(({ amount }) => amount)).toEqual(
    Array(10).fill(cny(1)),
  );
});

test('before a subscription began and after it ended it costs nothing, and other resources do not pay for it', () => {
  const lives = { fromMs: shanghai('2026-12-01 12:00'), untilMs: shanghai('2026-12-02 12:00') };
  const span = { fromMs: shanghai('2026-11-01'), untilMs: shanghai('2027-01-01') };
  const order = { resource: 'b', amount: cny(10), ...span };
  const days = amortize([{ resource: 'a', ...lives, perMonth: cny(720) }], [order], span, zone).days.filter(
    ({ resource }) => resource === 'a',
  );
  expect(days.map(({ date, amount }) => [date, amount])).toEqual([
    ['2026-12-01', cny(12)],
    ['2026-12-02', cny(12)],
  ]);
  expect(total(days)).toBe((cny(720).micros * BigInt(24 * hourMs)) / BigInt(30 * dayMs));
});
