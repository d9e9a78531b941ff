import { type CostRow, costTable, type UnknownBecause, type UnknownRow } from '../../shared/billing/cost-table.ts';
import { canonicalJson } from '../../shared/journal/log/record.ts';
import { formatMoney, type Money, moneyToJson } from '../../shared/policy/money.ts';
import type { CostFound, Grouping } from '../run/cost.ts';
import { alignColumns } from './columns.ts';
import { localClock } from './local-clock.ts';
import type { Style } from './style.ts';

const left = {} as const;
const right = { align: 'right' } as const;

/** What people read of each cause. `{ms}` stands for the time. */
const causes: Readonly<Record<UnknownBecause, string>> = {
  'no-price': 'no price is known',
  'charge-not-told': 'the service did not say how they are paid',
  'no-monthly-price': 'neither an order nor a price per month is known',
  'not-metered': 'held by the hour, and no run samples them',
  unmeasured: 'not measured: runs were more than 15 minutes apart, or there were none',
  'no-baseline': 'measured, but nothing is known of what they would have cost without Streamwarden: no savings are claimed',
};

/** So many ids of a cause are named in text. */
const idsNamed = 5;

/** Costs as text: a table, the totals, and what is in none of them. */
export function costLines(found: CostFound, grouping: Grouping, style: Style): string[] {
  const { rows, totals, unknown } = costTable(found.costs, grouping.keyOf);
  const { text } = localClock(found.timezone, found.nowMs);
  const running = found.span.untilMs < found.monthEndMs ? `, until ${text(found.span.untilMs)}` : '';
  const names = namesOf(found);
  const label = ({ key }: { readonly key: string | undefined }): string =>
    key === undefined ? grouping.without : grouping.words === 'resource' ? (names.get(key) ?? key) : key;
  return [
    style.dim(`World: ${found.from}`),
    style.dim(`Costs of ${found.month}${running}, by ${found.timezone}. Names, tags and rules are those of now.`),
    '',
    ...(rows.length === 0 ? ['Nothing was measured, and no subscription has a price.'] : tableLines(rows, totals, label, grouping, style)),
    ...unknownLines(unknown, label, names, style),
    ...forecastLines(found.forecast, found.month, style),
  ];
}

function forecastLines(forecast: CostFound['forecast'], month: string, style: Style): string[] {
  if (forecast === undefined) return [];
  const { all, basis, before } = forecast;
  const rows = all.map(({ currency, soFar, byHour, subscriptions, total }) => [
    ...[currency, formatMoney(soFar), formatMoney(byHour), formatMoney(subscriptions), formatMoney(total)],
  ]);
  const heads = ['currency', 'so far', 'by the hour ahead', 'subscriptions ahead', `at the end of ${month}`];
  const [heading = '', ...lines] = alignColumns([heads, ...rows], [left, right, right, right, right]);
  const on = [
    [basis.scheduled, 'follow a schedule of the policy'],
    [basis.asSet, 'stay as they are set'],
    [basis.asBefore, 'go on as on the same weekdays before'],
    [basis.unknown, 'are not in it: nothing is known of them'],
  ] as const;
  const past = before.map(
    ({ month: of, said, cost }) => `${of}: ${formatMoney(said)}, and it was ${formatMoney(cost)}${offText(said, cost)}`,
  );
  return [
    ...['', style.strong('Forecast, if nobody changes the policy')],
    ...(all.length === 0 ? ['Nothing is known of what is ahead.'] : [style.dim(heading), ...lines]),
    `Node pools: ${on.flatMap(([count, words]) => (count === 0 ? [] : [`${count} ${words}`])).join('; ') || 'none'}.`,
    past.length === 0
      ? 'No earlier month was recorded, so nothing is known of how far it may be off.'
      : `On day 10 it would have said of ${past.join('; of ')}.`,
  ];
}

/** How far a forecast was off, in percent with its sign. */
function offText(said: Money, cost: Money): string {
  if (cost.micros === 0n) return '';
  const tenths = Number(((said.micros - cost.micros) * 1000n) / cost.micros);
  return ` (${tenths > 0 ? '+' : ''}${(tenths / 10).toFixed(1)} %)`;
}

function namesOf({ targets }: CostFound): ReadonlyMap<string, string> {
  return new Map(targets.flatMap(({ fleet }) => fleet.map(({ id, name }) => [id, name === undefined ? id : `${name} (${id})`] as const)));
}

function tableLines(
  rows: readonly CostRow[],
  totals: readonly Omit<CostRow, 'key' | 'share'>[],
  label: (row: CostRow) => string,
  { words }: Grouping,
  style: Style,
): string[] {
  const hasPotential = totals.some(({ potential }) => potential.micros !== 0n);
  const cells = ({ measured, amortized, cost, saved, potential }: Omit<CostRow, 'key' | 'share'>): string[] => [
    ...[measured, amortized, cost, saved].map((money) => formatMoney(money)),
    ...(hasPotential ? [formatMoney(potential)] : []),
  ];
  const body = rows.map((row) => [label(row), ...cells(row), shareText(row.share)]);
  const sums = totals.map((total) => [`total ${total.currency}`, ...cells(total), totalShare(rows, total.currency)]);
  const heads = [words, 'by the hour', 'subscriptions', 'cost', 'saved', ...(hasPotential ? ['potential'] : []), 'share'];
  const [heading = '', ...lines] = alignColumns([heads, ...body, ...sums], [left, ...heads.slice(1).map(() => right)]);
  return [
    style.dim(heading),
    ...lines.slice(0, body.length),
    ...lines.slice(body.length).map((line) => style.strong(line)),
    ...(hasPotential ? ['', 'Potential is what rules in dry run would have saved had they acted; it is not part of what was saved.'] : []),
  ];
}

function shareText(share: number | undefined): string {
  return share === undefined ? '-' : `${Math.trunc(share / 100)}.${String(Math.abs(share % 100)).padStart(2, '0')} %`;
}

/** The sum of the shares, which is all of it wherever there was a cost. */
function totalShare(rows: readonly CostRow[], currency: string): string {
  const shares = rows.flatMap((row) => (row.currency === currency && row.share !== undefined ? [row.share] : []));
  return shares.length === 0 ? '-' : shareText(shares.reduce((sum, share) => sum + share, 0));
}

function unknownLines(
  unknown: readonly UnknownRow[],
  label: (row: UnknownRow) => string,
  names: ReadonlyMap<string, string>,
  style: Style,
): string[] {
  if (unknown.length === 0) return [];
  const rows = unknown.map(({ key, because, resources, ms }) => {
    const named = resources.slice(0, idsNamed).map((id) => names.get(id) ?? id);
    const more = resources.length > named.length ? ` and ${resources.length - named.length} more` : '';
    return `  ${label({ key } as UnknownRow)}: ${causes[because]}, ${hoursText(ms)}: ${named.join(', ')}${more}`;
  });
  return ['', style.strong('Unknown, and in no amount above'), ...rows];
}

/** Hours of nodes, or of resources that are no nodes. */
function hoursText(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} hours`;
}

/** Costs as one JSON object; amounts in millionths, times in RFC 3339 in UTC. The form is stable and only ever grows. */
export function costJson(found: CostFound, { keyOf }: Grouping, by: string): string {
  const { rows, totals, unknown } = costTable(found.costs, keyOf);
  const amounts = ({ measured, amortized, cost, counterfactual, saved, potential }: Omit<CostRow, 'key' | 'share'>) => ({
    ...{ measured: moneyToJson(measured), amortized: moneyToJson(amortized), cost: moneyToJson(cost) },
    ...{ counterfactual: moneyToJson(counterfactual), saved: moneyToJson(saved), potential: moneyToJson(potential) },
  });
  const instant = (ms: number): string => new Date(ms).toISOString();
  return canonicalJson({
    ...{ format: 1, world: found.from, timezone: found.timezone, month: found.month, by },
    ...{ from: instant(found.span.fromMs), until: instant(found.span.untilMs), monthEnds: instant(found.monthEndMs) },
    rows: rows.map((row) => ({ key: row.key ?? null, currency: row.currency, ...amounts(row), shareOfTenThousand: row.share ?? null })),
    totals: totals.map((total) => ({ currency: total.currency, ...amounts(total) })),
    unknown: unknown.map(({ key, because, resources, ms }) => ({ key: key ?? null, because, resources: [...resources], ms })),
    unmeasured: found.targets.flatMap(({ name, costs }) => costs.unmeasured.map(({ date, ms }) => ({ target: name, date, ms }))),
    ...(found.forecast === undefined ? {} : { forecast: forecastJson(found.forecast) }),
    failures: [...found.failures],
  });
}

function forecastJson({ all, basis, before }: NonNullable<CostFound['forecast']>) {
  return {
    basis: { ...basis },
    totals: all.map(({ currency, soFar, byHour, subscriptions, total }) => ({
      ...{ currency, soFar: moneyToJson(soFar), byHour: moneyToJson(byHour) },
      ...{ subscriptions: moneyToJson(subscriptions), total: moneyToJson(total) },
    })),
    before: before.map(({ month, said, cost }) => ({ month, said: moneyToJson(said), cost: moneyToJson(cost) })),
  };
}

/** The table as CSV, with exact amounts: a line for each row and currency, then one for each cause of what is unknown. */
export function costCsv({ costs }: CostFound, { keyOf, words }: Grouping): string {
  const { rows, unknown } = costTable(costs, keyOf);
  const lines = [
    [
      words,
      'currency',
      'by_the_hour',
      'subscriptions',
      'cost',
      'counterfactual',
      'saved',
      'potential',
      'share_percent',
      'unknown',
      'hours',
      'ids',
    ],
    ...rows.map((row) => [
      ...[row.key ?? '', row.currency],
      ...[row.measured, row.amortized, row.cost, row.counterfactual, row.saved, row.potential].map(exactAmount),
      ...[row.share === undefined ? '' : (row.share / 100).toFixed(2), '', '', ''],
    ]),
    ...unknown.map(({ key, because, resources, ms }) => [
      ...[key ?? '', '', '', '', '', '', '', '', '', because, (ms / 3_600_000).toFixed(3), resources.join(' ')],
    ]),
  ];
  return lines.map(csvLine).join('');
}

/** An amount as a plain decimal number, all digits. */
export function exactAmount({ micros }: Money): string {
  const positive = micros < 0n ? -micros : micros;
  const fraction = (positive % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  return `${micros < 0n ? '-' : ''}${positive / 1_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * A line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe in front, since names are whatever somebody called
 * their resources; amounts are left as they are.
 */
export function csvLine(cells: readonly string[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${cells.map(cell).join(',')}\r\n`;
}
