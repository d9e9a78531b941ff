import type { Reason } from '../../shared/engine/decision.ts';
import type { ClaimFacts, OpenClaim, RenewalContext } from '../../shared/engine/renewals/planner.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { reason } from './reasons.ts';

/** Time that an order is given to move the expiry before anybody is told, in milliseconds (protocols, step 9). */
const settlingMs = 15 * 60_000;

/** Why what was ordered before forbids an order now; undefined when it does not. */
export function claimReason({ open, spent, movedBackFromMs }: ClaimFacts, context: RenewalContext): Reason | undefined {
  if (open) return openReason(open, context);
  if (!spent) return undefined;
  const before =
    movedBackFromMs === undefined
      ? 'this very expiry was renewed before'
      : `the expiry lies before ${localText(movedBackFromMs, context)}, to which it had been renewed: a refund, perhaps`;
  return reason('expiry-claimed', `${before}. See the bill; if it is to be renewed again, 'streamwarden resolve' opens it`, {
    movedBackFromMs,
  });
}

function openReason({ n, atMs, answer, orderId }: OpenClaim, context: RenewalContext): Reason {
  const data = { claim: n, order: orderId };
  const order = orderId === undefined ? 'an order' : `order ${orderId}`;
  const since = localText(atMs, context);
  if (answer === 'rejected' || answer === 'not-sent') {
    return reason('order-closing', 'the last order was not placed; its claim is being closed, and the next run goes on', data);
  }
  const settling = context.nowMs < atMs + settlingMs;
  // Whoever began it may be dead: that it was placed is said of an order that is known.
  if (settling && answer === undefined)
    return reason('order-begun', `an order was begun at ${since}, and whether it was placed is not known yet`, data);
  if (settling && answer === 'ordered')
    return reason('order-under-way', `${order} was placed at ${since}, and the expiry has not moved yet`, data);
  if (answer === 'ordered') {
    const text = `${order} of ${since} has not moved the expiry: pay it, or cancel it and say 'streamwarden resolve'`;
    return reason('order-unpaid', text, data);
  }
  const text = `what became of an order of ${since} is not known: look for it on the bill, then say 'streamwarden resolve'. It is never sent again by itself`;
  return reason('order-unclear', text, data);
}
