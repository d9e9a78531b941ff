import type { Client } from '../client/client.ts';
import { ApiError } from '../client/errors.ts';
import type { Resource } from '../fleet/resource.ts';
import type { WrittenLog } from '../journal/intents/intent-log.ts';
import type { ForeignSetting, ForeignValue } from '../journal/intents/intent-record.ts';
import { keptPrefix } from '../journal/intents/intent-view.ts';
import type { Store } from '../journal/store/store.ts';
import { runStoring, type Storing } from '../journal/store/store-effect.ts';
import type { Decision } from '../planning/decision.ts';
import type { Automation, PlanContext, Totals } from './automation.ts';
import { decide } from './decide.ts';
import { observeWhole } from './observe-whole.ts';
import { namedByEvents } from './observed-pages.ts';
import { tagSeen, tagsGone } from './protection-facts.ts';
import type { RunFacts } from './run-facts.ts';
import { type Counted, Tally } from './tally.ts';

/** What observing and deciding gave. Grows with what acts or holds, not with the fleet (ids of the fleet apart, to see each once). */
export interface Survey<R extends Resource> extends Counted<R> {
  readonly totals: Totals;
  /** The highest levels in 30 days of all that was read, in nodes; 0 for automations that add none. */
  readonly nodes: number;
  /** Owners' tags that are set. */
  readonly tags: readonly ForeignValue[];
  /** Owners' tags that the journal knows and that are not set any more. */
  readonly tagsGone: readonly ForeignSetting[];
  /** Why observing, or looking up the journal for it, ended early. */
  readonly error?: unknown;
}

/** What surveying needs. */
export interface SurveyInput<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly facts: RunFacts;
  readonly log: WrittenLog;
  readonly store: Store;
  readonly signal?: AbortSignal | undefined;
  /** Hears of each resource about which what deciding needs could not be read. */
  readonly onLookFailed?: ((resource: R, error: ApiError) => void) | undefined;
  readonly onPage?: ((observed: number, announced: number | undefined) => void) | undefined;
  readonly onDecision?: ((resource: R, decision: Decision) => void) | undefined;
}

/**
 * Observes page by page and decides about each resource; those whose history has to be looked up in the journal are decided at the end, so
 * that no part of it is read twice. Failures of the service and of the store end it early and are reported; it does not throw them.
 */
export async function survey<R extends Resource>(input: SurveyInput<R>): Promise<Survey<R>> {
  const { log, context } = input;
  const { planner } = input.automation;
  const tally = new Tally<R>((id) => log.foreignSettings(id).some((setting) => !setting.startsWith(keptPrefix)));
  const waiting: { readonly resource: R; readonly place: number }[] = [];
  const tags: ForeignValue[] = [];
  const gone: ForeignSetting[] = [];
  let observed = 0;
  let totals: Totals | undefined;
  let nodes = 0;
  let place = 0;

  const keep = (resource: R, decision: Decision, at: number): void => {
    tally.take(resource, decision, at);
    input.onDecision?.(resource, decision);
  };
  const visit = async (fresh: readonly R[], announced: number | undefined): Promise<void> => {
    observed += fresh.length;
    await input.facts.gather(
      fresh.flatMap((resource) => planner.needs(resource, context)),
      input.signal,
    );
    for (const whole of fresh) {
      tags.push(...tagSeen(context.policy, whole));
      gone.push(...tagsGone(log, whole));
      nodes += input.automation.nodesOf?.(whole, context) ?? 0;
      for (const resource of planner.asks?.(whole, context) ? await looked(input, whole) : [whole]) {
        const decision = decide(planner, resource, context);
        if (log.view.takeMissing().length > 0) waiting.push({ resource, place });
        else keep(resource, decision, place);
        place += 1;
      }
    }
    input.onPage?.(observed, announced);
  };
  const observe = async (): Promise<void> => {
    const { automation, client, signal } = input;
    if (context.occasions) {
      const { resources, total } = await namedByEvents(automation, client, context, signal);
      await visit(resources, total);
      // A few were read of a known number: a share is of that number.
      totals = { observed: total ?? resources.length, announced: total, complete: total !== undefined };
      return;
    }
    const agreeing = automation.needsWhole;
    totals = await observeWhole(() => automation.observe(client, context.target, signal), visit, { agreeing });
  };
  const decideWaiting = function* (): Storing<void> {
    yield* log.recall(waiting.map(({ resource }) => resource.id));
    for (const each of waiting) keep(each.resource, yield* log.withHistory(() => decide(planner, each.resource, context)), each.place);
  };

  // What was read before a failure is decided all the same.
  const failures = [await failureOf(observe()), await failureOf(runStoring(input.store, decideWaiting()))];
  const error = failures.find((failure) => failure !== undefined);
  return {
    totals: totals ? { ...totals, complete: totals.complete && error === undefined } : { observed, announced: undefined, complete: false },
    nodes,
    ...tally.counted(),
    tags,
    tagsGone: gone,
    ...(error === undefined ? {} : { error }),
  };
}

/** What stands for a resource once it was looked at closely. A service that does not answer leaves it as the page has it. */
async function looked<R extends Resource>(input: SurveyInput<R>, resource: R): Promise<readonly R[]> {
  const { automation, client, context, signal } = input;
  try {
    return (await automation.look?.(client, context.target, resource, signal)) ?? [resource];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    input.onLookFailed?.(resource, error);
    return [resource];
  }
}

async function failureOf(work: Promise<void>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}
