import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWeek, deviationText, parseDeviation } from '../../../functions/scale-on-schedule/deviation.ts';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { serviceDayIn } from '../../../functions/scale-on-schedule/service-day.ts';
import { journalValue } from '../../../functions/scale-on-schedule/strategy-value.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import { forbidden } from '../../../shared/engine/guard.ts';
import type { NativePeriod, Strategy } from '../../../shared/fleet/delivery-group.ts';
import { zoneTable } from '../../../shared/policy/zone-source.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { contextOf, fixed, groupOf, policyOf, scheduled, writtenView } from './plan-fixture.ts';

const hours = { '08:00-21:00': 4 };
const office = '- {name: office, groups: {tags: {department: finance}}, schedule: office, peak: {tag: peak-nodes, atMost: 100}}';
const studio = '- {name: studio, groups: {tags: {department: finance}}, schedule: studio, peak: {tag: peak-nodes, atMost: 100}}';
const begun = { enableDate: '2026-09-01', disableDate: '2027-09-01' };
/** Thursday 1 October as the holiday had it: an afternoon at two nodes, instead of the usual day. */
const lowered = scheduled({ 1235: { '09:30-23:30': 4 }, 4: { '13:00-20:00': 2 }, 67: { '13:00-20:00': 2 } }, begun);
const raised = scheduled({ 123456: hours }, begun);
const paused = scheduled({ 12345: hours }, { enableDate: '2026-10-08', disableDate: '2027-10-07' });

const loweredValue = `${journalValue(lowered, 'pay-as-you-go').replace(' until', ' instead of 2026-10-01:09:30-23:30=4 until')}`;
const raisedValue = `${journalValue(raised, 'pay-as-you-go').replace(' until', ' instead of 2026-10-10: until')}`;
const pausedValue = `${journalValue(paused, 'pay-as-you-go').replace(' until', ' from 2026-10-08 until')}`;

function decide(
  rules: string,
  now: string,
  strategy: Strategy,
  value: string | undefined,
  group: Parameters<typeof groupOf>[0] = {},
  sections = '',
) {
  const policy = policyOf(rules, sections, '2026-09-20 00:00');
  const written = value === undefined ? writtenView() : writtenView([{ value, atMs: shanghai('2026-09-30 21:00'), outcome: 'done' }]);
  const context = contextOf(policy, now, written);
  const subject = groupOf(group, { strategy, nodeAmount: strategy.type === 'fixed' ? strategy.nodes : 0 });
  return { decision: planner.decide(subject, context), context, subject };
}

/** Why a freeze that is in force now would hold a decision. */
function heldByFreeze({ decision, context, subject }: ReturnType<typeof decide>): string | undefined {
  if (decision.verdict !== 'act') return 'nothing is done';
  const spans = { 'Asia/Shanghai': { fromMs: context.nowMs, untilMs: context.nowMs + 1 } };
  const policy: PlanContext['policy'] = { ...context.policy, freezes: [{ because: 'change freeze', except: [], spans }] };
  return forbidden(decision, {
    ...{ functionName: 'scale-on-schedule', policy, target: context.target, nowMs: context.nowMs },
    resourceOf: () => subject,
    sessionUsersOf: () => [],
    tagFirstSeenMs: () => undefined,
  })?.code;
}

const uncovered = { tags: { department: 'sales' } };

describe('a deviation that nobody wants any more', () => {
  it.each([
    ['of a day with fewer nodes', '2026-10-08 07:00', lowered, loweredValue, { 12345: { '09:30-23:30': 4 }, 67: { '13:00-20:00': 2 } }],
    ['that pauses the schedule', '2026-10-03 10:00', paused, pausedValue, { 12345: hours }],
  ])('%s is taken back from a group that no rule covers, freeze or not', (_, now, strategy, value, week) => {
    const done = decide(office, now, strategy, value, uncovered);
    expect(done.decision).toMatchObject({ verdict: 'act', rule: 'deviation-undo', because: [{ code: 'deviation-restored' }] });
    if (done.decision.verdict !== 'act') throw new Error('it did not act');
    const after = scheduled(week, { enableDate: now.slice(0, 10), disableDate: undefined as never });
    expect(done.decision.action.writes.value.replace(/ until .*/, '')).toBe(journalValue(after, 'pay-as-you-go').replace(/ until .*/, ''));
    expect((done.decision.action.input.NodePoolStrategy as { StrategyEnableDate: string }).StrategyEnableDate).toBe(now.slice(0, 10));
    expect(heldByFreeze(done)).toBeUndefined();
  });

  it.each([
    ['stays while the week would lower a Saturday in which an exception may apply', '2026-10-17', 'hold', 'exception-never'],
    ['is taken back where the exception that may apply is of another day', '2026-10-16', 'act', 'deviation-restored'],
  ])('%s', (_, date, verdict, code) => {
    const may = `exceptions: [{because: Launch, groups: {name: "fin-*"}, from: ${date} 07:00, until: ${date} 20:00, never: [scale-down]}]`;
    const { decision } = decide(office, '2026-10-16 06:00', raised, raisedValue, { ...uncovered, name: undefined as never }, may);
    expect({ verdict: decision.verdict, code: decision.because[0]?.code }).toEqual({ verdict, code });
  });

  it.each([
    ['a gap of five minutes at noon', '06:07', { '08:00-12:00': 4, '12:05-21:00': 4 }],
    ['an end ten minutes earlier', '06:00', { '08:00-20:50': 4 }],
  ])('stays while in a span in which an exception may apply the week would lower nodes for minutes: %s', (_, from, usual) => {
    const span = `from: 2026-10-09 ${from}, until: 2026-10-09 23:00`;
    const may = `exceptions: [{because: Launch, groups: {name: "fin-*"}, ${span}, never: [scale-down]}]`;
    const there = scheduled({ 1234: usual, 5: hours, 6: hours }, begun);
    const ordinary = Object.entries(usual).map(([times, nodes]) => `${times}=${nodes}`);
    const value = journalValue(there, 'pay-as-you-go').replace(' until', ` instead of 2026-10-09:${ordinary} 2026-10-10: until`);
    const { decision } = decide(office, '2026-10-09 05:23', there, value, { ...uncovered, name: undefined as never }, may);
    expect({ verdict: decision.verdict, code: decision.because[0]?.code }).toEqual({ verdict: 'hold', code: 'exception-never' });
  });

  it.each([
    ['stays while the week would lower nodes in an exception that begins tomorrow', '2026-10-17', 'hold', 'exception-never'],
    ['is taken back where that exception is over before', '2026-10-16', 'act', 'deviation-restored'],
  ])('of a group that no rule covers %s', (_, date, verdict, code) => {
    const never = `exceptions: [{because: Launch, groups: all, from: ${date} 07:00, until: ${date} 20:00, never: [scale-down]}]`;
    const { decision } = decide(office, '2026-10-16 06:00', raised, raisedValue, uncovered, never);
    expect({ verdict: decision.verdict, code: decision.because[0]?.code }).toEqual({ verdict, code });
  });

  it('of a night through midnight, which a count stood in for, is taken back from a group that no rule covers', () => {
    const night = 'exceptions: [{because: Launch, groups: all, from: 2026-10-09 18:00, until: 2026-10-10 09:00, keepAtLeast: 100%}]';
    const week = scheduled({ 12345: hours }, begun);
    const { decision: launch } = decide(office, '2026-10-09 23:00', week, undefined, {}, night);
    if (launch.verdict !== 'act') throw new Error('it did not act');
    expect(launch.action.change[0]?.to).toBe('fixed at 4 nodes');
    const { decision } = decide(office, '2026-10-10 10:00', fixed(4), launch.action.writes.value, uncovered);
    expect(decision).toMatchObject({
      verdict: 'act',
      rule: 'deviation-undo',
      action: { change: [{ from: 'fixed at 4 nodes', to: 'weekly schedule: Mon–Fri 08:00–21:00 4 nodes' }] },
    });
  });

  it('of such a night gives the group no more nodes than it has had', () => {
    const night = 'exceptions: [{because: Launch, groups: all, from: 2026-10-09 18:00, until: 2026-10-10 09:00, keepAtLeast: 100%}]';
    const { decision } = decide(office, '2026-10-09 05:00', fixed(2), undefined, {}, night);
    if (decision.verdict !== 'act') throw new Error('it did not act');
    expect(decision.action.writes.value.replace(/ ends \d+/, '')).toBe(
      `fixed 1 instead of ${[1, 2, 3, 4, 5].map((day) => `${day}:08:00-21:00=2`).join(' ')}`,
    );
  });

  it('that added nodes is taken back too, but a freeze holds that', () => {
    const done = decide(office, '2026-10-11 10:00', raised, raisedValue, uncovered);
    expect(done.decision).toMatchObject({ verdict: 'act', action: { change: [{ to: 'weekly schedule: Mon–Fri 08:00–21:00 4 nodes' }] } });
    expect(heldByFreeze(done)).toBe('frozen');
  });

  it.each([
    ['we never wrote it', undefined],
    ['somebody has set something else since', journalValue(scheduled({ 12345: hours }, begun), 'pay-as-you-go')],
    ['what we wrote was an ordinary week', journalValue(lowered, 'pay-as-you-go')],
  ])('is nothing of ours where %s', (_, value) => {
    expect(decide(office, '2026-10-08 07:00', lowered, value, uncovered).decision).toMatchObject({ verdict: 'keep', rule: null });
  });

  it('is taken back once its day is over although the group is held for another reason', () => {
    const unreadable = { tags: { department: 'finance', 'peak-nodes': 'five' } };
    const done = decide(studio, '2026-10-02 00:10', lowered, loweredValue, unreadable);
    expect(done.decision).toMatchObject({ verdict: 'act', rule: 'studio', action: { restores: 'capacity' } });
    expect(decide(studio, '2026-10-01 12:00', lowered, loweredValue, unreadable).decision).toMatchObject({ verdict: 'hold' });
  });

  it('is taken back after the end of the compiled policy, past which everything else holds', () => {
    const done = decide(studio, '2027-11-04 10:00', { ...lowered, disableDate: '2028-09-01' } as Strategy, loweredValue);
    expect(done.decision).toMatchObject({ verdict: 'act', action: { restores: 'capacity' } });
    expect(heldByFreeze(done)).toBeUndefined();
  });

  it('that a fixed count stands for gives the weekly schedule back, once nobody protects the sessions', () => {
    const protect = 'protect: {groups: {tags: {department: [finance, sales]}}}';
    const first = decide(office, '2026-11-25 10:00', scheduled({ 12345: hours }, begun), undefined, {}, protect).decision;
    if (first.verdict !== 'act') throw new Error('it did not act');
    const { value } = first.action.writes;
    expect(value).toBe(`fixed 4 instead of 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 4:08:00-21:00=4 5:08:00-21:00=4`);
    const back = decide(office, '2026-11-25 10:30', fixed(4), value, uncovered).decision;
    expect(back).toMatchObject({ verdict: 'act', action: { change: [{ to: 'weekly schedule: Mon–Fri 08:00–21:00 4 nodes' }] } });
    expect(decide(office, '2026-11-25 10:30', fixed(4), value, uncovered, protect).decision).toMatchObject({
      verdict: 'hold',
      because: [{ code: 'protected' }, { code: 'deviation-stays' }],
    });
  });
});

it('a count stands in for no more of a weekly schedule than the group had, since taking that back is no addition', () => {
  const protect = 'protect: {groups: {tags: {department: [finance]}}}';
  const had = scheduled({ 12345: { '08:00-21:00': 2 } }, begun);
  const night = decide(office, '2026-11-25 22:00', had, undefined, {}, protect).decision;
  if (night.verdict !== 'act') throw new Error('it did not act');
  expect(night.action.writes.value).toMatch(/^fixed 1 instead of 1:08:00-21:00=2 2:08:00-21:00=2 /);
  // By day the count itself asks for four, and what is granted is granted for the week.
  const noon = decide(office, '2026-11-25 12:00', had, undefined, {}, protect).decision;
  expect(noon).toMatchObject({ verdict: 'act', action: { nodesAdded: 2 } });
  if (noon.verdict === 'act') expect(noon.action.writes.value).toMatch(/^fixed 4 instead of 1:08:00-21:00=4 /);
});

describe('a deviation that the rule itself ends', () => {
  it('that added nodes does not keep back what the rule raises by now, though a freeze holds what lowers', () => {
    const tags = { department: 'finance', 'peak-nodes': '9' };
    const done = decide(office, '2026-10-11 10:00', raised, raisedValue, { tags });
    if (done.decision.verdict !== 'act') throw new Error('it did not act');
    const { action } = done.decision;
    expect([heldByFreeze(done), action.change]).toMatchObject(['frozen', [{ to: 'weekly schedule: Mon–Fri 08:00–21:00 9 nodes' }]]);
    const part = { ...done, decision: { ...done.decision, action: action.withoutHarm?.action ?? action } };
    const both = 'weekly schedule: Mon–Fri 08:00–21:00 9 nodes; Sat 08:00–21:00 4 nodes';
    expect([heldByFreeze(part), part.decision.action.change]).toMatchObject([undefined, [{ to: both }]]);
  });

  it('gives back what it took, freeze or not; what the rule wants beyond is an ordinary change', () => {
    expect(heldByFreeze(decide(studio, '2026-10-08 07:00', lowered, loweredValue))).toBeUndefined();
    const more = decide(studio, '2026-10-08 07:00', lowered, loweredValue, { tags: { department: 'finance', 'peak-nodes': '9' } });
    // First what nothing may hold: the same week with its Thursday.
    expect(more.decision).toMatchObject({ verdict: 'act', because: [{ code: 'deviation-restored' }], action: { restores: 'capacity' } });
  });

  it('gives back a past day first and alone where today has fewer nodes than usual', () => {
    const done = decide(studio, '2026-10-02 09:00', lowered, loweredValue);
    expect(done.decision).toMatchObject({ verdict: 'act', because: [{ code: 'deviation-restored' }], action: { restores: 'capacity' } });
  });
});

const period = fc
  .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 5 }))
  .map(([start, length, amount]): NativePeriod => ({ startMinute: start * 15, endMinute: Math.min(1439, (start + length) * 15), amount }));
const week = fc.dictionary(
  fc.constantFrom('1', '2', '3', '4', '5', '6', '7'),
  period.map((each) => [each]),
);
const date = fc.integer({ min: -3, max: 10 }).map((days) => new Date(Date.UTC(2026, 9, 8 + days)).toISOString().slice(0, 10));
const strategy: fc.Arbitrary<Strategy> = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map(fixed),
  fc
    .record({ days: week, enableDate: date })
    .map(({ days, enableDate }) => ({ type: 'schedule' as const, week: days, warmUp: true, enableDate, disableDate: '2027-10-01' })),
);

describe('what is known of a deviation', () => {
  it('is read back from the journal as it was written', () => {
    const days = fc.array(
      fc.record({
        date,
        ordinary: fc.oneof(
          fc.constant([]),
          period.map((each) => [each]),
        ),
      }),
      { maxLength: 3 },
    );
    const resumes = fc.option(date, { nil: undefined });
    fc.assert(
      fc.property(days, week, resumes, fc.option(fc.nat(), { nil: undefined }), (list, whole, until, untilMs) => {
        const known = {
          days: list,
          ...(Object.keys(whole).length === 0 ? {} : { week: whole }),
          ...(until === undefined ? {} : { resumes: until }),
          ...(untilMs === undefined ? {} : { untilMs }),
        };
        const empty = list.length === 0 && known.week === undefined && until === undefined && untilMs === undefined;
        expect(parseDeviation(deviationText(known))).toEqual(empty ? undefined : known);
      }),
    );
  });

  it('is compared minute by minute over the week to come', () => {
    const zone = zoneTable('Asia/Shanghai', shanghai('2026-01-01 00:00'), shanghai('2027-01-01 00:00'));
    const at = (of: Strategy, ms: number): number => {
      if (of.type !== 'schedule') return of.type === 'fixed' ? of.nodes : Number.NaN;
      const local = new Date(ms + 8 * 3_600_000);
      if (local.toISOString().slice(0, 10) < (of.enableDate ?? '')) return 0;
      const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
      const periods = of.week[(((local.getUTCDay() + 6) % 7) + 1) as 1] ?? [];
      return periods.find(({ startMinute, endMinute }) => startMinute <= minute && minute < endMinute)?.amount ?? 0;
    };
    fc.assert(
      fc.property(strategy, strategy, fc.integer({ min: 0, max: 1439 }), (from, to, minute) => {
        const nowMs = shanghai('2026-10-08 00:00') + minute * 60_000;
        let [raises, lowers] = [false, false];
        for (let ms = nowMs; ms < nowMs + 7 * 864e5; ms += 60_000) {
          const [before, after] = [at(from, ms), at(to, ms)];
          raises ||= after > before;
          lowers ||= after < before;
        }
        expect(compareWeek(from, to, serviceDayIn(zone, nowMs))).toEqual({ raises, lowers });
      }),
    );
  });
});
