import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../functions/scale-on-schedule/rule.ts';
import type { CostEstimate } from '../../shared/policy/money.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { hourlyAmount } from '../../simulator/world/price.ts';
import { accountId, liveFunction } from '../e2e/live-function.ts';
import { dayMs, hourMs, minuteMs } from '../fixtures/times.ts';
import { type Change, changesAt } from './changes.ts';

/** Changes that are planned at one moment, in one account. */
export interface Plan {
  /** When it is made, RFC 3339. */
  readonly start: string;
  readonly count: number;
  readonly seed: number;
  /** Half hours of a day at which periods of schedules begin and end. Default: all from 06:30 to 23:00. */
  readonly halfHours?: readonly number[];
}

/** What a change was said to cost, and what it then made of the bill of 30 days, in millionths. */
export interface Measured {
  readonly change: Change;
  readonly lasting: number;
  readonly oneOff: number;
  /** What each amount covers. */
  readonly covers: readonly string[];
  /** Why the amount is only a bound or has more than is wanted, as the plan says. */
  readonly reasons: readonly string[];
  /** The bill of a group that nobody touches, and of one that the function scales. */
  readonly untouched: number;
  readonly scaled: number;
}

const region = 'cn-hangzhou';
const instanceType = 'appstreaming.general.4c8g';
const microsPerHour = Number(hourlyAmount(instanceType, region)) * 100;
const slotMs = 5 * minuteMs;

/**
 * Plans some changes, reads what they are said to cost, and lets the function scale for 30 days on its timer of five minutes. `quiet`: leaves out the
 * runs between the times at which something can change, which are those of the schedules, their hour before, and midnight.
 */
export async function measure({ start, count, seed, halfHours }: Plan, { quiet = false } = {}): Promise<readonly Measured[]> {
  const startMs = Date.parse(start);
  const changes = changesAt(startMs, count, seed, halfHours);
  const groups = changes.map(({ charge, strategy }, index) => ({
    ...{ id: `g${index}`, name: `g${index}`, region, charge },
    pool: { instanceType, strategy },
  }));
  const untouched = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, policyOf(changes), { start });
  untouched.simulator.advance(30 * dayMs);
  const before = billOf(untouched.simulator);
  await untouched.close();
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, policyOf(changes), { start });
  try {
    const { decisions } = await live.run('plan');
    const minutes = quiet ? changingMinutes(changes) : undefined;
    for (let atMs = startMs; atMs < startMs + 30 * dayMs; atMs += slotMs) {
      if (minutes && atMs > startMs && !minutes.has((atMs / minuteMs + 480) % 1440)) continue;
      if (atMs > startMs) live.simulator.advanceTo(atMs);
      const { failed, errors, outcomes } = await live.run();
      if (failed) throw new Error(`a run failed: ${JSON.stringify([errors, outcomes])}`);
    }
    live.simulator.advanceTo(startMs + 30 * dayMs);
    const after = billOf(live.simulator);
    return decisions.flatMap((decision): readonly Measured[] => {
      const { id } = decision.resource;
      const change = changes[Number(id.slice(1))];
      if (decision.verdict !== 'act' || !change) return [];
      const { cost, once } = decision.action;
      const micros = (estimate: CostEstimate | undefined) => Number(estimate?.amount.micros ?? 0n);
      const measured = {
        ...{ change, lasting: micros(cost), oneOff: micros(once) },
        covers: [cost, once].flatMap((each) => (each ? [each.bound ? `${each.bound}, ${each.per}` : each.per] : [])),
        reasons: decision.because.map(({ code }) => code),
        ...{ untouched: before.get(id) ?? 0, scaled: after.get(id) ?? 0 },
      };
      return [measured];
    });
  } finally {
    await live.close();
  }
}

/** How far an estimate is off, as a part of what the change made of the bill; 0 where both are nothing. */
export function errorOf({ lasting, oneOff, untouched, scaled }: Measured): number {
  const [said, made] = [lasting + oneOff, scaled - untouched];
  return said === made ? 0 : Math.abs(said - made) / Math.max(Math.abs(made), 1);
}

/** Whether the line says that an amount is a bound, since use decides how many nodes there are. */
export function isBound({ covers }: Measured): boolean {
  return covers.some((text) => /^at (most|least), /.test(text));
}

function billOf({ world }: Simulator): ReadonlyMap<string, number> {
  world.settleStatistics();
  return new Map(
    world.account(accountId).groupList.map(({ id, statistics }) => [id, (statistics.payAsYouGoNodeMs / hourMs) * microsPerHour]),
  );
}

function policyOf(changes: readonly Change[]): string {
  const lines = <T>(list: readonly T[], line: (each: T, index: number) => string) => list.map(line).join('\n');
  const periods = (day: Readonly<Record<string, number>>) =>
    Object.entries(day)
      .map(([range, nodes]) => `${range}: ${nodes === 1 ? '1 node' : `${nodes} nodes`}`)
      .join(', ');
  return `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {home: {account: "${accountId}", endpoint: cn-shanghai, regions: [${region}], calendar: china}}
calendars: {china: {source: china-state-council}}
limits: {nodesAddedPer24h: 100000}
schedules:
${lines(
  changes,
  ({ schedule }, index) =>
    `  s${index}: {${Object.entries(schedule)
      .map(([kind, day]) => `${kind}: {${periods(day)}}`)
      .join(', ')}}`,
)}
exceptions:
${lines(
  changes.flatMap(({ exceptions }, index) => exceptions.map((each) => ({ ...each, index }))),
  ({ asks, from, until, index }) => `  - {because: launch, groups: {name: g${index}}, from: ${from}, until: ${until}, ${asks}}`,
)}
rules:
  scale-on-schedule:
${lines(changes, ({ charge, rule }, index) => {
  const keys = Object.entries({ ...(charge === 'PostPaid' ? { peak: '{tag: peak-nodes, otherwise: 4, atMost: 9}' } : {}), ...rule });
  const groups = `{name: g${index}${charge === 'PrePaid' ? ', charge: subscription' : ', charge: pay-as-you-go'}}`;
  return `    - {name: r${index}, groups: ${groups}, schedule: s${index}, ${keys.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
})}
`;
}

function changingMinutes(changes: readonly Change[]): ReadonlySet<number> {
  const times = changes.flatMap(({ schedule, exceptions }) => [
    ...Object.values(schedule).flatMap((day) => Object.keys(day).flatMap((range) => range.split('-'))),
    ...exceptions.flatMap(({ from, until }) => [from.slice(11), until.slice(11)]),
  ]);
  const minutes = times.map((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));
  return new Set([0, ...minutes].flatMap((minute) => [-60, -10, 0].map((off) => (minute + off + 1440) % 1440)));
}
