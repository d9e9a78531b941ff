import { wholeIdOf } from '../journal/intents/intent-state.ts';
import type { ActDecision, Harm, Reason } from '../planning/decision.ts';
import { allHarms, isReversible } from '../planning/decision.ts';
import type { GuardContext } from './guard-context.ts';
import { reason } from './reasons.ts';

/** A day's limit on sessions cut where the policy names only the one per run: this many times it. */
const sessionsPerDayFactor = 4;

/** A limit that is passed: why, and which acts it holds. All of a kind or none: holding only what is too much would do a part that nobody chose. */
export interface PassedLimit {
  readonly because: Reason;
  binds(decision: ActDecision): boolean;
}

/**
 * The limits that these acts pass together. Limits bind harm: what harms nobody, and the planned steps of a schedule in force, count but are not
 * held, except by the limits on sessions where a step ends some. Those come first and alone, so that what they hold counts no more.
 * `0` means none, an absent limit none at all.
 */
export function limitsPassed(acts: readonly ActDecision[], context: GuardContext): readonly PassedLimit[] {
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
