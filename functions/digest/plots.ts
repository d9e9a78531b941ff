import { weekdayDate } from '../../shared/planning/local-time.ts';
import { formatMoney } from '../../shared/policy/money.ts';
import { addDays } from '../../shared/policy/values/local-date-time.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import type { BarPlot, Plot, StepPlot } from './digest-page.ts';
import type { DigestFacts } from './facts/digest-facts.ts';
import { counts } from './money-sections.ts';

const days = 30;

/** The plots of a digest: what was spent, what is wanted and set, what ends. Those without anything to show are left out. */
export function plotsOf(facts: DigestFacts): readonly Plot[] {
  return [...spendPlots(facts), ...capacityPlot(facts), ...expiryPlot(facts)];
}

function datesFrom(first: string): readonly string[] {
  return Array.from({ length: days }, (_, index) => addDays(first, index));
}

/** One for each currency: amounts of two are never in one sum. A drawing needs numbers, so hundredths of them are rounded here only. */
function spendPlots({ spending, zone, nowMs, targets }: DigestFacts): readonly BarPlot[] {
  const names = new Set(targets.map(({ name }) => name));
  const dates = datesFrom(addDays(localTimeAt(zone, nowMs).date, 1 - days));
  const byCurrency = new Map<string, bigint[]>();
  for (const order of spending.orders) {
    const at = dates.indexOf(localTimeAt(zone, order.atMs).date);
    if (at < 0 || !counts(order) || !names.has(order.target)) continue;
    const micros = byCurrency.get(order.amount.currency) ?? dates.map(() => 0n);
    micros[at] = (micros[at] ?? 0n) + order.amount.micros;
    byCurrency.set(order.amount.currency, micros);
  }
  return [...byCurrency].map(([currency, micros]) => ({
    kind: 'bars',
    title: 'Spend by day',
    unit: `${currency}, orders as quoted, last ${days} days`,
    dates,
    series: [{ label: 'Orders', tone: 'first', values: micros.map((amount) => Number(amount) / 1e6) }],
    format: (value) => formatMoney({ currency, micros: BigInt(Math.round(value * 100)) * 10_000n }),
  }));
}

function capacityPlot({ targets, zone, nowMs }: DigestFacts): readonly StepPlot[] {
  const all = targets.flatMap(({ fleet }) => (fleet && fleet.capacity.groups > 0 ? [fleet.capacity] : []));
  const [first] = all;
  if (first === undefined) return [];
  const same = all.filter(({ fromMs, stepMs }) => fromMs === first.fromMs && stepMs === first.stepMs);
  const sum = (pick: 'wanted' | 'set') => first.wanted.map((_, step) => same.reduce((total, each) => total + (each[pick][step] ?? 0), 0));
  const { fromMs, stepMs } = first;
  const labels: { step: number; label: string }[] = [];
  let last = '';
  for (let step = 0; step < first.wanted.length; step++) {
    const { date } = localTimeAt(zone, fromMs + step * stepMs);
    if (date !== last) labels.push({ step, label: weekdayDate(fromMs + step * stepMs, zone) });
    last = date;
  }
  const now = (nowMs - fromMs) / stepMs;
  const groups = same.reduce((total, each) => total + each.groups, 0);
  const unknown = all.reduce((total, each) => total + each.unknown, 0);
  return [
    {
      kind: 'steps',
      title: 'Capacity against schedule',
      unit: 'pay-as-you-go nodes, this day and the six after it',
      ...{ stepMs, days: labels },
      series: [
        { label: 'Wanted by the schedules', tone: 'first', values: sum('wanted') },
        { label: 'Set in the service', tone: 'second', values: sum('set') },
      ],
      now: now >= 0 && now < first.wanted.length ? now : undefined,
      note: `${groups} groups${unknown === 0 ? '' : `; ${unknown} more are not known well enough to be drawn`}. Where usage scaling is on, its ceiling counts.`,
    },
  ];
}

function expiryPlot({ targets, zone, nowMs }: DigestFacts): readonly BarPlot[] {
  const lines = targets.flatMap(({ expiring }) => expiring);
  if (lines.length === 0) return [];
  // The last day is reached only in part: 30 days of 24 hours touch 31 dates.
  const dates = [...datesFrom(localTimeAt(zone, nowMs).date), addDays(localTimeAt(zone, nowMs).date, days)];
  const count = (plans: readonly string[]) => {
    const values = dates.map(() => 0);
    for (const { plan, expiresAtMs } of lines) {
      const at = dates.indexOf(localTimeAt(zone, expiresAtMs).date);
      if (at >= 0 && plans.includes(plan)) values[at] = (values[at] ?? 0) + 1;
    }
    return values;
  };
  const series = [
    { label: 'Is to be renewed', tone: 'first', values: count(['renew']) },
    { label: 'Lapses as wanted', tone: 'quiet', values: count(['lapse']) },
    { label: 'Not covered', tone: 'bad', values: count(['not-covered', 'unknown']) },
  ] as const;
  return [
    {
      kind: 'bars',
      title: 'Expiries ahead',
      unit: `subscriptions that end, next ${days} days`,
      dates,
      series: series.filter(({ values }) => values.some((value) => value > 0)),
      format: (value) => String(value),
    },
  ];
}
