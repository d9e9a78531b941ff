import type { EpochMs } from '../client/clock.ts';
import type { Resource } from '../fleet/resource.ts';
import type { IntentLog } from '../journal/intents/intent-log.ts';
import { canonicalJson } from '../journal/log/record.ts';
import { JournalError, StoreError } from '../journal/store/store.ts';
import { type ActDecision, allHarms, type Reason } from '../planning/decision.ts';
import { all, clockNow, type Executing, type Moment, note } from './effects.ts';
import { sessionsCut } from './guard.ts';
import { reason } from './reasons.ts';
import { callFor, notNow, type RecheckRules, recheckBeforeCall } from './recheck.ts';
import { type Outcome, outcomeOf } from './report.ts';

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
  /** How old the recheck of one action may be when it is sent together with others, in milliseconds. Default 10 000. */
  readonly joinMs: number;
}

/** The defaults of `ExecuteRules`. */
const executeRules: ExecuteRules = { batch: 50, width: 4, actMs: 30_000, callMs: 20_000, joinMs: 10_000 };

/** What the executor needs. */
export interface ExecuteInput<R extends Resource> {
  readonly decisions: readonly ActDecision[];
  readonly target: string;
  /** The run's random token. */
  readonly owner: string;
  readonly log: IntentLog;
  /** What is asked right before each call. */
  readonly again: RecheckRules<R>;
  /** How many resources an operation takes in one call, and where. Default: one. */
  readonly batchOf?: ((operation: string) => { readonly param: string; readonly max: number } | undefined) | undefined;
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
 * Acts. Per batch: look at the clock, write the intents, then per action read the resource again, decide again, ask again what forbids it,
 * call; then write the outcomes. Nothing is called whose intent is not in the journal: a process killed at any point leaves intents without outcomes, and a
 * value observed later that equals an intended one is known to be ours.
 * @throws a defect met in the recheck, once the outcomes of its batch are written
 */
export function* execute<R extends Resource>(input: ExecuteInput<R>): Executing<Executed> {
  const rules = { ...executeRules, ...input.rules };
  const outcomes: Outcome[] = [];
  for (let start = 0; start < input.decisions.length; start += rules.batch) {
    const batch = input.decisions.slice(start, start + rules.batch);
    try {
      const blocked = yield* begin(batch, input, rules);
      if (typeof blocked !== 'number') {
        outcomes.push(...(yield* leave(input.decisions.slice(start), blocked)));
        break;
      }
      const defects: unknown[] = [];
      const found = new Map<ActDecision, Outcome>();
      yield* all(
        joined(batch, input.batchOf).map((group) => () => actJoined(group, input, rules, found, defects)),
        rules.width,
      );
      const done = batch.map((decision) => found.get(decision) as Outcome);
      outcomes.push(...done);
      yield* finish(batch, done, blocked, input);
      if (defects.length > 0) throw defects[0];
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof JournalError)) throw error;
      const because = reason('journal-unavailable', `Not sent, since the journal failed: ${error.message}`);
      outcomes.push(...(yield* leave(input.decisions.slice(outcomes.length), because)));
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
  yield* input.again.refresh?.(moment.nowMs) ?? [];
  const intents = batch.map((decision) => {
    const { resource, rule, action } = decision;
    return {
      resource: resource.id,
      setting: action.writes.setting,
      value: action.writes.value,
      key: action.key,
      sessions: sessionsCut(decision),
      ...(action.nodesAdded ? { nodes: action.nodesAdded } : {}),
      ...(allHarms(action).length > 0 ? { rule, harms: [...allHarms(action)] } : {}),
    };
  });
  const added = yield* input.log.add(
    { owner: input.owner, atMs: moment.nowMs },
    { kind: 'intents', body: { target: input.target, intents } },
  );
  if (added.outcome === 'added') {
    yield* input.again.begins?.(batch, moment.nowMs) ?? [];
    return added.sequence;
  }
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
    const { setting, shown } = action.writes;
    const unseen = shown && outcome === 'done' ? { unseen: shown } : {};
    return { resource: resource.id, setting, outcome, ...(because ? { code: because.code } : {}), ...unseen };
  });
  yield* input.log.add({ owner: input.owner, atMs: nowMs }, { kind: 'outcomes', body: { target: input.target, of, outcomes } });
}

function* leave(decisions: readonly ActDecision[], because: Reason): Executing<readonly Outcome[]> {
  const outcomes = decisions.map((decision) => outcomeOf(decision, 'not-sent', because));
  for (const outcome of outcomes) yield* note(outcome);
  return outcomes;
}

/**
 * Looks at each of some actions once more, and sends in one call those that may be done. While others are looked at, somebody may connect to the first
 * of them: nothing waits for the others longer than `joinMs`, and what did, since a read took long, is looked at anew.
 * Outcomes go into `outcomes`.
 */
function* actJoined<R extends Resource>(
  { decisions, param }: JoinedActs,
  input: ExecuteInput<R>,
  rules: ExecuteRules,
  outcomes: Map<ActDecision, Outcome>,
  defects: unknown[],
): Executing<void> {
  const left = [...decisions];
  while (left.length > 0) {
    /** Actions that may be sent, with the time of their recheck. */
    const cleared: [decision: ActDecision, atMs: EpochMs][] = [];
    let moment: Moment;
    do {
      const decision = left.shift() as ActDecision;
      const outcome = yield* recheckBatch(decision, input, rules, defects);
      moment = yield* clockNow();
      if (outcome) outcomes.set(decision, outcome);
      else cleared.push([decision, moment.nowMs]);
    } while (left.length > 0 && moment.nowMs - (cleared[0]?.[1] ?? moment.nowMs) < rules.joinMs);
    const sendable: ActDecision[] = [];
    for (const [decision, atMs] of cleared) (moment.nowMs - atMs > rules.joinMs ? left : sendable).push(decision);
    // Of one action by itself the recheck has just asked it.
    const blocked = decisions.length > 1 ? notNow(moment, input.deadlineMs, rules.callMs) : undefined;
    const sent = blocked ? [] : yield* callFor(sendable, param, rules.callMs);
    sendable.forEach((decision, at) => {
      outcomes.set(decision, sent[at] ?? outcomeOf(decision, 'not-sent', blocked));
    });
  }
  for (const decision of decisions) yield* note(outcomes.get(decision) as Outcome);
}

/** The outcome of an action that is not to be sent; undefined where it is. */
function* recheckBatch<R extends Resource>(
  decision: ActDecision,
  input: ExecuteInput<R>,
  rules: ExecuteRules,
  defects: unknown[],
): Executing<Outcome | undefined> {
  try {
    return yield* recheckBeforeCall(decision, input.again, { ...rules, deadlineMs: input.deadlineMs });
  } catch (error) {
    // It must not cost the outcomes of the actions beside it.
    defects.push(error);
    const text = error instanceof Error ? error.message : String(error);
    return outcomeOf(decision, 'failed', reason('defect', `Nothing was sent, since the program failed: ${text}`));
  }
}

/** Actions that one call can do. `param`: the list of the input in which each names its resource; undefined for an action by itself. */
export interface JoinedActs {
  readonly decisions: readonly ActDecision[];
  readonly param: string | undefined;
}

interface Growing {
  readonly decisions: ActDecision[];
  readonly param: string | undefined;
}

/** Where an operation takes several resources, and how many at most. */
type BatchOf = (operation: string) => { readonly param: string; readonly max: number } | undefined;

/** Groups of actions that differ in nothing but the resource, each as large as the operation and the actions allow, in the order of their first. */
export function joined(decisions: readonly ActDecision[], batchOf: BatchOf = () => undefined): readonly JoinedActs[] {
  const groups: Growing[] = [];
  const open = new Map<string, Growing>();
  for (const decision of decisions) {
    const { operation, input, atOnce, claim } = decision.action;
    // A claim is taken once, so what was claimed is sent right away.
    const batch = claim === undefined ? batchOf(operation) : undefined;
    const ids = batch && input[batch.param];
    if (!batch || !Array.isArray(ids)) {
      groups.push({ decisions: [decision], param: undefined });
      continue;
    }
    const most = Math.min(batch.max, atOnce ?? batch.max);
    const key = canonicalJson([operation, { ...input, [batch.param]: [] }, most]);
    let group = open.get(key);
    if (!group || group.decisions.length >= most) {
      group = { decisions: [], param: batch.param };
      groups.push(group);
      open.set(key, group);
    }
    group.decisions.push(decision);
  }
  return groups;
}
