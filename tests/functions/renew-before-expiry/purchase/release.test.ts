import { expect, test } from 'vitest';
import { renew } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { settleOpen } from '../../../../functions/renew-before-expiry/purchase/settle.ts';
import { readBudget } from '../../../../shared/journal/renewals/budget.ts';
import { runStoring } from '../../../../shared/journal/store/store-effect.ts';
import { dayMs } from '../../../fixtures/times.ts';
import { apiError, expiry, monthOf, noon, prepared, purchaseFixture, readView } from './purchase-fixture.ts';

test('what was set aside in one month and came to nothing in the next is given back in the month that holds it', async () => {
  const fixture = purchaseFixture();
  const { request, reservation } = await prepared(fixture);
  fixture.onSend = () => {
    throw apiError('NoPermission', { httpStatus: 403 });
  };
  fixture.before = (effect) => {
    // The run dies right before it can end the claim.
    if (effect.type === 'store-create' && effect.key.endsWith('end')) throw new Error('killed');
  };
  await expect(fixture.run(renew({ owner: 'run-1' }, request, reservation, { monthOf }))).rejects.toThrow('killed');
  fixture.before = () => {};
  const inDecemberMs = noon + 8 * dayMs;
  expect([reservation.month, monthOf(inDecemberMs)]).toEqual(['2026-11', '2026-12']);
  await fixture.run(settleOpen({ owner: 'run-2' }, await readView(fixture), { expiresAtMs: expiry }, inDecemberMs));
  const budgetOf = async (month: string) => (await runStoring(fixture.store, readBudget('CNY', month))).state;
  expect(await budgetOf('2026-11')).toMatchObject({ usedMicros: 0n, released: new Set([reservation.id]) });
  expect((await budgetOf('2026-12')).released.size).toBe(0);
});
