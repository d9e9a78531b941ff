import type { Resource } from '../fleet/resource.ts';
import { claimOnce } from '../journal/claims.ts';
import { tryOnSentinel } from '../journal/sentinel.ts';
import type { WrittenLog } from '../journal/written-log.ts';
import type { SecondLook } from './act.ts';
import type { Automation, PlanContext } from './automation.ts';
import { decide } from './decide.ts';
import { forbidden } from './guard.ts';
import { asksForUsers } from './guard-protection.ts';
import { tagFirstSeen } from './protection-facts.ts';
import { skewReason, waitsForClocks } from './two-clocks.ts';

/**
 * The planner and the guard once more, for one resource and with fresh eyes: a freeze or an exception may have begun since the plan was
 * made, an owner may have set a tag, a protected user may have connected, the service's clock may have shown that it differs from ours (`skew`, in
 * milliseconds). Limits are not asked again: what they admitted was written down.
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
  return {
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
