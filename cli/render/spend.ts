import type { MonthSpending, SpendingLine } from '../../functions/renew-before-expiry/purchase/spending.ts';
import { canonicalJson } from '../../shared/journal/log/record.ts';
import { formatMoney, type Money, moneyToJson, subtract, zero } from '../../shared/policy/money.ts';
import type { Spend } from '../run/spend.ts';
import { alignColumns } from './columns.ts';
import { localClock } from './local-clock.ts';
import type { Style } from './style.ts';

const left = {} as const;
const right = { align: 'right' } as const;

/** Amounts to the last digit: rounded, what is left would not be what is left. */
const amountOf = (money: Money): string => formatMoney(money, { exact: true });

/** How the budgets stand, as lines: the sums of each month and currency, then for whom money is reserved. @param all list orders too */
export function spendLines(spend: Spend, all: boolean, style: Style): string[] {
  const { months, others, from, policy, timezone, nowMs } = spend;
  const { text } = localClock(timezone, nowMs);
  const limits = policy === undefined ? 'no policy, so no limits are known: name one with --policy' : `limits by ${policy}`;
  return [
    style.dim(`World: ${from}`),
    style.dim(`Months and times by ${timezone}; ${limits}`),
    '',
    ...(months.length === 0 ? ['Nothing was ordered or reserved, and no limit is set.'] : sumLines(months, style)),
    ...months.flatMap((month) => heldLines(month, all, text, style)),
    ...(others.length === 0 ? [] : ['', `Other months with budgets: ${others.join(', ')}. --month shows one.`]),
  ];
}

function sumLines(months: readonly MonthSpending[], style: Style): string[] {
  const rows = months.map(({ month, currency, limit, ordered, reserved, free }) => [
    month,
    currency,
    ...(limit === undefined ? ['no limit'] : [amountOf(limit)]),
    ...[amountOf(ordered), amountOf(reserved), freeText(free)],
  ]);
  const [heading = '', ...lines] = alignColumns(
    [['month', 'currency', 'limit', 'ordered', 'reserved', 'free'], ...rows],
    [left, left, right, right, right, right],
  );
  return [style.dim(heading), ...lines];
}

function freeText(free: Money | undefined): string {
  if (free === undefined) return '-';
  return free.micros < 0n ? `over by ${amountOf(subtract(zero(free.currency), free))}` : amountOf(free);
}

const headings: Readonly<Record<SpendingLine['counts'], string>> = {
  reserved: 'reserved',
  'given-back': 'given back by the next run, and free',
  ordered: 'ordered',
};

function heldLines({ month, currency, lines }: MonthSpending, all: boolean, text: (ms: number) => string, style: Style): string[] {
  const kinds = (['reserved', 'given-back', 'ordered'] as const).filter((kind) => all || kind !== 'ordered');
  return kinds.flatMap((kind) => {
    const some = lines.filter(({ counts }) => counts === kind);
    if (some.length === 0) return [];
    const rows = alignColumns(
      some.map((line) => lineCells(line, text)),
      [left, left, right, left, left],
    );
    return ['', style.strong(`${month} ${currency}, ${headings[kind]}`), ...rows.map((row) => `  ${row}`)];
  });
}

function lineCells(
  { account, target, resource, n, amount, sinceMs, words, orderId }: SpendingLine,
  text: (ms: number) => string,
): string[] {
  const whose = target === undefined || target === '' ? `account ${account}` : `target ${target}, account ${account}`;
  const order = orderId === undefined ? '' : `, order ${orderId}`;
  return [`${resource}, renewal ${n}`, whose, amountOf(amount), `since ${text(sinceMs)}`, `${words}${order}`];
}

/** The same as one JSON object; amounts in millionths, times in RFC 3339 in UTC. The form is stable and only ever grows. */
export function spendJson({ months, others, from, policy, timezone }: Spend): string {
  const instant = (ms: number): string => new Date(ms).toISOString();
  return canonicalJson({
    ...{ format: 1, world: from, timezone, policy: policy ?? null, otherMonths: [...others] },
    months: months.map(({ month, currency, limit, ordered, reserved, free, lines }) => ({
      ...{ month, currency, limit: limit ? moneyToJson(limit) : null, ordered: moneyToJson(ordered) },
      ...{ reserved: moneyToJson(reserved), free: free ? moneyToJson(free) : null },
      reservations: lines.map(({ account, target, resource, n, amount, sinceMs, state, words, orderId, counts }) => ({
        ...{ account, target: target ?? null, resource, renewal: n, amount: moneyToJson(amount), since: instant(sinceMs) },
        ...{ state, words, order: orderId ?? null, counts },
      })),
    })),
  });
}
