import type { RenewalEffect } from '../../../functions/renew-before-expiry/run/effects.ts';
import { type OrderQuestion, type OrderReading, orderLagMs } from '../../../shared/billing/order-truth.ts';
import { ApiError } from '../../../shared/client/errors.ts';
import type { DeliveryGroup } from '../../../shared/fleet/delivery-group.ts';
import { minuteMs } from '../../fixtures/times.ts';
import type { Heard } from '../process-tree.ts';
import { drop, indexOf, place, priceOf } from './account.ts';
import type { Way } from './chooser.ts';
import type { Effect, Observation } from './effect.ts';
import { accountId, productCode } from './families.ts';
import type { Process } from './process.ts';
import { checkSend } from './verdict.ts';
import type { Order, Subscription, World } from './world.ts';

/** A signature lives a quarter of an hour, and what the gateway accepts is executed within another. */
const onItsWayMs = 30 * minuteMs;

const base = { requestId: undefined, attempts: 1, message: 'failed' };
const order = { ...base, operation: 'RenewAppInstanceGroup' };
const throttled: Heard = { error: new ApiError({ ...order, code: 'Throttling.User', executed: 'no', httpStatus: 400 }) };
const unclear: Heard = { error: new ApiError({ ...order, code: 'InternalError', executed: 'unknown', httpStatus: 503 }) };
const noAnswer: Heard = { error: new ApiError({ ...order, code: 'AnswerTimeout', executed: 'unknown', httpStatus: undefined }) };
const outOfTime: Heard = {
  error: new ApiError({ ...order, code: 'DeadlineExceeded', executed: 'no', httpStatus: undefined, attempts: 0 }),
};
const unread: Heard = {
  error: new ApiError({ ...base, operation: 'GetAppInstanceGroup', code: 'AnswerTimeout', executed: 'no', httpStatus: undefined }),
};

/** What can come of an effect on the service. */
export function serviceWays(world: World, process: Process, effect: Effect): readonly Way[] {
  switch (effect.type) {
    case 'observe':
      return observeWays(world, process);
    case 'account':
      return accountWays(world, process);
    case 'quote':
      return quoteWays(world, process, effect);
    case 'reread':
      return rereadWays(world, process, indexOf(effect.resource.id));
    case 'read-order':
      return billedOrderWays(world, process, effect.question);
    case 'auto-renewal':
      return billingWays(world, process, { value: 'off' });
    case 'balance':
      return billingWays(world, process, { value: { currency: 'CNY', micros: 10n ** 12n } });
    case 'send':
      return process.sending === undefined ? [sendWay(world, process, effect)] : answerWays(world, process);
    default:
      throw new Error(`The story has no effect ${effect.type}.`);
  }
}

function observeWays(world: World, process: Process): readonly Way[] {
  const { subscriptions } = world;
  const observe = (expiryOf: (each: Subscription) => number, count: number, failures: Observation['failures']): void => {
    const groups = subscriptions.slice(0, count).map((each, index) => groupOf(index, expiryOf(each)));
    for (const [index, { expiresAtMs }] of groups.entries()) process.seen.set(index, expiresAtMs as number);
    const complete = failures.length === 0 && count === subscriptions.length;
    const observation: Observation = { groups, totals: { observed: count, announced: subscriptions.length, complete }, failures };
    process.hear({ value: observation });
  };
  const now = ({ expiresAtMs }: Subscription): number => expiresAtMs;
  const ways: Way[] = [{ what: `${process.name} observes`, go: () => observe(now, subscriptions.length, []) }];
  if (world.may('stale-page') && subscriptions.some(({ expiresAtMs, beforeMs }) => expiresAtMs !== beforeMs)) {
    const go = (): void => observe(({ beforeMs }) => beforeMs, subscriptions.length, []);
    ways.push({ what: `${process.name} observes what was before`, costs: 'stale-page', go });
  }
  if (world.may('no-page')) {
    const failure = { what: 'delivery groups', error: (unread as { error: unknown }).error };
    ways.push({ what: `${process.name} observes nothing`, costs: 'no-page', go: () => observe(now, 0, [failure]) });
    const one = subscriptions.length - 1;
    ways.push({ what: `${process.name} observes one less than there are`, costs: 'no-page', go: () => observe(now, one, []) });
  }
  return ways;
}

/** All keys are of the one account, whatever the policy says of a target. */
function accountWays(world: World, process: Process): readonly Way[] {
  const refused = (code: 'account-mismatch' | 'account-unknown', name: string): Heard => {
    const text = 'the account is another one, or not known';
    return { value: { ok: false, because: { code, text }, error: { code: name, message: text } } };
  };
  const answer: Heard = process.account === accountId ? { value: { ok: true } } : refused('account-mismatch', 'AccountMismatch');
  const ways: Way[] = [{ what: `${process.name} asks whose keys it has`, go: () => process.hear(answer) }];
  if (world.may('no-account')) {
    const go = (): void => process.hear(refused('account-unknown', 'AccountUnknown'));
    ways.push({ what: `nobody tells ${process.name} whose keys it has`, costs: 'no-account', go });
  }
  return ways;
}

function quoteWays(world: World, process: Process, effect: Extract<RenewalEffect, { type: 'quote' }>): readonly Way[] {
  const resource = indexOf(effect.resource.id);
  const quote = (): void => {
    const original = priceOf(world, resource, effect.period.unit);
    process.quoted.set(resource, new Set(process.quoted.get(resource)).add(original.micros));
    process.hear({ value: { original, trade: undefined } });
  };
  const ways: Way[] = [{ what: `${process.name} asks for the price of r${resource}`, go: quote }];
  if (world.may('no-quote')) ways.push({ what: `${process.name} gets no price`, costs: 'no-quote', go: () => process.hear(unread) });
  return ways;
}

function rereadWays(world: World, process: Process, resource: number): readonly Way[] {
  const { expiresAtMs, beforeMs } = world.subscriptions[resource] as Subscription;
  const read = (ms: number): void => process.hear({ value: { expiresAtMs: ms } });
  const ways: Way[] = [{ what: `${process.name} reads r${resource} again`, go: () => read(expiresAtMs) }];
  if (world.may('stale-read') && beforeMs !== expiresAtMs)
    ways.push({ what: `${process.name} reads r${resource} as it was before`, costs: 'stale-read', go: () => read(beforeMs) });
  if (world.may('no-read'))
    ways.push({ what: `${process.name} cannot read r${resource} again`, costs: 'no-read', go: () => process.hear(unread) });
  return ways;
}

const noBilling = 'billing does not answer';

function billingWays(world: World, process: Process, heard: Heard): readonly Way[] {
  const ways: Way[] = [{ what: `${process.name} asks billing`, go: () => process.hear(heard) }];
  const unread = (): void => process.hear({ value: { unread: noBilling } });
  if (world.may('no-billing')) ways.push({ what: `${process.name} gets no answer of billing`, costs: 'no-billing', go: unread });
  return ways;
}

const statuses: Readonly<Record<Order['status'], string>> = { paid: 'Paid', unpaid: 'Unpaid', cancelled: 'Cancelled', refunded: 'Paid' };

/** Orders of the last day are shown or not, older ones are; the subscription shows the expiry that was ordered for, as late as can be. */
function billedOrderWays(world: World, process: Process, question: OrderQuestion): readonly Way[] {
  const { resourceId, orderId, fromMs, untilMs, expiresAtMs } = question;
  const asked = world.orders.filter(({ id, resource, atMs }) =>
    orderId === undefined ? `r${resource}` === resourceId && atMs >= fromMs && atMs < untilMs : id === orderId,
  );
  const old = asked.filter(({ atMs }) => atMs + orderLagMs <= world.nowMs);
  const hear = (reading: OrderReading): void => process.hear({ value: reading });
  const show = (orders: readonly Order[]) => (): void =>
    hear({
      whole: true,
      orders: orders.map(({ id, status, resource }) => ({
        id,
        status: statuses[status],
        type: 'Renew',
        productCode,
        resourceIds: [`r${resource}`],
      })),
      instance: { resourceId, productCode, endsAtMs: expiresAtMs },
    });
  const ways: Way[] = [{ what: `${process.name} sees ${asked.length} orders in billing`, go: show(asked) }];
  if (old.length < asked.length)
    ways.push({ what: `${process.name} sees ${old.length} orders in billing, which is behind`, go: show(old) });
  if (!world.may('no-billing')) return ways;
  const down = (): void => hear({ whole: false, why: noBilling });
  ways.push({ what: `${process.name} gets no answer of billing`, costs: 'no-billing', go: down });
  for (const missing of old) {
    const go = show(asked.filter((each) => each !== missing));
    ways.push({ what: `billing leaves out order ${missing.id} for ${process.name}`, costs: 'no-billing', go });
  }
  return ways;
}

function sendWay(world: World, process: Process, { purchase, byMs }: Extract<Effect, { type: 'send' }>): Way {
  // As the driver has it: what cannot be over in time is not begun.
  if (world.nowMs + process.skewMs >= byMs) return { what: `${process.name} has no time left to send`, go: () => process.hear(outOfTime) };
  const resource = indexOf(purchase.resource.id);
  const go = (): void => {
    checkSend(world, process, purchase, resource);
    const id = `${process.name}-r${resource}-${world.orders.length}`;
    world.requests.push({ id, purchase, resource, awaited: true, untilMs: world.nowMs + onItsWayMs });
    process.sending = id;
  };
  return { what: `${process.name} sends an order for r${resource}`, go };
}

/** What can come of the order that is on its way. */
function answerWays(world: World, process: Process): readonly Way[] {
  const id = process.sending as string;
  const { name } = process;
  const hear = (heard: Heard): void => {
    process.sending = undefined;
    process.hear(heard);
  };
  const done = (status: Order['status'], heard: Heard) => (): void => {
    place(world, id, status);
    hear(heard);
  };
  const undone = (heard: Heard) => (): void => {
    drop(world, id);
    hear(heard);
  };
  const ordered: Heard = { value: { OrderId: id } };
  // Without AutoPay an order waits for payment anyway.
  const placed = world.requests.find((request) => request.id === id)?.purchase.autoPay ? 'paid' : 'unpaid';
  const ways: Way[] = [{ what: `${name} has ordered`, go: done(placed, ordered) }];
  const add = (costs: NonNullable<Way['costs']>, what: string, go: () => void): void => {
    if (world.may(costs)) ways.push({ what: `${name}: ${what}`, costs, go });
  };
  if (placed === 'paid') add('unpaid', 'ordered, unpaid', done('unpaid', ordered));
  add('throttled', 'order refused', undone(throttled));
  const failing = (go: () => void) => (): void => {
    process.failedForAll = true;
    go();
  };
  add('unclear', 'order failed in an unclear way, executed', failing(done(placed, unclear)));
  add('unclear', 'order failed in an unclear way, not executed', failing(undone(unclear)));
  add('lost', 'ordered, answer lost', done(placed, noAnswer));
  add('lost', 'order lost on its way', undone(noAnswer));
  add('late', 'gives up on an order that is still on its way', () => {
    const index = world.requests.findIndex((request) => request.id === id);
    world.requests[index] = { ...(world.requests[index] as World['requests'][number]), awaited: false };
    hear(noAnswer);
  });
  return ways;
}

/** Orders whose sender gave up are executed right before somebody can notice it, or never. */
export function lateOrderWays(world: World, process: Process | undefined, effect: Effect | undefined): readonly Way[] {
  const noticed = (resource: number): boolean =>
    effect === undefined ||
    effect.type === 'observe' ||
    (effect.type === 'reread' && indexOf(effect.resource.id) === resource) ||
    (effect.type === 'read-order' && indexOf(effect.question.resourceId) === resource);
  return world.requests.flatMap(({ id, awaited, untilMs, resource, purchase }) => {
    if (awaited || world.nowMs >= untilMs || !noticed(resource)) return [];
    const when = process === undefined ? '' : ` before ${process.name} looks`;
    return [{ what: `the late order for r${resource} is placed${when}`, go: () => place(world, id, purchase.autoPay ? 'paid' : 'unpaid') }];
  });
}

function groupOf(index: number, expiresAtMs: number): DeliveryGroup {
  return {
    kind: 'delivery-group',
    ...{ id: `r${index}`, name: `group ${index}`, region: 'cn-hangzhou' },
    ...{ status: 'PUBLISHED', resourceStatus: 'AVAILABLE', charge: 'subscription' },
    ...{ createdAtMs: 0, expiresAtMs, tags: {}, pools: undefined, officeSiteId: undefined, imageId: undefined, unreadable: [] },
  };
}
