import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';
import { countingClient } from '../../shared/engine/counting-client.ts';
import { rulesError, withoutRules } from '../../shared/engine/policy-format.ts';
import { reason } from '../../shared/engine/reasons.ts';
import { endRun, type RunUsage } from '../../shared/engine/record-run.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { ReportDraft } from '../../shared/engine/report-draft.ts';
import type { Runner, RunnerOptions } from '../../shared/engine/runner.ts';
import { provenSkew, skewError } from '../../shared/engine/two-clocks.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type QuotedPrice, quotesSample } from '../../shared/journal/usage/usage-sample.ts';
import { HourlyMemory } from '../../shared/notify/hourly-memory.ts';
import { type Notifier, notifierOf } from '../../shared/notify/notifier.ts';
import type { Json, Reason } from '../../shared/planning/decision.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { shardsOf } from '../../shared/policy/fan-out.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import { type CompiledDigestRule, compiledDigestRule } from './compiled-rule.ts';
import { type DueSlot, dueSlot, spanOf } from './digest-slot.ts';
import { claimSending, type DigestStream, digestStream, lastSent, readDigestStream, recordSeen, recordSent } from './digest-stream.ts';
import type { Stretch } from './facts/capacity-tally.ts';
import type { DigestFacts } from './facts/digest-facts.ts';
import type { FleetFacts } from './facts/fleet-facts.ts';
import { gatherFacts } from './facts/gather.ts';
import { readLifeSigns } from './facts/heartbeats.ts';
import { observeTarget } from './facts/observe-fleet.ts';
import { functionsOf } from './facts/rule-coverage.ts';
import { type FoldedUntil, foldUsage } from './fold-usage.ts';
import { type ToldGap, tellBlind, tellFreezes, tellGaps, type WatchdogContext } from './watchdog.ts';

/** The runner of a function that tells. What it told while the journal could not be read it remembers as long as the process lives. */
export function digestRunner(digesting: Digesting): Runner {
  const memory = new HourlyMemory();
  const folded: FoldedUntil = new Map();
  return { name: digesting.name, run: (options) => runDigest(digesting, options, memory, folded) };
}

/**
 * One run on a target: tell of functions that are silent and of a freeze that has begun → for each digest that is due, observe the fleet and write
 * down what was seen → when all targets of the rule were seen, or have been waited for, claim the digest, gather it from the journal, send it, and
 * write down that it was sent → fold the usage of the days that are over. The policy's `mode` has no say. What fails is in the report's `errors`; defects of the program are thrown.
 */
async function runDigest(digesting: Digesting, given: RunnerOptions, memory: HourlyMemory, folded: FoldedUntil): Promise<RunReport> {
  const { clock } = given;
  const misread = rulesError(given.policy, digesting.name, compiledDigestRule);
  const policy = misread ? withoutRules(given.policy, digesting.name) : given.policy;
  const options = { ...given, policy };
  const nowMs = clock.now();
  const counting = countingClient(options.client);
  const owner = randomBytes(16).toString('hex');
  const draft = new ReportDraft(options, misread, { run: owner, function: digesting.name, functionMode: 'act', nowMs });
  const notifier = options.notifier ?? notifierOf(new Map());
  const run: DigestRun = { digesting, options: { ...options, client: counting.client }, draft, notifier, nowMs, owner, quotes: [] };

  await watch(run, memory);
  let record: string | undefined;
  for (const rule of digestRules(options)) record = (await draft.attempt(() => tellDigest(run, rule))) ?? record;

  if (options.mode === 'apply') await foldDays(run, folded);

  // What it calls silent, due or over may be so by the wrong clock.
  const skewMs = provenSkew(counting.client);
  if (skewMs !== undefined) draft.failBecause(skewError(skewMs));
  const report: RunReport = { ...draft.finish(clock.now(), counting.counts()), ...(record === undefined ? {} : { record }) };
  if (options.mode === 'plan') return report;
  const { store, policyFormats } = options;
  return runStoring(store, endRun(report, nowMs, undefined, { usage: priced(run.quotes), policyFormats }));
}

/** Prices that were read go into the usage record with the heartbeat. */
function priced(quotes: readonly QuotedPrice[]): RunUsage | undefined {
  const sample = quotesSample(quotes);
  return sample && { sample };
}

/** Folds the usage of days that are over; heartbeats that cannot be read are named. */
async function foldDays({ options, draft, nowMs }: DigestRun, folded: FoldedUntil): Promise<void> {
  const { store, target } = options;
  const unreadable = (await draft.attempt(() => foldUsage(store, target, nowMs, folded))) ?? [];
  if (unreadable.length === 0) return;
  const keys = unreadable.slice(0, keysNamed);
  const text = `${unreadable.length} heartbeats could not be read, so what they saw is unmeasured; the first: ${keys[0]}.`;
  draft.warn(digestReason('usage-unreadable', text, { keys, count: unreadable.length }));
}

function digestRules({ policy, target }: Pick<RunnerOptions, 'policy' | 'target'>): readonly CompiledDigestRule[] {
  const rules = (policy.rules['digest'] ?? []) as readonly CompiledDigestRule[];
  return rules.filter(({ targets }) => targets === undefined || targets.includes(target.name));
}

/** Tells of a freeze and of functions that do not run; where the journal cannot be read it says so, since that hides any silence. */
async function watch({ digesting, options, draft, notifier, nowMs, owner }: DigestRun, memory: HourlyMemory): Promise<void> {
  const { policy, target, store, mode } = options;
  const context: WatchdogContext = { functionName: digesting.name, policy, target, store, notifier, nowMs, owner, memory };
  const note = (told: Pick<ToldGap, 'failed'> | undefined): void => {
    for (const { channel, because } of told?.failed ?? []) {
      draft.warn(reason('channel-dead', `The channel ${channel} did not deliver: ${because}.`, { channel }));
    }
  };
  if (mode === 'apply') for (const told of await tellFreezes(context)) note(told);
  try {
    for (const functionName of functionsOf(policy, target)) {
      const everyMs = digestRules(options).flatMap(({ runsEvery }) => runsEvery[functionName] ?? [])[0];
      for (const { shard } of shardsOf(target, functionName)) {
        const place = { functionName, target: target.name, region: shard };
        const life = await readLifeSigns(store, place, nowMs, { everyMs, watchedFromMs: policy.fromMs });
        const told = mode === 'apply' ? await tellGaps(life, context) : undefined;
        if (told) draft.warn(digestReason('function-silent', `${told.title}.`, { function: functionName, told: told.told }));
        note(told);
      }
    }
  } catch (error) {
    draft.fail(error);
    if (!(error instanceof StoreError) || mode === 'plan') return;
    draft.warn(digestReason('journal-blind', 'The journal cannot be read, so no silence of a function can be noticed.'));
    note(await tellBlind(error, context));
  }
}

/** What a digest says, made from its facts. */
interface DigestMessage {
  readonly title: string;
  readonly text: string;
  /** True where somebody should look: something failed, is silent, or could not be reached. */
  readonly urgent: boolean;
  /** What a program may want to read. Plain JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A function that tells: its name, and how it words what it found. */
export interface Digesting {
  readonly name: string;
  compose(facts: DigestFacts): DigestMessage;
}

/** A run of digest on one target. */
interface DigestRun {
  readonly digesting: Digesting;
  readonly options: RunnerOptions;
  readonly draft: ReportDraft;
  readonly notifier: Notifier;
  readonly nowMs: EpochMs;
  /** Its random token. */
  readonly owner: string;
  /** Prices that it read. */
  readonly quotes: QuotedPrice[];
}

/** So many records that could not be read are named. */
const keysNamed = 20;

/** How long a digest waits for the runs of its other targets, in milliseconds. */
const waitMs = 20 * 60_000;

/** Brings one digest as far as it can go now; gives the key of its record once it is sent. @throws StoreError @throws JournalError */
async function tellDigest(run: DigestRun, rule: CompiledDigestRule): Promise<string | undefined> {
  const { options, draft, nowMs, owner } = run;
  const { policy, target, store, mode } = options;
  const slot = dueSlot(rule, policy.zones[rule.timezone] ?? { transitions: [] }, nowMs);
  if (slot === undefined) return undefined;
  let digest = await runStoring(store, readDigestStream(digestStream(rule, slot.date)));
  if (digest.sent !== undefined) return undefined;
  if (mode === 'plan') {
    draft.warn(digestReason('digest-due', `The digest ${rule.name} of ${slot.date} is due.`, { rule: rule.name, date: slot.date }));
    return undefined;
  }
  const before = await lastSent(store, rule, slot.date);
  const span = spanOf(rule, slot.slotMs, before?.slotMs);
  // What could not be read in full is looked at again while nothing is sent.
  if (digest.seen.get(target.name)?.failures.length !== 0) {
    const fleet = await observe(run, rule, slot, span);
    digest = await runStoring(store, recordSeen(digest, { owner, atMs: nowMs }, fleet));
  }
  const targets = targetsOf(rule, options);
  const missing = targets.filter(({ name }) => !digest.seen.has(name)).map(({ name }) => name);
  if (missing.length > 0 && !(await isWaitedFor(run, rule, slot, digest))) {
    draft.warn(digestReason('digest-waits', `The digest ${rule.name} waits for ${missing.join(', ')}.`, { rule: rule.name, missing }));
    return undefined;
  }
  const end = await runStoring(store, claimSending(digest, { owner, atMs: nowMs }));
  if (end === undefined) return undefined;
  if (missing.length > 0) {
    draft.warn(digestReason('digest-incomplete', `No run observed ${missing.join(', ')} for ${rule.name}.`, { rule: rule.name, missing }));
  }
  const { proveLink } = options;
  const facts = await gatherFacts({ rule, policy, targets, store, nowMs, span, fleets: digest.seen, before, owner, proveLink });
  if (!(await send(run, digest, facts))) return undefined;
  const held = facts.targets.flatMap(({ name, held: lines }) =>
    lines.map((line) => [line.functionName, name, line.identity, line.sinceMs, line.orBefore] as [string, string, string, number, boolean]),
  );
  const told = facts.heads?.head;
  const head = told === undefined ? {} : { head: { sequence: told.sequence, hash: told.hash } };
  const body = { slotMs: slot.slotMs, untilMs: nowMs + 1, channels: [...rule.to], held, ...head };
  return runStoring(store, recordSent(digest.stream, end, { owner, atMs: nowMs }, body));
}

function targetsOf(rule: CompiledDigestRule, { policy }: Pick<RunnerOptions, 'policy'>): readonly CompiledTarget[] {
  return Object.values(policy.targets).filter(({ name }) => rule.targets === undefined || rule.targets.includes(name));
}

/**
 * True where a digest must go out without the targets that were not seen: 20 minutes after it was begun, and with the run of the last target
 * at once where the digest before it was begun and never sent, since runs come too rarely then for anybody to wait.
 */
async function isWaitedFor(
  { options, nowMs }: DigestRun,
  rule: CompiledDigestRule,
  { slotMs }: DueSlot,
  { begunMs = nowMs }: DigestStream,
): Promise<boolean> {
  if (nowMs >= begunMs + waitMs) return true;
  const { policy, store, target } = options;
  const beforeMs = rule.slotsMs.findLast((slot) => slot < slotMs);
  if (beforeMs === undefined || targetsOf(rule, options).at(-1)?.name !== target.name) return false;
  const date = localTimeAt(policy.zones[rule.timezone] ?? { transitions: [] }, beforeMs).date;
  const before = await runStoring(store, readDigestStream(digestStream(rule, date)));
  return before.begunMs !== undefined && before.sent === undefined;
}

/** What this target's fleet looks like, as far as it can be read. */
async function observe(
  { options, draft, nowMs, quotes: known }: DigestRun,
  rule: CompiledDigestRule,
  { slotMs }: DueSlot,
  span: Stretch,
): Promise<FleetFacts> {
  const { facts, announced, errors, quotes } = await observeTarget({
    ...{ ...options, rule, span, nowMs, plotDayMs: slotMs },
    attempt: (work) => draft.attempt(work),
  });
  known.push(...quotes);
  const observed = facts.groups + facts.workstations;
  for (const error of errors) draft.failedToObserve(error, observed);
  const totals = { observed, announced, complete: errors.length === 0 && observed === announced };
  if (errors.length === 0) draft.checkWhole(totals);
  draft.observeAndPlan({
    totals,
    keep: 0,
    notCovered: facts.notCovered.count,
    kept: [],
    notCoveredIds: facts.notCovered.first.map(({ id }) => id),
  });
  return facts;
}

/** Sends a digest; true when a receiver has it. */
async function send({ digesting, draft, notifier, nowMs }: DigestRun, { stream }: DigestStream, facts: DigestFacts): Promise<boolean> {
  const { rule } = facts;
  const { title, text, urgent, data } = digesting.compose(facts);
  const severity = urgent ? 'warning' : 'info';
  const { delivered, failed } = await notifier.send(rule.to, { id: stream, timeMs: nowMs, severity, title, text, data });
  for (const { channel, because } of failed) {
    draft.warn(reason('channel-dead', `The channel ${channel} did not deliver: ${because}.`, { channel }));
  }
  if (!delivered) draft.warn(digestReason('digest-undelivered', `No receiver has confirmed the digest ${rule.name}.`, { rule: rule.name }));
  return delivered;
}

/** Every code of the warnings in reports of digest, with its meaning. Codes are stable; texts may change. */
export const digestCodes = {
  'digest-due': 'A digest is due; a plan sends nothing.',
  'digest-waits': 'A digest waits for the runs of its other targets, at most 20 minutes.',
  'digest-undelivered': 'No receiver has confirmed the digest; it is sent again after ten minutes.',
  'digest-incomplete': 'The digest went out without a target that no run had observed.',
  'function-silent': 'A function did not run when it should have, or renewals had no run without failure.',
  'usage-unreadable': 'Heartbeats of a day could not be read, so what they saw of the fleet is unmeasured.',
  'journal-blind': 'The journal cannot be read, so that no silence of a function can be noticed.',
} as const satisfies Readonly<Record<string, string>>;

/** Builds a reason; `data` holds what a program may want to read from it. */
function digestReason(code: keyof typeof digestCodes, text: string, data?: Readonly<Record<string, Json | undefined>>): Reason {
  return data === undefined ? { code, text } : { code, text, data };
}
