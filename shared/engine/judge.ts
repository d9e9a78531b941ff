import type { Client } from '../client/client.ts';
import type { Resource } from '../fleet/resource.ts';
import type { WrittenLog } from '../journal/intents/intent-log.ts';
import type { ActDecision, HoldDecision } from '../planning/decision.ts';
import type { Automation, PlanContext } from './automation.ts';
import { guarding } from './guard.ts';
import { Protection } from './protection-facts.ts';
import type { Survey } from './survey.ts';

/** What judging needs. */
export interface JudgeInput<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly seen: Survey<R>;
  readonly log: WrittenLog;
  /** Nodes that were added in the 24 hours before on the other targets. Asked for only where nodes are to be added. */
  readonly nodesAddedElsewhere: () => Promise<number>;
  readonly signal?: AbortSignal | undefined;
}

/** What acts and what holds in the end: settles and guards what would act. Order is that of the observation. */
export async function judge<R extends Resource>(input: JudgeInput<R>): Promise<readonly (ActDecision | HoldDecision)[]> {
  const { automation, context, seen, log } = input;
  const { policy, target, nowMs } = context;
  const protection = new Protection({ ...input, acting: seen.acting });
  const addsNodes = seen.decisions.some(({ verdict, action }) => verdict === 'act' && (action?.nodesAdded ?? 0) > 0);
  const steps = guarding(
    seen.decisions,
    {
      functionName: automation.name,
      policy,
      target,
      nowMs,
      totals: seen.totals,
      byRule: seen.byRule,
      nodes: seen.nodes,
      counts: log.counts(target.name, nowMs),
      nodesAddedElsewhere: addsNodes ? await input.nodesAddedElsewhere() : 0,
      resourceOf: (id) => seen.acting.get(id),
      sessionUsersOf: protection.sessionUsersOf,
      tagFirstSeenMs: protection.tagFirstSeenMs,
    },
    (acts) => automation.planner.settle?.(acts, seen.totals, context) ?? acts,
  );
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value.filter((decision) => decision.verdict !== 'keep');
    await protection.gather(step.value);
  }
}
