import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../functions/scale-on-schedule/rule.ts';
import { hourlyAmount } from '../../simulator/world/price.ts';
import { liveFunction, policyText } from './live-function.ts';

const region = 'cn-hangzhou';
const instanceType = 'appstreaming.general.4c8g';
const strategy = { schedule: { '1-5': { '08:00-21:00': 3 } }, enable: '2026-11-01', disable: '2027-10-30' };
const groups = [{ id: 'g', name: 'office', region, pool: { instanceType, strategy } }];
const hourMs = 3_600_000;
/** Millionths of a yuan for a node for an hour. */
const pricePerHour = Number(hourlyAmount(instanceType, region)) * 100;

interface Special {
  readonly holidays?: readonly string[];
  readonly workdays?: readonly string[];
  readonly exceptions?: readonly string[];
  readonly peak?: number;
  readonly hours?: string;
  readonly rule?: string;
}

function textOf({ holidays = [], workdays = [], exceptions = [], peak = 3, hours = '08:00-21:00: 100%', rule = '' }: Special): string {
  const sections = [
    'limits: {}',
    `calendars: {own: {holidays: [${holidays.join(', ')}], workdays: [${workdays.join(', ')}]}}`,
    ...(exceptions.length > 0 ? [`exceptions: [${exceptions.join(', ')}]`] : []),
  ];
  return policyText(
    {
      'scale-on-schedule': [`{name: office, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: ${peak}, atMost: 9}${rule}}`],
    },
    { sections: sections.join('\n') },
  )
    .replace('everyday: {08:00-20:00: 2 nodes}', `workday: {${hours}}`)
    .replace('regions: [cn-hangzhou]', 'regions: [cn-hangzhou], calendar: own');
}

interface Bill {
  /** What the nodes of the days cost, in millionths. */
  readonly micros: number;
  /** Estimates of what was done, in millionths, by whether they are said to be once. */
  readonly once: number;
  readonly lasting: number;
}

/** So many days with a run each half an hour, under one policy after the other; without a policy nobody runs. */
async function days(count: number, policies: ReadonlyMap<number, string>): Promise<Bill> {
  let once = 0;
  let lasting = 0;
  let live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, policies.get(0) ?? textOf({}), {
    assumptions: { warmUp: 'at-start', nodeReleaseMinutes: 0 },
  });
  const { simulator, close } = live;
  try {
    for (let halfHour = 0; halfHour < count * 48; halfHour++) {
      const text = policies.get(halfHour / 48);
      if (text !== undefined && halfHour > 0) live = await live.under(text);
      if (policies.size > 0) {
        const { decisions, outcomes } = await live.run();
        for (const decision of decisions) {
          if (decision.verdict !== 'act' || !outcomes.some(({ key, outcome }) => key === decision.action.key && outcome === 'done'))
            continue;
          once += Number(decision.action.once?.amount.micros ?? 0n);
          lasting += Number(decision.action.cost?.amount.micros ?? 0n);
        }
      }
      simulator.advance(hourMs / 2);
    }
    simulator.world.settleStatistics();
    const [group] = simulator.world.account('1000000000000001').groupList;
    return { micros: ((group?.statistics.payAsYouGoNodeMs ?? 0) / hourMs) * pricePerHour, once, lasting };
  } finally {
    await close();
  }
}

let untouched: Promise<Bill> | undefined;

/** What the policies made of the bill of two weeks. */
async function comparedWithBill(policies: ReadonlyMap<number, string>): Promise<Bill> {
  untouched ??= days(14, new Map());
  const bill = await days(14, policies);
  return { ...bill, micros: Math.round(bill.micros - (await untouched).micros) };
}

describe('what single days cost is what they make of the bill', () => {
  const kinds: readonly (readonly [string, Special])[] = [
    ['a holiday', { holidays: ['2026-11-26'] }],
    ['a week of holidays', { holidays: ['2026-11-26', '2026-11-27', '2026-11-30', '2026-12-01', '2026-12-02'] }],
    ['a make-up workday', { workdays: ['2026-11-28'] }],
    ['holidays and a make-up workday', { holidays: ['2026-11-30', '2026-12-01'], workdays: ['2026-11-28'] }],
    [
      'a night under an exception',
      { exceptions: ['{because: launch, groups: all, from: 2026-11-26 18:00, until: 2026-11-27 06:00, keepAtLeast: 100%}'] },
    ],
  ];
  test.each(kinds)('%s', async (_is, special) => {
    const { micros, once, lasting } = await comparedWithBill(new Map([[0, textOf(special)]]));
    expect(micros).not.toBe(0);
    expect({ once, lasting }).toEqual({ once: micros, lasting: 0 });
  });

  test('an exception that is taken back before its night', async () => {
    const night = textOf({
      exceptions: ['{because: launch, groups: all, from: 2026-11-26 18:00, until: 2026-11-27 06:00, keepAtLeast: 100%}'],
    });
    const { micros, once, lasting } = await comparedWithBill(
      new Map([
        [0, night],
        [1, textOf({})],
      ]),
    );
    expect({ micros, once, lasting }).toEqual({ micros: 0, once: 0, lasting: 0 });
  });

  test('holidays of which people think otherwise while they last', async () => {
    const both = textOf({ holidays: ['2026-11-26', '2026-11-27'] });
    const { micros, once, lasting } = await comparedWithBill(
      new Map([
        [0, both],
        [2.5, textOf({ holidays: ['2026-11-26'] })],
      ]),
    );
    expect({ once, lasting }).toEqual({ once: micros, lasting: 0 });
  });

  test('whatever days are special', async () => {
    const dates = Array.from({ length: 12 }, (_, index) =>
      new Date(Date.parse('2026-11-25') + index * 24 * hourMs).toISOString().slice(0, 10),
    );
    const isWeekend = (date: string) => [0, 6].includes(new Date(date).getUTCDay());
    await fc.assert(
      fc.asyncProperty(fc.subarray(dates), async (some) => {
        const special = { holidays: some.filter((date) => !isWeekend(date)), workdays: some.filter(isWeekend) };
        const { micros, once, lasting } = await comparedWithBill(new Map([[0, textOf(special)]]));
        expect({ once, lasting }).toEqual({ once: micros, lasting: 0 });
      }),
      { numRuns: 3 },
    );
  });
});

test('what lasts is what thirty ordinary days cost more, and is never said to be once', async () => {
  const before = await days(30, new Map());
  const after = await days(30, new Map([[0, textOf({ peak: 5, hours: '07:00-21:00: 100%' })]]));
  expect(after.once).toBe(0);
  expect(after.lasting).toBe(Math.round(after.micros - before.micros));
});

test('what lasts and what is once stand side by side in one plan', async () => {
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, textOf({ peak: 4, holidays: ['2026-11-24'] }));
  try {
    const { estimates } = await live.run('plan');
    expect(estimates.map(({ per, amount }) => [per, Math.sign(Number(amount.micros))])).toEqual([
      ['per 30 days', 1],
      ['once, on 2026-11-24', -1],
    ]);
  } finally {
    await live.close();
  }
});
