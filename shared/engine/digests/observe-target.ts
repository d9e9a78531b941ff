import type { EpochMs } from '../../client/clock.ts';
import { writtenScope } from '../../journal/intents/intent-log.ts';
import { readWrittenStream, WrittenReader } from '../../journal/intents/intent-reader.ts';
import { runStoring } from '../../journal/store/store-effect.ts';
import { shardsOf } from '../../policy/fan-out.ts';
import { localTimeAt } from '../../policy/zones.ts';
import type { RunnerOptions } from '../runner.ts';
import type { Stretch } from './capacity-tally.ts';
import { type CompiledDigestRule, needsPrices, spendTags } from './digest-rule.ts';
import { startOfDay } from './digest-slot.ts';
import { type ObservedFleet, observeFleet } from './observe-fleet.ts';
import { readSpending } from './past-orders.ts';
import { functionsOf } from './rule-cover.ts';

/** What observing a target for a digest needs. */
export interface ObserveInput extends Pick<RunnerOptions, 'client' | 'target' | 'policy' | 'store' | 'signal' | 'onProgress'> {
  readonly rule: CompiledDigestRule;
  readonly span: Stretch;
  readonly nowMs: EpochMs;
  /** Instant whose local day the plots begin with: the same for all targets of a digest. */
  readonly plotDayMs: EpochMs;
  /** Does something with the journal that may fail; gives undefined then. Without it a fleet is observed all the same. */
  readonly attempt: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

/** What a target's fleet looks like to a digest. What cannot be read is part of it. Reads the logs of the functions that have rules for it. */
export async function observeTarget(input: ObserveInput): Promise<ObservedFleet> {
  const { client, policy, target, store, signal, onProgress, rule, span, nowMs, plotDayMs, attempt } = input;
  const zone = policy.zones[rule.timezone] ?? { transitions: [] };
  const tags = spendTags(rule.show);
  const logs: (readonly [functionName: string, log: WrittenReader])[] = [];
  for (const functionName of functionsOf(policy, target)) {
    for (const part of shardsOf(target, functionName)) {
      const loaded = await attempt(() => runStoring(store, readWrittenStream(functionName, writtenScope(part))));
      if (loaded) logs.push([functionName, new WrittenReader(loaded)]);
    }
  }
  const spending = rule.show.includes('orders') || tags.length > 0 ? await attempt(() => readSpending(store, policy, span)) : undefined;
  return observeFleet({
    ...{ client, target, policy, nowMs, span, tags, logs, signal, prices: needsPrices(rule.show) },
    plotFromMs: startOfDay({ date: localTimeAt(zone, plotDayMs).date }, zone),
    ordered: new Set(spending?.orders.map(({ resource }) => resource)),
    onPage: (observed, announced) => onProgress?.({ phase: 'observing', observed, announced }),
  });
}
