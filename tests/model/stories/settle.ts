import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { move } from './account.ts';
import type { Chooser } from './chooser.ts';
import { reservedWithoutOrder } from './journal.ts';
import { approve, resolving } from './people.ts';
import { Segment } from './segment.ts';
import { passTo } from './story.ts';
import { spentNow } from './verdict.ts';
import { Violation } from './violation.ts';
import type { Subscription, World } from './world.ts';

/**
 * The end of a story: nothing goes wrong any more, people do what is theirs, and runs go on for a day or until nothing changes. Then nothing
 * may be blocked, nothing set aside for good. @throws Violation
 */
export function settle(world: World, chooser: Chooser): void {
  world.left = 0;
  for (let round = 0; round < 4 && !isAtRest(world); round++) {
    passTo(world, world.nowMs + 61 * minuteMs);
    attend(world, chooser);
    for (const [index, target] of world.family.targets.entries()) new Segment(world, chooser).play(`calm${round}.${index}`, target);
  }
  const [owed] = world.owed;
  if (owed !== undefined) throw new Violation('L3', `${owed} was placed, and nobody ever hears of it`);
  checkReserved(world, chooser);
}

/** Whether nothing is under way, nothing set aside without an order, and no expiry near: the rest of the story is the same, run by run. */
export function isAtRest(world: World): boolean {
  const { subscriptions, requests, orders, shelf } = world;
  if (requests.length > 0 || shelf.late.size > 0 || world.owed.size > 0 || orders.some(({ status }) => status === 'unpaid')) return false;
  if (subscriptions.some(({ expiresAtMs }) => expiresAtMs > world.nowMs && expiresAtMs <= world.nowMs + 7 * dayMs)) return false;
  return reservedWithoutOrder(world) === undefined;
}

/** People pay what is unpaid, and resolve what is open. */
function attend(world: World, chooser: Chooser): void {
  for (const [index, order] of world.orders.entries()) {
    if (order.status !== 'unpaid') continue;
    world.orders[index] = { ...order, status: 'paid' };
    move(world, order.resource, order.purchase);
  }
  const segment = new Segment(world, chooser);
  for (const resource of world.subscriptions.keys()) {
    const command = resolving(world, resource);
    if (command === undefined) continue;
    world.note(command.what);
    segment.begin(command.process());
    segment.finish();
  }
}

/**
 * L2: nothing is set aside for good but for orders. Whoever next needs money gives back what nobody needs any more, so one more subscription that
 * needs all that is left has to be renewed.
 */
function checkReserved(world: World, chooser: Chooser): void {
  const id = reservedWithoutOrder(world);
  if (id === undefined) return;
  const { family, subscriptions, orders } = world;
  const currency = (subscriptions[Number(id.split('/')[1]?.slice(1))] as Subscription).currency;
  passTo(world, world.nowMs + 2 * hourMs);
  const spent = Number(spentNow(world, currency) / 1_000_000n);
  const expiresAtMs = world.nowMs + 2 * dayMs;
  const resource =
    subscriptions.push({ currency, month: family.limits[currency] - spent, price: 0, expiresAtMs, beforeMs: expiresAtMs }) - 1;
  world.note(`-- r${resource} needs all that is left of ${currency}, while ${id} is set aside without an order`);
  if (family.asks) approve(world, resource);
  for (let round = 0; round < 2; round++) {
    for (const target of family.targets) new Segment(world, chooser).play(`probe${round}`, target);
    passTo(world, world.nowMs + 61 * minuteMs);
  }
  if (!orders.some((order) => order.resource === resource)) throw new Violation('L2', `${id} is reserved for good`);
}
