import { accountCosts, type CostInput } from '../../functions/digest/costs/account-costs.ts';
import {
  type Forecast,
  type ForecastBasis,
  forecastMonth,
  lookBackMs,
  type TargetForecast,
} from '../../functions/digest/costs/forecast.ts';
import { type ReadCosts, readCosts } from '../../functions/digest/facts/read-costs.ts';
import type { CostLine, Costs, UnknownLine } from '../../shared/billing/cost-table.ts';
import type { Span } from '../../shared/billing/set-strategy.ts';
import type { EpochMs } from '../../shared/client/clock.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import { add, type Money } from '../../shared/policy/money.ts';
import { dayMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from './session.ts';

/** What costs can be grouped by; `tag:KEY` besides. */
const groupings = ['target', 'group', 'rule', 'type', 'day'] as const;

/** How costs are grouped: `words` heads the column. */
export interface Grouping {
  readonly words: string;
  keyOf(line: CostLine | UnknownLine): string | undefined;
  /** What stands where a line has no key. */
  readonly without: string;
}

/** The grouping of a name. @throws CommandFailure `Usage` */
export function groupingOf(text: string): Grouping {
  const tag = /^tag:(.+)$/.exec(text)?.[1];
  if (tag !== undefined) {
    const keyOf = ({ tags }: CostLine | UnknownLine) => (tags !== undefined && Object.hasOwn(tags, tag) ? tags[tag] : undefined);
    return { words: tag, keyOf, without: `(no tag ${tag})` };
  }
  switch (text) {
    case 'target':
      return { words: 'target', keyOf: ({ target }) => target, without: '' };
    case 'group':
      return { words: 'resource', keyOf: ({ resource }) => resource, without: '' };
    case 'rule':
      return { words: 'rule of scale-on-schedule', keyOf: ({ rule }) => rule, without: '(no rule)' };
    case 'type':
      return { words: 'type', keyOf: ({ instanceType }) => instanceType, without: '(type not told)' };
    case 'day':
      return { words: 'day', keyOf: ({ date }) => date, without: '(no single day)' };
    default:
      throw new CommandFailure('Usage', `--by takes ${groupings.join(', ')} or tag:KEY, not '${text}'.`);
  }
}

/** What was found about costs. */
export interface CostFound {
  /** `yyyy-mm`. */
  readonly month: string;
  readonly span: Span;
  /** Where the month ends: later than the span while it is running. */
  readonly monthEndMs: number;
  readonly timezone: string;
  readonly nowMs: number;
  readonly from: string;
  readonly targets: readonly (ReadCosts & { readonly name: string; readonly account: string })[];
  /** All targets together. */
  readonly costs: Costs;
  readonly failures: readonly string[];
  /** Where it was asked for, and the month is running. */
  readonly forecast?: MonthForecast | undefined;
}

/** A forecast of all targets, and how far such forecasts were off. */
interface MonthForecast {
  readonly all: readonly Forecast[];
  readonly basis: ForecastBasis;
  /** Forecasts as they would have been on the tenth day of earlier months, by what was recorded until then, the newest first. */
  readonly before: readonly PastForecast[];
}

/** What a forecast of the tenth day said of a month, and what the month cost. */
interface PastForecast {
  readonly month: string;
  readonly said: Money;
  readonly cost: Money;
}

/** What the command says beside the policy. */
export interface CostOptions {
  /** `yyyy-mm`. Default: the month that is running. */
  readonly month?: string | undefined;
  /** Whether to look ahead to the end of the month. Default: false. */
  readonly forecast?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRead?: ((resources: number) => void) | undefined;
}

/** Works out what a month cost so far, over all targets of the session. Writes nothing. @throws CommandFailure `Usage` @throws StoreError */
export async function gatherCosts({ policy, world, targets }: Session, options: CostOptions): Promise<CostFound> {
  const nowMs = world.clock.now();
  const zone = policy.zones[policy.timezone] ?? { transitions: [] };
  const month = options.month ?? localTimeAt(zone, nowMs).date.slice(0, 7);
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new CommandFailure('Usage', `--month takes a month such as 2026-11, not '${month}'.`);
  const { fromMs, untilMs: monthEndMs } = monthSpan(month, zone);
  if (fromMs >= nowMs) throw new CommandFailure('Usage', `${month} has not begun: there is nothing to measure yet.`);
  const span = { fromMs, untilMs: Math.min(monthEndMs, nowMs) };
  if (options.forecast && monthEndMs <= nowMs)
    throw new CommandFailure('Usage', `${month} is over: --forecast is for the month that is running.`);
  const usageFromMs = options.forecast ? Math.min(monthSpan(monthsBefore(month, pastMonths), zone).fromMs, nowMs) - lookBackMs : fromMs;
  const found: CostFound['targets'][number][] = [];
  for (const target of targets) {
    const { signal, onRead } = options;
    const read = { policy, target, client: world.clientFor(target), store: world.store, nowMs, span, usageFromMs, signal, onRead };
    found.push({ ...(await readCosts(read)), name: target.name, account: target.account });
  }
  const inputs = found.map(({ input }) => input);
  const forecast = options.forecast ? { forecast: forecastOf(inputs, month, monthEndMs, zone) } : {};
  return {
    ...forecast,
    ...{ month, span, monthEndMs, timezone: policy.timezone, nowMs, from: world.headline, targets: found },
    costs: { lines: found.flatMap(({ costs }) => costs.lines), unknown: found.flatMap(({ costs }) => costs.unknown) },
    failures: found.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`)),
  };
}

/** So many earlier months are forecast once more. */
const pastMonths = 3;
/** The day of a month from which an earlier forecast is made, counted from 1. */
const forecastDay = 10;

/** The forecasts of all targets together, and those of earlier months of which enough was recorded. */
function forecastOf(inputs: readonly CostInput[], month: string, monthEndMs: EpochMs, zone: ZoneTable): MonthForecast {
  const { all, basis } = together(inputs.map((input) => forecastMonth(input, monthEndMs)));
  const before: PastForecast[] = [];
  for (let back = 1; back <= pastMonths; back += 1) {
    const name = monthsBefore(month, back);
    const whole = monthSpan(name, zone);
    const asOfMs = instantOf(zone, localMsOf(`${name}-${String(forecastDay).padStart(2, '0')}`, 0));
    const seen = inputs.filter(({ usage }) => usage.seenMs.some((ms) => ms >= whole.fromMs && ms < asOfMs - dayMs));
    if (seen.length < inputs.length) break;
    const said = together(seen.map((input) => forecastMonth(asOf(input, { fromMs: whole.fromMs, untilMs: asOfMs }), whole.untilMs))).all;
    const cost = seen.map((input) => accountCosts({ ...input, span: whole })).flatMap(({ lines }) => lines);
    for (const { currency, total } of said) {
      const micros = cost.reduce((sum, line) => (line.currency === currency ? sum + line.measured + line.amortized : sum), 0n);
      before.push({ month: name, said: total, cost: { currency, micros } });
    }
  }
  return { all, basis, before };
}

/** What was known at an earlier instant: the end of the span. */
function asOf(input: CostInput, span: Span): CostInput {
  const until = <T extends { readonly atMs: EpochMs }>(entries: readonly T[]): readonly T[] =>
    entries.filter(({ atMs }) => atMs < span.untilMs);
  const { usage } = input;
  const pools = usage.pools.map((pool) => ({ ...pool, changes: until(pool.changes) }));
  const seenMs = usage.seenMs.filter((ms) => ms < span.untilMs);
  return { ...input, span, usage: { ...usage, pools, seenMs, quotes: until(usage.quotes) } };
}

function together(forecasts: readonly TargetForecast[]): TargetForecast {
  const sums = new Map<string, Forecast>();
  const basis = { scheduled: 0, asSet: 0, asBefore: 0, unknown: 0 };
  for (const { all, basis: own } of forecasts) {
    for (const key of ['scheduled', 'asSet', 'asBefore', 'unknown'] as const) basis[key] += own[key];
    for (const each of all) {
      const known = sums.get(each.currency);
      const sum = (of: 'soFar' | 'byHour' | 'subscriptions' | 'total') => (known === undefined ? each[of] : add(known[of], each[of]));
      const { currency } = each;
      sums.set(currency, {
        currency,
        soFar: sum('soFar'),
        byHour: sum('byHour'),
        subscriptions: sum('subscriptions'),
        total: sum('total'),
      });
    }
  }
  return { all: [...sums.values()], basis };
}

function monthsBefore(month: string, back: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const index = year * 12 + number - 1 - back;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** A month by the clock of a zone. */
function monthSpan(month: string, zone: ZoneTable): Span {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  const startOf = (text: string): number => instantOf(zone, localMsOf(`${text}-01`, 0));
  return { fromMs: startOf(month), untilMs: startOf(next) };
}
