import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearMonthChange } from '../../../../functions/renew-before-expiry/purchase/month.ts';
import { minuteMs } from '../../../fixtures/times.ts';
import { monthOf } from './purchase-fixture.ts';

/** Midnight of 2026-12-01 in Shanghai. */
const change = Date.UTC(2026, 10, 30, 16);

describe('the change of month', () => {
  test.each([
    [-61 * minuteMs, false, '2026-11'],
    [-60 * minuteMs - 1, false, '2026-11'],
    [-60 * minuteMs, true, '2026-11'],
    [-1, true, '2026-11'],
    [0, true, '2026-12'],
    [15 * minuteMs - 1, true, '2026-12'],
    [15 * minuteMs, false, '2026-12'],
    [24 * 60 * minuteMs, false, '2026-12'],
  ])('%i ms after it: kept away from %s, month %s', (offset, near, month) => {
    expect(nearMonthChange(change + offset, monthOf)).toBe(near);
    expect(monthOf(change + offset)).toBe(month);
  });

  test('what is ordered within 15 minutes of a moment that is not near counts in the same month on clocks 15 minutes apart', () => {
    const start = Date.UTC(2026, 0, 1);
    fc.assert(
      fc.property(fc.nat(400 * 24 * 60), fc.integer({ min: -15, max: 30 }), (minutes, off) => {
        const at = start + minutes * minuteMs;
        fc.pre(!nearMonthChange(at, monthOf));
        expect(monthOf(at + off * minuteMs)).toBe(monthOf(at));
      }),
    );
  });
});
