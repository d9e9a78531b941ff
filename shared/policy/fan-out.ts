import type { CompiledTarget } from './compiled.ts';
import { functionNames, type Spread, spreads } from './known-functions.ts';

/** How a function spreads; undefined where there is no function of this name. */
export function spreadOf(functionName: string): Spread | undefined {
  return Object.hasOwn(spreads, functionName) ? spreads[functionName as keyof typeof spreads] : undefined;
}

/** The functions that can be begun once for each target, in the order in which documents list them. */
export const spreadFunctions: readonly string[] = /* @__PURE__ */ functionNames.filter((name) => spreadOf(name) !== 'together');

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
