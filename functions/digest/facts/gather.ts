import type { EpochMs } from '../../../shared/client/clock.ts';
import { loadOverrides } from '../../../shared/engine/overrides.ts';
import { holdIdentity } from '../../../shared/engine/report.ts';
import type { SubscriptionPeriod } from '../../../shared/fleet/subscription-period.ts';
import { writtenScope } from '../../../shared/journal/intents/intent-log.ts';
import { IntentReader, readWrittenStream } from '../../../shared/journal/intents/intent-reader.ts';
import { readMarks } from '../../../shared/journal/log/alerts.ts';
import { answerWords, countingAnswer, electorateOf } from '../../../shared/journal/people/answers.ts';
import { type ApprovalSubject, type LinkProver, readApprovals } from '../../../shared/journal/people/approvals.ts';
import { JournalError, type Store, StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { shardsOf } from '../../../shared/policy/fan-out.ts';
import { zero } from '../../../shared/policy/money.ts';
import type { CompiledDigestRule } from '../compiled-rule.ts';
import type { SentDigest } from '../digest-stream.ts';
import type { Stretch } from './capacity-tally.ts';
import {
  changeText,
  type DigestFacts,
  type DoneFacts,
  type DoneLine,
  type EndingException,
  type ExpiryLine,
  type HeldLine,
  type TargetFacts,
  type WouldLine,
} from './digest-facts.ts';
import type { Expiry, FleetFacts } from './fleet-facts.ts';
import { readLifeSigns } from './heartbeats.ts';
import { headsForDigest, type JournalHeads } from './journal-heads.ts';
import { readSpending } from './past-orders.ts';
import { foldHolds, type HoldAges, type PastRun, readPastRun, visitRuns } from './past-runs.ts';
import { type AnyRule, functionsOf, rulesFor } from './rule-coverage.ts';

const dayMs = 86_400_000;
/** Spending is plotted over so long. */
const plottedMs = 30 * dayMs;
/** Exceptions that end within so long are told. */
const endingMs = 7 * dayMs;
/** Without an earlier digest, since when holds stand is looked for over so long. */
const holdsBackMs = 7 * dayMs;

/** What gathering the facts of a digest needs. */
export interface GatherInput {
  readonly rule: CompiledDigestRule;
  readonly policy: CompiledPolicy;
  /** The targets of the rule, in the order of the policy. */
  readonly targets: readonly CompiledTarget[];
  readonly store: Store;
  readonly nowMs: EpochMs;
  readonly span: Stretch;
  /** What was observed of each target. */
  readonly fleets: ReadonlyMap<string, FleetFacts>;
  /** The digest of this rule that went out last. */
  readonly before: SentDigest | undefined;
  /** Token of the run that is to cover the journal by a head. Default: none is written, and heads are read where the rule shows them. */
  readonly owner?: string | undefined;
  /** Checks answers by link. Default: they cannot be checked. */
  readonly proveLink?: LinkProver | undefined;
}

/** Reads from the journal all that a digest tells. Records that cannot be read are told of, and the rest goes out all the same. @throws StoreError */
export async function gatherFacts(input: GatherInput): Promise<DigestFacts> {
  const { rule, policy, targets, store, nowMs, span } = input;
  const past = await readPast(input);
  const unreadable = past.unreadable.map((key) => `the run ${key}`);
  const facts: TargetFacts[] = [];
  for (const target of targets) facts.push(await targetFacts(input, target, past, unreadable));
  const spent = { fromMs: Math.min(span.fromMs, span.untilMs - plottedMs), untilMs: Math.max(nowMs, span.untilMs) };
  const heads = await headsOf(input, unreadable);
  return {
    ...{ rule, zone: policy.zones[rule.timezone] ?? { transitions: [] }, nowMs, span, targets: facts },
    spending: await orElse(unreadable, { orders: [], budgets: [] }, () => readSpending(store, policy, spent)),
    exceptions: await endingExceptions(input, unreadable),
    ...(heads === undefined ? {} : { heads }),
    unreadable,
  };
}

/** The head that covers the journal. A digest goes out without one where it cannot be written. */
async function headsOf(
  { rule, policy, store, nowMs, before, owner }: GatherInput,
  unreadable: string[],
): Promise<JournalHeads | undefined> {
  if (owner === undefined && !rule.show.includes('heads')) return undefined;
  const earlier = before?.head && { ...before.head, atMs: before.atMs };
  try {
    return await headsForDigest({ store, policy, nowMs, owner, earlier });
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof JournalError)) throw error;
    unreadable.push(`the journal as a whole, so no head covers it: ${error.message}`);
    return undefined;
  }
}

/** What work gives, or a stand-in where a record of the journal cannot be trusted, which is noted. */
async function orElse<T>(unreadable: string[], standIn: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    unreadable.push(error.message);
    return standIn;
  }
}

interface Past {
  readonly done: ReadonlyMap<string, DoneTally>;
  /** By function and target. */
  readonly ages: ReadonlyMap<string, HoldAges>;
  readonly unreadable: readonly string[];
}

/** One pass over the runs: what they did in the span, and how the sets of holds changed since the last digest. */
async function readPast({ store, span, nowMs, before, targets }: GatherInput): Promise<Past> {
  const done = new Map(targets.map(({ name }) => [name, new DoneTally()]));
  const ages = agesTold(before);
  const holdsFromMs = before?.untilMs ?? nowMs - holdsBackMs;
  const stretch = { fromMs: Math.min(span.fromMs, holdsFromMs), untilMs: nowMs + 1 };
  const unreadable = await visitRuns(store, stretch, (run: PastRun) => {
    if (run.atMs >= span.fromMs && run.atMs < span.untilMs) done.get(run.target)?.take(run);
    if (run.atMs < holdsFromMs) return;
    const key = ageKey(run.function, run.target);
    const after = foldHolds(ages.get(key), run);
    if (after) ages.set(key, after);
  });
  return { done, ages, unreadable };
}

function agesTold(before: SentDigest | undefined): Map<string, HoldAges> {
  const ages = new Map<string, Map<string, { sinceMs: EpochMs; orBefore: boolean }>>();
  for (const [functionName, target, identity, sinceMs, orBefore] of before?.held ?? []) {
    const key = ageKey(functionName, target);
    ages.set(key, (ages.get(key) ?? new Map()).set(identity, { sinceMs, orBefore }));
  }
  return new Map(ages);
}

function ageKey(functionName: string, target: string): string {
  return JSON.stringify([functionName, target]);
}

async function targetFacts(input: GatherInput, target: CompiledTarget, past: Past, unreadable: string[]): Promise<TargetFacts> {
  const { store, policy, nowMs, rule, span, fleets, proveLink } = input;
  const fleet = fleets.get(target.name);
  const held: HeldLine[] = [];
  const would: WouldLine[] = [];
  const life: TargetFacts['life'][number][] = [];
  for (const functionName of functionsOf(policy, target)) {
    const ages = past.ages.get(ageKey(functionName, target.name));
    const options = { watchedFromMs: policy.fromMs, everyMs: rule.runsEvery[functionName], stretch: span };
    for (const part of shardsOf(target, functionName)) {
      const notDone = await orElse(unreadable, { held: [], would: [] }, () => notDoneBy(store, functionName, part, ages));
      held.push(...notDone.held);
      would.push(...notDone.would);
      life.push(await readLifeSigns(store, { functionName, target: target.name, region: part.shard }, nowMs, options));
    }
  }
  const expiring: TargetFacts['expiring'][number][] = [];
  for (const expiry of fleet?.expiring ?? []) {
    expiring.push(await orElse(unreadable, { ...expiry, told: [] }, () => withWords(store, expiry, { policy, target, nowMs, proveLink })));
  }
  const done = (past.done.get(target.name) ?? new DoneTally()).facts;
  return { name: target.name, fleet, expiring, done, held, would, life };
}

/** Exceptions of the policy and of the journal that end soon, or have ended since the last digest; those of several targets once. */
async function endingExceptions(
  { store, policy, targets, span, nowMs }: GatherInput,
  unreadable: string[],
): Promise<readonly EndingException[]> {
  const ending = new Map<string, EndingException & { readonly targets: string[] }>();
  for (const target of targets) {
    // As of the begin of the stretch: what has ended since is told once.
    const standing = await orElse(unreadable, undefined, () => loadOverrides(store, policy, target, Math.min(span.fromMs, nowMs)));
    for (const { because, keepAtLeastPercent, never, spans, targets: named, groups, workstations } of (standing?.policy ?? policy)
      .exceptions) {
      const untilMs = spans[target.timezone]?.untilMs;
      if (untilMs === undefined || (named !== undefined && !named.includes(target.name))) continue;
      const ended = untilMs <= nowMs;
      if (ended ? untilMs <= span.fromMs : untilMs > nowMs + endingMs) continue;
      const key = JSON.stringify([because, untilMs, keepAtLeastPercent, never, groups, workstations]);
      const known = ending.get(key) ?? { because, untilMs, ended, targets: [], keepAtLeastPercent, never };
      known.targets.push(target.name);
      ending.set(key, known);
    }
  }
  return [...ending.values()].sort((a, b) => a.untilMs - b.untilMs);
}

/** Changes that are named one by one; the rest is counted. */
const named = 200;

/** Adds up what the runs on one target did. */
class DoneTally {
  readonly #counts: Record<string, Record<string, number>> = {};
  readonly #good: DoneLine[] = [];
  readonly #bad: DoneLine[] = [];
  readonly #errors = new Map<string, { functionName: string; code: string; message: string; times: number }>();
  #all = 0;

  /** Takes a run. */
  take(run: PastRun): void {
    const actions = new Map(run.decisions.flatMap(({ action }) => (action ? [[action.key, action] as const] : [])));
    for (const { resource, key, outcome, because } of run.outcomes) {
      const action = actions.get(key);
      const counts = this.#counts[run.function] ?? {};
      this.#counts[run.function] = counts;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      this.#all += 1;
      const lines = outcome === 'done' || outcome === 'already' ? this.#good : this.#bad;
      if (lines.length < named) {
        const text = changeText(action, key);
        const why = because === undefined ? {} : { because: because.text };
        lines.push({ functionName: run.function, atMs: run.atMs, resource, text, outcome, ...why });
      }
    }
    for (const { code, message } of run.errors) {
      const key = JSON.stringify([run.function, code, message]);
      const known = this.#errors.get(key) ?? { functionName: run.function, code, message, times: 0 };
      known.times += 1;
      this.#errors.set(key, known);
    }
  }

  /** What was taken. */
  get facts(): DoneFacts {
    const lines = [...this.#bad, ...this.#good].slice(0, named);
    return {
      counts: this.#counts,
      ...{ lines, more: this.#all - lines.length },
      errors: [...this.#errors.values()],
    };
  }
}

/** The function that tells alarms. */
const renewing = 'renew-before-expiry';

/** Alarms are told from 72 hours before an expiry on (purchase protocol); a day more for clocks and late runs. */
const alarmsMs = 4 * 86_400_000;
/** Steps of alarms about an expiry that is near; other alerts of the same expiry are no alarms. */
const alarmSteps = ['72h', '24h', '6h', '1h'];

/** By what the words on an expiry are read. */
interface WordsContext {
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  readonly nowMs: EpochMs;
  /** Checks answers by link. Default: they cannot be checked. */
  readonly proveLink?: LinkProver | undefined;
}

/**
 * What people were told and said about an expiry. One read for each alarm where it is near; the exact reads where its rule asks approvers.
 * @throws StoreError @throws JournalError
 */
async function withWords(store: Store, expiry: Expiry, context: WordsContext): Promise<ExpiryLine> {
  const { policy, target, nowMs } = context;
  const { id: resource, expiresAtMs } = expiry;
  const { account } = target;
  const near = expiresAtMs - nowMs <= alarmsMs ? alarmSteps : [];
  const names = near.map((step) => ({ account, resource, expiresAtMs, step }));
  const marks = await runStoring(store, readMarks({ functionName: renewing, nowMs }, names));
  const told = near.filter((_step, index) => marks[index]?.toldAtMs !== undefined);
  const rule = rulesFor(policy, target, renewing).find(({ name }) => name === expiry.rule);
  const ask = rule?.['ask'] as { readonly who?: string; readonly links?: boolean } | undefined;
  const answer =
    ask?.who === undefined ? undefined : await answerOn(store, { circle: ask.who, account, resource, expiresAtMs }, rule, context);
  return {
    ...expiry,
    told,
    ...(answer === undefined ? {} : { answer }),
  };
}

/** What approvers answered, at whatever price: a digest asks for none. Undefined where nothing that was answered counts now. */
async function answerOn(
  store: Store,
  subject: ApprovalSubject,
  rule: AnyRule | undefined,
  context: WordsContext,
): Promise<ExpiryLine['answer']> {
  const { target, nowMs, proveLink } = context;
  const { ask, period } = rule as unknown as { readonly ask: { readonly links?: boolean }; readonly period: SubscriptionPeriod };
  const electorate = electorateOf(context, { circle: subject.circle, links: ask.links === true }, proveLink);
  const answers = await runStoring(store, readApprovals(subject, electorate));
  const currency = answers.given.find(({ verdict }) => verdict === 'approve')?.highest.currency ?? 'CNY';
  const answer = countingAnswer(answers, { target: target.name, period, price: zero(currency), nowMs });
  if (answer.state !== 'approved' && answer.state !== 'refused') return undefined;
  return { state: answer.state, words: answerWords(answer, subject.circle) };
}

/** What a function has not done on a target, although something is wanted. */
interface NotDone {
  readonly held: readonly HeldLine[];
  /** Empty where the function acts. */
  readonly would: readonly WouldLine[];
}

/** What a function holds, or would do if it did not only observe, by the record that told it last. @throws StoreError @throws JournalError */
async function notDoneBy(store: Store, functionName: string, target: CompiledTarget, ages: HoldAges | undefined): Promise<NotDone> {
  const log = new IntentReader(await runStoring(store, readWrittenStream(functionName, writtenScope(target))));
  const told = log.toldHolds(target.name);
  const bytes = told && (await store.read(told.run));
  const run = told && bytes && readPastRun(told.run, bytes);
  const held: HeldLine[] = [];
  const would: WouldLine[] = [];
  for (const { verdict, resource, rule, because, action } of run?.decisions ?? []) {
    const atMs = run?.atMs ?? 0;
    if (verdict === 'hold') {
      const identity = holdIdentity({ resource: { id: resource.id }, because });
      const age = ages?.get(identity) ?? { sinceMs: atMs, orBefore: true };
      const [first] = because;
      held.push({ functionName, rule, resource, identity, code: first?.code ?? '', text: first?.text ?? 'no reason given', ...age });
    } else if (verdict === 'act' && run?.functionMode === 'observe') {
      would.push({ functionName, atMs, resource, text: changeText(action, 'a change') });
    }
  }
  return { held, would };
}
