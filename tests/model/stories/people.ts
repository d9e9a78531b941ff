import { openSlot, resolveClaim, type Verdict } from '../../../functions/renew-before-expiry/purchase/resolve.ts';
import type { StoreEffect } from '../../../shared/journal/store/store-effect.ts';
import { hourMs } from '../../fixtures/times.ts';
import { indexOf, move } from './account.ts';
import { answering } from './answers.ts';
import type { Way } from './chooser.ts';
import type { Effect } from './effect.ts';
import { accountId, approvers } from './families.ts';
import { answersOf, openClaim, performFor } from './journal.ts';
import { Process } from './process.ts';
import { countOf, type Order, type Subscription, type World } from './world.ts';

/** What people can begin: a command of theirs is at work like a run. */
export interface Office {
  readonly world: World;
  begin(process: Process): void;
}

/** What people and others can do right before an effect that could notice it; without an effect, between runs. */
export function peopleWays(office: Office, process: Process | undefined, effect: Effect | undefined): readonly Way[] {
  const { world } = office;
  if (process?.sending !== undefined) return [];
  const ways: Way[] = [];
  for (const resource of world.subscriptions.keys()) {
    if (isAbout(effect, resource, ['send']) || isAnswerOf(effect, resource)) ways.push(...answerWays(office, resource));
    if (process?.kind === 'person') continue;
    if (isAbout(effect, resource, ['quote', 'send'])) ways.push(...priceWays(world, resource));
    if (isAbout(effect, resource, ['reread', 'observe', 'read-order', 'send'])) ways.push(...consoleWays(world, resource));
    if (effect === undefined || isAbout(effect, resource, ['send'])) ways.push(...billWays(office, resource));
  }
  return ways;
}

/** Whether an effect begins to read the answers about a resource, or writes one. */
function isAnswerOf(effect: Effect | undefined, resource: number): boolean {
  if (effect?.type === 'store-create') return answersOf(effect.key) === resource;
  return effect?.type === 'store-read' && effect.keys.some((key) => answersOf(key) === resource && key.endsWith('/00000000'));
}

function isAbout(effect: Effect | undefined, resource: number, types: readonly Effect['type'][]): boolean {
  if (effect === undefined || effect.type === 'observe') return effect === undefined || types.includes('observe');
  if (!types.includes(effect.type)) return false;
  if (effect.type === 'send') return indexOf(effect.purchase.resource.id) === resource;
  if (effect.type === 'read-order') return indexOf(effect.question.resourceId) === resource;
  return (effect.type === 'reread' || effect.type === 'quote') && indexOf(effect.resource.id) === resource;
}

function priceWays(world: World, resource: number): readonly Way[] {
  const each = world.subscriptions[resource] as Subscription;
  const become = (price: Subscription['price']) => (): void => {
    world.subscriptions[resource] = { ...each, price };
  };
  const ways: Way[] = [];
  if (world.may('dearer') && each.price < 1) ways.push({ what: `r${resource} becomes dearer`, costs: 'dearer', go: become(1) });
  if (world.may('cheaper') && each.price > -1) ways.push({ what: `r${resource} becomes cheaper`, costs: 'cheaper', go: become(-1) });
  return ways;
}

function consoleWays(world: World, resource: number): readonly Way[] {
  const ways: Way[] = [];
  const renewed = (unit: 'Week' | 'Month') => (): void => move(world, resource, { period: { count: 1, unit } });
  if (world.may('renew')) ways.push({ what: `a person renews r${resource} by a week`, costs: 'renew', go: renewed('Week') });
  if (world.may('auto-renew')) ways.push({ what: `the service renews r${resource} by itself`, costs: 'auto-renew', go: renewed('Month') });
  for (const [index, order] of world.orders.entries()) {
    if (order.resource !== resource) continue;
    const become = (status: Order['status']): void => {
      world.orders[index] = { ...order, status };
    };
    if (order.status === 'unpaid') {
      const pay = (): void => {
        become('paid');
        move(world, resource, order.purchase);
      };
      ways.push({ what: `a person pays order ${order.id}`, go: pay });
      if (world.may('cancel')) ways.push({ what: `a person cancels order ${order.id}`, costs: 'cancel', go: () => become('cancelled') });
    }
    if (order.status === 'paid' && world.may('refund')) {
      const refund = (): void => {
        become('refunded');
        const { expiresAtMs } = world.subscriptions[resource] as Subscription;
        world.subscriptions[resource] = {
          ...(world.subscriptions[resource] as Subscription),
          beforeMs: expiresAtMs,
          expiresAtMs: order.purchase.expiresAtMs,
        };
      };
      ways.push({ what: `a person has order ${order.id} refunded`, costs: 'refund', go: refund });
    }
  }
  return ways;
}

function answerWays(office: Office, resource: number): readonly Way[] {
  const { world } = office;
  const ways: Way[] = [];
  const answer = (verdict: 'approve' | 'refuse', by: string | undefined): void => {
    const what = `${by ?? 'somebody with the link'} ${verdict}s r${resource}`;
    if (world.may(verdict)) ways.push({ what, costs: verdict, go: () => office.begin(answering(world, resource, { verdict, by })) });
  };
  for (const by of [...approvers, undefined]) {
    answer('approve', by);
    answer('refuse', by);
  }
  return ways;
}

/** An approval that is there at once. */
export function approve(world: World, resource: number): void {
  const person = answering(world, resource, { verdict: 'approve', by: approvers[0] });
  while (!person.over) person.hear({ value: performFor(world, person, person.effect as StoreEffect) });
}

/** A person reads the bill, rightly, and says what it has about an open claim; or opens a slot for what was refunded. */
function billWays(office: Office, resource: number): readonly Way[] {
  const { world } = office;
  const command = resolving(world, resource) ?? reopening(world, resource);
  return command === undefined ? [] : [{ what: command.what, go: () => office.begin(command.process()) }];
}

interface Command {
  readonly what: string;
  readonly process: () => Process;
}

/** What a person would say about the open claim of a resource; undefined where there is nothing to say, or it is too early. */
export function resolving(world: World, resource: number): Command | undefined {
  const open = openClaim(world, resource);
  if (!open?.claim || (world.setup.rules.voidAfterAnHour && world.nowMs < open.claim.t + hourMs)) return undefined;
  const forMs = open.claim.expiry * 1000;
  const mine = world.orders.filter((order) => order.resource === resource && order.purchase.expiresAtMs === forMs);
  if (mine.some(({ status }) => status === 'unpaid')) return undefined;
  const outcome = mine.some(({ status }) => status === 'paid') ? 'moved' : 'void';
  const refunded = mine.find(({ status }) => status === 'refunded');
  const { expiresAtMs } = world.subscriptions[resource] as Subscription;
  // Whoever voids an order that is known names it.
  const named = open.answer?.orderId === undefined ? {} : { orderId: open.answer.orderId };
  const verdict: Verdict = {
    ...{ account: accountId, resourceId: `r${resource}`, n: open.n, outcome, by: 'person' as const },
    ...{ who: approvers[0], nowMs: world.nowMs, expiresAtMs, ...named },
  };
  const name = `resolve-r${resource}-${open.n}`;
  return {
    what: `a person resolves claim ${open.n} of r${resource} as ${outcome}`,
    process: () => {
      // Who ends a claim as void whose order was refunded wants it ordered again.
      if (outcome === 'void' && refunded) world.slots.push(`${resource}@${forMs}`);
      return new Process(name, world, () => resolveClaim({ owner: name }, verdict, world.setup.rules));
    },
  };
}

function reopening(world: World, resource: number): Command | undefined {
  const { expiresAtMs } = world.subscriptions[resource] as Subscription;
  const slot = `${resource}@${expiresAtMs}`;
  const refunded = world.orders.filter((order) => order.resource === resource && order.purchase.expiresAtMs === expiresAtMs);
  if (refunded.length <= countOf(world.slots, slot) || refunded.some(({ status }) => status !== 'refunded')) return undefined;
  const name = `slot-r${resource}`;
  const process = (): Process => {
    world.slots.push(slot);
    const opening = { account: accountId, resourceId: `r${resource}`, expiresAtMs, who: approvers[0], nowMs: world.nowMs };
    return new Process(name, world, () => openSlot({ owner: name }, opening));
  };
  return { what: `a person opens a slot for r${resource}`, process };
}
