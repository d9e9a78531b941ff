import { expect, test } from 'vitest';
import { renew } from '../../../functions/renew-before-expiry/purchase/renew.ts';
import { settleOpen } from '../../../functions/renew-before-expiry/purchase/settle.ts';
import { readBudget } from '../../../shared/journal/renewals/budget.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { apiError, day, expiry, monthOf, noon, prepared, purchaseBench, readView } from './purchase-bench.ts';

test('what was set aside in one month and came to nothing in the next is given back in the month that holds it', async () => {
  const bench = purchaseBench();
  const { request, reservation } = await prepared(bench);
  bench.onSend = () => {
    throw apiError('NoPermission', { httpStatus: 403 });
  };
  bench.before = (effect) => {
    // The run dies right before it can end the claim.
    if (effect.type === 'store-create' && effect.key.endsWith('end')) throw new Error('killed');
  };
  await expect(bench.run(renew({ owner: 'run-1' }, request, reservation, { monthOf }))).rejects.toThrow('killed');
  bench.before = () => {};
  const inDecemberMs = noon + 8 * day;
  expect([reservation.month, monthOf(inDecemberMs)]).toEqual(['2026-11', '2026-12']);
  await bench.run(settleOpen({ owner: 'run-2' }, await readView(bench), { expiresAtMs: expiry }, inDecemberMs));
  const budgetOf = async (month: string) => (await runStoring(bench.store, readBudget('CNY', month))).state;
  expect(await budgetOf('2026-11')).toMatchObject({ usedMicros: 0n, released: new Set([reservation.id]) });
  expect((await budgetOf('2026-12')).released.size).toBe(0);
});
