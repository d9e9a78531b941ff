import type { EpochMs } from '../client/clock.ts';
import { type Charge, type DeliveryGroup, type NodePool, nodesInUse } from '../fleet/delivery-group.ts';
import type { Money } from '../policy/money.ts';

/** What one node pool has, as one run saw it. */
export interface PoolState {
  readonly region: string | undefined;
  readonly instanceType: string | undefined;
  /** How the pool's own nodes are paid; elastic nodes are always pay-as-you-go. Undefined: the answer did not say. */
  readonly charge: Charge | undefined;
  /** Nodes of the pool itself: bought ones of a subscription, else held by the hour. */
  readonly nodes: number;
  /** Elastic nodes, held by the hour. */
  readonly scalingNodes: number;
  /** Nodes with somebody on them; undefined where the answer did not say. */
  readonly inUse: number | undefined;
  /** The scaling strategy as the journal writes it, a stable text: the same for the same setting. Undefined where it cannot be read. */
  readonly set: string | undefined;
  /** True where `set` was found: the journal knows of no value that a function of ours had written to the pool by then. */
  readonly found: boolean;
  /** What `set` was last before a function of ours wrote it for the first time. Absent: it is as found, or runs did not see it before that. */
  readonly foundSet?: string | undefined;
}

/** What a pool had from an instant on, until the next entry; undefined: it is not there (deleted, or not created yet). */
export interface PoolChange {
  readonly atMs: EpochMs;
  readonly state: PoolState | undefined;
  /** True where `state` is undefined since answers did not say how many nodes the pool has. Absent: it is known. */
  readonly unknown?: true;
}

/** The changes of one pool, in the order of time. */
export interface PoolUsage {
  readonly group: string;
  readonly pool: string;
  readonly changes: readonly PoolChange[];
}

/** A quoted price of one pay-as-you-go node for one hour, from when it was quoted. */
export interface PriceQuote {
  readonly atMs: EpochMs;
  readonly region: string;
  readonly instanceType: string;
  readonly price: Money;
}

/**
 * What runs saw of a target in a span. `seenMs`: when all of it was seen, in order, each once; between two of them that are more than 15 minutes
 * apart nothing is known. The last before the span and the first behind it are among them where they are known, so that its ends can be measured.
 */
export interface Usage {
  readonly target: string;
  readonly span: { readonly fromMs: EpochMs; readonly untilMs: EpochMs };
  readonly seenMs: readonly EpochMs[];
  readonly pools: readonly PoolUsage[];
  readonly quotes: readonly PriceQuote[];
}

/** The part of a state that every run sees that reads the pool. */
export type PoolCounts = Omit<PoolState, 'set' | 'found' | 'foundSet'>;

/** What a run that knows the values written to a pool says of its setting. */
export type PoolSetting = Pick<PoolState, 'set' | 'found' | 'foundSet'>;

/** A pool as one run saw it. */
export interface PoolSample {
  readonly group: string;
  /** Id of the pool; empty for all pools of a group whose answer showed none. */
  readonly pool: string;
  /** Undefined where the answer did not say how many nodes there are. */
  readonly counts: PoolCounts | undefined;
  /** Absent: the run does not know what was written to the pool, so what was known before stays. */
  readonly setting?: PoolSetting | undefined;
}

/** The pools of a group as they count for its cost. Two pools with one id cannot be told apart: neither is known then. */
export function poolSamples(group: DeliveryGroup): readonly PoolSample[] {
  if (group.pools === undefined) return [{ group: group.id, pool: '', counts: undefined }];
  const samples = new Map<string, PoolSample>();
  for (const pool of group.pools) {
    const counts = samples.has(pool.id) ? undefined : countsOf(group, pool);
    samples.set(pool.id, { group: group.id, pool: pool.id, counts });
  }
  return [...samples.values()];
}

function countsOf({ region, charge }: DeliveryGroup, pool: NodePool): PoolCounts | undefined {
  // Answers of pools that cannot scale may leave the elastic nodes out.
  const scalingNodes = pool.scalingNodeAmount ?? (pool.strategy?.type === 'fixed' ? 0 : undefined);
  if (pool.nodeAmount === undefined || scalingNodes === undefined) return undefined;
  return { region, instanceType: pool.instanceType, charge, nodes: pool.nodeAmount, scalingNodes, inUse: nodesInUse(pool) };
}
