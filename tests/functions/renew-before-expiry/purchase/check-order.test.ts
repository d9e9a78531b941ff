import { describe, expect, test } from 'vitest';
import type { ProtocolRules } from '../../../../functions/renew-before-expiry/purchase/contract.ts';
import { defaultRules } from '../../../../functions/renew-before-expiry/purchase/contract.ts';
import { purchasePass } from '../../../../functions/renew-before-expiry/purchase/purchase-pass.ts';
import type { BilledOrder, OrderQuestion, OrderReading } from '../../../../shared/billing/order-truth.ts';
import { verifyJournal } from '../../../../shared/journal/log/verify.ts';
import { dayMs, hourMs, minuteMs } from '../../../fixtures/times.ts';
import {
  apiError,
  bodiesUnder,
  context,
  down,
  expiry,
  noon,
  ordered,
  type PurchaseFixture,
  purchaseFixture,
  purchaseFor,
} from './purchase-fixture.ts';

const billing = { site: 'china', productCode: 'appstream' } as const;

/** A claim made at noon whose order is known or not. */
async function opened(answer: 'ordered' | 'unclear'): Promise<PurchaseFixture> {
  const fixture = purchaseFixture();
  if (answer === 'unclear') {
    fixture.onSend = () => {
      throw apiError('ConnectionLost');
    };
  }
  await ordered(fixture);
  return fixture;
}

const order = (more: Partial<BilledOrder> = {}): BilledOrder => ({
  ...{ id: 'order-1', productCode: 'appstream', type: 'Renew', status: 'Unpaid', resourceIds: ['g-1'] },
  ...more,
});
const listed = { resourceId: 'g-1', productCode: 'appstream', endsAtMs: expiry };
const showing = (...orders: readonly BilledOrder[]): OrderReading => ({ whole: true, orders, instance: listed });

/** A run so long after the claim; gives what it made of the open claim, and whether the resource is free to be ordered for. */
async function pass(fixture: PurchaseFixture, afterMs: number, rules: Partial<ProtocolRules> = {}, more: object = { billing }) {
  fixture.nowMs = noon + afterMs;
  const { account, target, resource, expiresAtMs } = purchaseFor();
  const input = {
    ...{ run: { owner: `run at ${afterMs}` }, due: [{ account, target, resource, expiresAtMs }], ...context(fixture.nowMs), ...more },
    rules: { ...defaultRules, ...rules },
  };
  const found = await fixture.run(
    purchasePass(input, {
      // biome-ignore lint/correctness/useYield: nothing is asked here
      *choose() {
        return [];
      },
      *alarm() {},
    }),
  );
  if (found.error) throw found.error;
  const [candidate] = found.candidates;
  return {
    state: candidate?.claimState?.state,
    truth: candidate?.settled?.truth?.state,
    end: candidate?.settled?.end,
    told: found.alerts.map(({ code }) => code),
    text: found.alerts.map(({ text }) => text).join(' '),
  };
}

const checks = ({ store }: PurchaseFixture) => Object.values(bodiesUnder(store, 'order-checks/')) as { state: string; orderId?: string }[];

/** From here on billing counts as silent for good: 25 hours after the claim. */
const lagOver = 25 * hourMs;

describe('an unclear order of which billing shows nothing', () => {
  test('is closed by two looks after the lag, half an hour apart, and the resource may be ordered for again', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => showing();
    expect(await pass(fixture, 20 * minuteMs)).toMatchObject({ state: 'open', truth: 'unknown', told: ['order-unclear'] });
    expect(await pass(fixture, lagOver - 1)).toMatchObject({ state: 'open', truth: 'unknown' });
    expect(checks(fixture)).toEqual([]);
    expect(await pass(fixture, lagOver)).toMatchObject({ state: 'open', truth: 'absent', told: ['order-unclear'] });
    expect(await pass(fixture, lagOver + 30 * minuteMs - 1)).toMatchObject({ state: 'open', truth: 'absent' });
    expect(checks(fixture)).toMatchObject([{ state: 'absent' }]);
    const last = await pass(fixture, lagOver + 30 * minuteMs);
    expect(last).toMatchObject({ state: 'free', end: { outcome: 'void', by: 'billing' }, told: ['order-closed'] });
    expect(Object.values(bodiesUnder(fixture.store, 'budget/')).map((body) => (body as { kind: string }).kind)).toEqual([
      'reserve',
      'release',
    ]);
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
    expect(fixture.sent).toHaveLength(1);
  });

  test('stays open while the expiry has moved by the time that it is read again', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => showing();
    await pass(fixture, lagOver);
    fixture.onBilling = () => {
      fixture.observed = { expiresAtMs: expiry + 7 * dayMs };
      return showing();
    };
    expect(await pass(fixture, lagOver + hourMs)).toMatchObject({ end: { outcome: 'moved', by: 'run' } });
  });

  test.each<[string, (fixture: PurchaseFixture) => void]>([
    ['is gone', (fixture) => (fixture.observed = undefined)],
    ['shows no expiry', (fixture) => (fixture.observed = { expiresAtMs: undefined })],
    ['was moved back', (fixture) => (fixture.observed = { expiresAtMs: expiry - 7 * dayMs })],
    [
      'cannot be read',
      (fixture) => {
        fixture.onReread = () => {
          throw apiError('InternalError', { httpStatus: 500 });
        };
      },
    ],
  ])('stays open where the subscription %s after billing was read, and people are told', async (_title, change) => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => showing();
    await pass(fixture, lagOver);
    fixture.onBilling = () => {
      change(fixture);
      return showing();
    };
    const found = await pass(fixture, lagOver + hourMs);
    expect(found).toMatchObject({ state: 'open', end: undefined });
    expect(found.told).toContain('order-unclear');
  });

  test('stays open where billing lists the subscription under another code, which is how a wrong code shows', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => ({ whole: true, orders: [] });
    for (const days of [2, 3, 4]) expect(await pass(fixture, days * dayMs)).toMatchObject({ state: 'open', truth: 'unknown' });
    expect(checks(fixture)).toEqual([]);
  });

  test('stays open where one of the two looks is of another claim, or cannot be read', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => showing();
    await pass(fixture, lagOver);
    const [key = ''] = [...fixture.store.records.keys()].filter((each) => each.startsWith('order-checks/'));
    const forged = Buffer.from(fixture.store.records.get(key) ?? []).toString('utf8');
    fixture.store.records.set(key, Buffer.from(forged.replace(/"claim":"[0-9a-f]{64}"/, `"claim":"${'a'.repeat(64)}"`)));
    const found = await pass(fixture, lagOver + hourMs);
    expect(found).toMatchObject({ state: 'open', truth: 'unknown', told: ['order-unclear'] });
    expect(found.text).toContain('cannot be trusted');
  });
});

describe('an order that billing shows', () => {
  test('keeps its claim open while it waits for payment, and its number is remembered from then on', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => showing(order());
    const found = await pass(fixture, 20 * minuteMs);
    expect(found).toMatchObject({ state: 'open', truth: 'unpaid', told: ['order-unpaid'] });
    expect(found.text).toContain('billing shows that order order-1');
    // Billing loses it: whatever it does not show, the number is known.
    const asked: OrderQuestion[] = [];
    fixture.onBilling = (question) => {
      asked.push(question);
      return showing();
    };
    for (const days of [2, 3]) expect(await pass(fixture, days * dayMs)).toMatchObject({ state: 'open', truth: 'unknown' });
    expect(asked.map(({ orderId }) => orderId)).toEqual(['order-1', 'order-1']);
  });

  test('is told as paid where the expiry does not move, and closed once it does', async () => {
    const fixture = await opened('ordered');
    fixture.onBilling = () => showing(order({ status: 'Paid' }));
    expect(await pass(fixture, 3 * hourMs)).toMatchObject({ state: 'open', truth: 'paid', told: ['order-paid'] });
    expect(checks(fixture)).toEqual([]);
    fixture.observed = { expiresAtMs: expiry + 7 * dayMs };
    expect(await pass(fixture, 4 * hourMs)).toMatchObject({ end: { outcome: 'moved', orderId: 'order-1' } });
  });

  test.each(['ordered', 'unclear'] as const)('is closed by two looks once somebody has canceled it (%s)', async (answer) => {
    const fixture = await opened(answer);
    fixture.onBilling = () => showing(order());
    await pass(fixture, 20 * minuteMs);
    fixture.onBilling = () => showing(order({ status: 'Cancelled' }));
    expect(await pass(fixture, 59 * minuteMs)).toMatchObject({ state: 'open', truth: 'cancelled' });
    expect(checks(fixture).filter(({ state }) => state === 'cancelled')).toEqual([]);
    expect(await pass(fixture, hourMs)).toMatchObject({ state: 'open', told: [answer === 'ordered' ? 'order-unpaid' : 'order-unclear'] });
    expect(await pass(fixture, 90 * minuteMs)).toMatchObject({
      state: 'free',
      end: { outcome: 'void', by: 'billing', orderId: 'order-1' },
    });
  });

  test('that was gone and is there again has to be gone twice anew', async () => {
    const fixture = await opened('ordered');
    fixture.onBilling = () => showing(order({ status: 'Cancelled' }));
    await pass(fixture, hourMs);
    fixture.onBilling = () => showing(order({ status: 'Unpaid' }));
    await pass(fixture, 2 * hourMs);
    fixture.onBilling = () => showing(order({ status: 'Cancelled' }));
    expect(await pass(fixture, 3 * hourMs)).toMatchObject({ state: 'open', truth: 'cancelled' });
    expect(await pass(fixture, 4 * hourMs)).toMatchObject({ state: 'free' });
    expect(checks(fixture).map(({ state }) => state)).toEqual(['cancelled', 'unpaid', 'cancelled']);
  });
});

describe('what costs nothing, and what fails', () => {
  test('without billing nothing is asked and nothing written, whatever its answer would be', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => {
      throw new Error('not to be asked');
    };
    for (const days of [1, 2, 3]) expect(await pass(fixture, days * dayMs, {}, {})).toMatchObject({ state: 'open', truth: undefined });
    expect(checks(fixture)).toEqual([]);
  });

  test('an order of the last quarter of an hour is not asked about, nor one that has moved its expiry', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => {
      throw new Error('not to be asked');
    };
    expect(await pass(fixture, 14 * minuteMs)).toMatchObject({ state: 'open', truth: undefined });
    fixture.observed = { expiresAtMs: expiry + 7 * dayMs };
    expect(await pass(fixture, 20 * minuteMs)).toMatchObject({ state: 'open', truth: undefined });
  });

  test('billing that is down leaves everything as it is without, and says why', async () => {
    const fixture = await opened('unclear');
    const found = await pass(fixture, 3 * dayMs);
    expect(found).toMatchObject({ state: 'open', told: ['order-unclear'] });
    expect(found.text).toContain('Billing did not tell: nobody is there.');
  });

  test('two runs that look at once leave one look, and one end', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => showing();
    await pass(fixture, lagOver);
    const before = fixture.before;
    // Another run closes it while this one is about to.
    fixture.before = (effect) => {
      if (effect.type !== 'store-create' || !effect.key.endsWith('/end')) return;
      fixture.before = before;
      throw down();
    };
    await expect(pass(fixture, lagOver + hourMs)).rejects.toThrow('down');
    expect(await pass(fixture, lagOver + 2 * hourMs)).toMatchObject({ state: 'free' });
    expect(checks(fixture)).toHaveLength(1);
  });

  test('a run that dies right before it writes its look leaves none, and the next look is the first', async () => {
    const fixture = await opened('unclear');
    fixture.onBilling = () => showing();
    fixture.before = (effect) => {
      if (effect.type === 'store-create' && effect.key.startsWith('order-checks/')) throw down();
    };
    await expect(pass(fixture, lagOver)).rejects.toThrow('down');
    fixture.before = () => {};
    expect(await pass(fixture, lagOver + 2 * hourMs)).toMatchObject({ state: 'open', truth: 'absent' });
  });
});
