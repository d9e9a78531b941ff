import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { liveFunction } from '../../e2e/live-function.ts';
import { hourMs } from '../../fixtures/times.ts';
import { comparedWithBill, days, groups, type Special, textOf } from './bill-fixture.ts';

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
      exceptions: ['{because: launch, groups: all, from: 2026-11-26 18:00, until: 2026-11-26 23:00, keepAtLeast: 100%}'],
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
      ['one-off', -1],
    ]);
  } finally {
    await live.close();
  }
});

function oneOffs({ decisions }: RunReport): readonly string[] {
  return decisions.flatMap((decision) => (decision.verdict === 'act' && decision.action.once ? [decision.action.once.per] : []));
}

test('a day that is as special after a change as before it is not named with what the change costs', async () => {
  const live = await liveFunction(
    scaleOnSchedule,
    [ruleModule],
    { groups },
    textOf({ holidays: ['2026-11-26'], workdays: ['2026-11-28'] }),
  );
  try {
    expect(oneOffs(await live.run())).toEqual(['one-off, on 2026-11-26 and 2026-11-28']);
    live.simulator.advance(33 * hourMs);
    expect(oneOffs(await live.run())).toEqual(['one-off, on 2026-11-26']);
  } finally {
    await live.close();
  }
});
