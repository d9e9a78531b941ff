import { journalValue } from '../../functions/scale-on-schedule/strategy-value.ts';
import type { PoolChange, PoolState, PriceQuote, Usage } from '../../shared/billing/usage.ts';
import { mapStrategy } from '../../shared/fleet/map-strategy.ts';
import type { Money } from '../../shared/policy/money.ts';
import type { Account } from '../../simulator/world/account.ts';
import type { DeliveryGroupEntity } from '../../simulator/world/delivery-group.ts';
import type { NodePool } from '../../simulator/world/node-pool.ts';
import { currencyOf, hourlyAmount } from '../../simulator/world/price.ts';
import type { StrategySettings } from '../../simulator/world/strategy.ts';
import type { World } from '../../simulator/world/world.ts';
import { minuteMs } from '../fixtures/times.ts';

/** How a world is watched. */
interface Watching {
  readonly account: { readonly groups: { values(): Iterable<DeliveryGroupEntity> } };
  readonly untilMs: number;
  /** From look to look. Default: five minutes. */
  readonly everyMs?: number;
  /** What happens before a look; what it changes is seen by that look. */
  readonly before?: (nowMs: number) => void;
  /** What happens after it. */
  readonly after?: (nowMs: number) => Promise<void> | void;
  /** Whether a function of ours has written a pool by now. Default: none ever did. */
  readonly written?: (pool: NodePool) => boolean;
  /** Looks that do not take place. */
  readonly skips?: (nowMs: number) => boolean;
}

const texts = new WeakMap<StrategySettings, string>();

/** A strategy as the journal writes it. */
function setOf(pool: NodePool): string {
  let text = texts.get(pool.settings);
  if (text === undefined) {
    const strategy = mapStrategy({ ...pool.settings }, () => {});
    if (strategy === undefined) throw new Error('the strategy of a pool cannot be read');
    text = journalValue(strategy, chargeOf(pool));
    texts.set(pool.settings, text);
  }
  return text;
}

const chargeOf = ({ group }: NodePool) => (group.charge === 'PrePaid' ? 'subscription' : 'pay-as-you-go');

/** What answers show of a pool. */
function stateOf(pool: NodePool, written: boolean): PoolState {
  const { nodeAmount = 0, nodeUsed = 0, scalingNodeAmount, scalingNodeUsed } = pool.counts();
  return {
    ...{ region: pool.group.region, instanceType: pool.instanceType, charge: chargeOf(pool) },
    ...{ nodes: nodeAmount, scalingNodes: scalingNodeAmount, inUse: nodeUsed + scalingNodeUsed, set: setOf(pool), found: !written },
  };
}

/** Lets a world's time pass and writes down what a run at every fifth minute sees of an account. */
export async function watch(world: World, watching: Watching): Promise<Usage> {
  const { account, untilMs, everyMs = 5 * minuteMs, before, after, written = () => false, skips = () => false } = watching;
  const fromMs = world.clock.nowMs;
  const seenMs: number[] = [];
  const pools = new Map<string, { group: string; pool: string; changes: PoolChange[]; last: string }>();
  const quotes: PriceQuote[] = [];
  const quoted = new Set<string>();
  for (let atMs = fromMs; atMs <= untilMs; atMs += everyMs) {
    if (atMs > world.clock.nowMs) world.clock.advanceTo(atMs);
    before?.(atMs);
    if (!skips(atMs)) {
      seenMs.push(atMs);
      const gone = new Set(pools.keys());
      for (const group of account.groups.values()) {
        for (const pool of group.pools) {
          const state = stateOf(pool, written(pool));
          const text = `${state.nodes} ${state.scalingNodes} ${state.inUse} ${state.found} ${state.set}`;
          gone.delete(pool.id);
          const entry = pools.get(pool.id) ?? { group: group.id, pool: pool.id, changes: [], last: '' };
          pools.set(pool.id, entry);
          if (entry.last !== text) entry.changes.push({ atMs, state });
          entry.last = text;
          const type = `${group.region} ${pool.instanceType}`;
          if (quoted.has(type)) continue;
          quoted.add(type);
          const price = priceOf(group.region, pool.instanceType);
          if (price !== undefined) quotes.push({ atMs, region: group.region, instanceType: pool.instanceType, price });
        }
      }
      for (const id of gone) {
        const entry = pools.get(id);
        if (entry?.last !== '') entry?.changes.push({ atMs, state: undefined });
        if (entry) entry.last = '';
      }
    }
    await after?.(atMs);
  }
  if (world.clock.nowMs < untilMs) world.clock.advanceTo(untilMs);
  world.settleStatistics();
  const usages = [...pools.values()].map(({ group, pool, changes }) => ({ group, pool, changes }));
  return { target: 'office', span: { fromMs, untilMs }, seenMs, pools: usages, quotes };
}

/** The hourly price of a node in the simulated world. */
function priceOf(region: string, instanceType: string): Money | undefined {
  const amount = hourlyAmount(instanceType, region);
  return amount === undefined ? undefined : { currency: currencyOf(region), micros: amount * 100n };
}

/** What the bill of the simulated service says of the nodes by the hour of a group in a span, in millionths. */
export function billedMicros(account: Account, group: string, fromMs: number, untilMs: number): bigint {
  let micros = 0n;
  for (const meter of account.billing.meters) {
    if (meter.place.resource.id !== group) continue;
    micros += (meter.place.hourly * BigInt(meter.heldUntil(untilMs) - meter.heldUntil(fromMs))) / 36_000n;
  }
  return micros;
}
