import type { EpochMs } from '../../client/clock.ts';
import type { LinkProver } from '../../journal/people/approvals.ts';
import type { Store } from '../../journal/store/store.ts';
import { JournalError, StoreError } from '../../journal/store/store.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import { shardsOf } from '../../policy/fan-out.ts';
import { functionMode } from '../guard-mode.ts';
import { loadStanding } from '../standing.ts';
import type { Stretch } from './capacity-tally.ts';
import type { DigestFacts, EndingException, HeldLine, TargetFacts, WouldLine } from './digest-facts.ts';
import type { CompiledDigestRule } from './digest-rule.ts';
import type { SentDigest } from './digest-stream.ts';
import { DoneTally } from './done-tally.ts';
import { withWords } from './expiry-words.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { foldHolds, type HoldAges } from './held-since.ts';
import { headsForDigest, type JournalHeads } from './journal-heads.ts';
import { notDoneBy } from './not-done.ts';
import { readSpending } from './past-orders.ts';
import { functionsOf } from './rule-cover.ts';
import { type PastRun, visitRuns } from './run-records.ts';
import { readLifeSigns } from './signs-of-life.ts';

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
    scaling: functionMode(policy, 'scale-on-schedule') === 'act',
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
    const standing = await orElse(unreadable, undefined, () => loadStanding(store, policy, target, Math.min(span.fromMs, nowMs)));
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
