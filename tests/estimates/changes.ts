import fc from 'fast-check';
import type { StrategySeed } from '../../simulator/world/seed.ts';
import { dayMs } from '../fixtures/times.ts';

/** A change that a policy makes of a group: what is set, and what its rule wants. */
export interface Change {
  readonly charge: 'PostPaid' | 'PrePaid';
  readonly strategy: StrategySeed;
  /** Periods of the rule's schedule by kind of day, with nodes. */
  readonly schedule: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** More keys of the rule, each with its value as the policy has it. */
  readonly rule: Readonly<Record<string, string>>;
  /** Exceptions for the group: what they ask for, and from when until when. */
  readonly exceptions: readonly { readonly asks: string; readonly from: string; readonly until: string }[];
}

const date = (startMs: number, days: number): string => new Date(startMs + days * dayMs + 8 * 3_600_000).toISOString().slice(0, 10);
const time = (halfHours: number): string => `${String(halfHours >> 1).padStart(2, '0')}:${halfHours % 2 === 0 ? '00' : '30'}`;

/** Periods of one day, ascending; `touching`: with other levels right after one another. */
function dayAt(halfHours: readonly number[], most: number, touching: boolean): fc.Arbitrary<Readonly<Record<string, number>>> {
  return fc
    .tuple(
      fc.shuffledSubarray([...halfHours], { minLength: 2 * most, maxLength: 2 * most }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: most }),
    )
    .map(([cuts, nodes, count]) => {
      const sorted = cuts.slice(0, touching ? count + 1 : 2 * count).sort((a, b) => a - b);
      const step = touching ? 1 : 2;
      const periods: Record<string, number> = {};
      for (let i = 0; i + 1 < sorted.length; i += step) {
        periods[`${time(sorted[i] as number)}-${time(sorted[i + 1] as number)}`] = nodes[(i / step) % 4] as number;
      }
      return periods;
    });
}

const usual = Array.from({ length: 34 }, (_, index) => index + 13);

const none = { charge: 'PostPaid', rule: {}, exceptions: [] } as const;

/** Changes of all kinds that begin at an instant, as many as asked for; the same seed gives the same ones. */
export function changesAt(startMs: number, count: number, seed: number, halfHours: readonly number[] = usual): readonly Change[] {
  const day = (most: number, touching: boolean) => dayAt(halfHours, Math.min(most, halfHours.length >> 1), touching);
  const around = (days: number, length: number) => ({ enable: date(startMs, days), disable: date(startMs, days + length) });
  const week = fc.record({ '1-5': day(3, false), '6-7': fc.option(day(1, false), { nil: undefined, freq: 2 }) });
  const scheduled = (dates: fc.Arbitrary<{ readonly enable: string; readonly disable: string }>) =>
    fc.tuple(week, dates, fc.boolean()).map(([days, when, warmUp]): StrategySeed => {
      const { '6-7': weekend, ...workdays } = days;
      return { schedule: { ...workdays, ...(weekend && { '6-7': weekend }) }, warmUp, ...when };
    });
  const fixed = fc.integer({ min: 1, max: 8 }).map((nodes): StrategySeed => ({ fixed: nodes }));
  const strategy = fc.oneof(
    { weight: 4, arbitrary: fixed },
    { weight: 4, arbitrary: scheduled(fc.constant(around(-20, 364))) },
    { weight: 1, arbitrary: scheduled(fc.integer({ min: 3, max: 28 }).map((ends) => around(ends - 100, 100))) },
    { weight: 1, arbitrary: scheduled(fc.integer({ min: 2, max: 20 }).map((begins) => around(begins, 300))) },
  );
  const schedule = fc.oneof(
    { weight: 4, arbitrary: fc.record({ workday: day(3, false) }) },
    { weight: 2, arbitrary: fc.record({ workday: day(3, true) }) },
    { weight: 2, arbitrary: fc.record({ workday: day(2, true), restday: day(1, false) }) },
    { weight: 1, arbitrary: fc.record({ everyday: day(4, false) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        everyday: fc.tuple(day(1, false), fc.integer({ min: 2, max: 4 })).map(([, nodes]) => ({ '22:00-06:00': nodes })),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        workday: fc.constant({ '00:00-07:00': 1, '07:00-20:00': 4, '20:00-24:00': 1 }),
        restday: fc.constant({ '00:00-24:00': 1 }),
      }),
    },
  );
  const rule = fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ method: 'fixed' }) },
    { weight: 1, arbitrary: fc.constant({ method: 'fixed', warmUp: 'false' }) },
    { weight: 1, arbitrary: fc.constant({ stepwise: 'true' }) },
    { weight: 1, arbitrary: fc.constant({ warmUp: 'true' }) },
  );
  const exception = fc
    .record({
      asks: fc.constantFrom('keepAtLeast: 100%', 'keepAtLeast: 50%', 'never: [scale-down]'),
      day: fc.integer({ min: 1, max: 25 }),
      halfHour: fc.constantFrom(...halfHours),
      hours: fc.constantFrom(4, 12, 36),
    })
    .map(({ asks, day: days, halfHour, hours }) => {
      const clock = (on: number) => `${date(startMs, days + Math.floor(on / 48))} ${time(on % 48)}`;
      return { asks, from: clock(halfHour), until: clock(halfHour + 2 * hours) };
    });
  const exceptions = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(exception, { minLength: 1, maxLength: 2 }) },
  );
  const byUsage = fc.record({ ceiling: fc.integer({ min: 1, max: 6 }), day: day(2, true), bought: fc.boolean() }).map(
    ({ ceiling, day: periods, bought }): Change =>
      bought
        ? {
            ...none,
            charge: 'PrePaid',
            strategy: { usage: { nodes: 2, maxScaling: ceiling } },
            schedule: { workday: periods },
            rule: { peak: '{extraNodes: 6}' },
          }
        : { ...none, strategy: { fixed: ceiling }, schedule: { workday: periods }, rule: { method: 'usage' } },
  );
  const byTheHour = fc.record({ charge: fc.constant('PostPaid' as const), strategy, schedule, rule, exceptions });
  return fc.sample(fc.oneof({ weight: 30, arbitrary: byTheHour }, { weight: 1, arbitrary: byUsage }), { numRuns: count, seed });
}
