import { randomBytes } from 'node:crypto';
import type { Client } from '../client/client.ts';
import type { Clock, EpochMs } from '../client/clock.ts';
import type { Resource } from '../fleet/resource.ts';
import { IntentLog, writtenScope } from '../journal/intents/intent-log.ts';
import { unknownActs } from '../journal/intents/intent-state.ts';
import { heartbeatsOf } from '../journal/log/runs.ts';
import type { Store } from '../journal/store/store.ts';
import { runStoring } from '../journal/store/store-effect.ts';
import { type UsageDraft, UsageMemory } from '../journal/usage/usage-sample.ts';
import type { ActDecision, Decision, HoldDecision, Reason } from '../planning/decision.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import { checkAccount, isOthers, type RefusedAccount } from './account-check.ts';
import type { Automation, FactReader, Misread, PlanContext, TriggerEvent } from './automation.ts';
import { countingClient } from './counting-client.ts';
import { drive } from './effects.ts';
import { type ExecuteRules, execute } from './execute.ts';
import { functionMode, guarding } from './guard.ts';
import { addedElsewhere } from './guard-nodes.ts';
import type { TellRun } from './notifications.ts';
import { type Observation, observeAndPlan, RunFacts } from './observe.ts';
import { type Overrides, readOverrides } from './overrides.ts';
import { Protection } from './protection-facts.ts';
import { reason } from './reasons.ts';
import { recheckRules } from './recheck.ts';
import { compareHolds, endRun, type RunUsage, writeSeen } from './record-run.ts';
import { type Outcome, type RunReport, runError } from './report.ts';
import { ReportDraft } from './report-draft.ts';
import { byBothClocks, clockSkewCode, provenSkew, skewError } from './two-clocks.ts';

/** How far a run has come. */
export type Progress =
  | { readonly phase: 'observing'; readonly observed: number; readonly announced: number | undefined }
  | { readonly phase: 'acting'; readonly done: number; readonly of: number };

/** What a run needs. */
export interface RunOptions<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly target: CompiledTarget;
  readonly policy: CompiledPolicy;
  readonly store: Store;
  readonly clock: Clock;
  /** `plan` calls and writes nothing that changes anything; `apply` acts where the policy lets the function act. */
  readonly mode: 'plan' | 'apply';
  /** Where it runs, for the report. */
  readonly world: string;
  /** How facts are read. Default: the automation's own way. */
  readonly factReader?: FactReader | undefined;
  /** Told to stop: observing ends, a call under way is finished and written down, nothing new begins. */
  readonly signal?: AbortSignal | undefined;
  /** When the process must have ended; acting stops well before. Default: never. */
  readonly deadlineMs?: EpochMs | undefined;
  /** What happened, where events began the run: only these resources are looked at. Default: the whole fleet. */
  readonly triggerEvents?: readonly TriggerEvent[] | undefined;
  /** Formats of compiled policies that the deployed function reads; its heartbeat has them. Default: not a deployed function, nothing is said. */
  readonly policyFormats?: readonly number[] | undefined;
  /** How people are told of the run at its end. Default: nobody is. A plan tells nobody. */
  readonly tell?: TellRun | undefined;
  /** What earlier runs of this process wrote of the fleet, so that this one writes what changed. Default: it writes all that it sees. */
  readonly usage?: UsageMemory | undefined;
  /** Batch, width and time allowances of acting. Default: as `ExecuteRules` says. */
  readonly rules?: Partial<ExecuteRules> | undefined;
  /** Hears how far the run has come. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Sees every decision of the planner with its resource, kept ones included, before protection and limits. */
  readonly onDecision?: ((resource: R, decision: Decision) => void) | undefined;
  /** Hears what becomes of each action as it happens. */
  readonly onOutcome?: ((outcome: Outcome) => void) | undefined;
}

/**
 * One run of an automation on a target: observe → decide → settle → guard → act → report. What fails on the way is in the report's
 * `errors`, and `failed` says that the invocation has to fail; defects of the program are thrown.
 */
export async function run<R extends Resource>(options: RunOptions<R>): Promise<RunReport> {
  const { target, store, clock } = options;
  const misread = options.automation.rules?.(options.policy);
  const automation = misread?.hold(options.automation) ?? options.automation;
  const policy = misread?.policy ?? options.policy;
  const nowMs = clock.now();
  const counting = countingClient(options.client);
  const mode = functionMode(policy, automation.name);
  const own = { run: randomBytes(16).toString('hex'), function: automation.name, functionMode: mode, nowMs };
  const draft = new ReportDraft({ ...options, policy }, misread?.error, own);

  const log = await draft.attempt(() => runStoring(store, IntentLog.load(automation.name, writtenScope(target))));
  const overrides = log && (await draft.attempt(() => runStoring(store, readOverrides(policy, target, nowMs, automation.halts))));
  const begun = { ...options, automation, policy, misread, client: counting.client };
  const usage = log && overrides ? await observeAndAct(begun, overrides, log, draft) : undefined;
  draft.damaged([...(log?.damaged ?? []), ...(overrides?.damaged ?? [])]);

  const finished = draft.finish(clock.now(), counting.counts());
  if (options.mode === 'plan') return finished;
  // Before the record, which says what nobody was told of: after a crash in between it is told again, never left out.
  const told = await options.tell?.(finished, policy, store);
  const report = { ...finished, warnings: [...finished.warnings, ...(told?.warnings ?? [])] };
  const { triggerEvents, policyFormats } = options;
  const end = endRun(report, nowMs, log, { ofEvent: triggerEvents !== undefined, untold: told?.untold, policyFormats, usage });
  const ended = await runStoring(store, end);
  // Only the last write failed; everything else was told above.
  if (ended.failed && !report.failed) await options.tell?.({ ...ended, outcomes: [], newHolds: [] }, policy, store);
  return ended;
}

/** What a run begins with. */
interface Begun<R extends Resource> extends RunOptions<R> {
  /** Set where the rules of the function cannot be read. */
  readonly misread: Misread | undefined;
}

/** What the steps of a run share. */
interface Work<R extends Resource> extends Begun<R> {
  readonly context: PlanContext;
  readonly facts: RunFacts;
  readonly log: IntentLog;
  readonly draft: ReportDraft;
}

/** A draft of what the run sees of the fleet; undefined where nothing of it is to be recorded: a plan writes nothing, an event shows a part. */
function draftUsage<R extends Resource>({ automation, mode, triggerEvents, target, usage, draft }: Work<R>): UsageDraft | undefined {
  if (mode === 'plan' || triggerEvents !== undefined || automation.usageOf === undefined) return undefined;
  const place = { functionName: automation.name, target: target.name, region: target.shard };
  return (usage ?? new UsageMemory()).draft(heartbeatsOf(place), draft.head.nowMs);
}

/** What was seen, with the automation that decided it. */
interface Observed<R extends Resource> {
  readonly seen: Observation<R>;
  /** By one clock, or by both where they differ. */
  readonly by: Automation<R>;
  /** How far the service's clock is ahead of ours, where it is proven. */
  readonly skewMs: number | undefined;
  /** What of it is to be recorded; undefined where not all was seen, or when is not known. */
  readonly usage: UsageDraft | undefined;
}

/** Gives what the run saw of the fleet, where all of it was seen and it is the target's. */
async function observeAndAct<R extends Resource>(
  options: Begun<R>,
  { policy, halts }: Overrides,
  log: IntentLog,
  draft: ReportDraft,
): Promise<RunUsage | undefined> {
  const { automation, client, target, store, mode } = options;
  const { nowMs, functionMode } = draft.head;
  const reader = options.factReader ?? automation.facts?.(client, target);
  const facts = new RunFacts(reader, ({ key }, error) => {
    draft.warn(reason('fact-unknown', `${key} could not be read: ${runError(error).message}`, { key }));
  });
  const context: PlanContext = {
    policy,
    target,
    nowMs,
    written: log.view,
    facts,
    halts,
    triggerEvents: lastTriggerEvents(options.triggerEvents),
  };
  const work: Work<R> = { ...options, context, facts, log, draft };

  const observed = await observe(work);
  const decisions = await guardObserved(work, observed);
  if (decisions === undefined) return undefined;
  draft.decisions = decisions;
  const account = await checkAccount(client, target);
  if (!account.ok) refuseAccount(draft, account);
  // What was seen is another account's: nothing of it is written down, and what holds there is not compared.
  if (isOthers(account)) return undefined;
  if (mode === 'apply' && !work.misread) await keepSeen(work, observed.seen);
  if (mode === 'apply' && functionMode === 'act') await act({ ...options, automation: observed.by }, context, log, draft);
  const { usage } = observed;
  const seen = account.ok && usage ? { sample: usage.finish(facts.quotes), written: () => usage.written() } : undefined;
  if (!tellsHolds(work, observed)) return seen;
  // Those of the guard: that STS did not answer a moment ago is no hold to tell of.
  const holds = await draft.attempt(() => runStoring(store, compareHolds(log, target.name, { decisions, functionMode }, nowMs)));
  if (holds) draft.holds = holds;
  return seen;
}

/** Observes and decides; where the answers prove meanwhile that the clocks differ, once more, by both. */
async function observe<R extends Resource>(work: Work<R>): Promise<Observed<R>> {
  const { automation, client, draft } = work;
  let by = automation;
  let usage = draftUsage(work);
  let seen = await observeBy(by, work, usage);
  const skewMs = automation.timeless ? undefined : provenSkew(client);
  if (skewMs !== undefined) {
    draft.failBecause(skewError(skewMs));
    by = byBothClocks(automation, skewMs);
    // When it was seen is not known.
    usage = undefined;
    seen = await observeBy(by, work);
  }
  draft.observeAndPlan(seen);
  if (seen.error === undefined && work.triggerEvents === undefined) draft.checkWhole(seen.totals);
  return { seen, by, skewMs, usage: seen.totals.complete ? usage : undefined };
}

function observeBy<R extends Resource>(
  by: Automation<R>,
  { draft, onProgress, ...work }: Work<R>,
  usage?: UsageDraft,
): Promise<Observation<R>> {
  return observeAndPlan({
    ...{ ...work, automation: by, usage },
    onPage: (observed, announced) => onProgress?.({ phase: 'observing', observed, announced }),
    onDetailFailed: ({ id }, error) =>
      draft.warn(reason('look-failed', `More about ${id} could not be read: ${error.message}`, { resource: id })),
  });
}

/** What acts and what holds, by protection, by limits, and by what happened to the same on other targets; undefined where that cannot be read. */
async function guardObserved<R extends Resource>(
  { automation, client, context, log, store, draft, signal }: Work<R>,
  { seen, by }: Observed<R>,
): Promise<readonly (ActDecision | HoldDecision)[] | undefined> {
  const nodesAddedElsewhere = async () =>
    (await draft.attempt(() => runStoring(store, addedElsewhere(automation.name, context)))) ?? unknownActs;
  const guarded = await applyGuards({ automation: by, client, context, seen, log, nodesAddedElsewhere, signal });
  const { elsewhere } = automation;
  return elsewhere ? draft.attempt(() => runStoring(store, elsewhere(guarded, context, log))) : guarded;
}

/** Holds whatever would act, since the keys are not known to be the account's. */
function refuseAccount(draft: ReportDraft, refused: RefusedAccount): void {
  const acting = draft.head.functionMode === 'act' && draft.decisions.some(({ verdict }) => verdict === 'act');
  if (acting) draft.decisions = draft.decisions.map((decision) => holdBecause(decision, refused.because));
  draft.refuseKeys(refused, acting);
}

/** Writes down what later runs have to know: changes by people, owners' tags, and what has gone. */
async function keepSeen<R extends Resource>(
  { automation, context, log, store, target, draft, triggerEvents }: Work<R>,
  seen: Observation<R>,
): Promise<void> {
  const { nowMs, run: owner } = draft.head;
  const ofTarget = automation.ofTarget?.(context, log, seen.totals.complete && triggerEvents === undefined);
  const found = {
    manual: [...seen.manual, ...(ofTarget?.seen ?? [])],
    ...{ tags: seen.tags, calm: seen.settled, gone: [...seen.tagsGone, ...seen.readBack, ...(ofTarget?.gone ?? [])] },
  };
  await draft.attempt(() => runStoring(store, writeSeen(log, { owner, atMs: nowMs }, target.name, found)));
}

/**
 * True where the holds of a run can be compared with those told last. After a partial observation, or one of what an event named, they say nothing
 * about what was not read; told to stop, what could not be asked holds too; while the clocks differ, or the rules cannot be read, all holds are of
 * that, and the run fails for it.
 */
function tellsHolds<R extends Resource>({ signal, triggerEvents, misread }: Work<R>, { seen, skewMs }: Observed<R>): boolean {
  return seen.totals.complete && !signal?.aborted && triggerEvents === undefined && skewMs === undefined && !misread;
}

/** The same decision as a hold where it acts, with the reason in front of its own. */
function holdBecause(decision: ActDecision | HoldDecision, because: Reason): ActDecision | HoldDecision {
  return decision.verdict === 'act' ? { ...decision, verdict: 'hold', because: [because, ...decision.because] } : decision;
}

/** The last trigger event of each resource. */
function lastTriggerEvents(triggerEvents: readonly TriggerEvent[] | undefined): ReadonlyMap<string, TriggerEvent> | undefined {
  return (
    triggerEvents &&
    new Map([...triggerEvents].sort((a, b) => a.atMs - b.atMs).map((triggerEvent) => [triggerEvent.resourceId, triggerEvent]))
  );
}

async function act<R extends Resource>(options: RunOptions<R>, context: PlanContext, log: IntentLog, draft: ReportDraft): Promise<void> {
  const { automation, client, target, store, clock, signal, deadlineMs, rules } = options;
  const acts = draft.decisions.filter((decision) => decision.verdict === 'act');
  if (acts.length === 0) return;
  let done = 0;
  const onOutcome = (outcome: Outcome): void => {
    options.onOutcome?.(outcome);
    options.onProgress?.({ phase: 'acting', done: ++done, of: acts.length });
  };
  const overrides = (nowMs: EpochMs) => readOverrides(options.policy, target, nowMs, automation.halts);
  const again = recheckRules(automation, context, log, draft.head.run, () => provenSkew(client), overrides);
  const batchOf = (operation: string) =>
    Object.hasOwn(automation.operations, operation) ? automation.operations[operation]?.batch : undefined;
  const executed = await drive(
    { automation, client, target, store, clock, signal, onOutcome },
    execute({ decisions: acts, target: target.name, owner: draft.head.run, log, again, batchOf, deadlineMs, rules }),
  );
  draft.outcomes = executed.outcomes;
  // It may be proven only right before the calls.
  const held = executed.outcomes.some(({ because }) => because?.code === clockSkewCode);
  const skewMs = held ? provenSkew(client) : undefined;
  if (skewMs !== undefined) draft.failBecause(skewError(skewMs));
  if (executed.error) draft.fail(executed.error);
}

/** What the guards need. */
interface GuardInput<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly seen: Observation<R>;
  readonly log: IntentLog;
  /** Nodes that were added in the 24 hours before on the other targets. Asked for only where nodes are to be added. */
  readonly nodesAddedElsewhere: () => Promise<number>;
  readonly signal?: AbortSignal | undefined;
}

/** What acts and what holds in the end: settles and guards what would act. Order is that of the observation. */
async function applyGuards<R extends Resource>(input: GuardInput<R>): Promise<readonly (ActDecision | HoldDecision)[]> {
  const { automation, context, seen, log } = input;
  const { policy, target, nowMs } = context;
  const protection = new Protection({ ...input, acting: seen.acting });
  const addsNodes = seen.decisions.some(({ verdict, action }) => verdict === 'act' && (action?.nodesAdded ?? 0) > 0);
  const steps = guarding(
    seen.decisions,
    {
      functionName: automation.name,
      neverWord: automation.neverWord,
      policy,
      target,
      nowMs,
      totals: seen.totals,
      byRule: seen.byRule,
      nodes: seen.nodes,
      counts: log.counts(target.name, nowMs, policy.targets),
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
