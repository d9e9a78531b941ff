import type { CostLine } from '../../../shared/billing/cost-table.ts';
import { heldFor, localDayOf, type NodeLevel, parseStrategy, periodsOf, type Span } from '../../../shared/billing/set-strategy.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { functionMode } from '../../../shared/engine/guard.ts';
import type { ZoneTable } from '../../../shared/policy/compiled.ts';
import { type Money, timesHours } from '../../../shared/policy/money.ts';
import { isoWeekday } from '../../../shared/policy/values/local-date-time.ts';
import { accountCosts, type CostInput, scheduledLevels, subscriptionLines, type TargetCosts } from './account-costs.ts';

/** What a month will have cost at its end, in one currency. */
export interface Forecast {
  readonly currency: string;
  /** Measured, and amortized until now. */
  readonly soFar: Money;
  /** Expected of nodes by the hour until the month ends. */
  readonly byHour: Money;
  /** Subscriptions until the month ends. */
  readonly subscriptions: Money;
  readonly total: Money;
}

/** On what the part of the future rests, in node pools. */
export interface ForecastBasis {
  /** They follow a schedule of the policy, with the calendar ahead. */
  readonly scheduled: number;
  /** They stay as they are set in the service. */
  readonly asSet: number;
  /** They go on as on the same weekdays before: usage scaling follows people. */
  readonly asBefore: number;
  /** Nothing is known of what they will cost. */
  readonly unknown: number;
}

/** What there is to expect of a target. */
export interface TargetForecast {
  readonly all: readonly Forecast[];
  readonly basis: ForecastBasis;
}

/** How far back days are looked at for what follows people, in milliseconds. */
export const lookBackMs = 28 * 86_400_000;

/**
 * What a target will have cost when its month ends, if nobody changes the policy. `input.span` is the month until now, and its usage reaches back
 * `lookBackMs` from now where it can. What a pool that follows a schedule was measured at against what its schedule gives (boot time, nodes that stay,
 * people who hold them) is expected to go on.
 */
export function forecastMonth(input: CostInput, monthEndMs: EpochMs): TargetForecast {
  const { policy, span } = input;
  const ahead = { fromMs: span.untilMs, untilMs: monthEndMs };
  const soFar = accountCosts(input);
  const behind = accountCosts({ ...input, span: { fromMs: Math.min(span.fromMs, span.untilMs - lookBackMs), untilMs: span.untilMs } });
  const basis = { scheduled: 0, asSet: 0, asBefore: 0, unknown: 0 };
  const byHour = new Map<string, bigint>();
  for (const pool of behind.pools) {
    const { nodeMs, by } = expected(pool, input, ahead, zoneOf(policy, policy.timezone));
    const last = pool.meter.slices.at(-1);
    const price = behind.prices.at(last?.region, last?.instanceType, span.untilMs)?.price;
    if (nodeMs > 0 && price === undefined) basis.unknown += 1;
    else basis[by] += 1;
    if (price !== undefined) byHour.set(price.currency, (byHour.get(price.currency) ?? 0n) + timesHours(price, Math.round(nodeMs)).micros);
  }
  const later = subscriptionLines({ ...input, span: ahead }, soFar);
  const currencies = new Set([...soFar.lines.map(({ currency }) => currency), ...byHour.keys(), ...later.map(({ currency }) => currency)]);
  const all = [...currencies].sort().map((currency): Forecast => {
    const [done, hours, days] = [sumOf(soFar.lines, currency), byHour.get(currency) ?? 0n, sumOf(later, currency)];
    const money = (micros: bigint): Money => ({ currency, micros });
    return { currency, soFar: money(done), byHour: money(hours), subscriptions: money(days), total: money(done + hours + days) };
  });
  return { all, basis };
}

function zoneOf(policy: CostInput['policy'], name: string): ZoneTable {
  return policy.zones[name] ?? { transitions: [] };
}

function sumOf(lines: readonly CostLine[], wanted: string): bigint {
  return lines.reduce((sum, { currency, measured, amortized }) => (currency === wanted ? sum + measured + amortized : sum), 0n);
}

type Pool = TargetCosts['pools'][number];

interface Expected {
  /** Node time by the hour in the stretch ahead, in milliseconds. */
  readonly nodeMs: number;
  readonly by: keyof ForecastBasis;
}

/** What a pool is expected to have by the hour in a stretch ahead. */
function expected(pool: Pool, input: CostInput, ahead: Span, zone: ZoneTable): Expected {
  const { policy, span } = input;
  const { meter } = pool;
  const isThere = meter.slices.at(-1)?.untilMs === span.untilMs;
  if (!isThere || ahead.fromMs >= ahead.untilMs) return { nodeMs: 0, by: 'asSet' };
  const acts = functionMode(policy, 'scale-on-schedule') === 'act';
  const levels = acts ? scheduledLevels(meter.group, input) : undefined;
  if (levels !== undefined) return { nodeMs: nodeMsIn(held(levels), ahead) * ratioOf(pool, levels), by: 'scheduled' };
  const set = input.usage.pools.find(({ group, pool: id }) => group === meter.group && id === meter.pool)?.changes.at(-1)?.state?.set;
  const strategy = set === undefined ? undefined : parseStrategy(set);
  const around = { fromMs: ahead.fromMs - 86_400_000, untilMs: ahead.untilMs + 86_400_000 };
  if (strategy?.type === 'fixed') {
    return { nodeMs: meter.charge === 'pay-as-you-go' ? strategy.nodes * (ahead.untilMs - ahead.fromMs) : 0, by: 'asSet' };
  }
  if (strategy?.type === 'schedule') {
    const periods = held(periodsOf(strategy, zoneOf(policy, policy.serviceTimeZone), around));
    return { nodeMs: nodeMsIn(periods, ahead) * ratioOf(pool, periods), by: 'asSet' };
  }
  return asBefore(pool, ahead, zone);
}

/** How long a node that leaves is billed on (service notes), in milliseconds. */
const releaseMs = 2 * 60_000;

function held(levels: readonly NodeLevel[]): readonly NodeLevel[] {
  return heldFor(levels, 0, releaseMs);
}

function nodeMsIn(levels: readonly NodeLevel[], { fromMs, untilMs }: Span): number {
  let sum = 0;
  for (const level of levels) sum += level.nodes * Math.max(0, Math.min(level.untilMs, untilMs) - Math.max(level.fromMs, fromMs));
  return sum;
}

/** So much node time has to lie behind before it says anything, in milliseconds. */
const fewestMs = 24 * 3_600_000;
/** Further from what a schedule gives than this, something else was at work that need not go on. */
const farthest = 0.25;

/** What was measured against what levels would have given in the same time; 1 where too little was seen, or where they do not belong together. */
function ratioOf({ meter }: Pool, levels: readonly NodeLevel[]): number {
  let [measured, given] = [0, 0];
  for (const slice of meter.slices) {
    if (!slice.measured) continue;
    measured += slice.payAsYouGoMs;
    given += nodeMsIn(levels, slice);
  }
  const ratio = measured / given;
  return given >= fewestMs && Math.abs(ratio - 1) <= farthest ? ratio : 1;
}

/** Each day ahead as the same weekdays behind, by the time in which they were measured; weekdays that nobody saw as all days. */
function asBefore({ meter }: Pool, ahead: Span, zone: ZoneTable): Expected {
  const behind = new Map<number, { nodeMs: number; ms: number }>();
  const all = { nodeMs: 0, ms: 0 };
  for (const { date, measured, fromMs, untilMs, payAsYouGoMs } of meter.slices) {
    if (!measured) continue;
    const day = behind.get(isoWeekday(date)) ?? { nodeMs: 0, ms: 0 };
    behind.set(isoWeekday(date), day);
    for (const sum of [day, all]) {
      sum.nodeMs += payAsYouGoMs;
      sum.ms += untilMs - fromMs;
    }
  }
  if (all.ms === 0) return { nodeMs: 0, by: 'unknown' };
  let nodeMs = 0;
  for (let fromMs = ahead.fromMs; fromMs < ahead.untilMs; ) {
    const day = localDayOf(zone, fromMs);
    const untilMs = Math.min(day.untilMs, ahead.untilMs);
    const like = behind.get(isoWeekday(day.date)) ?? all;
    nodeMs += (like.nodeMs / like.ms) * (untilMs - fromMs);
    fromMs = untilMs;
  }
  return { nodeMs, by: 'asBefore' };
}
