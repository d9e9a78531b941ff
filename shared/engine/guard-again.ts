import type { Resource } from '../fleet/resource.ts';
import type { WrittenLog } from '../journal/intents/intent-log.ts';
import { claimOnce } from '../journal/log/claims.ts';
import { tryOnSentinel } from '../journal/log/sentinel.ts';
import type { ActDecision, Reason } from '../planning/decision.ts';
import type { SecondLook } from './act.ts';
import type { Automation, PlanContext } from './automation.ts';
import { decide } from './decide.ts';
import { forbidden } from './guard.ts';
import { crowdedOut } from './guard-nodes.ts';
import { asksForUsers } from './guard-protection.ts';
import { tagFirstSeen } from './protection-facts.ts';
import { skewReason, waitsForClocks } from './two-clocks.ts';

/**
 * The planner and the guard once more, for one resource and with fresh eyes: a freeze or an exception may have begun since the plan was
 * made, an owner may have set a tag, a protected user may have connected, the service's clock may have shown that it differs from ours (`skew`, in
 * milliseconds). Limits are not asked again: what they admitted was written down. But for nodes that are added: that limit is over all targets, and
 * their runs can begin at one moment.
 */
export function secondLook<R extends Resource>(
  automation: Automation<R>,
  context: PlanContext,
  log: WrittenLog,
  owner: string,
  skew: () => number | undefined = () => undefined,
): SecondLook<R> {
  const { planner, name } = automation;
  let tried = false;
  let nodesAdded = 0;
  /** Acts that add nodes for which runs of other targets have left no room, by resource and key. */
  let crowded = new Map<string, Reason>();
  const idOf = ({ resource, action }: ActDecision) => JSON.stringify([resource.id, action.key]);
  return {
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
      if (!tried) yield* tryOnSentinel(owner, atMs, `claims/${name}/create-once`);
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
        ...{ functionName: name, policy: context.policy, target: context.target, nowMs },
        resourceOf: () => resource,
        sessionUsersOf: () => users,
        tagFirstSeenMs: tagFirstSeen(log),
      });
    },
  };
}
