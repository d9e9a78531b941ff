import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import type { Strategy } from '../../../shared/fleet/delivery-group.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import type { StrategySeed } from '../../../simulator/world/seed.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs } from '../../fixtures/times.ts';
import { contextOf, groupOf, policyOf, scheduled, writtenView } from './plan-fixture.ts';

const ordinary = scheduled({ 12345: { '08:00-21:00': 4 } }, { enableDate: '2026-09-01', disableDate: '2027-08-31' });
const freeze = {
  because: 'National Day',
  except: [],
  spans: { 'Asia/Shanghai': { fromMs: shanghai('2026-10-01 00:00'), untilMs: shanghai('2026-10-12 00:00') } },
};

function localText(ms: number): string {
  return new Date(ms + 8 * hourMs).toISOString().slice(0, 16).replace('T', ' ');
}

/** The workdays of that month, the make-up Saturday among them. */
const workdays = [8, 9, 10, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23].map((day) => `2026-10-${String(day).padStart(2, '0')}`);

/** What the service has at each hour while the engine runs, hour by hour, from one local time to another. */
function lived(policy: CompiledPolicy, from: string, until: string, thawed = policy, start: Strategy = ordinary): Map<number, Strategy> {
  let strategy = start;
  let value: { value: string; atMs: number; outcome: 'done' } | undefined;
  const at = new Map<number, Strategy>();
  for (let ms = shanghai(from); ms < shanghai(until); ms += hourMs) {
    const context = contextOf(policy, localText(ms), writtenView(value === undefined ? [] : [value]));
    const isFrozen = thawed !== policy && freeze.spans['Asia/Shanghai'].fromMs <= ms && ms < freeze.spans['Asia/Shanghai'].untilMs;
    const decision = planner.decide(groupOf({}, { strategy, nodeAmount: 0 }), context);
    if (decision.verdict === 'act' && (!isFrozen || decision.action.restores === 'capacity')) {
      strategy = strategyOf(decision.action.input.NodePoolStrategy as unknown as Sent);
      value = { value: decision.action.writes.value, atMs: ms, outcome: 'done' };
    }
    at.set(ms, strategy);
  }
  return at;
}

interface Sent {
  readonly StrategyEnableDate: string;
  readonly StrategyDisableDate: string;
  readonly RecurrenceSchedules: readonly {
    readonly RecurrenceValues: readonly number[];
    readonly TimerPeriods: readonly { readonly StartTime: string; readonly EndTime: string; readonly Amount: number }[];
  }[];
}

function strategyOf({ StrategyEnableDate: enableDate, StrategyDisableDate: disableDate, RecurrenceSchedules }: Sent): Strategy {
  const days: Record<string, Record<string, number>> = {};
  for (const { RecurrenceValues, TimerPeriods } of RecurrenceSchedules) {
    days[RecurrenceValues.join('')] = Object.fromEntries(
      TimerPeriods.map(({ StartTime, EndTime, Amount }) => [`${StartTime}-${EndTime}`, Amount]),
    );
  }
  return scheduled(days, { enableDate, disableDate });
}

/** Users of an office who gave up for want of a node, where the service has a strategy and nobody rewrites it until the end of the month. */
function lockedOut(fromMs: number, strategy: Strategy): number {
  if (strategy.type !== 'schedule') throw new Error('no weekly schedule');
  const { week, enableDate, disableDate } = strategy;
  const time = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const schedule = Object.fromEntries(
    Object.entries(week).map(([day, periods]) => [
      day,
      Object.fromEntries(periods.map(({ startMinute, endMinute, amount }) => [`${time(startMinute)}-${time(endMinute)}`, amount])),
    ]),
  );
  const seed = { schedule, enable: enableDate, disable: disableDate, warmUp: true } as StrategySeed;
  const world = buildWorld({
    start: new Date(fromMs).toISOString(),
    accounts: [
      {
        id: '1234567890123456',
        groups: [
          {
            id: 'aig-1',
            name: 'office',
            region: 'cn-hangzhou',
            users: [{ prefix: 'u-', count: 6, profile: 'office' }],
            pool: { strategy: seed },
          },
        ],
      },
    ],
  });
  const statistics = world.account('1234567890123456').statistics;
  let [lost, came] = [0, 0];
  for (const date of workdays) {
    if (shanghai(`${date} 00:00`) < fromMs) continue;
    world.clock.advanceTo(shanghai(`${date} 00:00`));
    const before = { ...statistics };
    world.clock.advanceTo(shanghai(`${date} 23:59`));
    lost += statistics.visitsLost - before.visitsLost;
    came += statistics.sessionsStarted - before.sessionsStarted;
  }
  if (came === 0 && lost === 0) throw new Error('nobody came to work');
  return lost;
}

describe('when the engine ends at some hour of the week of National Day and never comes back that month', () => {
  const rules = '- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, atMost: 100}}';
  const policy = policyOf(rules, '', '2026-09-20 00:00');
  const [from, until] = ['2026-09-28 00:00', '2026-10-12 00:00'];

  it.each([
    ['nothing is frozen', policy],
    ['all is frozen from the first day on', { ...policy, freezes: [freeze] }],
  ])('no user is locked out on any workday, whatever the hour, where %s', (_, lives) => {
    const seen = new Map<string, number>();
    const harmed: string[] = [];
    for (const [ms, strategy] of lived(lives, from, until, policy)) {
      // A few strategies stand for long: what follows depends on the hour only as far as users meet it.
      const lost = seen.get(`${localText(ms).slice(0, 10)} ${JSON.stringify(strategy)}`) ?? lockedOut(ms, strategy);
      seen.set(`${localText(ms).slice(0, 10)} ${JSON.stringify(strategy)}`, lost);
      if (lost > 0) harmed.push(`${localText(ms)}: ${lost}`);
    }
    expect(seen.size).toBeGreaterThan(13);
    expect(harmed).toEqual([]);
  });

  it('the measure sees a workday without nodes, and a make-up Saturday without them', () => {
    expect(lockedOut(shanghai('2026-10-08 00:00'), scheduled({ 12356: { '08:00-21:00': 4 } }))).toBeGreaterThan(0);
    expect(lockedOut(shanghai('2026-10-09 22:00'), scheduled({ 12345: { '08:00-21:00': 4 } }))).toBeGreaterThan(0);
  });

  it('a day with fewer nodes than usual stays at most where the engine ended between an hour before it and the last node that is wanted', () => {
    const studio = policyOf('- {name: s, groups: all, schedule: studio, peak: {tag: peak-nodes, atMost: 100}}', '', '2026-09-20 00:00');
    const usual = scheduled({ 12345: { '09:30-23:30': 4 }, 67: { '13:00-20:00': 2 } }, { enableDate: '2026-09-01' });
    const short: string[] = [];
    for (const [ms, strategy] of lived(studio, from, '2026-10-09 00:00', studio, usual)) {
      if (strategy.type !== 'schedule' || usual.type !== 'schedule') throw new Error('no weekly schedule');
      for (const day of [1, 2, 3, 4, 5] as const) {
        const [has, wants] = [strategy.week[day] ?? [], usual.week[day] ?? []];
        if (JSON.stringify(has) !== JSON.stringify(wants)) short.push(localText(ms));
      }
    }
    const days = ['01', '02', '05', '06', '07'];
    const hours = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19].map((hour) => String(hour).padStart(2, '0'));
    expect(short).toEqual(days.flatMap((day) => hours.map((hour) => `2026-10-${day} ${hour}:00`)));
  });
});
