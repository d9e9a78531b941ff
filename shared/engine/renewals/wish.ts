import type { ActDecision } from '../decision.ts';
import type { RenewalWish } from '../purchase/contract.ts';
import type { Candidate } from '../purchase/round.ts';
import { regularlyPaid } from './claim-facts.ts';
import type { DueResource } from './decide-due.ts';
import type { PlannedOrder, RenewalContext } from './planner.ts';

/**
 * A decided order as the purchase protocol takes it. Its note is what an auditor wants to read beside the claim, and what the next renewal
 * compares prices with.
 */
export function wishOf(
  { due, view }: Candidate<DueResource>,
  decision: ActDecision,
  order: PlannedOrder,
  { policy }: Pick<RenewalContext, 'policy'>,
): RenewalWish {
  const { account, target, resource, expiresAtMs } = due;
  const { period, autoPay, reserve, approvedBy, unasked } = order;
  const { operation, input } = decision.action;
  const paid = unasked ? regularlyPaid(view?.moved) : undefined;
  const note = {
    rule: decision.rule,
    policy: policy.sourceHash,
    ...(resource.name === undefined ? {} : { name: resource.name }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(unasked ? { unasked } : {}),
    ...(paid ? { regular: { period: { ...paid.period }, price: { ...paid.price } } } : {}),
  };
  return { account, target, resource, expiresAtMs, period, autoPay, reserve, operation, input, note };
}
