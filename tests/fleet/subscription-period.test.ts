import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endAfter, periodOf, periodText, shortestMs, subscriptionPeriods } from '../../shared/fleet/subscription-period.ts';
import { addPeriod } from '../../simulator/world/period.ts';

test('every period that can be ordered has a text, and no other text is one', () => {
  for (const period of subscriptionPeriods) expect(periodOf(periodText(period))).toEqual(period);
  for (const text of ['4 Month', '1 month', '2 Week', '5 Year', '1Month', '']) expect(periodOf(text)).toBeUndefined();
});

test.each([
  ['2026-01-31T00:00:00+08:00', '1 Month', '2026-02-28T00:00:00+08:00'],
  ['2028-01-31T00:00:00+08:00', '1 Month', '2028-02-29T00:00:00+08:00'],
  ['2028-02-29T00:00:00+08:00', '1 Year', '2029-02-28T00:00:00+08:00'],
  ['2026-11-30T16:00:00Z', '3 Month', '2027-02-28T16:00:00Z'],
  ['2026-12-28T00:00:00+08:00', '1 Week', '2027-01-04T00:00:00+08:00'],
])('%s and %s is %s', (from, text, expected) => {
  expect(new Date(endAfter(Date.parse(from), periodOf(text) as never)).toISOString()).toBe(new Date(expected).toISOString());
});

test('the end lies where the service of the simulator puts it, and never before the shortest length of the period', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) }),
      fc.constantFrom(...subscriptionPeriods),
      (fromMs, period) => {
        const endMs = endAfter(fromMs, period);
        expect(endMs).toBe(addPeriod(fromMs, period.count, period.unit));
        expect(endMs - fromMs).toBeGreaterThanOrEqual(shortestMs(period));
      },
    ),
  );
});
