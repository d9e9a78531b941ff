import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import type { WrittenValue } from '../../../shared/journal/written.ts';
import { contextOf, fixed, groupOf, policyOf, scheduled, shanghai, writtenView } from './situation.ts';

const peak = 'peak: {tag: peak-nodes, otherwise: 4}';
const native = `- {name: office, groups: all, schedule: office, ${peak}}`;
const count = `- {name: office, groups: all, schedule: office, ${peak}, method: fixed}`;
const week = 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4';

/** A value that we meant to write, with its outcome. */
function wrote(value: string, at: string, outcome: WrittenValue['outcome'] = 'done'): WrittenValue {
  return { value, atMs: shanghai(at), outcome };
}

interface Case {
  readonly is: string;
  readonly rules: string;
  readonly values: readonly WrittenValue[];
  readonly seen?: { readonly value: string; readonly at: string };
  readonly observed: ReturnType<typeof fixed>;
  readonly now: string;
  readonly verdict: 'act' | 'hold' | 'keep';
  readonly first?: string;
}

const cases: readonly Case[] = [
  { is: 'we never wrote the setting', rules: count, values: [], observed: fixed(7), now: '2026-11-25 08:40', verdict: 'act' },
  {
    is: 'what we see is what we wrote',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: fixed(2),
    now: '2026-11-25 09:05',
    verdict: 'act',
  },
  {
    is: 'a person changed a count within a step',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: fixed(7),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'that step is over',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-25 08:40' },
    observed: fixed(7),
    now: '2026-11-25 09:00',
    verdict: 'act',
    first: 'manual-change-overwritten',
  },
  {
    is: 'that step is over by a minute less',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-25 08:40' },
    observed: fixed(7),
    now: '2026-11-25 08:59',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'the change is seen for the first time after a step',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: fixed(7),
    now: '2026-11-25 09:05',
    verdict: 'act',
    first: 'manual-change-overwritten',
  },
  {
    is: 'another change than the one we saw stands now, and no step was between',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-25 08:10' },
    observed: fixed(8),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'what we lowered in part was changed, and the wish is lower by now',
    rules: count,
    values: [wrote('fixed 3', '2026-11-25 08:05')],
    observed: fixed(6),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'a crash left our write without an outcome',
    rules: count,
    values: [wrote('fixed 1', '2026-11-24 21:00'), wrote('fixed 2', '2026-11-25 08:00', undefined)],
    observed: fixed(2),
    now: '2026-11-25 09:05',
    verdict: 'act',
  },
  {
    is: 'our first write failed and the old value is still there',
    rules: count,
    values: [wrote('fixed 2', '2026-11-25 08:00', 'failed')],
    observed: fixed(7),
    now: '2026-11-25 08:40',
    verdict: 'act',
  },
  {
    is: 'our second write failed and our first value is still there',
    rules: count,
    values: [wrote('fixed 1', '2026-11-24 21:00'), wrote('fixed 2', '2026-11-25 08:00', 'failed')],
    observed: fixed(1),
    now: '2026-11-25 08:40',
    verdict: 'act',
  },
  {
    is: 'the rule says to overwrite',
    rules: count.replace('method: fixed}', 'method: fixed, manualChange: overwrite}'),
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    observed: fixed(7),
    now: '2026-11-25 08:40',
    verdict: 'act',
    first: 'manual-change-overwritten',
  },
  {
    is: 'the rule says to report only, even after the step',
    rules: count.replace('method: fixed}', 'method: fixed, manualChange: report-only}'),
    values: [wrote('fixed 2', '2026-11-25 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-25 08:40' },
    observed: fixed(7),
    now: '2026-11-25 12:00',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'a weekly schedule of ours was replaced, seen for the first time',
    rules: native,
    values: [wrote(week, '2026-11-01 08:00')],
    observed: fixed(9),
    now: '2026-11-25 10:00',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'the same on a day whose deviation we never wrote',
    rules: native,
    values: [wrote(week, '2026-09-25 08:00')],
    observed: fixed(9),
    now: '2026-10-01 00:10',
    verdict: 'hold',
    first: 'manual-change',
  },
  {
    is: 'the replaced weekly schedule has stood until the next step',
    rules: native,
    values: [wrote(week, '2026-11-01 08:00')],
    seen: { value: 'fixed 9', at: '2026-11-25 10:00' },
    observed: fixed(9),
    now: '2026-11-25 18:30',
    verdict: 'act',
    first: 'manual-change-overwritten',
  },
  {
    is: 'a weekly schedule of ours needs another day at midnight',
    rules: native,
    values: [wrote(week, '2026-09-25 08:00')],
    observed: scheduled({ 12345: { '08:00-21:00': 4 } }) as never,
    now: '2026-10-01 00:10',
    verdict: 'act',
    first: 'touching-merged',
  },
  {
    is: 'the schedule has no further step',
    rules: '- {name: m, groups: all, schedule: minimal, method: fixed}',
    values: [wrote('fixed 1', '2026-11-20 08:00')],
    seen: { value: 'fixed 7', at: '2026-11-21 08:00' },
    observed: fixed(7),
    now: '2026-11-25 08:40',
    verdict: 'hold',
    first: 'manual-change',
  },
];

describe("a person's change", () => {
  it.each(cases)('gives $verdict when $is', ({ rules, values, seen, observed, now, verdict, first }) => {
    const policy = policyOf(rules, '', now < '2026-11' ? '2026-09-20 00:00' : '2026-11-20 00:00');
    const foreign = seen && { value: seen.value, sinceMs: shanghai(seen.at) };
    const decision = planner.decide(groupOf({}, { strategy: observed }), contextOf(policy, now, writtenView(values, foreign)));
    expect(decision.verdict).toBe(verdict);
    if (first !== undefined) expect(decision.because[0]?.code).toBe(first);
  });

  it('is reported with the setting and the value, and with what would have been done', () => {
    const context = contextOf(policyOf(count), '2026-11-25 08:40', writtenView([wrote('fixed 2', '2026-11-25 08:00')]));
    const decision = planner.decide(groupOf({}, { strategy: fixed(7) }), context);
    expect(decision.because[0]).toMatchObject({
      code: 'manual-change',
      text: 'a person changed this to "fixed 7"; it stands until 2026-11-25 09:00',
      data: { setting: 'node-pool:rg-1', value: 'fixed 7', untilMs: shanghai('2026-11-25 09:00') },
    });
    expect(decision).toMatchObject({ verdict: 'hold', action: { writes: { value: 'fixed 2' } } });
  });
});

/** Our weekly schedule, written to run until the end of October 2027, as a person left it. */
const ended = (disableDate: string | undefined, days: Parameters<typeof scheduled>[0] = { 12345: { '08:00-21:00': 4 } }) => ({
  ...scheduled(days),
  disableDate,
});
const ourWeek = [wrote(`${week} until 2027-10-31`, '2026-11-01 08:00')];

interface EndCase {
  readonly is: string;
  readonly rules?: string;
  readonly values?: readonly WrittenValue[];
  readonly observed: ReturnType<typeof ended>;
  readonly seenAt?: string;
  readonly now: string;
  readonly verdict: 'act' | 'hold' | 'keep';
  readonly codes: readonly string[];
  readonly evenFrozen?: boolean;
}

const endCases: readonly EndCase[] = [
  {
    is: 'a person ends it the day after tomorrow',
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'hold',
    codes: ['manual-change', 'lapses-soon'],
  },
  {
    is: 'a person ends it in three weeks, seen in a period',
    observed: ended('2026-12-16'),
    now: '2026-11-25 12:00',
    verdict: 'hold',
    codes: ['manual-change', 're-arm-waits'],
  },
  {
    is: 'a person ends it in three months, which nothing contests yet',
    observed: ended('2027-02-25'),
    now: '2026-11-25 12:00',
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: 'it runs out on the day that we wrote',
    values: [wrote(`${week} until 2026-11-27`, '2025-11-28 08:00')],
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'act',
    codes: ['lapses-soon'],
    evenFrozen: true,
  },
  {
    is: 'a person made it run longer than we wrote',
    values: [wrote(`${week} until 2026-11-26`, '2025-11-28 08:00')],
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'act',
    codes: ['lapses-soon'],
    evenFrozen: true,
  },
  {
    is: 'our last extension failed, so the day before it stands',
    values: [wrote(`${week} until 2026-11-27`, '2025-11-28 08:00'), wrote(`${week} until 2027-10-31`, '2026-11-01 08:00', 'failed')],
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'act',
    codes: ['lapses-soon'],
    evenFrozen: true,
  },
  {
    is: 'we wrote it before its end was kept',
    values: [wrote(week, '2025-11-28 08:00')],
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'act',
    codes: ['lapses-soon'],
    evenFrozen: true,
  },
  {
    is: 'the end that a person set has stood until the next step',
    observed: ended('2026-11-27'),
    seenAt: '2026-11-25 12:00',
    now: '2026-11-25 18:30',
    verdict: 'act',
    codes: ['manual-change-overwritten', 'lapses-soon'],
  },
  {
    is: 'the end that a person set is over, and extending waits for a quiet time',
    observed: ended('2026-12-16'),
    seenAt: '2026-11-25 12:00',
    now: '2026-11-25 18:30',
    verdict: 'hold',
    codes: ['re-arm-waits', 'manual-change-overwritten'],
  },
  {
    is: 'the end that a person set is over, and it is quiet',
    observed: ended('2026-12-16'),
    seenAt: '2026-11-25 12:00',
    now: '2026-11-25 22:00',
    verdict: 'act',
    codes: ['manual-change-overwritten', 're-arm'],
  },
  {
    is: 'the rule says to overwrite',
    rules: native.replace('schedule: office', 'manualChange: overwrite, schedule: office'),
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'act',
    codes: ['manual-change-overwritten', 'lapses-soon'],
  },
  {
    is: 'the rule says to report only, even after the step',
    rules: native.replace('schedule: office', 'manualChange: report-only, schedule: office'),
    observed: ended('2026-11-27'),
    seenAt: '2026-11-24 12:00',
    now: '2026-11-25 12:00',
    verdict: 'hold',
    codes: ['manual-change', 'lapses-soon'],
  },
  {
    is: 'a holiday would rewrite it with new dates',
    values: [wrote(`${week} until 2027-09-24`, '2026-09-25 08:00')],
    observed: ended('2026-12-31'),
    now: '2026-09-30 01:00',
    verdict: 'hold',
    codes: ['manual-change'],
  },
  {
    is: 'the service names no end',
    observed: ended(undefined),
    now: '2026-11-25 12:00',
    verdict: 'keep',
    codes: ['as-wanted'],
  },
];

describe('the end of a weekly schedule of ours', () => {
  it.each(endCases)(
    'gives $verdict when $is',
    ({ rules = native, values = ourWeek, observed, seenAt, now, verdict, codes, evenFrozen }) => {
      const policy = policyOf(rules, '', now < '2026-11' ? '2026-09-20 00:00' : '2026-11-20 00:00');
      const foreign = seenAt === undefined ? undefined : { value: `${week} until ${observed.disableDate}`, sinceMs: shanghai(seenAt) };
      const decision = planner.decide(groupOf({}, { strategy: observed }), contextOf(policy, now, writtenView(values, foreign)));
      expect([decision.verdict, ...decision.because.slice(0, codes.length).map(({ code }) => code)]).toEqual([verdict, ...codes]);
      if (decision.verdict === 'act') expect(decision.action.evenFrozen).toBe(evenFrozen);
    },
  );

  it('needs no look into the journal while nothing has to be written', () => {
    const asked: string[] = [];
    const values = (_id: string, setting: string) => {
      asked.push(setting);
      return ourWeek;
    };
    const view = { values, foreign: () => undefined };
    planner.decide(groupOf({}, { strategy: ended('2027-02-25') }), contextOf(policyOf(native), '2026-11-25 12:00', view));
    expect(asked).toEqual([]);
  });
});
