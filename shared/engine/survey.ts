import type { Client } from '../client/client.ts';
import type { Resource } from '../fleet/resource.ts';
import type { Store } from '../journal/store.ts';
import { runStoring, type Storing } from '../journal/store-effect.ts';
import type { WrittenLog } from '../journal/written-log.ts';
import type { ForeignSetting } from '../journal/written-record.ts';
import type { Automation, PlanContext, Totals } from './automation.ts';
import type { Decision } from './decision.ts';
import { tagsGone } from './protection-facts.ts';
import type { RunFacts } from './run-facts.ts';
import { type Counted, Tally } from './tally.ts';

/** What observing and deciding gave. Grows with what acts or holds, not with the fleet (ids of the fleet apart, to see each once). */
export interface Survey<R extends Resource> extends Counted<R> {
  readonly totals: Totals;
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
  const seen = new Set<string>();
  const tally = new Tally<R>((id) => log.foreignSettings(id).length > 0);
  const waiting: { readonly resource: R; readonly place: number }[] = [];
  const gone: ForeignSetting[] = [];
  let announced: number | undefined;
  let place = 0;

  const keep = (resource: R, decision: Decision, at: number): void => {
    tally.take(resource, decision, at);
    input.onDecision?.(resource, decision);
  };
  const observe = async (): Promise<void> => {
    for await (const page of input.automation.observe(input.client, context.target, input.signal)) {
      announced = page.total ?? announced;
      const fresh = page.resources.filter(({ id }) => !seen.has(id) && seen.add(id));
      await input.facts.gather(
        fresh.flatMap((resource) => planner.needs(resource, context)),
        input.signal,
      );
      for (const resource of fresh) {
        gone.push(...tagsGone(log, resource));
        const decision = planner.decide(resource, context);
        if (log.view.takeMissing().length > 0) waiting.push({ resource, place });
        else keep(resource, decision, place);
        place += 1;
      }
      input.onPage?.(seen.size, announced);
    }
  };
  const decideWaiting = function* (): Storing<void> {
    yield* log.recall(waiting.map(({ resource }) => resource.id));
    for (const each of waiting) keep(each.resource, yield* log.withHistory(() => planner.decide(each.resource, context)), each.place);
  };

  // What was read before a failure is decided all the same.
  const failures = [await failureOf(observe()), await failureOf(runStoring(input.store, decideWaiting()))];
  const error = failures.find((failure) => failure !== undefined);
  return {
    totals: { observed: seen.size, announced, complete: error === undefined && seen.size === announced },
    ...tally.counted(),
    tagsGone: gone,
    ...(error === undefined ? {} : { error }),
  };
}

async function failureOf(work: Promise<void>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}
