import { describe, expect, test } from 'vitest';
import { sendOnce } from '../../../../functions/renew-before-expiry/purchase/contract.ts';
import { renewBeforeExpiry } from '../../../../functions/renew-before-expiry/renewals.ts';
import { driveRenewal, type RenewalWorld } from '../../../../functions/renew-before-expiry/run/drive.ts';
import type { Client } from '../../../../shared/client/client.ts';
import type { CompiledTarget } from '../../../../shared/policy/compiled.ts';
import { clockOf } from '../../../fixtures/clocks.ts';
import { memoryStore } from '../../../journal/memory-store.ts';
import { purchaseFor } from './purchase-fixture.ts';

/** A world in which only the client matters; it notes the deadlines of what it is asked to send. */
function worldAt(
  nowMs: number,
  renewing: RenewalWorld['renewing'] = renewBeforeExpiry,
): { readonly world: RenewalWorld; readonly sent: number[] } {
  const sent: number[] = [];
  const call: Client['call'] = async (_operation, _input, options) => {
    sent.push(options?.timeoutMs ?? Number.NaN);
    return { OrderId: 'o-1' } as never;
  };
  const client: Client = { call, pages: () => expect.fail('orders have no pages') };
  const clock = clockOf(() => nowMs);
  const notifier = { send: async () => ({ delivered: true, failed: [] }) };
  return {
    sent,
    world: { renewing, client, target: {} as CompiledTarget, store: memoryStore(), clock, notifier } as RenewalWorld,
  };
}

const order = purchaseFor();

describe('the only transmission of an order', () => {
  test('has the time that is left', async () => {
    const { world, sent } = worldAt(1_000);
    await driveRenewal(world, sendOnce(order, 21_000));
    expect(sent).toEqual([20_000]);
  });

  test.each([0, -1, -3_600_000])('is not begun with %d ms left, and that is proof that nothing was sent', async (leftMs) => {
    const { world, sent } = worldAt(10_000_000);
    const failure = await driveRenewal(world, sendOnce(order, 10_000_000 + leftMs)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DeadlineExceeded', executed: 'no' });
    expect(sent).toEqual([]);
  });

  test('goes out only by an operation that is marked as a purchase', async () => {
    const { RenewAppInstanceGroup: purchase } = renewBeforeExpiry.operations;
    const unmarked = { RenewAppInstanceGroup: { ...purchase, effect: 'write' } } as RenewalWorld['renewing']['operations'];
    const { world, sent } = worldAt(0, { ...renewBeforeExpiry, operations: unmarked });
    await expect(driveRenewal(world, sendOnce(order, 20_000))).rejects.toThrow('does not list this operation');
    expect(sent).toEqual([]);
  });

  test.each(['DeleteAppInstanceGroup', 'toString'])('goes out only by an operation of its function, never by %s', async (operation) => {
    const { world, sent } = worldAt(0);
    await expect(driveRenewal(world, sendOnce({ ...order, operation }, 20_000))).rejects.toThrow('does not list this operation');
    expect(sent).toEqual([]);
  });
});
