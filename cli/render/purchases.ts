import { reservationWords } from '../../functions/renew-before-expiry/purchase/reservations.ts';
import type {
  BudgetUse,
  HeldAmount,
  OrderLine,
  PurchaseReport,
  RenewalStateLine,
  ReportedAlert,
  WaitingApproval,
} from '../../shared/engine/report.ts';
import { add, formatMoney } from '../../shared/policy/money.ts';
import { alignColumns } from './columns.ts';
import type { InstantText } from './renewal-line.ts';
import type { Style } from './style.ts';

const right = { align: 'right' } as const;

/** Orders, approvals, budgets and alerts of a run as lines. Amounts here are quotes and reservations, never estimates. */
export function purchaseLines({ orders, waiting, states, budgets, alerts }: PurchaseReport, style: Style, text: InstantText): string[] {
  const dayOf: DayText = (instant) => text(Date.parse(instant)).slice(0, 10);
  return [
    ...section(
      'renewals',
      alignColumns(
        states.map((line) => stateCells(line, text)),
        [{}, {}, {}],
      ),
      style,
    ),
    ...section(
      'orders',
      alignColumns(
        orders.map((order) => orderCells(order, style, dayOf)),
        [{}, {}, {}, {}, right, {}],
      ),
      style,
    ),
    ...section(
      'pending approval',
      alignColumns(
        waiting.map((line) => waitingCells(line, dayOf)),
        [{}, {}, {}, {}, right, {}],
      ),
      style,
    ),
    ...section('budget', budgetLines(budgets, style, text), style),
    ...section(
      'alerts',
      alerts.map((alert) => alertLine(alert, style)),
      style,
    ),
  ];
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : [`  ${style.dim(title)}`, ...lines.map((line) => `    ${line}`)];
}

/** The local day of an instant in RFC 3339. */
type DayText = (instant: string) => string;

function stateCells({ resource, expires, words }: RenewalStateLine, text: InstantText): string[] {
  const when = expires === undefined ? 'expires at an unknown time' : `expires ${text(Date.parse(expires))}`;
  return [resource.name ?? resource.id, when, words];
}

function orderCells(
  { resource, rule, period, expires, amount, due, autoPay, outcome, orderId, approvedBy }: OrderLine,
  style: Style,
  dayOf: DayText,
): string[] {
  const sign = outcome === undefined ? style.good('+') : outcome === 'ordered' ? style.good('✓') : style.bad('✗');
  const notes = [
    ...(due === undefined ? [] : [`due ${formatMoney(due)}`]),
    ...(autoPay ? [] : ['to be paid by hand']),
    ...(approvedBy === undefined ? [] : [`approved by ${approvedBy}`]),
    ...(outcome === undefined ? [] : [outcome]),
    ...(orderId === undefined ? [] : [`order ${orderId}`]),
  ];
  return [sign, resource.name ?? resource.id, rule, `${period} from ${dayOf(expires)}`, formatMoney(amount), notes.join(', ')];
}

function waitingCells({ resource, rule, period, expires, amount, approvers, why }: WaitingApproval, dayOf: DayText): string[] {
  return [resource.name ?? resource.id, rule, `${period} from ${dayOf(expires)}`, `asks ${approvers}`, formatMoney(amount), why];
}

/** Each budget, and below it for whom it holds money that has not renewed anything. */
function budgetLines(budgets: readonly BudgetUse[], style: Style, text: InstantText): string[] {
  const lines = alignColumns(budgets.map(budgetCells), [{}, right, right, right]);
  return budgets.flatMap(({ held }, index) => [
    lines[index] ?? '',
    ...alignColumns(
      held.map((each) => heldCells(each, text)),
      [right, {}, {}, {}],
    ).map((line) => style.dim(`  ${line}`)),
  ]);
}

function heldCells({ account, resource, amount, since, state }: HeldAmount, text: InstantText): string[] {
  const at = text(Date.parse(since));
  return [formatMoney(amount, { exact: true }), `for ${resource} (account ${account})`, `since ${at}`, reservationWords[state]];
}

function budgetCells({ month, limit, used, planned }: BudgetUse): string[] {
  const exact = { exact: true };
  const total = formatMoney(add(used, planned), exact);
  return [month, `${formatMoney(used, exact)} used`, `${total} with this`, `of ${formatMoney(limit, exact)}`];
}

function alertLine({ title, text, severity, told }: ReportedAlert, style: Style): string {
  const paint = severity === 'critical' ? style.bad : style.warn;
  const when = {
    now: 'told now',
    before: 'told before',
    'this-hour': 'told this hour',
    undelivered: 'not delivered',
    would: 'would be told',
  }[told];
  return `${paint('!')} ${title}. ${text} ${style.dim(`(${when})`)}`;
}
