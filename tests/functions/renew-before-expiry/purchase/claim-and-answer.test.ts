import { describe, expect, test } from 'vitest';
import { renew } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { dayMs } from '../../../fixtures/times.ts';
import {
  down,
  expiry,
  lost,
  monthOf,
  ordered,
  type PurchaseFixture,
  prepared,
  purchaseFixture,
  purchaseFor,
  readView,
  stream,
} from './purchase-fixture.ts';

const run = { owner: 'run-1' };
const claimKey = `${stream}/00000000/claim`;
const answerKey = `${stream}/00000000/answer`;
const endKey = `${stream}/00000000/end`;
const moves = (fixture: PurchaseFixture) => () => {
  fixture.observed = { expiresAtMs: expiry + 7 * dayMs };
  return { OrderId: 'order-1', RequestId: 'request-1' };
};

describe('a claim', () => {
  test('that another run has made is left to it', async () => {
    const fixture = purchaseFixture();
    const mine = await prepared(fixture);
    const other = await prepared(fixture, purchaseFor(), 'run-2');
    expect(await fixture.run(renew({ owner: 'run-2' }, other.request, other.reservation, { monthOf }))).toMatchObject({
      outcome: 'ordered',
    });
    const outcome = await fixture.run(renew(run, mine.request, mine.reservation, { monthOf }));
    expect(outcome).toMatchObject({ outcome: 'stopped', code: 'claimed-by-another' });
    expect(fixture.sent).toHaveLength(1);
  });

  test.each(['before', 'after'])('whose answer was lost %s it was made is made again, recognized and sent once', async (when) => {
    const fixture = purchaseFixture();
    const { request, reservation } = await prepared(fixture);
    let losses = 0;
    const hook = (key: string): void => {
      if (key === claimKey && losses++ === 0) throw lost();
    };
    if (when === 'before') fixture.store.beforeCreate = hook;
    else fixture.store.afterCreate = hook;
    expect(await fixture.run(renew(run, request, reservation, { monthOf }))).toMatchObject({ outcome: 'ordered' });
    expect([fixture.sent.length, losses]).toEqual([1, when === 'before' ? 2 : 1]);
  });

  test('whose answer was lost while another run made it is lost to that run', async () => {
    const fixture = purchaseFixture();
    const mine = await prepared(fixture);
    const other = await prepared(fixture, purchaseFor(), 'run-2');
    let losses = 0;
    fixture.store.beforeCreate = (key) => {
      if (key === claimKey && losses++ === 0) throw lost();
    };
    const code = renew(run, mine.request, mine.reservation, { monthOf });
    const slow = fixture.run(
      (function* () {
        let step = code.next();
        while (!step.done) {
          if (losses === 1 && step.value.type === 'store-create')
            yield* renew({ owner: 'run-2' }, other.request, other.reservation, { monthOf });
          try {
            step = code.next(yield step.value);
          } catch (error) {
            step = code.throw(error);
          }
        }
        return step.value;
      })(),
    );
    expect(await slow).toMatchObject({ outcome: 'stopped', code: 'claimed-by-another' });
    expect(fixture.sent).toHaveLength(1);
  });

  test('that stays unclear ends the purchases, and nothing is sent', async () => {
    const fixture = purchaseFixture();
    const { request, reservation } = await prepared(fixture);
    fixture.store.beforeCreate = () => {
      throw lost();
    };
    await expect(fixture.run(renew(run, request, reservation, { monthOf }))).rejects.toMatchObject({ code: 'Unreachable' });
    expect(fixture.steps.filter((step) => step.startsWith('create'))).toHaveLength(2);
    expect(fixture.sent).toEqual([]);
  });

  test('that the store certainly refused is not tried again, and nothing is sent', async () => {
    const fixture = purchaseFixture();
    const { request, reservation } = await prepared(fixture);
    fixture.store.beforeCreate = () => {
      throw down();
    };
    await expect(fixture.run(renew(run, request, reservation, { monthOf }))).rejects.toMatchObject({ message: 'down' });
    expect(fixture.steps.filter((step) => step.startsWith('create'))).toHaveLength(1);
    expect(fixture.sent).toEqual([]);
  });
});

describe('an answer', () => {
  test('that was lost on its way into the journal is written again', async () => {
    const fixture = purchaseFixture();
    let losses = 0;
    fixture.store.afterCreate = (key) => {
      if (key === answerKey && losses++ === 0) throw lost();
    };
    expect(await ordered(fixture)).toMatchObject({ outcome: 'ordered', alerts: [] });
    expect((await readView(fixture)).open?.answer?.outcome).toBe('ordered');
  });

  test('that the journal cannot take down is told with its order, and the run fails', async () => {
    const fixture = purchaseFixture();
    fixture.store.beforeCreate = (key) => {
      if (key === answerKey) throw down();
    };
    const outcome = await ordered(fixture);
    expect(outcome).toMatchObject({ outcome: 'ordered', orderId: 'order-1', error: { message: 'down' } });
    expect(outcome.alerts).toMatchObject([{ code: 'answer-unrecorded', severity: 'critical', data: { orderId: 'order-1' } }]);
    expect((await readView(fixture)).open).toMatchObject({ n: 0, answer: undefined });
  });

  test('is what is reported when only the end cannot be written', async () => {
    const fixture = purchaseFixture();
    fixture.onSend = moves(fixture);
    fixture.store.beforeCreate = (key) => {
      if (key === endKey) throw down();
    };
    expect(await ordered(fixture)).toMatchObject({ outcome: 'ordered', alerts: [], error: { message: 'down' } });
  });

  test('is not read as failure where a defect throws: that is thrown on', async () => {
    const fixture = purchaseFixture();
    fixture.store.beforeCreate = (key) => {
      if (key === answerKey) throw new TypeError('defect');
    };
    await expect(ordered(fixture)).rejects.toThrow('defect');
  });
});
