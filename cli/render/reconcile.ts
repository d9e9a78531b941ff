import { type DifferenceCause, isOpen, type ReconciledRow, type RowState } from '../../shared/billing/reconcile.ts';
import { printableLines } from '../../shared/client/printable.ts';
import { canonicalJson } from '../../shared/journal/log/record.ts';
import { formatMoney, type Money, moneyToJson } from '../../shared/policy/money.ts';
import type { AccountFound, ReconcileFound } from '../run/reconcile.ts';
import { alignColumns } from './columns.ts';
import { csvLine, exactAmount } from './cost.ts';
import { localClock } from './local-clock.ts';
import type { Style } from './style.ts';

const left = {} as const;
const right = { align: 'right' } as const;

const stateWords: Readonly<Record<RowState, string>> = {
  matched: 'matched',
  differing: 'differs',
  'only-bill': 'only in the bill',
  'only-here': 'only here',
  pending: 'the bill may still show it',
  correction: 'correction',
};

const itemWords: Readonly<Record<ReconciledRow['item'], string>> = {
  usage: 'nodes by the hour',
  order: 'subscription order',
  refund: 'refund',
  adjustment: 'adjustment',
};

const causeWords: Readonly<Record<DifferenceCause, string>> = {
  promotion: 'a discount or coupon that the bill shows',
  'price-change': 'the price changed in the month, between two quotes',
  unmeasured: 'runs were too far apart, or there were none',
  'no-price': 'no price is known here',
  'charge-not-told': 'the service did not say how the nodes are paid',
  'not-metered': 'held by the hour, and no run samples it',
  'open-order': 'an order that the journal has not closed',
  'other-month': 'an order that was placed in one month and paid in another',
  unknown: 'the cause is not known',
};

/** What an order that the journal does not know may be. */
const orderedElsewhere = 'no order of the journal: it was placed elsewhere, such as in the console';

/** So many differing days of a row are named in text. */
const daysNamed = 5;

/** The comparison as text, account by account: totals of both sides, what is open, and how much matched. */
export function reconcileLines(found: ReconcileFound, style: Style): string[] {
  const { month, finalMs, nowMs, timezone, accounts } = found;
  const { text } = localClock(timezone, nowMs);
  const provisional = nowMs < finalMs ? ` Provisional: the bill may change until ${text(finalMs)}.` : '';
  return [
    style.dim(`World: ${found.from}`),
    style.dim(`Bill of ${month} against what was measured and ordered. Months and days of bills are those of UTC+8.${provisional}`),
    ...accounts.flatMap((account) => accountLines(account, style)),
  ];
}

function accountLines(account: AccountFound, style: Style): string[] {
  const { rows, totals, targets, cut } = account;
  const shown = rows.filter(({ state }) => state !== 'matched');
  const matched = rows.filter(({ state }) => state === 'matched');
  const sums = totals.map(({ own, billed }) => [own.currency, formatMoney(own), formatMoney(billed), differenceText(own, billed)]);
  const heads = ['total', 'here', 'bill', 'difference'];
  const [heading = '', ...totalLines] = alignColumns([heads, ...sums], [left, right, right, right]);
  const open = rows.filter(isOpen).length;
  return [
    '',
    style.strong(`Account ${account.account} (${targets.join(', ')})`),
    ...(totals.length === 0 ? ['Nothing was billed, and nothing was measured or ordered.'] : [style.dim(heading), ...totalLines]),
    ...(shown.length === 0 ? [] : ['', ...rowLines(shown, account, style)]),
    '',
    matched.length === 0 ? 'No row matches.' : `${countText(matched.length, 'row matches', 'rows match')}, ${toleranceText(matched)}.`,
    open === 0 ? 'Nothing is open.' : style.strong(`${countText(open, 'row is open', 'rows are open')}: look at each of them.`),
    ...(rows.length > 0 && noIdInCommon(rows)
      ? ['The bill names no resource that is known here: it may have ids of its own, or the product code may be that of another product.']
      : []),
    ...(cut === 0
      ? []
      : [
          `${countText(cut, 'line', 'lines')} of the bill had digits below a millionth, as sums of floating-point numbers have; they were cut off.`,
        ]),
  ];
}

/** True where both sides have rows and no resource is on both. */
function noIdInCommon(rows: readonly ReconciledRow[]): boolean {
  const of = (state: RowState): boolean => rows.some((row) => row.state === state);
  return rows.every(({ state }) => state === 'only-bill' || state === 'only-here') && of('only-bill') && of('only-here');
}

function countText(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What may differ in rows that match, by currency. */
function toleranceText(matched: readonly ReconciledRow[]): string {
  const sums = new Map<string, bigint>();
  for (const { tolerance } of matched) sums.set(tolerance.currency, (sums.get(tolerance.currency) ?? 0n) + tolerance.micros);
  const most = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, micros]) => formatMoney({ currency, micros }));
  return `within a minor unit each and what sampling may be off by (nodes changed, times the time between two looks): ${most.join(' and ')} in all`;
}

function rowLines(rows: readonly ReconciledRow[], { names }: AccountFound, style: Style): string[] {
  const cells = rows.map((row) => [
    ...[idText(row, names), itemWords[row.item], stateWords[row.state]],
    ...[formatMoney(row.own), formatMoney(row.billed), differenceText(row.own, row.billed), causeText(row)],
  ]);
  const heads = ['resource', 'charge', 'state', 'here', 'bill', 'difference', 'cause'];
  const [heading = '', ...lines] = alignColumns([heads, ...cells], [left, left, left, right, right, right, left]);
  return [style.dim(heading), ...lines.flatMap((line, i) => [line, ...dayLines(rows[i] as ReconciledRow)])];
}

function idText({ resource }: ReconciledRow, names: ReadonlyMap<string, string>): string {
  if (resource === '') return '(no id)';
  const name = names.get(resource);
  return printableLines(name === undefined ? resource : `${name} (${resource})`);
}

function dayLines({ days }: ReconciledRow): string[] {
  const named = days.slice(0, daysNamed).map(({ date, own, billed }) => `  ${date}: here ${formatMoney(own)}, bill ${formatMoney(billed)}`);
  return days.length > daysNamed ? [...named, `  and ${days.length - daysNamed} more days`] : named;
}

function causeText({ causes, item, state }: ReconciledRow): string {
  return causes
    .map((cause) => (cause === 'unknown' && item === 'order' && state === 'only-bill' ? orderedElsewhere : causeWords[cause]))
    .join('; ');
}

/** The bill less what is known here, with its sign. */
function differenceText(own: Money, billed: Money): string {
  const micros = billed.micros - own.micros;
  return `${micros > 0n ? '+' : ''}${formatMoney({ currency: own.currency, micros })}`;
}

/** The comparison as one JSON object; amounts in millionths, times in RFC 3339 in UTC. The form is stable and only ever grows. */
export function reconcileJson(found: ReconcileFound): string {
  return canonicalJson({
    ...{ format: 1, world: found.from, month: found.month, provisional: found.nowMs < found.finalMs },
    final: new Date(found.finalMs).toISOString(),
    accounts: found.accounts.map(({ account, targets, totals, rows, cut }) => ({
      ...{ account, targets: [...targets], cut },
      totals: totals.map(({ own, billed }) => ({ currency: own.currency, own: moneyToJson(own), billed: moneyToJson(billed) })),
      rows: rows.map((row) => ({
        ...{ resource: row.resource, item: row.item, state: row.state, open: isOpen(row), causes: [...row.causes] },
        ...{ own: moneyToJson(row.own), billed: moneyToJson(row.billed), tolerance: moneyToJson(row.tolerance) },
        days: row.days.map(({ date, own, billed }) => ({ date, own: moneyToJson(own), billed: moneyToJson(billed) })),
      })),
    })),
    failures: [...found.failures],
  });
}

/** The rows of all accounts as CSV, with exact amounts. */
export function reconcileCsv({ month, accounts }: ReconcileFound): string {
  const heads = [
    'month',
    'account',
    'resource',
    'name',
    'charge',
    'state',
    'open',
    'currency',
    'here',
    'bill',
    'difference',
    'tolerance',
    'causes',
  ];
  const lines = accounts.flatMap(({ account, rows, names }) =>
    rows.map((row) => {
      const difference = { currency: row.own.currency, micros: row.billed.micros - row.own.micros };
      return [
        ...[month, account, row.resource, names.get(row.resource) ?? '', row.item, row.state, isOpen(row) ? 'yes' : 'no', row.own.currency],
        ...[row.own, row.billed, difference, row.tolerance].map(exactAmount),
        row.causes.join(' '),
      ];
    }),
  );
  return [heads, ...lines].map(csvLine).join('');
}
