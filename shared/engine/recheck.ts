import type { EpochMs } from '../client/clock.ts';
import type { Resource } from '../fleet/resource.ts';
import type { IntentLog } from '../journal/intents/intent-log.ts';
import { claimOnce } from '../journal/log/claims.ts';
import { probeCreateOnly } from '../journal/log/create-only-probe.ts';
import { canonicalJson } from '../journal/log/record.ts';
import { JournalError, StoreError } from '../journal/store/store.ts';
import { type ActDecision, allHarms, type Decision, isHarsher, type Reason } from '../planning/decision.ts';
import type { Automation, PlanContext } from './automation.ts';
import { decide } from './decide.ts';
import { apiCall, clockNow, type Executing, type Moment, reread, sessionUsers } from './effects.ts';
import { asksForUsers, forbidden } from './guard.ts';
import { crowdedOut } from './guard-nodes.ts';
import { tagFirstSeen } from './protection-facts.ts';
import { reason } from './reasons.ts';
import { isExpected, type Outcome, outcomeOf, outcomeOfAnswer, outcomeOfFailure } from './report.ts';
import { skewReason, waitsForClocks } from './two-clocks.ts';

/** The recheck of an action, on the resource as it is right before the call and at that instant. */
export interface RecheckRules<R extends Resource> {
  /** Reads what people have said since, before a batch. @throws StoreError */
  refresh?(nowMs: EpochMs): Executing<void>;
  /** Looks at a batch whose intents are written, before its first call. */
  begins?(batch: readonly ActDecision[], nowMs: EpochMs): Executing<void>;
  /** Decides again. @throws StoreError @throws JournalError where the history of the resource cannot be read */
  decide(resource: R, nowMs: EpochMs): Executing<Decision>;
  /** Claims an action that happens once only; false where that was done before. @throws StoreError @throws JournalError */
  claims(decision: ActDecision, nowMs: EpochMs): Executing<boolean>;
  /** True where it matters who has a session on the resource. */
  asksForUsers(decision: ActDecision): boolean;
  /** Why it must not be done now; undefined when it may. `users`: who has a session, undefined where that is not asked or not known. */
  forbids(decision: ActDecision, resource: R, nowMs: EpochMs, users: readonly string[] | undefined): Reason | undefined;
}

/** How much time there is, and what is needed of it; milliseconds. */
interface TimeLeft {
  readonly deadlineMs: EpochMs | undefined;
  readonly actMs: number;
  readonly callMs: number;
}

/**
 * The recheck of one action, and its claim where it needs one: its outcome where it is not to be sent, undefined where it is, right away.
 * Independent of the others.
 */
export function* recheckBeforeCall<R extends Resource>(
  decision: ActDecision,
  again: RecheckRules<R>,
  { deadlineMs, ...rules }: TimeLeft,
): Executing<Outcome | undefined> {
  const early = notNow(yield* clockNow(), deadlineMs, rules.actMs);
  if (early) return outcomeOf(decision, 'not-sent', early);

  let fresh: R | undefined;
  try {
    fresh = yield* reread<R>(decision.resource);
  } catch (error) {
    if (!isExpected(error)) throw error;
    const text = `Nothing was sent, since the resource could not be read again: ${error.message}`;
    return outcomeOf(decision, 'failed', reason('reread-failed', text));
  }
  if (!fresh) return outcomeOf(decision, 'held', reason('resource-gone', 'The resource is gone since the plan was made.'));

  let moment = yield* clockNow();
  let now: Decision;
  try {
    now = asAdmitted(decision, yield* again.decide(fresh, moment.nowMs));
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof JournalError)) throw error;
    return outcomeOf(
      decision,
      'not-sent',
      reason('journal-unavailable', `Not sent, since the journal could not be read: ${error.message}`),
    );
  }
  if (now.verdict === 'keep' && now.rule !== null)
    return outcomeOf(decision, 'already', reason('as-wanted', 'The resource is as wanted already.'));
  if (!isSame(decision, now)) {
    const text = now.because[0]?.text ?? 'it asks for another change now';
    return outcomeOf(
      decision,
      'held',
      reason('changed-since-plan', `Changed since the plan was made: ${text}`, { code: now.because[0]?.code }),
    );
  }

  const users = again.asksForUsers(now) ? yield* sessionUsers(fresh) : undefined;
  moment = yield* clockNow();
  const late = notNow(moment, deadlineMs, rules.callMs);
  if (late) return outcomeOf(decision, 'not-sent', late);
  const forbidden = again.forbids(now, fresh, moment.nowMs, users);
  if (forbidden) return outcomeOf(decision, 'held', forbidden);
  try {
    if (yield* again.claims(decision, moment.nowMs)) return undefined;
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof JournalError)) throw error;
    return outcomeOf(decision, 'not-sent', reason('journal-unavailable', `Not sent, since it could not be claimed: ${error.message}`));
  }
  return outcomeOf(decision, 'held', reason('claimed-before', 'This was claimed before, and is done once only.'));
}

/**
 * One call for actions of otherwise equal input; `param` is the list in which each names its resource. Outcomes are in the order of the
 * decisions. It throws nothing: a failure is the outcome of each.
 */
export function* callFor(decisions: readonly ActDecision[], param: string | undefined, callMs: number): Executing<readonly Outcome[]> {
  const [first] = decisions;
  if (!first) return [];
  const ids = decisions.flatMap(({ action }) => (param === undefined ? [] : (action.input[param] as readonly string[])));
  const action = param === undefined ? first.action : { ...first.action, input: { ...first.action.input, [param]: ids } };
  try {
    const answer = yield* apiCall(action, callMs);
    return decisions.map((decision) => outcomeOfAnswer(decision, answer));
  } catch (error) {
    return decisions.map((decision) => outcomeOfFailure(decision, error));
  }
}

/** Why nothing that takes `neededMs` may begin now; undefined when it may. */
export function notNow(moment: Moment, deadlineMs: EpochMs | undefined, neededMs: number): Reason | undefined {
  if (moment.stopping) return reason('stopped', 'Not sent: the run was told to stop.');
  if (deadlineMs === undefined || moment.nowMs + neededMs <= deadlineMs) return undefined;
  const leftMs = Math.max(0, deadlineMs - moment.nowMs);
  return reason(
    'deadline-near',
    `Not sent: ${Math.floor(leftMs / 1000)} s were left and ${neededMs / 1000} s are needed. The next run goes on.`,
    { leftMs },
  );
}

/**
 * The action asked for now, in the form that was admitted: without its harm, or without the nodes that it adds, where that was not to be. Forms can
 * have one key, and differ in what they harm later.
 */
function asAdmitted(planned: ActDecision, again: Decision): Decision {
  if (again.verdict !== 'act') return again;
  const { action } = again;
  const forms = [action, action.withoutHarm?.action, action.withoutHarm?.action.withoutAdding, action.withoutAdding];
  const admitted = forms.find((form) => form !== undefined && isSame(planned, { ...again, action: form }));
  return admitted === undefined ? again : { ...again, action: admitted };
}

/** The very action that was planned and admitted: same intent, same input, no harsher, no more sessions at risk. */
function isSame(planned: ActDecision, again: Decision): again is ActDecision {
  if (again.verdict !== 'act') return false;
  const { action: before } = planned;
  const { action: now } = again;
  return (
    now.key === before.key &&
    now.operation === before.operation &&
    canonicalJson(now.input) === canonicalJson(before.input) &&
    !isHarsher(now.effect, before.effect) &&
    (now.sessionsAtRisk ?? 0) <= (before.sessionsAtRisk ?? 0) &&
    (now.harms ?? []).every((harm) => before.harms?.includes(harm)) &&
    allHarms(now).every((harm) => allHarms(before).includes(harm)) &&
    (before.planned !== true || now.planned === true || allHarms(now).length === 0) &&
    (now.nodesAdded ?? 0) <= (before.nodesAdded ?? 0)
  );
}

/**
 * The planner and the guard once more, for one resource and with fresh eyes: a freeze or an exception may have begun since the plan was
 * made, an owner may have set a tag, a protected user may have connected, the service's clock may have shown that it differs from ours (`skew`, in
 * milliseconds). `overrides` reads before each batch what people have said beside the policy: a run can act for minutes.
 *
 * Limits are not asked again: what they admitted was written down. But for nodes that are added: that limit is over all targets, and their runs can
 * begin at one moment.
 */
export function recheckRules<R extends Resource>(
  automation: Automation<R>,
  planned: PlanContext,
  log: IntentLog,
  owner: string,
  skew: () => number | undefined = () => undefined,
  overrides?: (nowMs: EpochMs) => Executing<Partial<PlanContext>>,
): RecheckRules<R> {
  const { planner, name } = automation;
  let context = planned;
  let tried = false;
  let nodesAdded = 0;
  /** Acts that add nodes for which runs of other targets have left no room, by resource and key. */
  let crowded = new Map<string, Reason>();
  const idOf = ({ resource, action }: ActDecision) => JSON.stringify([resource.id, action.key]);
  return {
    *refresh(nowMs) {
      context = { ...context, ...(yield* overrides?.(nowMs) ?? []) };
    },
    *begins(batch, nowMs) {
      const added = batch.reduce((sum, { action }) => sum + (action.nodesAdded ?? 0), 0);
      // The default is of each target by itself.
      if (added === 0 || context.policy.limits.nodesAddedPer24h === undefined) return;
      const before = log.counts(context.target.name, nowMs);
      const counts = { ...before, nodesAdded: before.nodesAdded + nodesAdded };
      const out = yield* crowdedOut(name, batch, { ...context, nowMs }, counts);
      crowded = new Map([...out].map(([act, { because }]) => [idOf(act), because[0] as Reason]));
      nodesAdded += added;
    },
    decide: (resource, nowMs) => log.withHistory(() => decide(planner, resource, { ...context, nowMs })),
    *claims({ resource, action }, atMs) {
      if (action.claim === undefined) return true;
      const { account } = context.target;
      // Whatever the store was when it was opened: one that takes a second record would give every run the same claim.
      if (!tried) yield* probeCreateOnly(owner, atMs, `claims/${name}/create-once`);
      tried = true;
      return yield* claimOnce({ functionName: name, account, resource: resource.id, intent: action.claim, owner, atMs });
    },
    asksForUsers: ({ action }) => asksForUsers(action, context),
    forbids: (decision, resource, nowMs, users) => {
      const crowd = crowded.get(idOf(decision));
      if (crowd) return crowd;
      const skewMs = automation.timeless || !waitsForClocks(decision.action) ? undefined : skew();
      if (skewMs !== undefined) return skewReason(skewMs);
      return forbidden(decision, {
        ...{ functionName: name, neverWord: automation.neverWord, policy: context.policy, target: context.target, nowMs },
        resourceOf: () => resource,
        sessionUsersOf: () => users,
        tagFirstSeenMs: tagFirstSeen(log),
      });
    },
  };
}
