import { streamOf } from '../../../functions/renew-before-expiry/purchase/claim.ts';
import { readBudget } from '../../../shared/journal/renewals/budget.ts';
import { type RenewalEntry, readRenewal } from '../../../shared/journal/renewals/renewal.ts';
import { parseRenewalKey, renewalKey, renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import type { StoreEffect, Storing } from '../../../shared/journal/store/store-effect.ts';
import { indexOf } from './account.ts';
import { accountId } from './families.ts';
import type { Process } from './process.ts';
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

/** Performs an effect of a process at once, and notes what it has read or written of answers and claims. */
export function performFor(world: World, process: Process, effect: StoreEffect): unknown {
  if (effect.type === 'store-create') noteAnswer(world, process, effect);
  if (effect.type === 'store-read') {
    // Every stream is begun at once.
    const begun = effect.keys.find((key) => answersOf(key) !== undefined && key.endsWith('/00000000'));
    const count = world.shelf.keys('approvals').length;
    if (begun !== undefined) process.answersRead.set(answersOf(begun) as number, { atMs: world.nowMs + process.skewMs, count });
  }
  const claimed = effect.type === 'store-create' ? parseRenewalKey(effect.key) : undefined;
  if (claimed?.part === 'claim') process.answersAtClaim.set(indexOf(claimed.resourceId), world.shelf.keys('approvals').length);
  return performAtOnce(world, effect);
}

/** Notes what an approver is about to write down. */
export function noteAnswer({ answers }: World, { answer }: Process, { key, bytes }: Extract<StoreEffect, { type: 'store-create' }>): void {
  if (answer && answersOf(key) !== undefined) answers.push({ ...answer, key, bytes });
}

/** The resource that an answer is about, by its key; undefined for other records. */
export function answersOf(key: string): number | undefined {
  const resource = /^approvals(?:\/[^/]+\/[^/]+|-link\/[^/]+)\/[^/]+\/r(\d)\//.exec(key)?.[1];
  return resource === undefined ? undefined : Number(resource);
}

/** What journal code gives at this moment. */
function readNow<T>(world: World, code: Storing<T>): T {
  let step = code.next();
  while (!step.done) step = code.next(performAtOnce(world, step.value));
  return step.value;
}

/** The claim of a resource that has no end. */
export function openClaim(world: World, resource: number): RenewalEntry | undefined {
  const { rules } = world.setup;
  // Answers stand there without claims then, so no stream can be read and nobody can resolve anything.
  if (!rules.claimFirst) return undefined;
  const { expiresAtMs } = world.subscriptions[resource] as Subscription;
  return world.shelf.once(
    `open ${resource} ${expiresAtMs}`,
    () => readNow(world, readRenewal(streamOf(accountId, `r${resource}`, expiresAtMs, rules))).open,
  );
}

/** An amount that the journal holds for an order. */
interface Reserved {
  readonly id: string;
  readonly currency: string;
  readonly month: string;
  readonly micros: bigint;
  /** Its claim has ended as moved: it is used for good. */
  readonly used: boolean;
}

function reserved(world: World): readonly Reserved[] {
  const months = [...new Set([world.family.startMs, world.nowMs].map(world.family.monthOf))];
  return world.shelf.once(`reserved ${months}`, () => reservedIn(world, months));
}

function reservedIn(world: World, months: readonly string[]): readonly Reserved[] {
  return ['CNY', 'USD'].flatMap((currency) =>
    months.flatMap((month) =>
      [...readNow(world, readBudget(currency, month)).state.reserved].map(([id, micros]): Reserved => {
        const [, resource, n] = id.split('/') as [string, string, string];
        const end = world.shelf.read(renewalKey(renewalStream(accountId, resource), Number(n), 'end'));
        return { id, currency, month, micros, used: end !== undefined && Buffer.from(end).toString('utf8').includes('"moved"') };
      }),
    ),
  );
}

/** A reservation that no order has; undefined where there is none. */
export function reservedWithoutOrder(world: World): string | undefined {
  return reserved(world).find(({ used }) => !used)?.id;
}

/** What the journal holds in a currency for others than a resource, in whatever month. */
export function reservedFor(world: World, wanted: string, but: number): bigint {
  return reserved(world)
    .filter(({ id, currency }) => currency === wanted && id.split('/')[1] !== `r${but}`)
    .reduce((sum, { micros }) => sum + micros, 0n);
}

/** What is used for good of this month's budget, as the journal has it. */
export function usedNow(world: World, wanted: string): bigint {
  const now = world.family.monthOf(world.nowMs);
  return reserved(world)
    .filter(({ currency, month, used }) => used && currency === wanted && month === now)
    .reduce((sum, { micros }) => sum + micros, 0n);
}
