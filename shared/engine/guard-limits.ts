import { wholeIdOf } from '../journal/written-counts.ts';
import type { ActDecision, Decision, Reason } from './decision.ts';
import type { GuardContext } from './guard-context.ts';
import { reason } from './reasons.ts';

/** A day's limit on sessions cut where the policy names only the one per run: this many times it. */
const sessionsPerDayFactor = 4;

/** The two kinds that limits go by: everything that acts, and what puts connected sessions at risk. */
export type LimitedKind = 'actions' | 'sessions';

/**
 * Decisions that a limit holds, each with the reason and its numbers. All of a kind or none: holding only what is too much would do a
 * part that nobody chose. `0` means none, an absent limit none at all.
 */
export function limitReasons(decisions: readonly Decision[], context: GuardContext, kind: LimitedKind): ReadonlyMap<Decision, Reason> {
  const acts = decisions.filter((decision) => decision.verdict === 'act').filter(({ action }) => !action.takesBack);
  const limited = kind === 'actions' ? acts : acts.filter(({ action }) => (action.sessionsAtRisk ?? 0) > 0);
  if (limited.length === 0) return new Map();
  const because = kind === 'actions' ? (actionLimit(limited, context) ?? shareLimit(limited, context)) : sessionLimit(limited, context);
  return new Map(because ? limited.map((decision) => [decision, because]) : []);
}

function actionLimit(acts: readonly ActDecision[], { policy, counts }: GuardContext): Reason | undefined {
  const { actionsPerRun, actionsPer24h } = policy.limits;
  const wanted = acts.length;
  if (actionsPerRun !== undefined && wanted > actionsPerRun) {
    return reason('limit-actions-run', `${wanted} actions are wanted and limits.actionsPerRun is ${actionsPerRun}: none is done.`, {
      wanted,
      limit: actionsPerRun,
    });
  }
  const before = counts.actions;
  if (actionsPer24h !== undefined && before + wanted > actionsPer24h) {
    const text = `${wanted} actions are wanted after ${before} in 24 hours, and limits.actionsPer24h is ${actionsPer24h}: none is done.`;
    return reason('limit-actions-24h', text, { wanted, before, limit: actionsPer24h });
  }
  return undefined;
}

function shareLimit(acts: readonly ActDecision[], { policy, counts, totals }: GuardContext): Reason | undefined {
  const { fleetSharePerRun, fleetSharePer24h } = policy.limits;
  if (fleetSharePerRun === undefined && fleetSharePer24h === undefined) return undefined;
  const { observed, announced } = totals;
  if (!totals.complete) {
    const text = `A share of the fleet cannot be told: ${observed} resources were read, ${announced ?? 'an unknown number'} announced. None is done.`;
    return reason('limit-share-incomplete', text, { observed, announced });
  }
  const wanted = new Set(acts.map(({ resource }) => wholeIdOf(resource.id)));
  if (fleetSharePerRun !== undefined && wanted.size * 100 > fleetSharePerRun * observed) {
    const text = `${wanted.size} of ${observed} resources would change and limits.fleetSharePerRun is ${fleetSharePerRun}%: none is done.`;
    return reason('limit-share-run', text, { wanted: wanted.size, observed, limit: fleetSharePerRun });
  }
  const within = fleetSharePer24h === undefined ? 0 : counts.distinctWith(wanted);
  if (fleetSharePer24h !== undefined && within * 100 > fleetSharePer24h * observed) {
    const text = `${within} of ${observed} resources would change within 24 hours and limits.fleetSharePer24h is ${fleetSharePer24h}%: none is done.`;
    return reason('limit-share-24h', text, { wanted: within, observed, limit: fleetSharePer24h });
  }
  return undefined;
}

function sessionLimit(acts: readonly ActDecision[], { policy, counts }: GuardContext): Reason | undefined {
  const { sessionsCutPerRun: perRun } = policy.limits;
  const perDay = policy.limits.sessionsCutPer24h ?? (perRun === undefined ? undefined : perRun * sessionsPerDayFactor);
  const wanted = acts.reduce((sum, { action }) => sum + (action.sessionsAtRisk ?? 0), 0);
  if (perRun !== undefined && wanted > perRun) {
    return reason('limit-sessions-run', `${wanted} sessions are at risk and limits.sessionsCutPerRun is ${perRun}: none is cut.`, {
      wanted,
      limit: perRun,
    });
  }
  const before = counts.sessions;
  if (perDay !== undefined && before + wanted > perDay) {
    const text = `${wanted} sessions are at risk after ${before} in 24 hours, and limits.sessionsCutPer24h is ${perDay}: none is cut.`;
    return reason('limit-sessions-24h', text, { wanted, before, limit: perDay });
  }
  return undefined;
}
