import { ruleModule } from '../../../functions/renew-before-expiry/rule.ts';
import { monthOf } from '../../../functions/renew-before-expiry/run/budget.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import type { LinkProver } from '../../../shared/journal/people/approvals.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { remembering } from '../policy.ts';

/** The account that stories play in. */
export const accountId = '1000000000000001';

/** Code of the product in billing. */
export const productCode = 'appstream';

/** The circle of approvers that is asked. */
export const circle = 'finance';
/** Who belongs to it. */
export const approvers = ['li.wei', 'tan.mei'] as const;

/** In a story every link is a true one: signatures are tested elsewhere. */
export const proveLink: LinkProver = (_subject, _place, { target, period, highest, untilMs }) => ({
  ...{ ok: true, target, period, highest, untilMs },
});

/** A subscription at the beginning of a story. */
interface Resource {
  readonly expiresAtMs: EpochMs;
  readonly currency: 'CNY' | 'USD';
  /** What a month costs, in whole units. */
  readonly month: number;
}

/** A kind of story: policy, resources, and when runs are due. */
export interface Family {
  readonly name: string;
  readonly policy: CompiledPolicy;
  /** The targets whose runs follow each other; both are the one account. */
  readonly targets: readonly CompiledTarget[];
  readonly resources: readonly Resource[];
  readonly startMs: EpochMs;
  /** Instants at which runs are due, ascending. */
  readonly runsAtMs: readonly EpochMs[];
  readonly monthOf: (ms: EpochMs) => string;
  /** How long a run may take, in milliseconds; undefined where nothing ends it, as at the command line. */
  readonly runTimeMs: number | undefined;
  /** Answers that are there from the beginning. */
  readonly approved: boolean;
  /** Runs ask billing about their orders. */
  readonly billed: boolean;
  /** The rule asks people above a price that every month costs. */
  readonly asks: boolean;
  /** What may be ordered in a month, by currency, in whole units. */
  readonly limits: Readonly<Record<'CNY' | 'USD', number>>;
}

interface Plan {
  readonly name: string;
  /** The first expiry by the clock of Shanghai. */
  readonly expires: string;
  readonly resources: readonly Pick<Resource, 'currency' | 'month'>[];
  readonly asks?: 'unanswered' | 'approved';
  readonly limits: Family['limits'];
  /** The same account seen through two targets; `mistyped` with another number in the second. */
  readonly targets?: 'two' | 'mistyped';
  /** Times before the first expiry at which runs are due. */
  readonly runsBeforeMs: readonly number[];
  /** Default: five minutes. */
  readonly runTimeMs?: undefined;
  /** Default: true. */
  readonly autoPay?: false;
  /** True where the target says how it is billed. Default: false. */
  readonly billed?: true;
}

function familyOf(plan: Plan): Family {
  const { name, expires, resources, asks, limits, targets, runsBeforeMs } = plan;
  const firstMs = Date.parse(`${expires}:00+08:00`);
  const ask = asks ? `, ask: {who: ${circle}, above: [50 CNY, 50 USD], links: true}, unanswered: renew 1 Week` : '';
  const accounts = { home: accountId, ...(targets === undefined ? {} : { twin: targets === 'two' ? accountId : '1000000000000002' }) };
  const names = Object.keys(accounts);
  const billing = plan.billed ? `, billing: {site: china, productCode: ${productCode}}` : '';
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: observe, act: [renew-before-expiry]}
store: oss://model/journal
targets: {${Object.entries(accounts)
    .map(([each, account]) => `${each}: {account: "${account}", endpoint: cn-shanghai${billing}}`)
    .join(', ')}}
channels:
  money: {kind: webhook, url: "env:MONEY_URL"}
  oncall: {kind: webhook, url: "env:ONCALL_URL"}
tell: {done: none, held: money, money: money, failed: oncall}
approvers: {${circle}: [${approvers.join(', ')}]}
limits: {spendPerMonth: [${limits.CNY} CNY, ${limits.USD} USD]}
rules:
  renew-before-expiry:
    - {name: all, groups: all, consoleAutoRenew: disabled, daysBefore: 14, period: 1 Month, autoPay: ${plan.autoPay ?? true}${ask}}
`;
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  if (!document) throw new Error(problems.map((problem) => problem.text).join('\n'));
  const runsAtMs = runsBeforeMs.map((ms) => firstMs - ms);
  const startMs = runsAtMs[0] as number;
  const policy = compile(document, startMs - 30 * dayMs, 400, [ruleModule]);
  return {
    name,
    policy,
    targets: names.map((each) => policy.targets[each] as CompiledTarget),
    // An hour apart, so that one is the nearest.
    resources: resources.map((resource, index) => ({ ...resource, expiresAtMs: firstMs + index * hourMs })),
    startMs,
    runsAtMs,
    monthOf: remembering(monthOf({ policy })),
    runTimeMs: 'runTimeMs' in plan ? plan.runTimeMs : 5 * minuteMs,
    approved: asks === 'approved',
    asks: asks !== undefined,
    billed: plan.billed ?? false,
    limits,
  };
}

/** A family in a few words. */
export function familyText({ resources, targets, runsAtMs, asks, approved, limits, runTimeMs }: Family): string {
  const costs = resources.map(({ month, currency }) => `${month} ${currency}`).join(' and ');
  const answers = asks ? `, ${approved ? 'approved' : 'unanswered'} at first` : '';
  const ends = runTimeMs === undefined ? ', whose time nothing ends' : '';
  return `${costs} a month, limits ${limits.CNY} CNY and ${limits.USD} USD, ${targets.length} targets, ${runsAtMs.length} due runs of each${ends}${answers}`;
}

/** In the window of two weeks: a claim's quarter of an hour and its hour, and the steps of alarms. */
const cadence = [
  7 * dayMs,
  7 * dayMs - 16 * minuteMs,
  7 * dayMs - 62 * minuteMs,
  72 * hourMs,
  24 * hourMs,
  6 * hourMs,
  hourMs,
  2 * minuteMs,
];
/** What billing does not show: looks right after the hour of a claim, and those that count, a day later. */
const billedCadence = [
  ...[0, 62, 93].map((minutes) => 7 * dayMs - minutes * minuteMs),
  ...[62, 93].map((minutes) => 6 * dayMs - minutes * minuteMs),
  ...[24 * hourMs, hourMs],
];
/** Around a change of month at which the first resource expires: before and in the closed hour, and after the closed quarter of an hour. */
const lastDay = [25 * hourMs, 4 * hourMs, 61 * minuteMs, 59 * minuteMs, 2 * minuteMs, -16 * minuteMs];

const one = [{ currency: 'CNY', month: 100 }] as const;
const two = [
  { currency: 'CNY', month: 100 },
  { currency: 'CNY', month: 100 },
] as const;
const mixed = [
  { currency: 'CNY', month: 100 },
  { currency: 'USD', month: 60 },
] as const;

const plenty = { CNY: 1000, USD: 1000 } as const;
/** Holds one order of 100. */
const scarce = { CNY: 150, USD: 90 } as const;

/** Expires on a Sunday in the middle of a month. */
const usual = { expires: '2026-11-22T00:00', runsBeforeMs: cadence } as const;

const plans: readonly Plan[] = [
  { ...usual, name: 'plain', resources: one, limits: plenty },
  { ...usual, name: 'approved', resources: one, asks: 'approved', limits: plenty },
  { ...usual, name: 'unanswered', resources: one, asks: 'unanswered', limits: plenty },
  { ...usual, name: 'scarce budget', resources: two, limits: scarce },
  { ...usual, name: 'two currencies', resources: mixed, asks: 'approved', limits: scarce },
  { ...usual, name: 'two targets', resources: one, targets: 'two', limits: plenty },
  { ...usual, name: 'a mistyped account', resources: one, targets: 'mistyped', limits: plenty },
  {
    ...{ name: 'by hand', expires: usual.expires, runsBeforeMs: [...cadence.slice(0, 3), 24 * hourMs, hourMs] },
    ...{ resources: one, limits: plenty, runTimeMs: undefined, autoPay: false },
  },
  {
    name: 'last minutes of a month',
    expires: '2026-12-01T00:00',
    runsBeforeMs: [2 * minuteMs, -16 * minuteMs],
    resources: two,
    limits: scarce,
  },
  {
    ...{ name: 'turn of a month', expires: '2026-12-01T23:00', runsBeforeMs: [24 * hourMs + minuteMs, 23 * hourMs - 16 * minuteMs] },
    ...{ resources: two, limits: scarce, runTimeMs: undefined },
  },
  {
    ...{ name: 'billed', expires: usual.expires, runsBeforeMs: billedCadence, billed: true, autoPay: false },
    ...{ resources: one, limits: plenty },
  },
  { name: 'change of month', expires: '2026-12-01T00:00', runsBeforeMs: lastDay, resources: two, limits: scarce },
];

/** The kinds of stories that are told. */
export const families: readonly Family[] = plans.map(familyOf);
