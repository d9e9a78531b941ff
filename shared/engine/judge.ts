import type { Client } from '../client/client.ts';
import type { Resource } from '../fleet/resource.ts';
import type { WrittenLog } from '../journal/written-log.ts';
import type { ForeignValue } from '../journal/written-record.ts';
import type { Automation, PlanContext } from './automation.ts';
import type { ActDecision, Decision, HoldDecision } from './decision.ts';
import { guard } from './guard.ts';
import { gatherProtection } from './protection-facts.ts';
import type { Survey } from './survey.ts';

/** What judging needs. */
export interface JudgeInput<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly seen: Survey<R>;
  readonly log: WrittenLog;
  readonly signal?: AbortSignal | undefined;
}

/** What acts and what holds in the end, and the owners' tags that were looked at. */
export interface Judged {
  readonly decisions: readonly (ActDecision | HoldDecision)[];
  readonly tags: readonly ForeignValue[];
}

/** Settles what would act with the totals, then guards it. Order is that of the observation. */
export async function judge<R extends Resource>(input: JudgeInput<R>): Promise<Judged> {
  const { automation, context, seen, log } = input;
  const { policy, target, nowMs } = context;
  const settled = settle(input);
  const protection = await gatherProtection({ ...input, decisions: settled, acting: seen.acting });
  const decisions = guard(settled, {
    functionName: automation.name,
    policy,
    target,
    nowMs,
    totals: seen.totals,
    counts: log.counts(target.name, nowMs),
    resourceOf: (id) => seen.acting.get(id),
    sessionUsersOf: protection.sessionUsersOf,
    tagFirstSeenMs: protection.tagFirstSeenMs,
  });
  return { decisions: decisions.filter((decision) => decision.verdict !== 'keep'), tags: protection.tags };
}

function settle<R extends Resource>({ automation, seen, context }: JudgeInput<R>): readonly Decision[] {
  const { planner } = automation;
  if (!planner.settle) return seen.decisions;
  const pending = seen.decisions.filter((decision) => decision.verdict === 'act');
  const settled = new Map(planner.settle(pending, seen.totals, context).map((decision) => [decision.resource.id, decision]));
  return seen.decisions.map((decision) => settled.get(decision.resource.id) ?? decision);
}
