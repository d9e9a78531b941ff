import { monthsFor } from '../../../functions/renew-before-expiry/purchase/month.ts';
import type { Message } from '../../../shared/notify/message.ts';
import { minuteMs } from '../../fixtures/times.ts';
import { priceOf } from './account.ts';
import { type ClaimState, claimStateOf } from './answers.ts';
import type { Dimension } from './dimensions.ts';
import { accountId, circle } from './families.ts';
import { reservedFor } from './journal.ts';
import type { Process } from './process.ts';
import { Violation } from './violation.ts';
import type { Order, Subscription, Told, World } from './world.ts';

/** What of a message is held against the world. */
type Said = Pick<Message, 'title' | 'text' | 'data'>;

/** Checks that what people are told is so: at this moment, or at one since the run began. @throws Violation */
export function checkMessage(world: World, process: Process, message: Said): void {
  const { title, data = {} } = message;
  const resource = typeof data['resource'] === 'string' ? Number(data['resource'].slice(1)) : Number.NaN;
  if (!Number.isInteger(resource)) return;
  const { expiresAtMs, state, orderId } = data;
  if (typeof orderId === 'string') orderPlaced(world, message, orderId);
  if (typeof state !== 'string' || typeof expiresAtMs !== 'number') return;
  const lie = lieOf(world, process, message, { resource, expiresAtMs, state });
  if (lie !== undefined) throw new Violation('truth', `${process.name} tells '${title}: ${message.text}', and ${lie}`);
}

/**
 * Who reads that something was renewed looks no further, but for an alert, which says what to look at. Whose payment has moved an expiry the service
 * does not tell.
 */
function orderPlaced({ orders, subscriptions }: World, { title, text, data }: Said, orderId: string): void {
  const order = orders.find(({ id }) => id === orderId);
  if (order === undefined) throw new Violation('truth', `'${title}: ${text}' is told, and there is no such order`);
  const { resource, status, purchase } = order;
  const moved = (subscriptions[resource] as Subscription).expiresAtMs > purchase.expiresAtMs;
  const isAlert = data?.['code'] !== undefined;
  const rests = !isAlert && (title.startsWith('Renewed') || text.includes('in effect.'));
  if (rests && status === 'unpaid' && (!moved || !purchase.autoPay))
    throw new Violation('truth', `'${title}: ${text}' is told, and the order waits for payment`);
}

interface Alarm {
  readonly resource: number;
  readonly expiresAtMs: number;
  readonly state: string;
}

/** Why the state of a renewal that people are told is not so; undefined where it is. */
function lieOf(world: World, process: Process, { title, text }: Said, alarm: Alarm): string | undefined {
  const { resource, expiresAtMs, state } = alarm;
  const orders = ordersFor(world, resource, expiresAtMs);
  const { troubles } = process;
  switch (state) {
    case 'due':
    case 'approved':
      return 'has not ordered it';
    case 'not-due':
      return 'its window is open';
    case 'renewed':
      return (world.subscriptions[resource] as Subscription).expiresAtMs > expiresAtMs ? undefined : 'it is not renewed';
    case 'ordered':
      return orders.length === 0 ? 'nothing was ordered' : undefined;
    case 'unpaid':
      if (orders.length === 0) return 'nothing was ordered';
      return orders.some(({ id, status }) => status === 'paid' && process.paidAtBegin.has(id)) &&
        !anyOf(troubles, ['stale-page', 'stale-read'])
        ? 'its order is paid'
        : undefined;
    case 'under-way':
    case 'unclear':
      return world.shelf.keys(`renewals/${accountId}/r${resource}/`).length === 0 ? 'nothing was begun' : undefined;
    case 'pending-approval':
    case 'refused':
      return answered(world, process, { title, text }, alarm);
    case 'unknown':
      return isCutShort(world, process) || anyOf(troubles, storeTroubles) ? undefined : 'nothing kept it from deciding';
    case 'blocked':
      return blockLie(world, process, title.split('blocked by ')[1] ?? '', alarm);
    default:
      return undefined;
  }
}

/** What people have said, at any moment since the run began. */
function standings(world: World, { answersAtBegin }: Process, { resource, expiresAtMs }: Alarm): readonly ClaimState[] {
  const found: ClaimState[] = [];
  for (let count = answersAtBegin; count <= world.shelf.keys('approvals').length; count++)
    found.push(claimStateOf(world, resource, expiresAtMs, count));
  return found;
}

function answered(world: World, process: Process, { title, text }: Pick<Said, 'title' | 'text'>, alarm: Alarm): string | undefined {
  const then = standings(world, process, alarm);
  const quoted = process.quoted.get(alarm.resource) ?? new Set<bigint>();
  if (alarm.state === 'refused') {
    const by = title.split('refused by ')[1];
    return then.some((each) => each !== undefined && 'refusedBy' in each) &&
      world.answers.some((each) => each.verdict === 'refuse' && nameOf(each.by) === by)
      ? undefined
      : `${by} has not refused it`;
  }
  // The dearest of the prices that it heard is the one that it asks about at most.
  const most = [...quoted].reduce((max, micros) => (micros > max ? micros : max), 0n);
  if (!then.some((each) => each === undefined || ('upTo' in each && each.upTo < most))) return 'nobody is waited for';
  const cost = /costs? ([\d,]+)\.(\d\d) /.exec(text);
  if (cost && !quoted.has(BigInt(`${cost[1]?.replaceAll(',', '')}${cost[2]}`) * 10_000n)) return 'no such price was given';
  return undefined;
}

/** As messages name whoever answered. */
function nameOf(by: string): string {
  return by === 'a link' ? `${circle} (link)` : by;
}

/** What goes wrong with the journal. */
export const storeTroubles: readonly Dimension[] = ['store-call', 'store-down', 'lost-create', 'late-put', 'stale-list'];

function anyOf(troubles: ReadonlySet<Dimension>, wanted: readonly Dimension[]): boolean {
  return wanted.some((each) => troubles.has(each));
}

/** Told to stop, or near the end of a function's time. */
function isCutShort({ nowMs, family }: World, { stopping, begunMs }: Process): boolean {
  if (stopping) return true;
  return family.runTimeMs !== undefined && nowMs + minuteMs > begunMs + family.runTimeMs;
}

/** Why a block that people are told of is none. */
function blockLie(world: World, process: Process, by: string, { resource, expiresAtMs }: Alarm): string | undefined {
  const { family, nowMs } = world;
  const { troubles, begunMs, skewMs } = process;
  const unless = (holds: boolean, lie: string): string | undefined => (holds ? undefined : lie);
  switch (by) {
    case 'budget': {
      const { currency, micros } = priceOf(world, resource, 'Month');
      const dearest = micros * 2n;
      const limit = BigInt(family.limits[currency as 'CNY' | 'USD']) * 1_000_000n;
      return unless(reservedFor(world, currency, resource) + dearest > limit, 'the budget has room for it');
    }
    case 'an earlier order':
      return unless(world.shelf.keys(`renewals/${accountId}/r${resource}/`).length > 0, 'nothing was ordered before');
    case 'journal':
      return unless(anyOf(troubles, storeTroubles), 'the journal was well');
    case 'price':
      return unless(troubles.has('no-quote'), 'it was given a price');
    case 'a failed read':
      return unless(troubles.has('no-read') || anyOf(troubles, storeTroubles), 'no read failed');
    case 'account':
      return unless(troubles.has('no-account') || process.account !== accountId, 'the account was the right one');
    case 'time':
    case 'a stop':
      return unless(isCutShort(world, process), 'there was time');
    case 'month change': {
      const [before = [], after = []] = [begunMs, nowMs].map((ms) => monthsFor(expiresAtMs, ms + skewMs, family.monthOf));
      // Near at either time, or passed over by a run that slept.
      const isNear = before.length !== 1 || after.length !== 1 || before[0] !== after[0];
      return unless(isNear, 'no change of month was near');
    }
    case 'a rule':
    case 'freeze':
    case 'exception':
    case 'limit':
      return `nothing of the policy says so`;
    default:
      return undefined;
  }
}

/** L3: the last that people were told of what has run out must not have let them rest. @throws Violation */
export function checkLastWord(world: World, resource: number, expiresAtMs: number): void {
  const last = world.told.findLast(
    (each): each is Told & { readonly state: string } => isAbout(each, resource, expiresAtMs) && each.state !== undefined,
  );
  if (last === undefined) return;
  const calming = last.state === 'ordered' && ordersFor(world, resource, expiresAtMs).length === 0;
  if (calming || last.state === 'renewed')
    throw new Violation('L3', `r${resource} has lapsed, and the last that was told of it was '${last.state}'`);
}

function isAbout(told: Told, resource: number, expiresAtMs: number): boolean {
  return told.resource === resource && told.expiresAtMs === expiresAtMs;
}

function ordersFor({ orders }: World, resource: number, expiresAtMs: number): readonly Order[] {
  return orders.filter((order) => order.resource === resource && order.purchase.expiresAtMs === expiresAtMs);
}
