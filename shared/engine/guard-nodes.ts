import { IntentLog, writtenScope } from '../journal/intents/intent-log.ts';
import { type RollingCounts, unknownActs } from '../journal/intents/intent-state.ts';
import type { Storing } from '../journal/store/store-effect.ts';
import type { ActDecision, Decision, HoldDecision } from '../planning/decision.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import type { PlanContext } from './automation.ts';
import { reason } from './reasons.ts';

/** What limits of added nodes are counted by; what the guard may look at for a run as a whole. */
interface Counted {
  readonly policy: CompiledPolicy;
  /** What was done in the 24 hours before, from the journal. */
  readonly counts: RollingCounts;
  /** The highest levels of all that was read, in nodes. */
  readonly nodes: number;
  /** Nodes that were added in the 24 hours before on the other targets of the policy. */
  readonly nodesAddedElsewhere: number;
}

/** Without `limits.nodesAddedPer24h`: so many times the nodes that a target had may be added to it in 24 hours. */
const timesThoseBefore = 2;

/** Nor less than this, so that a small target can begin. */
const leastByDefault = 20;

/**
 * What becomes of acts that add nodes beyond the highest level that their group had in 30 days. Smaller ones come first, in an order that does
 * not depend on that of the acts; where one does not fit, the group is raised as far as it was before, or where it is there already the act is
 * held. Only acts that change are in the answer.
 */
export function nodesAdded(acts: readonly ActDecision[], context: Counted): ReadonlyMap<ActDecision, Decision> {
  const adding = acts.filter(({ action }) => (action.nodesAdded ?? 0) > 0).sort(bySize);
  const limit = context.policy.limits.nodesAddedPer24h;
  // The default is of each target by itself.
  const before = context.counts.nodesAdded + (limit === undefined ? 0 : context.nodesAddedElsewhere);
  const allowed = limit === undefined ? byDefault(context) : limit - before;
  const changed = new Map<ActDecision, Decision>();
  let added = 0;
  for (const decision of adding) {
    const { withoutAdding, nodesAdded: wanted = 0 } = decision.action;
    if (added + wanted <= allowed) {
      added += wanted;
      continue;
    }
    const name =
      limit === undefined ? `twice the nodes that there were, at least ${leastByDefault}` : `limits.nodesAddedPer24h is ${limit}`;
    const rest = Math.max(0, allowed - added);
    const lately =
      before < unknownActs ? `${before + added} were added` : 'a part of the journal cannot be read, so it is unknown how many were added';
    const text = `this would add ${wanted} nodes beyond the highest level of the last 30 days; ${lately} in 24 hours ${limit === undefined ? 'on this target' : 'over all targets'}, and ${rest} more are allowed (${name})`;
    const because = reason('limit-nodes-added', `${text}. Raise limits.nodesAddedPer24h if it is meant, or correct the peak.`, {
      ...{ wanted, before: before + added, rest },
      ...(limit === undefined ? {} : { limit }),
    });
    changed.set(
      decision,
      withoutAdding === undefined
        ? ({ ...decision, verdict: 'hold', because: [because, ...decision.because] } satisfies HoldDecision)
        : { ...decision, action: withoutAdding, because: [because, ...decision.because] },
    );
  }
  return changed;
}

/** Nodes added in the 24 hours before on the other targets of the policy, by their own journals. @throws JournalError @throws StoreError */
export function* addedElsewhere(functionName: string, { policy, target, nowMs }: PlanContext): Storing<number> {
  const own = writtenScope(target);
  let nodes = 0;
  const logs = new Map<string, IntentLog>();
  for (const other of Object.values(policy.targets)) {
    const shards = other.shardByRegion ? (other.regions ?? []).map((shard) => ({ ...other, shard })) : [other];
    for (const part of shards) {
      const scope = writtenScope(part);
      if (scope === own && other.name === target.name) continue;
      const log = logs.get(scope) ?? (yield* IntentLog.load(functionName, scope));
      logs.set(scope, log);
      nodes += log.counts(other.name, nowMs).nodesAdded;
    }
  }
  return nodes;
}

/**
 * Counts once more, by the journals of the other targets, acts whose intents are written: runs that began at one moment see each other's intents here,
 * so that all of them together stay within the limit. Where each wrote before either looked, all of them wait for their next run. Gives what does not fit. `counts`: of this target, with what the run has added before. @throws StoreError @throws JournalError
 */
export function* crowdedOut(
  functionName: string,
  acts: readonly ActDecision[],
  context: PlanContext,
  counts: RollingCounts,
): Storing<ReadonlyMap<ActDecision, Decision>> {
  const nodesAddedElsewhere = yield* addedElsewhere(functionName, context);
  return nodesAdded(acts, { policy: context.policy, counts, nodes: 0, nodesAddedElsewhere });
}

/** What was added within the 24 hours does not count among what there was: else each addition would allow the next. */
function byDefault({ nodes, counts }: Counted): number {
  return Math.max(leastByDefault, timesThoseBefore * Math.max(0, nodes - counts.nodesAdded)) - counts.nodesAdded;
}

function bySize(a: ActDecision, b: ActDecision): number {
  return (a.action.nodesAdded ?? 0) - (b.action.nodesAdded ?? 0) || (a.resource.id < b.resource.id ? -1 : 1);
}
