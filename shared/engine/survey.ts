import type { Client } from '../client/client.ts';
import type { Resource } from '../fleet/resource.ts';
import type { ForeignValue } from '../journal/written-record.ts';
import type { Automation, PlanContext, Totals } from './automation.ts';
import type { ActDecision, Decision, HoldDecision } from './decision.ts';
import { manualChangeCode } from './reasons.ts';
import { idsNamed } from './report.ts';
import type { RunFacts } from './run-facts.ts';

/** What observing and deciding gave. Grows with what acts or holds, not with the fleet (ids of the fleet apart, to see each once). */
export interface Survey<R extends Resource> {
  readonly totals: Totals;
  /** Acts and holds in the order of the service, before `settle` and the guard. */
  readonly decisions: readonly (ActDecision | HoldDecision)[];
  /** The resources of what acts, by id. */
  readonly acting: ReadonlyMap<string, R>;
  readonly keep: number;
  readonly notCovered: number;
  readonly kept: readonly string[];
  readonly notCoveredIds: readonly string[];
  /** Values that planners called a person's. */
  readonly manual: readonly ForeignValue[];
  /** Ids of resources that are as wanted and on which no person's change stands. */
  readonly settled: ReadonlySet<string>;
  /** Why observing ended early. */
  readonly error?: unknown;
}

/** What surveying needs. */
export interface SurveyInput<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly facts: RunFacts;
  /** True where the journal has something standing for a resource: only those are named in `settled`. */
  readonly isWatched: (id: string) => boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onPage?: ((observed: number, announced: number | undefined) => void) | undefined;
  readonly onDecision?: ((resource: R, decision: Decision) => void) | undefined;
}

/** Observes page by page and decides about each resource. Failures of the service end it early and are reported; it does not throw them. */
export async function survey<R extends Resource>(input: SurveyInput<R>): Promise<Survey<R>> {
  const { planner } = input.automation;
  const seen = new Set<string>();
  const decisions: (ActDecision | HoldDecision)[] = [];
  const acting = new Map<string, R>();
  const manual: ForeignValue[] = [];
  const settled = new Set<string>();
  const kept: string[] = [];
  const notCoveredIds: string[] = [];
  let [keep, notCovered] = [0, 0];
  let announced: number | undefined;

  const take = (resource: R): void => {
    const decision = planner.decide(resource, input.context);
    const ours = manualChanges(decision);
    manual.push(...ours);
    if (decision.verdict !== 'keep') decisions.push(decision);
    else if (decision.rule === null) {
      notCovered += 1;
      if (notCoveredIds.length < idsNamed) notCoveredIds.push(resource.id);
    } else {
      keep += 1;
      if (kept.length < idsNamed) kept.push(resource.id);
      if (ours.length === 0 && input.isWatched(resource.id)) settled.add(resource.id);
    }
    if (decision.verdict === 'act') acting.set(resource.id, resource);
    input.onDecision?.(resource, decision);
  };

  const result = (error?: unknown): Survey<R> => ({
    totals: { observed: seen.size, announced, complete: error === undefined && seen.size === announced },
    ...{ decisions, acting, keep, notCovered, kept, notCoveredIds, manual, settled },
    ...(error === undefined ? {} : { error }),
  });

  const pages = input.automation.observe(input.client, input.context.target, input.signal)[Symbol.asyncIterator]();
  for (;;) {
    let step: Awaited<ReturnType<typeof pages.next>>;
    try {
      step = await pages.next();
    } catch (error) {
      return result(error);
    }
    if (step.done) return result();
    announced = step.value.total ?? announced;
    const fresh = step.value.resources.filter(({ id }) => !seen.has(id) && seen.add(id));
    await input.facts.gather(
      fresh.flatMap((resource) => planner.needs(resource, input.context)),
      input.signal,
    );
    for (const resource of fresh) take(resource);
    input.onPage?.(seen.size, announced);
  }
}

function manualChanges({ resource, because }: Decision): readonly ForeignValue[] {
  return because.flatMap(({ code, data }) => {
    const { setting, value } = data ?? {};
    if (code !== manualChangeCode || typeof setting !== 'string' || typeof value !== 'string') return [];
    return [{ resource: resource.id, setting, value }];
  });
}
