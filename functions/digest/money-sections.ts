import { type CostLine, type Costs, costTable } from '../../shared/billing/cost-table.ts';
import { weekdayText } from '../../shared/planning/local-time.ts';
import { formatMoney, type MoneyJson, moneyFromJson } from '../../shared/policy/money.ts';
import { amountsText, sums } from './amount-text.ts';
import type { Mark, Row, Section } from './digest-page.ts';
import type { DigestFacts } from './facts/digest-facts.ts';
import type { FleetFacts } from './facts/fleet-facts.ts';
import type { PastOrder } from './facts/past-orders.ts';
import { placed } from './sections.ts';
import { counted, nameOf } from './words.ts';

/** The orders of the span on the targets of a digest. What is void is told and not counted. */
function spanOrders({ spending, span, targets }: DigestFacts): readonly PastOrder[] {
  const names = new Set(targets.map(({ name }) => name));
  return spending.orders.filter(({ atMs, target }) => atMs >= span.fromMs && atMs < span.untilMs && names.has(target));
}

/** True for orders that cost something, or may. */
export function counts({ state }: Pick<PastOrder, 'state'>): boolean {
  return state !== 'void';
}

/** Orders at what they were quoted, then the budgets. */
export function ordersSection(facts: DigestFacts): Section {
  const orders = spanOrders(facts);
  const counting = orders.filter(counts);
  const total = sums(counting.map(({ amount }) => amount));
  const isVoid = orders.length - counting.length;
  const rows: Row[] = [
    ...orders.map((order) => orderRow(facts, order)),
    ...facts.spending.budgets.map(({ month, used, limit }): Row => {
      const text = `${formatMoney(used)} of ${formatMoney(limit)} used, all targets together`;
      return { mark: used.micros * 10n >= limit.micros * 9n && limit.micros > 0n ? 'warn' : 'plain', name: `Budget ${month}`, text };
    }),
  ];
  return {
    title: 'Orders',
    count: counting.length,
    lead: `${counting.length === 0 ? 'Nothing was ordered' : `${counted(counting.length, 'order')}, ${amountsText(total)} as quoted`}${isVoid === 0 ? '' : `; ${isVoid} void`}.`,
    ...{ rows, more: 0 },
  };
}

const marks: Readonly<Record<PastOrder['state'], Mark>> = {
  renewed: 'good',
  ordered: 'warn',
  unclear: 'bad',
  void: 'plain',
};

function orderRow(facts: DigestFacts, { target, resource, period, amount, state, orderId, approvedBy, atMs }: PastOrder): Row {
  const parts = [
    `${period}, ${formatMoney(amount)}`,
    state,
    ...(orderId === undefined ? [] : [`order ${orderId}`]),
    ...(approvedBy === undefined ? [] : [`approved by ${approvedBy}`]),
  ];
  return {
    mark: marks[state],
    name: placed(facts, target, nameFor(facts, target, resource)),
    text: parts.join(', '),
    aside: weekdayText(atMs, facts.zone),
  };
}

/** Orders name resources by id; the observation knows their names. */
function nameFor({ targets }: DigestFacts, target: string, id: string): string {
  return nameOf({ id, name: targets.find(({ name }) => name === target)?.fleet?.ordered[id]?.name });
}

type Amounts = NonNullable<FleetFacts['costs']>['all'][number];

/** Costs of all targets of a digest, one line for each amount. */
function costLines(facts: DigestFacts, of: (costs: NonNullable<FleetFacts['costs']>) => readonly (readonly [string, Amounts])[]): Costs {
  const lines = facts.targets.flatMap(({ name: target, fleet }) =>
    (fleet?.costs ? of(fleet.costs) : []).map(([resource, { measured, amortized, counterfactual, potential }]): CostLine => {
      const micros = (money: MoneyJson): bigint => moneyFromJson(money).micros;
      return {
        ...{ target, resource, date: '', instanceType: undefined, currency: measured.currency },
        ...{
          measured: micros(measured),
          amortized: micros(amortized),
          counterfactual: micros(counterfactual),
          potential: micros(potential),
        },
      };
    }),
  );
  return { lines, unknown: [] };
}

/** What the groups and workstations of each value of a tag cost, as measured; the shares add up to all of it. */
export function spendByTagSection(facts: DigestFacts, tag: string): Section {
  const costs = costLines(facts, ({ byTag }) =>
    Object.entries(byTag[tag] ?? {}).flatMap(([value, amounts]) => amounts.map((each) => [value, each] as const)),
  );
  const { rows, totals } = costTable(costs, ({ resource }) => resource);
  const lines = rows.map(({ key = '', cost, measured, amortized, share }): Row => {
    const parts = [
      ...(measured.micros === 0n ? [] : [`${formatMoney(measured)} by the hour`]),
      ...(amortized.micros === 0n ? [] : [`${formatMoney(amortized)} for subscriptions`]),
    ];
    const of = share === undefined ? '' : `, ${(share / 100).toFixed(2)} %`;
    return {
      mark: 'plain',
      name: key === '' ? `(no tag ${tag})` : key,
      text: `${formatMoney(cost)}${of}: ${parts.join(', ') || 'nothing'}`,
    };
  });
  const unknown = unknownRows(facts);
  const total = totals.map(({ cost }) => formatMoney(cost)).join(' + ');
  const without = unknown.length === 0 ? '' : ' What is not known is named last and is in no amount.';
  return {
    title: `Costs by ${tag}`,
    lead: `${lines.length === 0 ? 'Nothing was measured.' : `${total} as measured, subscriptions spread over their days.`}${without}`,
    rows: [...lines, ...unknown],
    more: 0,
  };
}

/** What people read of each cause for which an amount is missing. */
const causes: Readonly<Record<string, string>> = {
  'no-price': 'no price is known',
  'charge-not-told': 'the service did not say how they are paid',
  'no-monthly-price': 'neither an order nor a price per month is known',
  'not-metered': 'held by the hour, and no run samples them',
  unmeasured: 'not measured, since no run looked for more than 15 minutes',
  'no-baseline': 'measured, but nothing is known of what they would have cost, so no savings are claimed',
};

function unknownRows(facts: DigestFacts): readonly Row[] {
  return facts.targets.flatMap(({ name: target, fleet }) =>
    (fleet?.costs?.unknown ?? []).map(({ because, ms, count, first }): Row => {
      const named = first.slice(0, unknownNamed).map(nameOf).join(', ');
      const more = count > unknownNamed ? ` and ${count - unknownNamed} more` : '';
      const text = `${causes[because] ?? because}, ${(ms / 3_600_000).toFixed(1)} hours: ${named}${more}`;
      return { mark: 'warn', name: placed(facts, target, 'Unknown'), text };
    }),
  );
}

/** So many resources of a cause are named. */
const unknownNamed = 5;

/** What was saved against what the groups were found with, as measured, and what functions in dry run would have saved. */
export function savedSection(facts: DigestFacts): Section {
  const { rows, totals } = costTable(
    costLines(facts, ({ all }) => all.map((each) => ['', each] as const)),
    ({ target }) => target,
  );
  const byHour = rows.filter(({ measured, counterfactual, potential }) =>
    [measured, counterfactual, potential].some(({ micros }) => micros !== 0n),
  );
  const lines = byHour.map(({ key = '', measured, counterfactual, saved, potential }): Row => {
    const would = potential.micros === 0n ? '' : `; potential ${formatMoney(potential)}, had the rules in dry run acted`;
    const text = `${formatMoney(saved)}: ${formatMoney(measured)} by the hour instead of ${formatMoney(counterfactual)}${would}`;
    return { mark: saved.micros < 0n ? 'warn' : 'plain', name: placed(facts, key, measured.currency), text };
  });
  const lacks = facts.targets.flatMap(({ fleet }) => fleet?.costs?.unknown ?? []).some(({ because }) => because !== 'not-metered');
  const saved = totals.map(({ saved: each }) => formatMoney(each)).join(' + ');
  return {
    title: 'Saved',
    lead:
      lines.length === 0
        ? 'No nodes by the hour were measured, so nothing is known of savings.'
        : `${saved}, measured against what the groups were found with, or the baseline of their rule.${lacks ? ' Some is not known: see streamwarden cost.' : ''}`,
    rows: lines,
    more: 0,
  };
}
