import { weekdayText } from '../../shared/planning/local-time.ts';
import { formatMoney, type Money, moneyFromJson } from '../../shared/policy/money.ts';
import { amountsText, fromJson, sums } from './amount-text.ts';
import type { Mark, Row, Section } from './digest-page.ts';
import type { DigestFacts } from './facts/digest-facts.ts';
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

/** Orders at what they were quoted, then the budgets, then what changes are estimated to cost: never in one sum. */
export function ordersSection(facts: DigestFacts): Section {
  const orders = spanOrders(facts);
  const counting = orders.filter(counts);
  const total = sums(counting.map(({ amount }) => amount));
  const isVoid = orders.length - counting.length;
  const estimates = facts.targets.flatMap(({ name, done }) => done.estimates.map((estimate) => ({ name, ...estimate })));
  const rows: Row[] = [
    ...orders.map((order) => orderRow(facts, order)),
    ...facts.spending.budgets.map(({ month, used, limit }): Row => {
      const text = `${formatMoney(used)} of ${formatMoney(limit)} used, all targets together`;
      return { mark: used.micros * 10n >= limit.micros * 9n && limit.micros > 0n ? 'warn' : 'plain', name: `Budget ${month}`, text };
    }),
    ...estimates.slice(0, estimatesNamed).map(({ name, per, amount }): Row => {
      const text = `${amount.micros > 0n ? '+' : ''}${formatMoney(amount)} ${per}, an estimate of what the changes cost (negative: save)`;
      return { mark: 'plain', name: placed(facts, name, 'Changes'), text };
    }),
  ];
  return {
    title: 'Orders',
    count: counting.length,
    lead: `${counting.length === 0 ? 'Nothing was ordered' : `${counted(counting.length, 'order')}, ${amountsText(total)} as quoted`}${isVoid === 0 ? '' : `; ${isVoid} void`}.`,
    ...{ rows, more: Math.max(0, estimates.length - estimatesNamed) },
  };
}

/** So many estimates are shown. */
const estimatesNamed = 20;

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

/** Spending by the values of a tag: orders as quoted, and pay-as-you-go nodes by their schedules as an estimate, where these are followed. */
export function spendByTagSection(facts: DigestFacts, tag: string): Section {
  const values = new Map<string, { orders: Money[]; nodes: Money[] }>();
  const of = (value: string) => {
    const known = values.get(value) ?? { orders: [], nodes: [] };
    values.set(value, known);
    return known;
  };
  for (const { target, resource, amount } of spanOrders(facts).filter(counts)) {
    const seen = facts.targets.find(({ name }) => name === target)?.fleet?.ordered[resource];
    of(seen && Object.hasOwn(seen.tags, tag) ? (seen.tags[tag] ?? '') : '').orders.push(amount);
  }
  for (const { fleet } of facts.scaling ? facts.targets : []) {
    for (const [value, amounts] of Object.entries(fleet?.costs?.byTag[tag] ?? {})) of(value).nodes.push(...fromJson(amounts));
  }
  const rows = [...values]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1))
    .map(([value, { orders, nodes }]): Row => {
      const parts = [
        ...(orders.length === 0 ? [] : [`${amountsText(sums(orders))} ordered`]),
        ...(nodes.length === 0 ? [] : [`${amountsText(sums(nodes))} for nodes by schedule, an estimate`]),
      ];
      return { mark: 'plain', name: value === '' ? `(no tag ${tag})` : value, text: parts.join('; ') };
    });
  const omitted = omittedRows(facts);
  const nodes = facts.scaling
    ? `Nodes by the hour are estimates and apart.${unpricedText(facts)}`
    : `Without nodes by the hour: ${observes}.`;
  return {
    title: `Spending by ${tag}`,
    lead: `${rows.length === 0 ? 'Nothing was spent that is known here.' : 'Orders as quoted.'} ${nodes} Not in it: earlier orders, and ${counted(omitted.count, 'resource')} named last.`,
    rows: [...rows, ...omitted.rows],
    more: Math.max(0, omitted.count - omitted.rows.length),
  };
}

/** What is in no sum, by name and id, with what it costs where that is known. */
function omittedRows({ targets }: DigestFacts): { readonly count: number; readonly rows: readonly Row[] } {
  const all = targets.flatMap(({ fleet }) => fleet?.costs?.omitted ?? []);
  const rows = all.flatMap(({ first }) =>
    first.map(({ id, name, why, amount }): Row => {
      const cost = amount === undefined ? '' : `; ${formatMoney(moneyFromJson(amount))} as it is set (estimate)`;
      return { mark: 'warn', name: nameOf({ id, name }), text: `in no sum: ${why}${cost}`, aside: id };
    }),
  );
  return { count: all.reduce((sum, { count }) => sum + count, 0), rows };
}

const observes = 'scale-on-schedule only observes, so what they cost does not follow the schedules';

/**
 * What nodes cost by the schedules, and what they would cost at full peak all the time: two estimates. Neither was measured, so nothing is called
 * saved: what a fleet would have cost without the schedules nobody has seen.
 */
export function savedSection(facts: DigestFacts): Section {
  const rows: Row[] = [];
  for (const { name, fleet } of facts.targets) {
    for (const cost of fleet?.costs?.all ?? []) {
      const [full, scheduled] = fromJson([cost.fullPeak, cost.scheduled]) as [Money, Money];
      const [by, at] = [formatMoney(scheduled), formatMoney(full)];
      rows.push({ mark: 'plain', name: placed(facts, name, full.currency), text: `${by} by schedule; ${at} at full peak all the time` });
    }
  }
  const lead = facts.scaling
    ? 'Estimates; what was saved is not measured.'
    : 'Nothing was saved: scale-on-schedule only observes. Estimates of what would be:';
  return {
    title: 'Cost by schedule (estimate)',
    lead: rows.length === 0 ? `Nothing can be estimated.${unpricedText(facts)}` : `${lead}${unpricedText(facts)}`,
    rows,
    more: 0,
  };
}

function unpricedText(facts: DigestFacts): string {
  const unpriced = facts.targets.reduce((sum, { fleet }) => sum + (fleet?.costs?.unpriced ?? 0), 0);
  return unpriced === 0 ? '' : ` Without ${counted(unpriced, 'group')} whose peak, schedule or price is not known.`;
}
