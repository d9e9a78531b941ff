import type { EpochMs } from '../client/clock.ts';
import { type Resource, wholeOf } from '../fleet/resource.ts';
import { type RollingCounts, wholeIdOf } from '../journal/intents/intent-state.ts';
import {
  type ActDecision,
  type Action,
  allHarms,
  canCut,
  type Decision,
  type Harm,
  type HoldDecision,
  isReversible,
  type Reason,
  takesCapacity,
} from '../planning/decision.ts';
import { localText } from '../planning/local-time.ts';
import type { CompiledPolicy, CompiledTarget, Never } from '../policy/compiled.ts';
import { exceptionsInForce, frozen } from '../policy/exception.ts';
import { groupProtected, ownerProtected, userProtected } from '../policy/protect.ts';
import { looseKey, nearKey } from '../policy/selector.ts';
import { nodesAdded } from './guard-nodes.ts';
import { reason } from './reasons.ts';
import type { Totals } from './report.ts';

/** Decides which of some acts are done now and which wait, such as by rings or by places; order and number are those of the acts. */
export type Settle = (acts: readonly ActDecision[]) => readonly Decision[];

/**
 * Turns into holds what must not be done: by resource (horizon, freeze, exceptions, protection), by kind of harm (limits), and by what
 * the planner settles over all. What may not act takes no place of what may, so settling begins anew without each that is held; and beyond a
 * limit nothing of that kind is done, so the order of the decisions makes no difference. Reasons of the guard come first.
 *
 * Yields the acts about which protection is asked next, before it asks.
 */
export function* guarding(
  decisions: readonly Decision[],
  context: GuardContext,
  settle: Settle = (acts) => acts,
): Generator<readonly ActDecision[], readonly Decision[], void> {
  const outcome = new Map<Decision, Decision>();
  /** What may still act, with the decision that it came from. */
  let pending = decisions.flatMap((origin) => (origin.verdict === 'act' ? [{ origin, now: origin }] : []));
  for (;;) {
    const settled = settle(pending.map(({ now }) => now));
    const acting = pending.flatMap((each, at) => {
      const after = settled[at] ?? each.now;
      return after.verdict === 'act' ? [{ ...each, after }] : [];
    });
    const acts = acting.map(({ after }) => after);
    yield acts;
    const held = new Map<Decision, Reason>();
    for (const { origin, after } of acting) {
      const because = forbidden(after, context);
      if (because) held.set(origin, because);
    }
    if (held.size === 0) {
      const passed = limitsPassed(acts, context);
      for (const { origin, now } of pending) {
        const limit = passed.find(({ binds }) => binds(now));
        if (limit) held.set(origin, limit.because);
      }
    }
    if (held.size === 0) {
      const within = nodesAdded(acts, context);
      for (const [at, { origin, now }] of pending.entries()) {
        const after = settled[at] ?? now;
        outcome.set(origin, (after.verdict === 'act' ? within.get(after) : undefined) ?? after);
      }
      return decisions.map((decision) => inOneForm(outcome.get(decision) ?? decision));
    }
    pending = pending.flatMap(({ origin, now }) => {
      const because = held.get(origin);
      if (because === undefined) return [{ origin, now }];
      const left = withoutHarm(now, because);
      if (left !== undefined) return [{ origin, now: left }];
      outcome.set(origin, holdBecause(now, because));
      return [];
    });
  }
}

/** What is left of an act whose harm must not be done; undefined where that is nothing. */
function withoutHarm(decision: ActDecision, because: Reason): ActDecision | undefined {
  const left = decision.action.withoutHarm;
  return left && { ...decision, action: left.action, because: [left.because, because, ...decision.because] };
}

/** A decision without the forms in which its action was not chosen. */
function inOneForm(decision: Decision): Decision {
  if (decision.verdict === 'keep' || decision.action === undefined) return decision;
  const { withoutHarm: _harmless, withoutAdding: _capped, ...action } = decision.action;
  return { ...decision, action };
}

/** The part of it that is about each resource by itself, for functions with limits of their own. */
export function guardByResource(decisions: readonly Decision[], context: ResourceGuardContext): readonly Decision[] {
  return decisions.map((decision) => {
    const because = decision.verdict === 'act' ? forbidden(decision, context) : undefined;
    return because && decision.verdict === 'act' ? holdBecause(decision, because) : decision;
  });
}

/** Why an action must not be done at `nowMs`, limits apart; undefined when it may. Asked of the plan, and again right before the call. */
export function forbidden(decision: ActDecision, context: ResourceGuardContext): Reason | undefined {
  const harms = allHarms(decision.action);
  const keepsUp = decision.action.restores !== undefined;
  return (
    (keepsUp && harms.length === 0 ? undefined : horizonReason(context)) ??
    (keepsUp && harms.every((harm) => harm === 'spend') ? undefined : freezeReason(context)) ??
    resourceReason(decision, context)
  );
}

/** The same decision as a hold, with the reason in front of its own. */
function holdBecause(decision: ActDecision, because: Reason): HoldDecision {
  return { ...decision, verdict: 'hold', because: [because, ...decision.because] };
}

function horizonReason({ policy, nowMs }: ResourceGuardContext): Reason | undefined {
  if (policy.fromMs <= nowMs && nowMs < policy.untilMs) return undefined;
  const data = { fromMs: policy.fromMs, untilMs: policy.untilMs };
  return reason('policy-horizon', 'The compiled policy does not cover this time: compile and push it again.', data);
}

function freezeReason({ policy, functionName, target, nowMs }: ResourceGuardContext): Reason | undefined {
  const freeze = frozen(policy, functionName, target.timezone, nowMs);
  return freeze && reason('frozen', `Frozen: ${freeze.because}`, { because: freeze.because });
}

function resourceReason(decision: ActDecision, context: ResourceGuardContext): Reason | undefined {
  const resource = context.resourceOf(decision.resource.id);
  // Without the resource nothing can be told about protection; this happens only when `settle` makes up decisions.
  if (!resource) return reason('protection-unknown', 'The resource of this decision was not observed.');
  return exceptionReason(decision.action, resource, context) ?? protectionReason(decision.action, resource, context);
}

/** What the guard may look at for one resource. Pure data and lookups in it. */
export interface ResourceGuardContext {
  readonly functionName: string;
  /** The word of `never` that stands for all that the function does, where there is one. */
  readonly neverWord?: Never | undefined;
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  /** The run's one `now`; right before a call that of a fresh clock. */
  readonly nowMs: EpochMs;
  /** The resource of a decision as observed. */
  readonly resourceOf: (id: string) => Resource | undefined;
  /** EndUserIds with a session on a resource; undefined: unknown. */
  readonly sessionUsersOf: (id: string) => readonly string[] | undefined;
  /** When this value of the owner's tag was first seen on a resource; undefined: now. */
  readonly tagFirstSeenMs: (id: string, key: string, value: string) => EpochMs | undefined;
}

/** What the guard may look at for a run as a whole. */
export interface GuardContext extends ResourceGuardContext {
  readonly totals: Totals;
  /** Distinct resources that each rule covers, of those that were read. A rule that is not in it covers those that act. */
  readonly byRule: ReadonlyMap<string, number>;
  /** The highest levels of all that was read, in nodes. */
  readonly nodes: number;
  /** What was done in the 24 hours before, from the journal. */
  readonly counts: RollingCounts;
  /** Nodes that were added in the 24 hours before on the other targets of the policy. */
  readonly nodesAddedElsewhere: number;
}

/** The words of `never` under which an action falls: those of its harms, and the one for all that the function does. */
function wordsOf(action: Action, all: Never | undefined): readonly Never[] {
  const words: Never[] = [];
  if (canCut(action)) words.push('cut-sessions');
  if (action.harms?.includes('lower')) words.push('scale-down');
  if (action.harms?.includes('stop')) words.push('power-off');
  if (all) words.push(all);
  return words;
}

/** Why an exception of the policy forbids an action, or may; undefined when none does. */
export function exceptionReason(action: Action, resource: Resource, context: ResourceGuardContext): Reason | undefined {
  const { policy, target, nowMs, neverWord } = context;
  if (policy.exceptions.length === 0) return undefined;
  const words = wordsOf(action, neverWord);
  const inForce = exceptionsInForce(policy, target, wholeOf(resource), nowMs);
  for (const { because, never } of inForce.exceptions) {
    const word = words.find((each) => never.includes(each));
    if (word) return reason('exception-never', `Never ${word}: ${because}`, { never: word, because });
  }
  for (const { exception, unknown } of inForce.uncertain) {
    const word = words.find((each) => exception.never.includes(each));
    if (word) {
      const text = `Whether '${exception.because}' (never ${word}) applies cannot be told: ${unknown} is unknown.`;
      return reason('exception-unknown', text, { never: word, unknown });
    }
  }
  return undefined;
}

/** A day's limit on sessions cut where the policy names only the one per run: this many times it. */
const sessionsPerDayFactor = 4;

/** A limit that is passed: why, and which acts it holds. All of a kind or none: holding only what is too much would do a part that nobody chose. */
interface PassedLimit {
  readonly because: Reason;
  binds(decision: ActDecision): boolean;
}

/**
 * The limits that these acts pass together. Limits bind harm: what harms nobody, and the planned steps of a schedule in force, count but are not
 * held, except by the limits on sessions where a step ends some. Those come first and alone, so that what they hold counts no more.
 * `0` means none, an absent limit none at all.
 */
function limitsPassed(acts: readonly ActDecision[], context: GuardContext): readonly PassedLimit[] {
  const sessions = sessionLimit(acts, context);
  if (sessions) return [{ because: sessions, binds: (decision) => sessionsCut(decision) > 0 }];
  if (!acts.some(isBound)) return [];
  const because = actionLimit(acts, context);
  return because ? [{ because, binds: isBound }] : shareLimits(acts, context);
}

/** Connected sessions that an act ends. */
export function sessionsCut({ action }: ActDecision): number {
  return action.sessionsCut ?? action.sessionsAtRisk ?? 0;
}

function isBound({ action }: ActDecision): boolean {
  return action.planned !== true && allHarms(action).length > 0;
}

function actionLimit(acts: readonly ActDecision[], { policy, counts }: GuardContext): Reason | undefined {
  const { actionsPerRun, actionsPer24h } = policy.limits;
  const wanted = acts.length;
  if (actionsPerRun !== undefined && wanted > actionsPerRun) {
    const text = `${wanted} actions are wanted and limits.actionsPerRun is ${actionsPerRun}: none that does harm is done.`;
    return reason('limit-actions-run', text, { wanted, limit: actionsPerRun });
  }
  const before = counts.actions;
  if (actionsPer24h !== undefined && before + wanted > actionsPer24h) {
    const text = `${wanted} actions are wanted after ${before} in 24 hours, and limits.actionsPer24h is ${actionsPer24h}: none that does harm is done.`;
    return reason('limit-actions-24h', text, { wanted, before, limit: actionsPer24h });
  }
  return undefined;
}

function shareLimits(acts: readonly ActDecision[], context: GuardContext): PassedLimit[] {
  const { shareOfRulePerRun, shareOfRulePer24h } = context.policy.limits;
  if (shareOfRulePerRun === undefined && shareOfRulePer24h === undefined) return [];
  const { observed, announced, complete } = context.totals;
  if (!complete) {
    const text = `${observed} of ${announced ?? 'an unknown number of'} resources were read, so no share of a rule can be told: nothing that does harm is done.`;
    return [{ because: reason('limit-share-incomplete', text, { observed, announced }), binds: isBound }];
  }
  const kinds = new Map<string, { readonly rule: string; readonly harm: Harm; readonly ids: Set<string> }>();
  for (const { rule, resource, action } of acts) {
    for (const harm of allHarms(action)) {
      const key = `${harm} ${rule}`;
      const kind = kinds.get(key) ?? { rule, harm, ids: new Set<string>() };
      kinds.set(key, kind);
      kind.ids.add(wholeIdOf(resource.id));
    }
  }
  // By name, so that where two hold an act the same one is named whatever the order of the acts.
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([, { rule, harm, ids }]) => {
    const because = shareLimit(rule, harm, ids, context);
    const binds = (decision: ActDecision) => isBound(decision) && decision.rule === rule && allHarms(decision.action).includes(harm);
    return because === undefined || !acts.some(binds) ? [] : [{ because, binds }];
  });
}

function shareLimit(rule: string, harm: Harm, ids: ReadonlySet<string>, { policy, counts, byRule }: GuardContext): Reason | undefined {
  const { shareOfRulePerRun: perRun, shareOfRulePer24h: perDay } = policy.limits;
  const covered = byRule.get(rule) ?? ids.size;
  const mostOf = (share: number) => Math.max(share > 0 && isReversible(harm) ? 1 : 0, Math.floor((share * covered) / 100));
  const data = { rule, harm, covered };
  const never = (share: number) =>
    share > 0 && mostOf(share) === 0 ? ' Of so few that is less than one, so it never will be: raise the limit.' : '';
  if (perRun !== undefined && ids.size > mostOf(perRun)) {
    const text = `${ids.size} of ${covered} resources of rule ${rule} would be harmed (${harm}), and limits.shareOfRulePerRun is ${perRun}%: none is.${never(perRun)}`;
    return reason('limit-share-run', text, { ...data, wanted: ids.size, most: mostOf(perRun), limit: perRun });
  }
  const within = perDay === undefined ? 0 : counts.harmedWith(rule, harm, ids);
  if (perDay !== undefined && within > mostOf(perDay)) {
    const text = `${within} of ${covered} resources of rule ${rule} would be harmed (${harm}) within 24 hours, and limits.shareOfRulePer24h is ${perDay}%: none is.${never(perDay)}`;
    return reason('limit-share-24h', text, { ...data, wanted: within, most: mostOf(perDay), limit: perDay });
  }
  return undefined;
}

function sessionLimit(acts: readonly ActDecision[], { policy, counts }: GuardContext): Reason | undefined {
  const { sessionsCutPerRun: perRun } = policy.limits;
  const perDay = policy.limits.sessionsCutPer24h ?? (perRun === undefined ? undefined : perRun * sessionsPerDayFactor);
  const wanted = acts.reduce((sum, decision) => sum + sessionsCut(decision), 0);
  if (wanted === 0) return undefined;
  if (perRun !== undefined && wanted > perRun) {
    return reason('limit-sessions-run', `${wanted} sessions would be cut and limits.sessionsCutPerRun is ${perRun}: none is cut.`, {
      wanted,
      limit: perRun,
    });
  }
  const before = counts.sessions;
  if (perDay !== undefined && before + wanted > perDay) {
    const text = `${wanted} sessions would be cut after ${before} in 24 hours, and limits.sessionsCutPer24h is ${perDay}: none is cut.`;
    return reason('limit-sessions-24h', text, { wanted, before, limit: perDay });
  }
  return undefined;
}

/** `act` where the policy names the function under `mode.act`; else what `mode.default` says. */
export function functionMode(policy: CompiledPolicy, functionName: string): 'observe' | 'act' {
  return policy.mode.act.includes(functionName) ? 'act' : policy.mode.default;
}

/** True where the policy protects users and the action is one that their sessions hold: cuts, and lowering under them. */
export function asksForUsers(action: Action, { policy }: Pick<ResourceGuardContext, 'policy'>): boolean {
  return policy.protect.users.length > 0 && (canCut(action) || takesCapacity(action));
}

/**
 * The owner's tag on a resource as observed: its value, null where it is absent, undefined where the tags are unknown. One whose key is nearly the
 * same counts as the tag: whoever set it means to be protected. Of several such the one counts that sorts last, which of dates is the latest.
 */
export function ownerTagOf(resource: Resource, key: string): string | null | undefined {
  const { tags } = resource as Resource & { readonly tags?: Readonly<Record<string, string>> };
  if (tags === undefined) return undefined;
  if (Object.hasOwn(tags, key)) return tags[key] as string;
  if (nearKey(key)(tags) === undefined) return null;
  const wanted = looseKey(key);
  const values = Object.keys(tags).flatMap((each) => (looseKey(each) === wanted ? [tags[each] as string] : []));
  return values.sort().at(-1) ?? null;
}

/** Why `protect` forbids an action on a resource; undefined when it does not. What cannot be told holds. */
function protectionReason(action: Action, resource: Resource, context: ResourceGuardContext): Reason | undefined {
  const whole = wholeOf(resource);
  const onGroup =
    canCut(action) && whole.kind === 'delivery-group' ? (groupReason(whole, context) ?? ownerReason(whole, context)) : undefined;
  return onGroup ?? (asksForUsers(action, context) ? userReason(resource, context) : undefined);
}

function groupReason(resource: Resource, { policy, target, nowMs }: ResourceGuardContext): Reason | undefined {
  const match = groupProtected(policy, target, resource, nowMs);
  if (match === 'yes') return reason('protected-group', 'The policy protects this group: nobody on it is cut.');
  if (match === 'no') return undefined;
  return reason('protection-unknown', `Whether the policy protects this group cannot be told: ${match.unknown} is unknown.`, match);
}

function ownerReason(resource: Resource, context: ResourceGuardContext): Reason | undefined {
  const { policy, target, nowMs, tagFirstSeenMs } = context;
  const rule = policy.protect.ownerTag;
  const zone = policy.zones[target.timezone];
  if (!rule || !zone) return undefined;
  const value = ownerTagOf(resource, rule.key);
  if (value === undefined)
    return reason('protection-unknown', `Whether the owner protects this group cannot be told: its tags are unknown.`);
  if (value === null) return undefined;
  const firstMs = tagFirstSeenMs(resource.id, rule.key, value) ?? nowMs;
  const protection = ownerProtected(value, firstMs, nowMs, zone, rule.atMostMs);
  if (!protection.protected) return undefined;
  const until = localText(protection.untilMs, context);
  const text = protection.readable
    ? `The owner protects this group until ${until} (tag ${rule.key}).`
    : `The owner's tag ${rule.key} cannot be read as a date; it protects until ${until}.`;
  return reason('protected-owner', text, { tag: rule.key, value, untilMs: protection.untilMs, readable: protection.readable });
}

function userReason(resource: Resource, { policy, sessionUsersOf }: ResourceGuardContext): Reason | undefined {
  const users = sessionUsersOf(resource.id);
  if (!users)
    return reason('protection-unknown', 'Whether a protected user has a session here cannot be told: the sessions could not be read.');
  const user = users.find((each) => userProtected(policy.protect, each));
  return user === undefined ? undefined : reason('protected-user', `${user} has a session here and is protected by the policy.`, { user });
}
