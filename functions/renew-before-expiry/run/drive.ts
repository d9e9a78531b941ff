import { randomBytes } from 'node:crypto';
import { autoRenewalOf } from '../../../shared/billing/order-truth.ts';
import type { OrderBook } from '../../../shared/billing/read-orders.ts';
import type { Client } from '../../../shared/client/client.ts';
import type { Clock, EpochMs } from '../../../shared/client/clock.ts';
import { ApiError, InputError } from '../../../shared/client/errors.ts';
import { checkAccount } from '../../../shared/engine/account-check.ts';
import { provenSkew, skewError } from '../../../shared/engine/two-clocks.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { driveEffects, performStoreEffect } from '../../../shared/journal/store/store-effect.ts';
import type { Notifier } from '../../../shared/notify/notifier.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import type { PurchaseEffect, PurchaseOrder } from '../purchase/contract.ts';
import type { AutoRenewal, Renewal, RenewalEffect } from './effects.ts';
import type { Renewing } from './planner.ts';
import { observeAll } from './screen.ts';

/** The world in which a run of renewals takes place. */
export interface RenewalWorld {
  readonly renewing: Renewing;
  readonly client: Client;
  readonly target: CompiledTarget;
  readonly store: Store;
  readonly clock: Clock;
  readonly notifier: Notifier;
  /** Orders as billing has them. Absent: the target does not say how it is billed. */
  readonly book?: OrderBook | undefined;
  /** Told to stop: nothing new begins, what is under way is finished. */
  readonly signal?: AbortSignal | undefined;
}

/** Performs the effects of renewal code until it returns. @throws what the code throws */
export function driveRenewal<T>(world: RenewalWorld, code: Renewal<T>): Promise<T> {
  return driveEffects(code, (effect) => perform(world, effect));
}

async function perform(world: RenewalWorld, effect: PurchaseEffect | RenewalEffect): Promise<unknown> {
  const { renewing, client, target } = world;
  switch (effect.type) {
    case 'reread':
      return renewing.reread(client, target, effect.resource);
    case 'send':
      return order(world, effect.purchase, effect.byMs);
    case 'clock-now':
      return { nowMs: world.clock.now(), stopping: world.signal?.aborted === true };
    case 'random-token':
      return randomBytes(16).toString('hex');
    case 'observe':
      return observeAll(renewing, { client, target, signal: world.signal }, effect.visit, effect.onPage);
    case 'account':
      return checkAccount(client, target);
    case 'quote':
      return renewing.quote(client, target, effect.resource, effect.period);
    case 'read-order':
      return world.book ? world.book.read(effect.question) : { whole: false, why: notBilled };
    case 'auto-renewal':
      return autoRenewal(world, effect.resource.id);
    case 'balance':
      return world.book ? world.book.balance() : { unread: notBilled };
    case 'tell':
      return world.notifier.send(effect.channels, effect.message, effect.waitUntilMs);
    default:
      return performStoreEffect(world.store, effect);
  }
}

const notBilled = 'the policy does not say how the account is billed';

async function autoRenewal({ book }: RenewalWorld, id: string): Promise<AutoRenewal> {
  if (!book) return { unread: notBilled };
  const listed = await book.instance(id);
  if ('unread' in listed) return listed;
  return autoRenewalOf(listed) ?? { unread: 'billing does not say how the subscription goes on' };
}

/**
 * One transmission: the client makes a single attempt for purchases, and without the run's signal it is not cut off under way. What cannot
 * be over in time is not begun.
 */
async function order({ renewing, client, clock }: RenewalWorld, purchase: PurchaseOrder, byMs: EpochMs): Promise<unknown> {
  const { operations, name } = renewing;
  const operation = Object.hasOwn(operations, purchase.operation) ? operations[purchase.operation] : undefined;
  if (operation?.effect !== 'purchase') {
    throw new InputError(purchase.operation, [{ path: '', text: `${name} does not list this operation among those by which it orders` }]);
  }
  // Asked here: a process that was frozen until the time was over sends nothing, nor one whose clock has been shown to be wrong meanwhile.
  const timeoutMs = byMs - clock.now();
  const skewMs = provenSkew(client);
  if (timeoutMs > 0 && skewMs === undefined) return client.call(operation, purchase.input, { timeoutMs });
  const { code, message } =
    skewMs === undefined
      ? { code: 'DeadlineExceeded', message: 'no time was left to send the order; nothing was sent.' }
      : skewError(skewMs);
  const failure = { code, executed: 'no', httpStatus: undefined, requestId: undefined, attempts: 0 } as const;
  throw new ApiError({ ...failure, message: `${purchase.operation}: ${message}`, operation: purchase.operation });
}
