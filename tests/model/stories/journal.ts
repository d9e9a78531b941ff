import { streamOf } from '../../../shared/engine/purchase/stream.ts';
import { readBudget } from '../../../shared/journal/budget.ts';
import { type RenewalEntry, readRenewal } from '../../../shared/journal/renewal.ts';
import { renewalKey, renewalStream } from '../../../shared/journal/renewal-key.ts';
import type { StoreEffect, Storing } from '../../../shared/journal/store-effect.ts';
import { accountId } from './families.ts';
import type { Subscription, World } from './world.ts';

/** Performs an effect on the journal at once. What is listed lacks the `behind` records that were created last. */
export function performAtOnce({ shelf }: Pick<World, 'shelf'>, effect: StoreEffect, behind = 0): unknown {
  switch (effect.type) {
    case 'store-create':
      return shelf.create(effect.key, effect.bytes);
    case 'store-read':
      return effect.keys.map((key) => shelf.read(key));
    case 'store-list':
      return shelf.last(effect.prefix, effect.last, behind);
    case 'store-folders':
      return shelf.folders(effect.prefix, behind);
  }
}

/** What journal code gives at this moment. */
function readNow<T>(world: World, code: Storing<T>): T {
  let step = code.next();
  while (!step.done) step = code.next(performAtOnce(world, step.value));
  return step.value;
}

/** The claim of a resource that has no end. */
export function openClaim(world: World, resource: number): RenewalEntry | undefined {
  const { expiresAtMs } = world.subscriptions[resource] as Subscription;
  return readNow(world, readRenewal(streamOf(accountId, `r${resource}`, expiresAtMs, world.setup.rules))).open;
}

/** A reservation that no order has; undefined where there is none. */
export function reservedWithoutOrder(world: World): string | undefined {
  const months = new Set([world.family.startMs, world.nowMs].map(world.family.monthOf));
  for (const currency of ['CNY', 'USD']) {
    for (const month of months) {
      const { state } = readNow(world, readBudget(currency, month));
      for (const id of state.reserved.keys()) {
        const [, resource, n] = id.split('/') as [string, string, string];
        const end = world.shelf.read(renewalKey(renewalStream(accountId, resource), Number(n), 'end'));
        const moved = end !== undefined && Buffer.from(end).toString('utf8').includes('"moved"');
        if (!moved) return id;
      }
    }
  }
  return undefined;
}
