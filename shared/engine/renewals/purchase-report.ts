import { periodText } from '../../fleet/subscription-period.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import type { AnsweredApproval, BudgetUse, OrderLine, PurchaseReport, ReportedAlert, WaitingApproval } from '../report.ts';
import { answerWords } from './answers.ts';
import type { DueDecision } from './choose.ts';
import type { Question } from './planner.ts';

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
    answered: decisions.flatMap((each) => answeredLine(each, byId.get(each.decision.resource.id)) ?? []),
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
  return question && questionLine({ decision, candidate }, question);
}

function answeredLine({ decision, verdict, candidate }: DueDecision, outcome: RenewalOutcome | undefined): AnsweredApproval | undefined {
  const { asked } = verdict;
  const state = asked?.answer.state;
  if (asked === undefined || (state !== 'approved' && state !== 'refused')) return undefined;
  if (outcome !== undefined && outcome.outcome !== 'stopped') return undefined;
  const line = questionLine({ decision, candidate }, asked.question);
  return line && { ...line, state, answer: answerWords(asked.answer, asked.question.circle) };
}

function questionLine(
  { decision, candidate }: Pick<DueDecision, 'decision' | 'candidate'>,
  question: Question,
): WaitingApproval | undefined {
  if (decision.rule === null) return undefined;
  const [first] = decision.because;
  const why = first?.data?.['why'];
  return {
    resource: decision.resource,
    rule: decision.rule,
    approvers: question.circle,
    period: periodText(question.period),
    amount: question.amount,
    expires: new Date(candidate.due.expiresAtMs).toISOString(),
    why: typeof why === 'string' ? why : (first?.text ?? ''),
  };
}
