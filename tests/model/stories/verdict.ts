import type { PurchaseOrder } from '../../../functions/renew-before-expiry/purchase/contract.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { priceOf } from './account.ts';
import { type ClaimState, claimStateOf } from './answers.ts';
import { accountId, type Family } from './families.ts';
import { openClaim, usedNow } from './journal.ts';
import type { Process } from './process.ts';
import { channels } from './telling.ts';
import { checkLastWord, storeTroubles } from './truth.ts';
import { Violation } from './violation.ts';
import { countOf, type Order, type Subscription, type World } from './world.ts';

const quarterMs = 15 * 60_000;

/** Checks what must hold at every moment. @throws Violation */
export function checkWorld(world: World): void {
  twoOrders(world);
  overBudget(world);
  for (const [index, { resource }] of world.requests.entries()) {
    if (world.requests.some((other, at) => at < index && other.resource === resource))
      throw new Violation('I4', `two requests for r${resource} under way at once`);
  }
}

/** I1: at most one order of ours per resource and expiry, and one more for each slot that a person opened. Cancelled orders are none. */
function twoOrders({ orders, slots }: World): void {
  if (orders.length < 2) return;
  const counts = new Map<string, number>();
  for (const { resource, purchase, status } of orders) {
    if (status === 'cancelled') continue;
    const key = `${resource}@${purchase.expiresAtMs}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > 1 + countOf(slots, key)) throw new Violation('I1', `${count} orders for r${resource} and the same expiry`);
  }
}

/** I2: what was set aside for the orders of a month stays within its limit. */
function overBudget({ orders, family }: World): void {
  if (orders.length < 2) return;
  const sums = new Map<string, bigint>();
  for (const { purchase, month, status } of orders) {
    if (status === 'cancelled' || status === 'refunded') continue;
    const { currency, micros } = purchase.reserve;
    const key = `${currency} ${month}`;
    const sum = (sums.get(key) ?? 0n) + micros;
    sums.set(key, sum);
    const limit = BigInt(family.limits[currency as 'CNY' | 'USD']) * 1_000_000n;
    if (sum > limit) throw new Violation('I2', `${sum} millionths of ${currency} in ${month}, and ${limit} are allowed`);
  }
}

/** Checks what must hold when an order goes out: the answers that its run had read do not forbid it. @throws Violation */
export function checkSend(world: World, process: Process, purchase: PurchaseOrder, resource: number): void {
  if (purchase.expiresAtMs <= world.nowMs + process.skewMs) throw new Violation('I1', `r${resource} is ordered for after its expiry`);
  if (process.failedForAll) throw new Violation('breaker', `${process.name} orders r${resource} after a failure that may meet every order`);
  if (!world.family.asks) return;
  const read = process.answersRead.get(resource);
  if (read === undefined) throw new Violation('answers', `${process.name} orders r${resource} without having read the answers`);
  const ageMs = world.nowMs + process.skewMs - read.atMs;
  if (ageMs > 60_000) throw new Violation('answers', `${process.name} orders r${resource} by answers that are ${ageMs / 1000} s old`);
  const { expiresAtMs } = purchase;
  const now = claimStateOf(world, resource, expiresAtMs);
  // What was answered after it had read may have changed everything once more: what forbids must have done so then and now.
  for (const count of [read.count, process.answersAtClaim.get(resource)]) {
    const then = claimStateOf(world, resource, expiresAtMs, count);
    if (then && 'refusedBy' in then && now && 'refusedBy' in now)
      throw new Violation('answers', `r${resource} is ordered although ${then.refusedBy} had refused`);
  }
  if (purchase.period.unit === 'Week') return;
  const { micros } = purchase.reserve;
  const allows = (each: ClaimState): boolean => each !== undefined && 'upTo' in each && each.upTo >= micros;
  if (!allows(now) && !allows(claimStateOf(world, resource, expiresAtMs, read.count)))
    throw new Violation('answers', `r${resource} is ordered for ${micros} millionths, which nobody had approved`);
}

/** Our orders for an expiry, whatever became of them. */
function ordersFor({ orders }: World, resource: number, expiresAtMs: EpochMs): readonly Order[] {
  return orders.filter((order) => order.resource === resource && order.purchase.expiresAtMs === expiresAtMs);
}

/** Whether an order may count in the month of this moment: clocks may be a quarter of an hour apart, and answers an hour late. */
function mayCountNow({ nowMs, family: { monthOf } }: World, placedMs: EpochMs): boolean {
  return [placedMs - quarterMs, placedMs, placedMs + hourMs + quarterMs].some((ms) => monthOf(ms) === monthOf(nowMs));
}

/** Checks what must hold when somebody's work is over. @throws Violation */
export function checkEnded(world: World, process: Process): void {
  if (process.report === undefined) return;
  checkTold(process);
  if (process.begunMs >= world.troubledMs + hourMs) world.fairRuns += 1;
  oweOrders(world, process);
  // Who ends has told what is near and what he has not renewed, unless nobody could hear it.
  if (process.deadChannels.size === channels.length) {
    if (process.unheard.size > 0 && !process.report.failed)
      throw new Violation('I3', `${process.name} could tell nobody of something critical, and ended as if all were well`);
    return;
  }
  for (const [resource, expiresAtMs] of process.seen) {
    const leftMs = expiresAtMs - (process.nowMs ?? world.nowMs);
    if (
      expiresAtMs <= world.nowMs ||
      leftMs <= 0 ||
      leftMs > 3 * dayMs ||
      (world.subscriptions[resource] as Subscription).expiresAtMs !== expiresAtMs
    )
      continue;
    // What was ordered a moment ago needs no alarm before the last hour.
    const ordered = openClaim(world, resource) ?? ordersFor(world, resource, expiresAtMs)[0];
    if (ordered && leftMs > hourMs) continue;
    // What is not urgent waits for its own channel.
    if (leftMs > dayMs && process.deadChannels.has('money')) continue;
    if (leftMs <= dayMs) world.witnessed.add(`${resource}@${expiresAtMs}`);
    const step = `${stepsH.find((hours) => leftMs <= hours * hourMs)}h`;
    if (!ordered && !isTold(world, resource, expiresAtMs, step))
      throw new Violation(
        'I3',
        `r${resource} expires in ${leftMs / hourMs} h, and ${process.name} has told nobody within the last ${step}`,
      );
  }
}

/** Alarms are due so many hours before an expiry. */
const stepsH = [1, 6, 24, 72];

/** Who orders, and ends without trouble with the journal, owes a word of it to people, by whatever run. */
function oweOrders({ owed, delivered }: World, { report, troubles }: Process): void {
  if (storeTroubles.some((each) => troubles.has(each))) return;
  for (const { resource, claim, outcome } of report?.purchases?.orders ?? []) {
    const id = `orders/${accountId}/${resource.id}/${claim}`;
    if (outcome === 'ordered' && !delivered.has(id)) owed.add(id);
  }
}

/** What a run told of a renewal is what it says in its report, and no promise: who could still order has done so before he tells. */
function checkTold({ name, messages, report }: Process): void {
  for (const { data = {}, text } of messages) {
    const { resource, state } = data;
    if (typeof resource !== 'string' || typeof state !== 'string') continue;
    const line = report?.purchases?.states.find((each) => each.resource.id === resource);
    if (line?.code !== state) throw new Violation('truth', `${name} told '${text}' of ${resource}, and reports it as ${line?.code}`);
    if (state === 'due' || state === 'approved')
      throw new Violation('truth', `${name} told '${text}' of ${resource}, and has not ordered it`);
  }
}

/** Checks what must hold when a subscription runs out. @throws Violation */
export function checkLapse(world: World, resource: number, expiresAtMs: EpochMs): void {
  if (world.witnessed.has(`${resource}@${expiresAtMs}`) && !isTold(world, resource, expiresAtMs))
    throw new Violation('I3', `r${resource} has lapsed, and nobody was told`);
  checkLastWord(world, resource, expiresAtMs);
  if (world.fairRuns >= 2 * world.family.targets.length && mayBeRenewed(world, resource))
    throw new Violation('L1', `r${resource} has lapsed, though nothing but time was wanting`);
}

/** Whether nothing that people have said or left undone, and no limit, keeps a subscription from being renewed. */
function mayBeRenewed(world: World, resource: number): boolean {
  const { family } = world;
  const { expiresAtMs } = world.subscriptions[resource] as Subscription;
  const first = family.resources[resource] as Family['resources'][number];
  // What was moved before is another matter: a refund, or a person's week.
  if (expiresAtMs !== first.expiresAtMs) return false;
  // An order that was not paid, was cancelled or refunded, or of which nobody has said what became of it.
  if (ordersFor(world, resource, expiresAtMs).length > 0) return false;
  if (openClaim(world, resource)) return false;
  const price = priceOf(world, resource, 'Month');
  if (family.asks) {
    const answer = claimStateOf(world, resource, expiresAtMs);
    if (answer === undefined || !('upTo' in answer) || answer.upTo < price.micros) return false;
  }
  return spentNow(world, first.currency) + price.micros <= BigInt(family.limits[first.currency]) * 1_000_000n;
}

/**
 * What of this month's budget is gone, in millionths: by the orders that were placed, or by what had to be taken for one, since the expiry moved while nobody
 * knew what had become of ours.
 */
export function spentNow(world: World, currency: 'CNY' | 'USD'): bigint {
  const placed = world.orders
    .filter(({ atMs, purchase }) => purchase.reserve.currency === currency && mayCountNow(world, atMs))
    .reduce((sum, { purchase }) => sum + purchase.reserve.micros, 0n);
  const used = usedNow(world, currency);
  if (used > placed) return used;
  return placed;
}

/** Whether people were told of an expiry, by a certain alarm where one is named. */
function isTold({ told }: World, resource: number, expiresAtMs: number, step?: string): boolean {
  return told.some((each) => each.resource === resource && each.expiresAtMs === expiresAtMs && (step === undefined || each.step === step));
}
