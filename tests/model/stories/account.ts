import type { PurchaseOrder } from '../../../functions/renew-before-expiry/purchase/contract.ts';
import { endAfter } from '../../../shared/fleet/subscription-period.ts';
import type { Order, Subscription, World } from './world.ts';

/** Number of a resource by its id, `r0`, `r1`, … */
export function indexOf(id: string): number {
  return Number(id.slice(1));
}

/** What a renewal costs now, in millionths. */
export function priceOf(world: World, resource: number, unit: string): { readonly currency: string; readonly micros: bigint } {
  const { currency, month, price } = world.subscriptions[resource] as Subscription;
  const percent = price > 0 ? 150 : price < 0 ? 90 : 100;
  const ofMonth = BigInt(month) * 10_000n * BigInt(percent);
  return { currency, micros: unit === 'Week' ? ofMonth / 4n : ofMonth };
}

/** Requests that can be executed no more are gone. */
export function dropOverdue(world: World): void {
  for (const { id, awaited, untilMs } of [...world.requests]) if (!awaited && world.nowMs >= untilMs) drop(world, id);
}

/** A request comes to nothing. */
export function drop(world: World, id: string): void {
  world.requests.splice(
    world.requests.findIndex((request) => request.id === id),
    1,
  );
}

/** The order of a request is placed; where it is paid, the expiry moves. */
export function place(world: World, id: string, status: Order['status']): void {
  const request = world.requests.find((each) => each.id === id);
  if (!request) throw new Error(`There is no request ${id}.`);
  drop(world, id);
  const { purchase, resource } = request;
  world.orders.push({ id, purchase, resource, atMs: world.nowMs, month: world.family.monthOf(world.nowMs), status });
  if (status === 'paid') move(world, resource, purchase);
}

/** The expiry moves by what was ordered. */
export function move(world: World, resource: number, { period }: Pick<PurchaseOrder, 'period'>): void {
  const each = world.subscriptions[resource] as Subscription;
  world.subscriptions[resource] = { ...each, beforeMs: each.expiresAtMs, expiresAtMs: endAfter(each.expiresAtMs, period) };
}
