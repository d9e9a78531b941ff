import { type Resolved, resolveClaim } from '../../functions/renew-before-expiry/purchase/resolve.ts';
import { type RenewalEntry, readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { parseRenewalKey, renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring, type Storing } from '../../shared/journal/store/store-effect.ts';
import type { RandomStream } from '../../simulator/world/random.ts';
import type { World } from '../../simulator/world/world.ts';
import { dayMs, hourMs } from '../fixtures/times.ts';
import { accountId } from '../functions/renew-before-expiry/renewal-fixture.ts';
import { type Bill, expiryOf } from './bill.ts';

/** What a person sees and can use. */
export interface Office {
  readonly world: World;
  readonly bill: Bill;
  readonly store: Store;
  readonly random: RandomStream;
}

/** Orders of ours that somebody cancelled. */
export interface Desk {
  readonly cancelled: Set<string>;
  resolved: number;
}

/** Resources whose last claim has no end, as the journal's list shows it. */
export async function openClaims(store: Store): Promise<ReadonlySet<string>> {
  const open = new Set<string>();
  // In the order of keys a claim comes before its end.
  for await (const key of store.list('renewals/')) {
    const place = parseRenewalKey(key);
    if (place?.part === 'claim') open.add(place.resourceId);
    if (place?.part === 'end') open.delete(place.resourceId);
  }
  return open;
}

/**
 * What a person does about the open claim of a resource, now and then: pays or cancels what waits for payment, and once an hour has passed
 * says what the bill has about it. The bill is read rightly. `always` leaves nothing for another time.
 */
export async function attend({ world, bill, store, random }: Office, desk: Desk, resource: string, always = false): Promise<void> {
  const account = world.accounts.get(accountId);
  const { open } = await runStoring(store, readRenewal(renewalStream(accountId, resource)));
  if (!account || !open?.claim || !(always || random.chance(0.5))) return;
  const { claim } = open;
  const executed = bill.executed.find(
    (each) => each.resource === resource && each.expiresMs === claim.expiry * 1000 && !desk.cancelled.has(each.orderId),
  );
  // What was not placed is left to billing while there is time.
  if (!executed && !always && (expiryOf(account, resource) ?? 0) - world.clock.nowMs > 2 * dayMs) return;
  const order = executed && account.orders.get(executed.orderId);
  if (order?.status === 'unpaid') {
    if (random.chance(0.7)) {
      account.orders.pay(world, order.id);
      return;
    }
    account.orders.cancel(order.id);
    desk.cancelled.add(order.id);
  }
  const early = world.clock.nowMs < claim.t + hourMs && !(open.answer?.outcome === 'ordered' && order?.status === 'done');
  if (early || order?.status === 'paid') return;
  await close({ world, store }, open, resource, expiryOf(account, resource), order?.status === 'done');
  desk.resolved += 1;
}

async function close(
  { world, store }: Pick<Office, 'world' | 'store'>,
  { n, answer }: RenewalEntry,
  resource: string,
  expiresAtMs: number | undefined,
  moved: boolean,
) {
  const about = { account: accountId, resourceId: resource, n, by: 'person', who: 'li.wei', nowMs: world.clock.nowMs } as const;
  const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
  const orderId = answer?.orderId === undefined ? {} : { orderId: answer.orderId };
  const verdict = moved
    ? ({ ...about, ...expiry, outcome: 'moved' } as const)
    : ({ ...about, ...expiry, ...orderId, outcome: 'void' } as const);
  // Only store effects can come of it.
  await runStoring(store, resolveClaim({ owner: `person-${resource}-${n}` }, verdict) as Storing<Resolved>);
}
