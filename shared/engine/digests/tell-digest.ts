import type { EpochMs } from '../../client/clock.ts';
import { runStoring } from '../../journal/store/store-effect.ts';
import type { Notifier } from '../../notify/notifier.ts';
import type { CompiledTarget } from '../../policy/compiled.ts';
import { localTimeAt } from '../../policy/zones.ts';
import { reason } from '../reasons.ts';
import type { ReportDraft } from '../report-draft.ts';
import type { RunnerOptions } from '../runner.ts';
import type { Stretch } from './capacity-tally.ts';
import type { DigestFacts } from './digest-facts.ts';
import { digestReason } from './digest-reasons.ts';
import type { CompiledDigestRule } from './digest-rule.ts';
import { type DueSlot, dueSlot, spanOf } from './digest-slot.ts';
import { claimSending, type DigestStream, digestStream, lastSent, readDigestStream, recordSeen, recordSent } from './digest-stream.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { gatherFacts } from './gather.ts';
import { observeTarget } from './observe-target.ts';

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
export interface DigestRun {
  readonly digesting: Digesting;
  readonly options: RunnerOptions;
  readonly draft: ReportDraft;
  readonly notifier: Notifier;
  readonly nowMs: EpochMs;
  /** Its random token. */
  readonly owner: string;
}

/** How long a digest waits for the runs of its other targets, in milliseconds. */
const waitMs = 20 * 60_000;

/** Brings one digest as far as it can go now; gives the key of its record once it is sent. @throws StoreError @throws JournalError */
export async function tellDigest(run: DigestRun, rule: CompiledDigestRule): Promise<string | undefined> {
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
  { options, draft, nowMs }: DigestRun,
  rule: CompiledDigestRule,
  { slotMs }: DueSlot,
  span: Stretch,
): Promise<FleetFacts> {
  const { facts, announced, errors } = await observeTarget({
    ...{ ...options, rule, span, nowMs, plotDayMs: slotMs },
    attempt: (work) => draft.attempt(work),
  });
  const observed = facts.groups + facts.workstations;
  for (const error of errors) draft.failedToObserve(error, observed);
  const totals = { observed, announced, complete: errors.length === 0 && observed === announced };
  if (errors.length === 0) draft.checkWhole(totals);
  draft.survey({
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
