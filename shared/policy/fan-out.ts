import type { CompiledTarget, FunctionName } from './compiled.ts';

/**
 * How the work of a function is spread over invocations. `regions`: one for each target, and for each of its regions where the target says
 * `shardByRegion`. `targets`: one for each target, since it compares resources of all regions, or decides about the account itself.
 * `together`: all targets in turn within one, since it buys, or tells once of all of them.
 */
type Spread = 'regions' | 'targets' | 'together';

const spreads: Readonly<Record<FunctionName, Spread>> = {
  'scale-on-schedule': 'regions',
  // One at a time: concurrent runs of a function that buys would be throttled for hours.
  'renew-before-expiry': 'together',
  // A ring waits for the ring before it, wherever its groups are.
  'approve-ota-windows': 'targets',
  'log-off-sessions': 'regions',
  'tag-new-resources': 'regions',
  // It looks after the account too, which has no region.
  'enforce-policy': 'targets',
  'power-workstations': 'regions',
  digest: 'together',
};

/** How a function spreads; undefined where there is no function of this name. */
export function spreadOf(functionName: string): Spread | undefined {
  return Object.hasOwn(spreads, functionName) ? spreads[functionName as FunctionName] : undefined;
}

/** The functions that can be begun once for each target, in the order in which documents list them. */
export const spreadFunctions: readonly string[] = /* @__PURE__ */ Object.keys(spreads).filter((name) => spreadOf(name) !== 'together');

/** A target narrowed to one of its regions: a run of it sees, counts and remembers that region only. */
function shardOf(target: CompiledTarget, region: string): CompiledTarget {
  return { ...target, regions: [region], shard: region };
}

/**
 * The parts of a target that a function runs apart from each other. The target itself where the function or the target is not for
 * regions, and where the target names none: its regions are not known then.
 */
export function shardsOf(target: CompiledTarget, functionName: string): readonly CompiledTarget[] {
  const { regions, shardByRegion, shard } = target;
  if (shard !== undefined || !shardByRegion || regions === undefined || spreadOf(functionName) !== 'regions') return [target];
  return [...new Set(regions)].map((region) => shardOf(target, region));
}
