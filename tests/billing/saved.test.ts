import { expect, test } from 'vitest';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../functions/scale-on-schedule/rule.ts';
import { costTable, poolCosts } from '../../shared/billing/cost-table.ts';
import { counterfactual } from '../../shared/billing/counterfactual.ts';
import { measure } from '../../shared/billing/meter.ts';
import { priceBook } from '../../shared/billing/price-book.ts';
import type { Usage } from '../../shared/billing/usage.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { run } from '../../shared/engine/run.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { GroupSeed, StrategySeed, WorldSeed } from '../../simulator/world/seed.ts';
import { strategyFromSeed } from '../../simulator/world/strategy.ts';
import { compiledPolicy } from '../e2e/live-function.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../fixtures/times.ts';
import { memoryStore } from '../journal/memory-store.ts';
import { billedMicros, watch } from './watched-world.ts';

const account = '1234567890123456';
const zoneOf = (name: string) => zoneTable(name, shanghai('2025-12-01'), shanghai('2028-01-01'));
const service = zoneOf('Asia/Shanghai');

/** Cost, counterfactual and saved of all that was watched, in millionths. */
function tell(usage: Usage, zone = service) {
  const { pools } = measure(usage, usage.span, { zone, service });
  const priced = pools.map((meter) => ({
    ...{ meter, subject: { target: usage.target, resource: meter.group } },
    counterfactual: counterfactual(meter, { kind: 'as-found' }, { service }),
  }));
  const { totals, unknown } = costTable(poolCosts(priced, priceBook(usage.quotes)), ({ resource }) => resource);
  const [total] = totals;
  return {
    ...{ cost: total?.measured.micros ?? 0n, without: total?.counterfactual.micros ?? 0n, saved: total?.saved.micros ?? 0n },
    unknown: unknown.map(({ because }) => because),
  };
}

/** How far an amount is off, as a part of what it should be. */
const offBy = (found: bigint, expected: bigint): number => (found === expected ? 0 : Math.abs(Number(found - expected) / Number(expected)));

const officeWeek: GroupSeed = {
  ...{ id: 'aig-office', name: 'office', region: 'cn-hangzhou' },
  pool: {
    ...{ id: 'rg-office', instanceType: 'appstreaming.general.4c8g', capacity: 2 },
    strategy: { schedule: { '1-5': { '08:00-21:00': 3 } }, enable: '2026-09-01', disable: '2027-08-31' },
  },
};

const officeSeed = { start: '2026-09-29T12:00:00+08:00', accounts: [{ id: account, groups: [officeWeek] }] };

const officePolicy = (mode: string) => `version: 1
timezone: Asia/Shanghai
mode: {default: ${mode}}
targets: {home: {account: "${account}", endpoint: cn-shanghai, calendar: china}}
calendars: {china: {source: china-state-council, unpublishedYear: warn}}
schedules: {office: {workday: {08:00-21:00: 100%}}}
limits: {}
rules:
  scale-on-schedule:
    - {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 3, atMost: 3}, method: service-schedule}
`;

/** The two weeks around the National Day of 2026, with the shipped function at work every third hour and a look every five minutes. */
async function nationalDay(mode: 'act' | 'observe', untilMs: number) {
  const world = buildWorld(officeSeed);
  const simulator = await startSimulator({ world, gatewayClock: 'virtual' });
  try {
    const clock = worldClock(simulator);
    const policy = compiledPolicy(officePolicy(mode), [ruleModule], clock.now());
    const target = policy.targets.home;
    if (target === undefined) throw new Error('the policy has no target home');
    const { accessKeyId, accessKeySecret } = publishedKey(account);
    const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
    const store = memoryStore();
    let written = false;
    const usage = await watch(world, {
      account: world.account(account),
      untilMs,
      written: () => written,
      after: async (nowMs) => {
        if ((nowMs + 8 * hourMs) % (3 * hourMs) !== 0) return;
        const report = await run({ automation: scaleOnSchedule, client, target, policy, store, clock, mode: 'apply', world: 'test' });
        written ||= report.outcomes.length > 0;
      },
    });
    return { usage, bill: billedMicros(world.account(account), 'aig-office', usage.span.fromMs, usage.span.untilMs) };
  } finally {
    await simulator.close();
  }
}

/** What the same account is billed for when nobody touches it. */
function untouchedBill(seed: WorldSeed, group: string, untilMs: number): bigint {
  const world = buildWorld(seed);
  const startMs = world.clock.nowMs;
  world.clock.advanceTo(untilMs);
  world.settleStatistics();
  return billedMicros(world.account(account), group, startMs, untilMs);
}

test('the weeks around National Day: cost, counterfactual and saved are those of the bills with and without us to within 1 %', async () => {
  const { usage, bill } = await nationalDay('act', shanghai('2026-10-13'));
  const without = untouchedBill(officeSeed, 'aig-office', usage.span.untilMs);
  const told = tell(usage);
  expect(without - bill).toBe(112_608_000n);
  expect(told.unknown).toEqual([]);
  expect(offBy(told.cost, bill)).toBeLessThan(0.01);
  expect(offBy(told.without, without)).toBeLessThan(0.01);
  expect(offBy(told.saved, without - bill)).toBeLessThan(0.01);
});

test('a function that only observes has saved exactly nothing', async () => {
  const { usage, bill } = await nationalDay('observe', shanghai('2026-10-02'));
  const { cost, saved } = tell(usage);
  expect(saved).toBe(0n);
  expect(offBy(cost, bill)).toBeLessThan(0.002);
});

interface Month {
  readonly start: string;
  readonly region: string;
  readonly zone: string;
  readonly charge: 'PrePaid' | 'PostPaid';
  readonly found: StrategySeed;
  /** What we set from an hour of the workday until another one, and else. */
  readonly hours: readonly [from: number, until: number];
  readonly busy: StrategySeed;
  readonly idle: StrategySeed;
  readonly users: number;
  readonly firstWriteAfterMs: number;
}

const dates = { enable: '2026-01-01', disable: '2026-12-31' };
const week = (hours: string, nodes: number, warmUp: boolean): StrategySeed => ({
  schedule: { '1-5': { [hours]: nodes } },
  warmUp,
  ...dates,
});
const usageUpTo = (nodes: number, maxScaling: number): StrategySeed => ({ usage: { nodes, maxScaling } });
const zones = ['Asia/Shanghai', 'Asia/Singapore', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];

/** Ten months with all methods, charge types and zones. */
const months: readonly Month[] = [
  { found: { fixed: 4 }, busy: week('08:00-20:00', 4, false), idle: week('08:00-20:00', 4, false) },
  { found: { fixed: 6 }, busy: { fixed: 6 }, idle: { fixed: 1 } },
  { found: week('07:00-22:00', 5, false), busy: week('09:00-19:00', 5, false), idle: week('09:00-19:00', 5, false) },
  { found: week('08:30-18:10', 3, true), busy: { fixed: 4 }, idle: { fixed: 1 } },
  { found: { fixed: 5 }, busy: usageUpTo(1, 4), idle: usageUpTo(1, 0), users: 8 },
  { found: { fixed: 2 }, busy: usageUpTo(2, 6), idle: usageUpTo(2, 0), users: 12, charge: 'PrePaid' as const },
  { found: week('06:00-23:00', 2, true), busy: week('08:00-20:00', 2, true), idle: week('08:00-20:00', 2, true) },
  { found: { fixed: 3 }, busy: usageUpTo(2, 3), idle: usageUpTo(1, 1), users: 6 },
  { found: { fixed: 1 }, busy: usageUpTo(1, 5), idle: usageUpTo(1, 0), users: 9, charge: 'PrePaid' as const },
  { found: week('08:00-21:00', 7, false), busy: { fixed: 7 }, idle: { fixed: 2 } },
].map((month, i) => ({
  ...{ charge: 'PostPaid' as const, users: 0, ...month },
  start: `2026-${String(i + 1).padStart(2, '0')}-01T09:0${i}:1${i}+08:00`,
  region: i % 3 === 2 ? 'ap-southeast-1' : 'cn-hangzhou',
  zone: zones[i % zones.length] as string,
  hours: [7 + (i % 3), 19 + (i % 4)] as const,
  firstWriteAfterMs: (1 + (i % 5)) * 9 * hourMs + 35 * minuteMs,
}));

/** A month with somebody who sets a pool by the clock after each look, and the bills with and without that. */
async function liveMonth({ start, region, charge, found, hours, busy, idle, users, firstWriteAfterMs }: Month) {
  const group: GroupSeed = {
    ...{ id: 'g', name: 'g', region, charge, pool: { id: 'p', strategy: found } },
    users: [{ prefix: 'u', count: users, profile: 'office' }],
  };
  const seed = { seed: Date.parse(start) % 1000, start, accounts: [{ id: account, groups: [group] }] };
  const world = buildWorld(seed);
  const pool = world.account(account).groups.get('g')?.pools[0];
  if (pool === undefined) throw new Error('the world has no pool');
  const startMs = world.clock.nowMs;
  let set = strategyFromSeed(found);
  let written = false;
  const usage = await watch(world, {
    account: world.account(account),
    untilMs: startMs + 30 * dayMs,
    written: () => written,
    after: (nowMs) => {
      if (nowMs < startMs + firstWriteAfterMs) return;
      const local = new Date(nowMs + 8 * hourMs);
      const works = local.getUTCDay() % 6 !== 0 && local.getUTCHours() >= hours[0] && local.getUTCHours() < hours[1];
      const wanted = strategyFromSeed(works ? busy : idle);
      if (wanted === set) return;
      set = wanted;
      written = true;
      pool.setStrategy(charge === 'PrePaid' ? { ...wanted, NodeAmount: pool.boughtAmount } : wanted, nowMs);
    },
  });
  const bill = billedMicros(world.account(account), 'g', usage.span.fromMs, usage.span.untilMs);
  return { usage, bill, without: untouchedBill(seed, 'g', usage.span.untilMs) };
}

test('ten months of all methods, charge types and zones: every cost, counterfactual and saved to within 1 %, nine of ten to within 0.2 %', async () => {
  const offs: number[] = [];
  for (const month of months) {
    const { usage, bill, without } = await liveMonth(month);
    const told = tell(usage, zoneOf(month.zone));
    expect(told.unknown).toEqual([]);
    const off = [offBy(told.cost, bill), offBy(told.without, without), offBy(told.saved, without - bill)];
    offs.push(...off);
  }
  expect(Math.max(...offs)).toBeLessThan(0.01);
  expect(offs.filter((off) => off <= 0.002).length).toBeGreaterThanOrEqual(offs.length * 0.9);
});
