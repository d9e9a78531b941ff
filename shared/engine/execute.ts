import type { EpochMs } from '../client/clock.ts';
import type { Resource } from '../fleet/resource.ts';
import { canonicalJson } from '../journal/canonical-json.ts';
import { JournalError } from '../journal/journal-error.ts';
import { StoreError } from '../journal/store-error.ts';
import type { WrittenLog } from '../journal/written-log.ts';
import type { ActDecision, Decision, Reason } from './decision.ts';
import { all, apiCall, clockNow, type Executing, note, reread } from './effects.ts';
import { type Outcome, outcomeOf, outcomeOfAnswer, outcomeOfFailure } from './outcome.ts';
import { reason } from './reasons.ts';
import { isHarsher } from './severity.ts';

/** How the executor goes about its work. */
export interface ExecuteRules {
  /** Actions whose intents share one journal record. A crash leaves at most this many without an outcome. Default 50. */
  readonly batch: number;
  /** Actions under way at once. Default 4. */
  readonly width: number;
  /** Time that reading a resource again and calling may take, in milliseconds: with less left, nothing new begins. Default 30 000. */
  readonly actMs: number;
  /** Time that a call alone may take, in milliseconds, all attempts together. Default 20 000. */
  readonly callMs: number;
}

/** The defaults of `ExecuteRules`. */
const executeRules: ExecuteRules = { batch: 50, width: 4, actMs: 30_000, callMs: 20_000 };

/** What the executor needs. */
export interface ExecuteInput<R extends Resource> {
  readonly decisions: readonly ActDecision[];
  readonly target: string;
  /** The run's random token. */
  readonly owner: string;
  readonly log: WrittenLog;
  /** Decides again, on the resource as it is right now and at this instant. */
  readonly redecide: (resource: R, nowMs: EpochMs) => Decision;
  /** When the process must have ended; absent: never. */
  readonly deadlineMs?: EpochMs | undefined;
  readonly rules?: Partial<ExecuteRules> | undefined;
}

/** What was done and what not, in the order of the decisions. `error`: the journal failed, and the rest was left undone. */
export interface Executed {
  readonly outcomes: readonly Outcome[];
  readonly error?: StoreError | JournalError;
}

/**
 * Acts. Per batch: look at the clock, write the intents, then per action read the resource again, decide again, call; then write the
 * outcomes. Nothing is called whose intent is not in the journal: a process killed at any point leaves intents without outcomes, and a
 * value observed later that equals an intended one is known to be ours.
 */
export function* execute<R extends Resource>(input: ExecuteInput<R>): Executing<Executed> {
  const rules = { ...executeRules, ...input.rules };
  const outcomes: Outcome[] = [];
  for (let start = 0; start < input.decisions.length; start += rules.batch) {
    const batch = input.decisions.slice(start, start + rules.batch);
    const rest = input.decisions.slice(start);
    try {
      const blocked = yield* begin(batch, input, rules);
      if (typeof blocked !== 'number') {
        outcomes.push(...(yield* leave(rest, blocked)));
        break;
      }
      const done = yield* all(
        batch.map((decision) => () => actNoted(decision, input, rules)),
        rules.width,
      );
      outcomes.push(...done);
      yield* finish(batch, done, blocked, input);
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof JournalError)) throw error;
      const left = input.decisions.slice(outcomes.length);
      const because = reason('journal-unavailable', `Not sent, since the journal failed: ${error.message}`);
      outcomes.push(...(yield* leave(left, because)));
      return { outcomes, error };
    }
  }
  return { outcomes };
}

/** Writes the intents of a batch. Gives the number of their record, or why nothing may begin. */
function* begin<R extends Resource>(
  batch: readonly ActDecision[],
  input: ExecuteInput<R>,
  rules: ExecuteRules,
): Executing<number | Reason> {
  const moment = yield* clockNow();
  const blocked = notNow(moment, input.deadlineMs, rules.actMs);
  if (blocked) return blocked;
  const intents = batch.map(({ resource, action }) => ({
    resource: resource.id,
    setting: action.writes.setting,
    value: action.writes.value,
    key: action.key,
    sessions: action.sessionsAtRisk ?? 0,
  }));
  const added = yield* input.log.add(
    { owner: input.owner, atMs: moment.nowMs },
    { kind: 'intents', body: { target: input.target, intents } },
  );
  if (added.outcome === 'added') return added.sequence;
  return reason('another-run', 'Another run of this function is acting on this target; the next run decides anew.', { run: added.by });
}

/** Writes what became of a batch. */
function* finish<R extends Resource>(
  batch: readonly ActDecision[],
  done: readonly Outcome[],
  of: number,
  input: ExecuteInput<R>,
): Executing<void> {
  const { nowMs } = yield* clockNow();
  const outcomes = batch.map(({ resource, action }, index) => {
    const { outcome, because } = done[index] as Outcome;
    return { resource: resource.id, setting: action.writes.setting, outcome, ...(because ? { code: because.code } : {}) };
  });
  yield* input.log.add({ owner: input.owner, atMs: nowMs }, { kind: 'outcomes', body: { target: input.target, of, outcomes } });
}

function* leave(decisions: readonly ActDecision[], because: Reason): Executing<readonly Outcome[]> {
  const outcomes = decisions.map((decision) => outcomeOf(decision, 'not-sent', because));
  for (const outcome of outcomes) yield* note(outcome);
  return outcomes;
}

function* actNoted<R extends Resource>(decision: ActDecision, input: ExecuteInput<R>, rules: ExecuteRules): Executing<Outcome> {
  const outcome = yield* act(decision, input, rules);
  yield* note(outcome);
  return outcome;
}

/** One action, from the second look to its outcome. Independent of the others. */
function* act<R extends Resource>(decision: ActDecision, input: ExecuteInput<R>, rules: ExecuteRules): Executing<Outcome> {
  const early = notNow(yield* clockNow(), input.deadlineMs, rules.actMs);
  if (early) return outcomeOf(decision, 'not-sent', early);

  let fresh: R | undefined;
  try {
    fresh = yield* reread<R>(decision.resource);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return outcomeOf(decision, 'failed', reason('reread-failed', `Nothing was sent, since the resource could not be read again: ${text}`));
  }
  if (!fresh) return outcomeOf(decision, 'held', reason('resource-gone', 'The resource is gone since the plan was made.'));

  const moment = yield* clockNow();
  const late = notNow(moment, input.deadlineMs, rules.callMs);
  if (late) return outcomeOf(decision, 'not-sent', late);
  let again: Decision;
  try {
    again = input.redecide(fresh, moment.nowMs);
  } catch (error) {
    // A defect in a planner must not cost the outcomes of the actions beside it.
    const text = error instanceof Error ? error.message : String(error);
    return outcomeOf(decision, 'failed', reason('reread-failed', `Nothing was sent, since deciding again failed: ${text}`));
  }
  if (again.verdict === 'keep' && again.rule !== null)
    return outcomeOf(decision, 'already', reason('as-wanted', 'The resource is as wanted already.'));
  if (!isSame(decision, again)) {
    const text = again.because[0]?.text ?? 'it asks for another change now';
    return outcomeOf(
      decision,
      'held',
      reason('changed-since-plan', `Changed since the plan was made: ${text}`, { code: again.because[0]?.code }),
    );
  }
  try {
    return outcomeOfAnswer(decision, yield* apiCall(decision.action, rules.callMs));
  } catch (error) {
    return outcomeOfFailure(decision, error);
  }
}

function notNow(moment: { nowMs: EpochMs; stopping: boolean }, deadlineMs: EpochMs | undefined, neededMs: number): Reason | undefined {
  if (moment.stopping) return reason('stopped', 'Not sent: the run was told to stop.');
  if (deadlineMs === undefined || moment.nowMs + neededMs <= deadlineMs) return undefined;
  const leftMs = Math.max(0, deadlineMs - moment.nowMs);
  return reason(
    'deadline-near',
    `Not sent: ${Math.floor(leftMs / 1000)} s were left and ${neededMs / 1000} s are needed. The next run goes on.`,
    { leftMs },
  );
}

/** The very action that was planned and admitted: same intent, same input, no harsher, no more sessions at risk. */
function isSame(planned: ActDecision, again: Decision): boolean {
  if (again.verdict !== 'act') return false;
  const { action: before } = planned;
  const { action: now } = again;
  return (
    now.key === before.key &&
    now.operation === before.operation &&
    canonicalJson(now.input) === canonicalJson(before.input) &&
    !isHarsher(now.effect, before.effect) &&
    (now.sessionsAtRisk ?? 0) <= (before.sessionsAtRisk ?? 0) &&
    (before.lowers === true || now.lowers !== true)
  );
}
