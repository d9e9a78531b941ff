import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import type { WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { contextOf, groupOf, policyOf, scheduled, writtenView, wrote } from './plan-fixture.ts';

const native = '- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 4, atMost: 100}}';
const week = 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4';

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
  },
  {
    is: 'a person made it run longer than we wrote',
    values: [wrote(`${week} until 2026-11-26`, '2025-11-28 08:00')],
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'act',
    codes: ['lapses-soon'],
  },
  {
    is: 'our last extension failed, so the day before it stands',
    values: [wrote(`${week} until 2026-11-27`, '2025-11-28 08:00'), wrote(`${week} until 2027-10-31`, '2026-11-01 08:00', 'failed')],
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'act',
    codes: ['lapses-soon'],
  },
  {
    is: 'we wrote it before its end was kept',
    values: [wrote(week, '2025-11-28 08:00')],
    observed: ended('2026-11-27'),
    now: '2026-11-25 12:00',
    verdict: 'act',
    codes: ['lapses-soon'],
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
  it.each(endCases)('gives $verdict when $is', ({ rules = native, values = ourWeek, observed, seenAt, now, verdict, codes }) => {
    const policy = policyOf(rules, '', now < '2026-11' ? '2026-09-20 00:00' : '2026-11-20 00:00');
    const external = seenAt === undefined ? undefined : { value: `${week} until ${observed.disableDate}`, sinceMs: shanghai(seenAt) };
    const decision = planner.decide(groupOf({}, { strategy: observed }), contextOf(policy, now, writtenView(values, external)));
    expect([decision.verdict, ...decision.because.slice(0, codes.length).map(({ code }) => code)]).toEqual([verdict, ...codes]);
    if (decision.verdict === 'act') expect(decision.action.restores).toBe('capacity');
  });

  it('needs no look into the journal while nothing has to be written', () => {
    const asked: string[] = [];
    const values = (_id: string, setting: string) => {
      asked.push(setting);
      return ourWeek;
    };
    const view = { values, external: () => undefined };
    planner.decide(groupOf({}, { strategy: ended('2027-02-25') }), contextOf(policyOf(native), '2026-11-25 12:00', view));
    expect(asked).toEqual([]);
  });
});
