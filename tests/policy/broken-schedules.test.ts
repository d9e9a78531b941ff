import { describe, test } from 'vitest';
import { type Case, expectProblems } from './expect-problems.ts';
import { policyText } from './policy-text.ts';

const schedule = (body: string) => policyText({ schedules: `schedules:\n  ${body}` });

const cases: readonly Case[] = [
  [
    'an hour that does not exist',
    schedule('office: {workday: {▶25:00-26:00: 100%}}'),
    'office.workday.25:00-26:00: "25:00" is past the end of the day; write a time from 00:00 to 24:00',
  ],
  ['a minute that does not exist', schedule('office: {workday: {▶18:60-19:00: 100%}}'), 'write minutes from 00 to 59'],
  [
    'an hour of one digit',
    schedule('office: {workday: {▶8:00-18:00: 100%}}'),
    '"8:00" is not a time of day; write two digits, a colon and two digits',
  ],
  [
    'a time without an end',
    schedule('office: {workday: {▶08:00: 100%}}'),
    '"08:00" is not a period of the day; write start and end, such as 08:00-18:30',
  ],
  ['an empty period', schedule('office: {workday: {▶08:00-08:00: 100%}}'), 'is empty; for a whole day write 00:00-24:00'],
  ['a level without a unit', schedule('office: {workday: {08:00-18:00: ▶100}}'), '100 has no unit; write 100% of the peak or 100 nodes'],
  ['a level above the peak', schedule('office: {workday: {08:00-18:00: ▶120%}}'), '"120%" is more than the peak itself; write 0% to 100%'],
  [
    'a level in another unit',
    schedule('office: {workday: {08:00-18:00: ▶4 servers}}'),
    '"4 servers" is not a level; write a share of the peak such as 40%',
  ],
  [
    'a period without a level',
    schedule('office: {workday: {▶08:00-18:00: }}'),
    'the period has no level; write a share of the peak such as 40%',
  ],
  [
    'no space after the colon',
    schedule('office: {workday: {▶08:00-18:00:100%}}'),
    'a space is missing after the colon; write 08:00-18:00: 100%',
  ],
  [
    'periods that overlap in one day',
    schedule('office: {workday: {08:00-12:00: 10%, ▶11:00-13:00: 5 nodes}}'),
    'overlaps 08:00-12:00 of the same day; let one period end where the other begins',
  ],
  [
    'a mistyped day',
    schedule('office: {▶workdays: {08:00-18:00: 100%}}'),
    '"workdays" is not a day; write workday, restday, everyday, a weekday such as monday, both such as friday workday, or a date such as 2026-12-31; did you mean "workday"?',
  ],
  ['a short weekday', schedule('office: {▶Mon: {08:00-18:00: 100%}}'), 'did you mean "monday"?'],
  ['a date that does not exist', schedule('office: {▶2026-02-30: {08:00-18:00: 100%}}'), '"2026-02-30" does not exist'],
  ['a day without periods', schedule('office: {▶workday: }'), 'a day needs its periods; write {08:00-18:30: 100%}, or {} for zero all day'],
  ['a level where periods belong', schedule('office: {workday: ▶100%}'), 'a day needs its periods'],
  ['an empty schedule', schedule('office: ▶{}'), 'the schedule is empty; give it days'],
  [
    'every mistake of one schedule',
    schedule('office: {workday: {▶18:60-19:00: ▶two, 08:00-10:00: ▶9}, ▶sunnday: {}}'),
    'write minutes from 00 to 59',
    '"two" is not a level',
    '9 has no unit',
    'did you mean "sunday"?',
  ],
];

describe('schedules: an error says line, column and what to do for', () => {
  test.each(cases)('%s', (_title, marked, ...expected) => expectProblems(marked, expected));
});

const warnings: readonly Case[] = [
  [
    'a schedule that is zero at all times',
    schedule('▶office: {workday: {08:00-18:00: 0%}}'),
    'is zero at all times, so it never asks for a node; give it a level above zero, or remove it',
  ],
  [
    'a schedule without steps',
    schedule('▶office: {everyday: {00:00-12:00: 50%, 12:00-24:00: 50%}}'),
    'is 50% at all times, so it changes nothing by the clock',
  ],
  [
    'a schedule that nothing uses',
    schedule('office: {workday: {08:00-18:00: 100%}}\n  ▶spare: {everyday: {08:00-18:00: 1 node}}'),
    'nothing uses this schedule; name it in a rule, or remove it',
  ],
  [
    'a day that says what everyday says',
    schedule('office: {everyday: {08:00-18:00: 100%}, ▶restday: {08:00-18:00: 100%}}'),
    'says the same as everyday and changes nothing; remove it, or change one',
  ],
  [
    'an everyday that never counts',
    schedule('office: {workday: {08:00-18:00: 100%}, restday: {}, ▶everyday: {09:00-10:00: 5%}}'),
    'never counts, since workday and restday cover all days; remove it',
  ],
  [
    'a workday that never counts',
    schedule(
      'office: {▶workday: {08:00-18:00: 9%}, ▶monday: {08:00-18:00: 1%}, tuesday: {}, wednesday: {}, thursday: {}, friday: {}, saturday: {}, sunday: {}}',
    ),
    'never counts, since all seven weekdays are named',
    'monday, saturday, sunday count on holidays and make-up workdays as well, such as 2026-02-16, a holiday; write "monday workday", "saturday restday", "sunday restday"',
  ],
  [
    'a date that is over',
    schedule('office: {workday: {08:00-18:00: 100%}, ▶2026-11-23: {}, 2026-11-24: {}}'),
    'is over and does nothing any more; remove it',
  ],
];

describe('schedules: a warning for', () => {
  test.each(warnings)('%s', (_title, marked, ...expected) => expectProblems(marked, expected, 'warning'));
});

const fine: readonly Case[] = [
  ['a constant count of nodes', schedule('office: {everyday: {00:00-24:00: 1 node}}')],
  ['a period across midnight', schedule('office: {workday: {22:00-06:00: 100%, 08:00-09:00: 10%}}')],
  ['periods that touch', schedule('office: {workday: {08:00-09:00: 40%, 09:00-18:30: 100%}}')],
  [
    'an alias of another schedule',
    schedule('office: &o {workday: {08:00-18:00: 100%}}').replace('schedule: office', 'schedule: office, manualChange: overwrite'),
  ],
];

describe('schedules: no problem with', () => {
  test.each(fine)('%s', (_title, marked) => {
    expectProblems(marked, []);
    expectProblems(marked, [], 'warning');
  });
});
