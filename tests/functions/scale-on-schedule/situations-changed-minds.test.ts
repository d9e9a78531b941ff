import { describe, expect, test } from 'vitest';
import { comparedWithBill, days, type Special, textOf } from './bill-fixture.ts';

const night = (until: string, percent = 50, from = '2026-11-26 18:00') =>
  `{because: launch, groups: all, from: ${from}, until: ${until}, keepAtLeast: ${percent}%}`;

type Policies = readonly (readonly [day: number, special: Special])[];

describe('what single days cost is what they make of the bill', () => {
  const kinds: readonly (readonly [string, Policies])[] = [
    [
      'a make-up workday of a group that no rule is for any more',
      [
        [0, { workdays: ['2026-11-28'] }],
        [2, { workdays: ['2026-11-28'], rulesFor: '{ids: [other]}' }],
      ],
    ],
    [
      'a make-up workday of a group that no rule is for from its noon on',
      [
        [0, { workdays: ['2026-11-28'] }],
        [4.02, { workdays: ['2026-11-28'], rulesFor: '{ids: [other]}' }],
      ],
    ],
    [
      'holidays of a group that no rule is for any more',
      [
        [0, { holidays: ['2026-11-26', '2026-11-27'] }],
        [2.5, { rulesFor: '{ids: [other]}' }],
      ],
    ],
    [
      'holidays of a group that no rule is for while they last',
      [
        [0, { holidays: ['2026-11-26', '2026-11-27'] }],
        [2.1, { rulesFor: '{ids: [other]}' }],
      ],
    ],
    [
      'a make-up workday called off',
      [
        [0, { workdays: ['2026-11-28'] }],
        [2, {}],
      ],
    ],
    ['a night that is two nights', [[0, { exceptions: [night('2026-11-28 06:00')] }]]],
    [
      'a night that begins while people change the end',
      [
        [0, { exceptions: [night('2026-11-26 23:00')] }],
        [2 + 10 / 24, { exceptions: [night('2026-11-27 06:00')] }],
      ],
    ],
    [
      'an evening of one level, and a night of another',
      [[0, { exceptions: [night('2026-11-26 22:00'), night('2026-11-27 06:00', 100, '2026-11-26 22:00')] }]],
    ],
    ['a raised peak of one day', [[0, { exceptions: [night('2026-11-27 00:00', 100, '2026-11-26 00:00')] }]]],
    [
      'a raised day under a limit',
      [
        [0, { limits: '{nodesAddedPer24h: 0}', exceptions: [night('2026-11-27 00:00', 100, '2026-11-26 00:00')] }],
        [2.2, { exceptions: [night('2026-11-27 00:00', 100, '2026-11-26 00:00')] }],
      ],
    ],
  ];
  test.each(kinds)('%s', async (_is, policies) => {
    const { micros, once, lasting } = await comparedWithBill(
      new Map(policies.map(([day, special]) => [day, textOf({ peak: 6, hours: '08:00-21:00: 50%', ...special })])),
    );
    expect({ once, lasting }).toEqual({ once: micros, lasting: 0 });
  });
});

describe('what lasts is the same whether it is done at once or in parts', () => {
  const never = { exceptions: ['{because: audit, groups: all, from: 2026-11-24, until: 2026-11-26, never: [scale-down]}'] };
  const later = { hours: '12:00-23:00: 100%', peak: 4 };
  const kinds: readonly (readonly [string, Special, Special])[] = [
    ['what it lowers waits', { hours: '12:00-23:00: 100%' }, never],
    ['what it lowers waits, and it has more nodes', later, never],
    ['a limit allows no harm', later, { limits: '{actionsPerRun: 0}' }],
    ['a limit allows no more nodes', later, { limits: '{nodesAddedPer24h: 0}' }],
  ];
  test.each(kinds)('%s', async (_is, special, fence) => {
    const direct = await days(4, new Map([[0, textOf(special)]]));
    const inParts = await days(
      4,
      new Map([
        [0, textOf({ ...special, ...fence })],
        [2, textOf(special)],
      ]),
    );
    expect(direct.lasting).not.toBe(0);
    expect(inParts.micros).not.toBe(direct.micros);
    expect(inParts.lasting).toBe(direct.lasting);
  });
});
