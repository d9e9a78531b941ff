import { expect, test } from 'vitest';
import { shiftMatches } from '../../../../functions/renew-before-expiry/purchase/expiry-moved-by.ts';
import { dayMs } from '../../../fixtures/times.ts';

const local = (text: string): number => Date.parse(`${text}+08:00`);

test.each([
  ['2026-01-31', '2026-02-28', 1, 'Month', true],
  ['2026-01-31', '2026-03-01', 1, 'Month', true],
  ['2026-01-31', '2026-03-03', 1, 'Month', false],
  ['2026-11-24', '2026-12-24', 1, 'Month', true],
  ['2026-11-24', '2026-12-01', 1, 'Month', false],
  ['2026-11-24', '2027-01-24', 1, 'Month', false],
  ['2026-11-24', '2026-12-01', 1, 'Week', true],
  ['2026-11-24', '2026-12-08', 1, 'Week', false],
  ['2026-11-24', '2026-12-08', 2, 'Week', true],
  ['2028-02-29', '2029-02-28', 1, 'Year', true],
  ['2026-11-24', '2026-11-24', 1, 'Week', false],
] as const)('from %s to %s is a move by %i %s: %s', (from, to, count, unit, matches) => {
  expect(shiftMatches(local(`${from}T00:00`), local(`${to}T00:00`), { count, unit })).toBe(matches);
});

test.each([
  [0, true],
  [dayMs, true],
  [-dayMs, true],
  [dayMs + 1, false],
  [-dayMs - 1, false],
])('a move that is off by %i ms matches: %s', (off, matches) => {
  const from = local('2026-11-24T00:00');
  expect(shiftMatches(from, local('2026-12-24T00:00') + off, { count: 1, unit: 'Month' })).toBe(matches);
});
