import type { PoolCounts, PoolSample, PoolSetting } from '../../shared/billing/usage.ts';
import { recordHeartbeat } from '../../shared/journal/log/runs.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type QuotedPrice, UsageMemory } from '../../shared/journal/usage/usage-sample.ts';
import { memoryStore } from '../journal/memory-store.ts';

/** What a run saw: all pools of the target, or those of a region. */
export interface Sight {
  readonly functionName: string;
  readonly atMs: number;
  readonly region?: string | undefined;
  readonly samples: readonly PoolSample[];
  readonly quotes?: readonly QuotedPrice[];
}

export const counts = (nodes: number, more: Partial<PoolCounts> = {}): PoolCounts => ({
  ...{ region: 'cn-hangzhou', instanceType: 'small', charge: 'pay-as-you-go', nodes, scalingNodes: 0, inUse: undefined },
  ...more,
});

/** A pool as a run sees it; `nodes` undefined: the answer does not say. */
export const sample = (group: string, nodes: number | undefined, setting?: PoolSetting): PoolSample => ({
  ...{ group, pool: `rg-${group}`, counts: nodes === undefined ? undefined : counts(nodes) },
  ...(setting ? { setting } : {}),
});

/** Records in the order in which runs would write them; a process of each function and region remembers its keyframe, unless `cold`. */
export async function recordsOf(sights: readonly Sight[], cold = false): Promise<ReadonlyMap<string, Uint8Array>> {
  const store = memoryStore();
  const memories = new Map<string, UsageMemory>();
  for (const { functionName, atMs, region, samples, quotes = [] } of [...sights].sort((a, b) => a.atMs - b.atMs)) {
    const place = `${functionName} ${region}`;
    const memory = (!cold && memories.get(place)) || new UsageMemory();
    memories.set(place, memory);
    const draft = memory.draft(place, atMs);
    for (const each of samples) draft.take(each);
    const run = { functionName, target: 'prod', region, owner: 'o', atMs };
    if ((await runStoring(store, recordHeartbeat(run, { failed: false, usage: draft.finish(quotes) }))) === 'created') draft.written();
  }
  return store.records;
}

/** A store with these records, created in this order. */
export async function storeWith(records: Iterable<readonly [string, Uint8Array]>): Promise<Store & ReturnType<typeof memoryStore>> {
  const store = memoryStore();
  for (const [key, bytes] of records) await store.create(key, bytes);
  return store;
}
