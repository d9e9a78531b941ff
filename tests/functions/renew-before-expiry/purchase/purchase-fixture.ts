import type {
  ObservedSubscription,
  PurchaseEffect,
  PurchaseOrder,
  Purchasing,
} from '../../../../functions/renew-before-expiry/purchase/contract.ts';
import { monthIn } from '../../../../functions/renew-before-expiry/purchase/month.ts';
import { renew } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { type Reservation, type ReserveRequest, reserveBatch } from '../../../../functions/renew-before-expiry/purchase/reserve.ts';
import type { OrderQuestion, OrderReading } from '../../../../shared/billing/order-truth.ts';
import type { EpochMs } from '../../../../shared/client/clock.ts';
import { ApiError } from '../../../../shared/client/errors.ts';
import { parseRecord } from '../../../../shared/journal/log/record.ts';
import { type RenewalView, readRenewal } from '../../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../../shared/journal/renewals/renewal-record.ts';
import { StoreError } from '../../../../shared/journal/store/store.ts';
import { performStoreEffect } from '../../../../shared/journal/store/store-effect.ts';
import { dayMs } from '../../../fixtures/times.ts';
import { type MemoryStore, memoryStore } from '../../../journal/memory-store.ts';

/** Tuesday 2026-11-24, 12:00 in Shanghai: far from any change of month. */
export const noon = Date.UTC(2026, 10, 24, 4);
export const expiry = noon + 5 * dayMs;
export const monthOf = monthIn({ transitions: [{ atMs: 0, offsetMs: 8 * 3_600_000 }] });
export const stream = renewalStream('1', 'g-1');

export const yuan = (amount: number) => ({ currency: 'CNY', micros: BigInt(amount) * 1_000_000n });

export function purchaseFor(id = 'g-1', more: Partial<PurchaseOrder> = {}): PurchaseOrder {
  return {
    account: '1',
    target: 'cn',
    resource: { kind: 'delivery-group', id },
    expiresAtMs: expiry,
    period: { count: 1, unit: 'Week' },
    autoPay: true,
    reserve: yuan(100),
    operation: 'RenewAppInstanceGroup',
    input: { AppInstanceGroupId: id, AutoPay: true },
    ...more,
  };
}

/** The world that purchase code acts in, as a test scripts it. */
export interface PurchaseFixture {
  readonly store: MemoryStore;
  nowMs: EpochMs;
  stopping: boolean;
  /** What the service shows; undefined: the resource is gone. */
  observed: ObservedSubscription | undefined;
  /** What an order comes to; may throw, and may change the world. */
  onSend: (purchase: PurchaseOrder) => unknown;
  onReread: () => void;
  /** What billing shows of an order. */
  onBilling: (question: OrderQuestion) => OrderReading;
  /** Runs before each effect; may change the world or throw. */
  before: (effect: PurchaseEffect) => void;
  /** What was asked for, one word or key each. */
  readonly steps: string[];
  readonly sent: PurchaseOrder[];
  run<T>(code: Purchasing<T>): Promise<T>;
}

export function purchaseFixture(): PurchaseFixture {
  let tokens = 0;
  const fixture: PurchaseFixture = {
    store: memoryStore(),
    nowMs: noon,
    stopping: false,
    observed: { expiresAtMs: expiry },
    onSend: () => ({ OrderId: 'order-1', RequestId: 'request-1' }),
    onReread: () => {},
    onBilling: () => ({ whole: false, why: 'nobody is there' }),
    before: () => {},
    steps: [],
    sent: [],
    async run(code) {
      let step = code.next();
      while (!step.done) {
        let result: unknown;
        try {
          fixture.steps.push(nameOf(step.value));
          fixture.before(step.value);
          result = await perform(step.value);
        } catch (error) {
          step = code.throw(error);
          continue;
        }
        step = code.next(result);
      }
      return step.value;
    },
  };

  async function perform(effect: PurchaseEffect): Promise<unknown> {
    switch (effect.type) {
      case 'clock-now':
        return { nowMs: fixture.nowMs, stopping: fixture.stopping };
      case 'random-token':
        tokens += 1;
        return `token-${tokens}`;
      case 'reread':
        fixture.onReread();
        return fixture.observed;
      case 'read-order':
        return fixture.onBilling(effect.question);
      case 'send':
        fixture.sent.push(effect.purchase);
        return fixture.onSend(effect.purchase);
      default:
        return performStoreEffect(fixture.store, effect);
    }
  }
  return fixture;
}

function nameOf(effect: PurchaseEffect): string {
  if (effect.type === 'store-create') return `create ${effect.key}`;
  if (effect.type === 'store-read') return 'read';
  if (effect.type === 'store-list') return 'list';
  return effect.type;
}

/** The bodies of the records under a prefix, by the rest of their keys. */
export function bodiesUnder(store: MemoryStore, prefix: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, bytes] of [...store.records].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix)) continue;
    const { kind, body } = parseRecord(key, bytes);
    found[key.slice(prefix.length)] = { kind, ...body };
  }
  return found;
}

export const context = (nowMs: EpochMs, limit = 1000) => ({ limits: new Map([['CNY', yuan(limit)]]), monthOf, nowMs });

/** Reads the stream of a wish and sets its money aside. */
export async function prepared(
  fixture: PurchaseFixture,
  purchase = purchaseFor(),
  owner = 'run-1',
): Promise<{ request: ReserveRequest; reservation: Reservation }> {
  const view = await fixture.run(readRenewal(renewalStream(purchase.account, purchase.resource.id)) as Purchasing<RenewalView>);
  const request = { purchase, view };
  const [reserved] = await fixture.run(reserveBatch({ owner }, [request], context(fixture.nowMs)));
  if (reserved?.outcome !== 'reserved') throw new Error(`not reserved: ${JSON.stringify(reserved)}`);
  fixture.steps.length = 0;
  return { request, reservation: reserved.reservation };
}

/** Reserves and orders; what becomes of the order is up to the fixture. */
export async function ordered(
  fixture: PurchaseFixture,
  {
    purchase = purchaseFor(),
    deadlineMs,
  }: { readonly purchase?: PurchaseOrder | undefined; readonly deadlineMs?: EpochMs | undefined } = {},
) {
  const { request, reservation } = await prepared(fixture, purchase);
  return fixture.run(renew({ owner: 'run-1', deadlineMs }, request, reservation, { monthOf }));
}

export const readView = (fixture: PurchaseFixture, name = stream): Promise<RenewalView> =>
  fixture.run(readRenewal(name) as Purchasing<RenewalView>);

export function apiError(code: string, more: Partial<ConstructorParameters<typeof ApiError>[0]> = {}): ApiError {
  return new ApiError({
    code,
    message: code,
    operation: 'RenewAppInstanceGroup',
    executed: 'unknown',
    httpStatus: undefined,
    requestId: undefined,
    attempts: 1,
    ...more,
  });
}

export const lost = (): StoreError => new StoreError('Unreachable', 'no answer', { maybeWritten: true });
export const down = (): StoreError => new StoreError('Unreachable', 'down');
