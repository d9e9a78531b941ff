import type { Reason } from '../../shared/engine/decision.ts';
import type { ClaimFacts, OpenClaim, RenewalContext } from '../../shared/engine/renewals/planner.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { reason } from './reasons.ts';

/** Time that an order is given to move the expiry before anybody is told, in milliseconds (protocols, step 9). */
const settlingMs = 15 * 60_000;

/** Why what was ordered before forbids an order of a resource now; undefined when it does not. */
export function claimReason(
  { open, spent, spentAtMs, movedBackFromMs }: ClaimFacts,
  id: string,
  context: RenewalContext,
): Reason | undefined {
  if (open) return openReason(open, id, context);
  if (!spent) return undefined;
  if (spentAtMs !== undefined) {
    const text = `it was renewed at ${localText(spentAtMs, context)}, and reads may not show it yet`;
    return reason('order-under-way', text);
  }
  const before =
    movedBackFromMs === undefined
      ? 'this very expiry was renewed before'
      : `the expiry lies before ${localText(movedBackFromMs, context)}, to which it had been renewed: a refund, perhaps`;
  const text = `${before}. Look in the bill; if it is to be renewed again, run 'streamwarden resolve ${id} --refunded'`;
  return reason('expiry-claimed', text, { movedBackFromMs });
}

function openReason({ n, atMs, answer, orderId }: OpenClaim, id: string, context: RenewalContext): Reason {
  const data = { claim: n, order: orderId };
  const order = orderId === undefined ? 'an order' : `order ${orderId}`;
  const since = localText(atMs, context);
  if (answer === 'rejected' || answer === 'not-sent') {
    return reason('order-closing', 'the last order was not placed; it is being closed as void, and the next run goes on', data);
  }
  const settling = context.nowMs < atMs + settlingMs;
  // Whoever began it may be dead: that it was placed is said of an order that is known.
  if (settling && answer === undefined)
    return reason('order-begun', `an order was begun at ${since}, and whether it was placed is not known yet`, data);
  if (settling && answer === 'ordered')
    return reason('order-under-way', `${order} was placed at ${since}, and the expiry has not moved yet`, data);
  if (answer === 'ordered') {
    const text = `${order} of ${since} has not moved the expiry. Pay it in the console; or cancel it there, then run 'streamwarden resolve ${id} --void --order ${orderId}'`;
    return reason('order-unpaid', text, data);
  }
  const text = `whether an order of ${since} was placed is not known. Look for it in the bill; if none is there, run 'streamwarden resolve ${id} --void'. It is never sent again by itself`;
  return reason('order-unclear', text, data);
}
