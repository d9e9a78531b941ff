import type { PastRenewal } from '../../shared/journal/renewals/past-renewals.ts';
import { formatMoney, moneyFromJson } from '../../shared/policy/money.ts';

const columns = [
  ...['account', 'resource', 'renewal', 'claimedAt', 'target', 'operation', 'expiry', 'period', 'autoPay', 'price', 'currency'],
  ...['budgetMonth', 'rule', 'approvedBy', 'policy', 'answer', 'orderId', 'requestId', 'end', 'endedBy', 'expiryAfter'],
] as const;

/** One renewal as the auditor reads it; an empty text where something is not known or not there. */
export type AuditRow = Readonly<Record<(typeof columns)[number], string>>;

const instant = (seconds: number | undefined): string => (seconds === undefined ? '' : new Date(seconds * 1000).toISOString());
const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** A row for each claim of the journal, slots left out. */
export function auditRows(renewals: readonly PastRenewal[]): readonly AuditRow[] {
  return renewals.flatMap(({ account, resourceId, n, atMs, claim, answer, end }) => {
    // Nothing was ordered under a number that was only used up.
    if (!claim || claim.abandoned) return [];
    const [price = '', currency = ''] = formatMoney(moneyFromJson(claim.price), { exact: true }).replaceAll(',', '').split(' ');
    const note = claim.note ?? {};
    return {
      ...{ account, resource: resourceId, renewal: String(n), claimedAt: new Date(atMs).toISOString(), target: claim.target },
      ...{ operation: claim.operation, expiry: instant(claim.expiry), period: `${claim.period.count} ${claim.period.unit}` },
      ...{ autoPay: String(claim.autoPay), price, currency, budgetMonth: claim.month, rule: text(note['rule']) },
      ...{ approvedBy: text(note['approvedBy']), policy: text(note['policy']), answer: text(answer?.outcome) },
      ...{ orderId: text(answer?.orderId ?? end?.orderId), requestId: text(answer?.requestId), end: text(end?.outcome) },
      ...{ endedBy: text(end?.who ?? end?.by), expiryAfter: instant(end?.movedTo) },
    };
  });
}

/** Rows as CSV (RFC 4180) with a heading. */
export function csvOf(rows: readonly AuditRow[]): string {
  const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;
  return [line([...columns]), ...rows.map((row) => line(columns.map((column) => row[column])))].join('');
}

function cell(value: string): string {
  // A spreadsheet would run what begins like a formula; names are given by people.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
