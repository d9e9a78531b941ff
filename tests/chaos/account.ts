import type { GroupSeed, WorkstationSeed, WorldSeed } from '../../simulator/world/seed.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { dayMs } from '../fixtures/times.ts';
import { accountId, policyText } from '../functions/renew-before-expiry/renewal-fixture.ts';

/** When the story begins. It goes through two changes of month. */
const start = '2026-11-12 11:30';
const startMs = shanghai(start);

/** What may be spent in a month: enough of the one currency, and far too little of the other. */
const units = { CNY: 90_000n, USD: 150n } as const;

/** The same in millionths. */
export const limits: ReadonlyMap<string, bigint> = new Map(
  Object.entries(units).map(([currency, amount]) => [currency, amount * 1_000_000n]),
);

/** Expiries at midnight in Shanghai, as the service has them, several resources on each. */
function expiry(index: number, first: number, spread: number): string {
  const date = new Date(startMs + (first + (index % spread)) * dayMs).toISOString().slice(0, 10);
  return `${date}T00:00:00+08:00`;
}

function groups(kind: string, count: number, place: { readonly region?: string; readonly first: number; readonly spread: number }) {
  return Array.from(
    { length: count },
    (_, index): GroupSeed => ({
      id: `${kind}-${index}`,
      name: `${kind}-${index}`,
      region: place.region ?? 'cn-hangzhou',
      charge: 'PrePaid',
      expiresAt: expiry(index, place.first, place.spread),
    }),
  );
}

const workstations = Array.from(
  { length: 4 },
  (_, index): WorkstationSeed => ({
    id: `render-${index}`,
    name: `render-${index}`,
    region: 'cn-hangzhou',
    expiresAt: expiry(index, 6, 3),
  }),
);

/** The account: subscriptions by the week and by the month, some that a person has to pay, some for which the budget is short. */
export const world: WorldSeed = {
  start: `${start.replace(' ', 'T')}:00+08:00`,
  accounts: [
    {
      id: accountId,
      groups: [
        ...groups('week', 20, { first: 4, spread: 5 }),
        ...groups('month', 6, { first: 6, spread: 6 }),
        ...groups('hand', 4, { first: 5, spread: 4 }),
        ...groups('dear', 6, { region: 'ap-southeast-1', first: 5, spread: 2 }),
        ...groups('stray', 3, { first: 9, spread: 3 }),
        ...groups('ask', 6, { first: 5, spread: 3 }),
      ],
      workstations,
    },
  ],
};

/** Kinds of resources that nothing keeps from being renewed in time, unless a person cancels or does not pay: none of them may lapse. */
export const safe = new Set(['week', 'month', 'hand', 'render']);

/** Kind of a resource by its id. */
export function kindOf(id: string): string {
  return id.slice(0, id.indexOf('-'));
}

/** The circle that is asked, and who is in it. */
export const circle = 'finance';
export const approvers = ['li.wei', 'tan.mei'] as const;

const weekly = (kind: string, autoPay: boolean, more = ''): string =>
  `- {name: ${kind}, groups: {name: "${kind}-*"}, consoleAutoRenew: disabled, daysBefore: 4, period: 1 Week, autoPay: ${autoPay}${more}}`;

/** The policy under which all workers run: one account, seen through two targets. */
export const policy = policyText(
  [
    weekly('week', true),
    weekly('hand', false),
    weekly('dear', true),
    weekly('ask', true, `, ask: {who: ${circle}, above: 1 CNY}`),
    '- {name: month, groups: {name: "month-*"}, consoleAutoRenew: disabled, daysBefore: 10, period: 1 Month, autoPay: true}',
    '- {name: render, workstations: all, consoleAutoRenew: disabled, daysBefore: 10, period: 1 Month, autoPay: true, pricePerMonth: {eds.proworkstation_flagship_elite.32c64g.48g1x: 5120 CNY}}',
  ].join('\n'),
  `limits: {spendPerMonth: [${units.CNY} CNY, ${units.USD} USD]}`,
)
  .replace('targets: {', `targets: {twin: {account: "${accountId}", endpoint: cn-shanghai}, `)
  .replaceAll('endpoint: cn-shanghai}', 'endpoint: cn-shanghai, billing: {site: china, productCode: appstream}}');
