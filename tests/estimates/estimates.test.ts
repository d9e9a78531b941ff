import { expect, test } from 'vitest';
import { errorOf, isBound, measure } from './measure.ts';

test('what changes are said to cost is what the next 30 days then cost, to 2 %, or the line says that it is a bound', async () => {
  const plan = { start: '2026-09-24T10:00:00+08:00', count: 6, seed: 7, halfHours: [16, 36, 42, 45] };
  const measured = await measure(plan, { quiet: true });
  expect(measured.length).toBeGreaterThan(4);
  expect(measured.filter((each) => errorOf(each) > 0.02 && !isBound(each))).toEqual([]);
}, 120_000);
