import type { Client } from '../client/client.ts';
import { ApiError } from '../client/errors.ts';
import type { Resource } from '../fleet/resource.ts';
import type { IntentLog } from '../journal/intents/intent-log.ts';
import type { ExternalChange, ExternalSetting } from '../journal/intents/intent-record.ts';
import { wholeIdOf } from '../journal/intents/intent-state.ts';
import { keptPrefix, unreadSetting } from '../journal/intents/intent-view.ts';
import type { Store } from '../journal/store/store.ts';
import { runStoring, type Storing } from '../journal/store/store-effect.ts';
import type { QuotedPrice, UsageDraft } from '../journal/usage/usage-sample.ts';
import type { ActDecision, Decision, HoldDecision } from '../planning/decision.ts';
import type { Money } from '../policy/money.ts';
import type { Automation, FactReader, Facts, Need, PlanContext } from './automation.ts';
import { decide } from './decide.ts';
import { observeWhole } from './observe-whole.ts';
import { tagSeen, tagsGone } from './protection-facts.ts';
import { manualChangeCode, sightedCode } from './reasons.ts';
import { idsNamed, type Totals } from './report.ts';

/** What observing and deciding gave. Grows with what acts or holds, not with the fleet (ids of the fleet apart, to see each once). */
export interface Observation<R extends Resource> extends Counted<R> {
  readonly totals: Totals;
  /** The highest levels in 30 days of all that was read, in nodes; 0 for automations that add none. */
  readonly nodes: number;
  /** Owners' tags that are set. */
  readonly tags: readonly ExternalChange[];
  /** Owners' tags that the journal knows and that are not set any more. */
  readonly tagsGone: readonly ExternalSetting[];
  /** Why observing, or looking up the journal for it, ended early. */
  readonly error?: unknown;
}

/** What observing and deciding needs. */
export interface ObserveInput<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly facts: RunFacts;
  readonly log: IntentLog;
  readonly store: Store;
  readonly signal?: AbortSignal | undefined;
  /** Takes what the fleet uses, where the run is to record it. */
  readonly usage?: UsageDraft | undefined;
  /** Hears of each resource about which what deciding needs could not be read. */
  readonly onDetailFailed?: ((resource: R, error: ApiError) => void) | undefined;
  readonly onPage?: ((observed: number, announced: number | undefined) => void) | undefined;
  readonly onDecision?: ((resource: R, decision: Decision) => void) | undefined;
}

/**
 * Observes page by page and decides about each resource; those whose history has to be looked up in the journal are decided at the end, so
 * that no part of it is read twice. Failures of the service and of the store end it early and are reported; it does not throw them.
 */
export async function observeAndPlan<R extends Resource>(input: ObserveInput<R>): Promise<Observation<R>> {
  const { log, context } = input;
  const { planner } = input.automation;
  const tally = new Tally<R>((id) => log.externalSettings(id).some((setting) => !setting.startsWith(keptPrefix)));
  const waiting: { readonly resource: R; readonly place: number }[] = [];
  /** What waits with them to be taken into the usage record: their history says whose their settings are. */
  const unsampled: R[] = [];
  const tags: ExternalChange[] = [];
  const gone: ExternalSetting[] = [];
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
      const waitingBefore = waiting.length;
      for (const resource of planner.needsDetail?.(whole, context) ? await withDetail(input, whole) : [whole]) {
        const decision = decide(planner, resource, context);
        if (log.view.takeMissing().length > 0) waiting.push({ resource, place });
        else keep(resource, decision, place);
        place += 1;
      }
      if (waiting.length > waitingBefore) unsampled.push(whole);
      else sampleUsage(input, whole);
    }
    input.onPage?.(observed, announced);
  };
  const observe = async (): Promise<void> => {
    const { automation, client, signal } = input;
    if (context.triggerEvents) {
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
    for (const whole of unsampled) sampleUsage(input, whole);
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

/** Takes a resource into the usage record. Nothing is read for it: where the journal's history is not at hand nothing is said of whose the setting is. */
function sampleUsage<R extends Resource>({ automation, context, log, usage }: ObserveInput<R>, resource: R): void {
  if (!usage) return;
  const samples = automation.usageOf?.(resource, context) ?? [];
  const isKnown = log.view.takeMissing().length === 0;
  for (const sample of samples) usage.take(isKnown ? sample : { ...sample, setting: undefined });
}

/** What stands for a resource once it was looked at closely. A service that does not answer leaves it as the page has it. */
async function withDetail<R extends Resource>(input: ObserveInput<R>, resource: R): Promise<readonly R[]> {
  const { automation, client, context, signal } = input;
  try {
    return (await automation.fetchDetail?.(client, context.target, resource, signal)) ?? [resource];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    input.onDetailFailed?.(resource, error);
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

/** Rows of a page of the service's lists. */
const rowsOfPage = 100;

/** The resources that the events of a context name and that still exist, each once, and how many there are in all. @throws ApiError */
export async function namedByEvents<R extends Resource>(
  automation: Automation<R>,
  client: Client,
  { triggerEvents, target }: PlanContext,
  signal: AbortSignal | undefined,
): Promise<{ readonly resources: readonly R[]; readonly total: number | undefined }> {
  // Many are found with fewer reads in the list: its pages have a hundred rows.
  const total = await automation.count?.(client, target, signal);
  const resources: R[] = [];
  const met = new Set<string>();
  if (total !== undefined && triggerEvents !== undefined && triggerEvents.size > Math.ceil(total / rowsOfPage) + 1) {
    for await (const page of automation.observe(client, target, signal)) {
      for (const resource of page.resources.filter(({ id }) => !met.has(id) && met.add(id))) {
        if (triggerEvents.has(resource.id)) resources.push(resource);
      }
    }
    if (met.size >= total) return { resources, total };
  }
  // A list that moves while it is read can skip rows: what it did not show is read by itself.
  for (const id of triggerEvents?.keys() ?? []) {
    const resource = met.has(id) ? undefined : await automation.reread(client, target, { id }, signal);
    if (resource) resources.push(resource);
  }
  return { resources, total };
}

/** Decisions about a fleet, counted: what acts or holds in full, the others by number. */
interface Counted<R extends Resource> {
  /** Acts and holds in the order of the service, before `settle` and the guard. */
  readonly decisions: readonly (ActDecision | HoldDecision)[];
  /** The resources of what acts, by id. */
  readonly acting: ReadonlyMap<string, R>;
  readonly keep: number;
  readonly notCovered: number;
  readonly kept: readonly string[];
  readonly notCoveredIds: readonly string[];
  /** What was written and is seen for the first time since, as the journal calls it. */
  readonly readBack: readonly ExternalSetting[];
  /** Values that planners called a person's, and states that they want to know since when. */
  readonly manual: readonly ExternalChange[];
  /** Ids of resources that are as wanted and on which no person's change stands. */
  readonly settled: ReadonlySet<string>;
  /** Distinct resources that each rule covers. */
  readonly byRule: ReadonlyMap<string, number>;
}

/** Counts decisions as they are made. */
class Tally<R extends Resource> {
  readonly #isWatched: (id: string) => boolean;
  /** What acts or holds, by the place of the resource in the observation. */
  readonly #decisions = new Map<number, ActDecision | HoldDecision>();
  readonly #acting = new Map<string, R>();
  readonly #manual: ExternalChange[] = [];
  /** Each value that is to be kept once: a fleet has few different ones. */
  readonly #texts = new Map<string, string>();
  readonly #readBack: ExternalSetting[] = [];
  readonly #settled = new Set<string>();
  readonly #kept: string[] = [];
  readonly #notCoveredIds: string[] = [];
  readonly #byRule = new Map<string, number>();
  /** Resources whose parts were decided, by rule: each counts once. */
  readonly #wholes = new Set<string>();
  #keep = 0;
  #notCovered = 0;

  /** `isWatched`: true where the journal has something standing for a resource; only those are named in `settled`. */
  constructor(isWatched: (id: string) => boolean) {
    this.#isWatched = isWatched;
  }

  /** Takes a decision; `place` is the resource's in the observation. */
  take(resource: R, decision: Decision, place: number): void {
    const { id } = resource;
    if (decision.rule !== null) this.#cover(decision.rule, id);
    const theirs = manualChanges(decision);
    this.#manual.push(...theirs);
    for (const { setting, value } of decision.sighted ?? []) {
      const text = this.#texts.get(value) ?? value;
      this.#texts.set(text, text);
      this.#manual.push({ resource: id, setting, value: text, sighted: true });
    }
    for (const setting of decision.readBack ?? []) this.#readBack.push({ resource: id, setting: unreadSetting(setting) });
    if (decision.verdict !== 'keep') this.#decisions.set(place, decision);
    else if (decision.rule === null) {
      this.#notCovered += 1;
      if (this.#notCoveredIds.length < idsNamed) this.#notCoveredIds.push(id);
    } else {
      this.#keep += 1;
      if (this.#kept.length < idsNamed) this.#kept.push(id);
      if (theirs.length === 0 && this.#isWatched(id)) this.#settled.add(id);
    }
    if (decision.verdict === 'act') this.#acting.set(id, resource);
  }

  #cover(rule: string, id: string): void {
    const whole = wholeIdOf(id);
    const key = `${whole} ${rule}`;
    if (this.#wholes.has(key)) return;
    if (whole !== id) this.#wholes.add(key);
    this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
  }

  /** What was counted so far. */
  counted(): Counted<R> {
    return {
      decisions: [...this.#decisions].sort(([a], [b]) => a - b).map(([, decision]) => decision),
      ...{ acting: this.#acting, keep: this.#keep, notCovered: this.#notCovered, kept: this.#kept, notCoveredIds: this.#notCoveredIds },
      ...{ readBack: this.#readBack, manual: this.#manual, settled: this.#settled, byRule: this.#byRule },
    };
  }
}

/** Values on settings that the journal is to keep, with the time since when each is known. */
function manualChanges({ resource, because }: Decision): readonly ExternalChange[] {
  return because.flatMap(({ code, data }) => {
    const { setting, value } = data ?? {};
    if ((code !== manualChangeCode && code !== sightedCode) || typeof setting !== 'string' || typeof value !== 'string') return [];
    return [{ resource: resource.id, setting, value, ...(code === sightedCode ? { sighted: true as const } : {}) }];
  });
}

/** The extra facts of one run: each key is read once, whatever becomes of the read. */
export class RunFacts implements Facts {
  readonly #values = new Map<string, Money | undefined>();
  readonly #quotes: QuotedPrice[] = [];
  readonly #reader: FactReader | undefined;
  readonly #onFailure: (need: Need, error: unknown) => void;

  /** Without a reader every fact is unknown. `onFailure` hears of each read that failed. */
  constructor(reader: FactReader | undefined, onFailure: (need: Need, error: unknown) => void) {
    this.#reader = reader;
    this.#onFailure = onFailure;
  }

  nodePricePerHour(key: string): Money | undefined {
    return this.#values.get(key);
  }

  /** Prices that were read, in the order of reading. */
  get quotes(): readonly QuotedPrice[] {
    return this.#quotes;
  }

  /** Reads those of the needs that were not read before, one after another. Never throws: what fails stays unknown. */
  async gather(needs: Iterable<Need>, signal?: AbortSignal): Promise<void> {
    if (!this.#reader) return;
    for (const need of needs) {
      if (this.#values.has(need.key)) continue;
      this.#values.set(need.key, undefined);
      try {
        const price = await this.#reader.read(need, signal);
        this.#values.set(need.key, price);
        if (price) this.#quotes.push({ region: need.region, instanceType: need.instanceType, price });
      } catch (error) {
        this.#onFailure(need, error);
      }
    }
  }
}
