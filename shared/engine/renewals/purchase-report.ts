import { periodText } from '../../fleet/subscription-period.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import type { BudgetUse, OrderLine, PurchaseReport, ReportedAlert, WaitingApproval } from '../report.ts';
import type { DueDecision } from './choose.ts';

/** What a run of renewals adds to its report. */
export function purchaseReport(
  decisions: readonly DueDecision[],
  outcomes: readonly RenewalOutcome[],
  budgets: readonly BudgetUse[],
  alerts: readonly ReportedAlert[],
): Omit<PurchaseReport, 'states'> {
  const byId = new Map(outcomes.map((outcome) => [outcome.wish.resource.id, outcome]));
  return {
    orders: decisions.flatMap((each) => orderLine(each, byId.get(each.decision.resource.id)) ?? []),
    waiting: decisions.flatMap((each) => waitingLine(each) ?? []),
    budgets,
    alerts,
  };
}

function orderLine({ decision, order, candidate }: DueDecision, outcome: RenewalOutcome | undefined): OrderLine | undefined {
  if (decision.verdict !== 'act' || !order) return undefined;
  const { reserve, trade, period, autoPay, approvedBy } = order;
  const less = trade !== undefined && trade.currency === reserve.currency && trade.micros < reserve.micros;
  return {
    resource: decision.resource,
    rule: decision.rule,
    expires: new Date(candidate.due.expiresAtMs).toISOString(),
    period: periodText(period),
    amount: reserve,
    ...(less ? { due: trade } : {}),
    autoPay,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(outcome === undefined ? {} : { claim: outcome.n, outcome: outcome.outcome }),
    ...(outcome?.orderId === undefined ? {} : { orderId: outcome.orderId }),
  };
}

function waitingLine({ decision, verdict, candidate }: DueDecision): WaitingApproval | undefined {
  const question = 'question' in verdict ? verdict.question : undefined;
  if (question === undefined || decision.rule === null) return undefined;
  return {
    resource: decision.resource,
    rule: decision.rule,
    approvers: question.circle,
    period: periodText(question.period),
    amount: question.amount,
    expires: new Date(candidate.due.expiresAtMs).toISOString(),
    why: decision.because[0]?.text ?? '',
  };
}
