import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompiledLogOffRule } from '../../../functions/log-off-sessions/compiled-rule.ts';
import { decideDrain } from '../../../functions/log-off-sessions/drain-plan.ts';
import { windowsOf } from '../../../functions/log-off-sessions/moment.ts';
import { sessionDisposition } from '../../../functions/log-off-sessions/session-plan.ts';
import { drainMarker, drainTag } from '../../../shared/fleet/session.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { contextOf, groupOf, policyOf, sessionOf } from './plan-fixture.ts';

function windows(rule: string, schedules: string, target = 'plain', days = 10) {
  const policy = policyOf([`{name: r, targets: [${target}], groups: all, ${rule}, who: everyone}`], schedules, { days });
  const [compiled] = policy.rules['log-off-sessions'] as readonly CompiledLogOffRule[];
  const place = policy.targets[target];
  if (compiled === undefined || place === undefined) throw new Error('the policy has no such rule');
  return windowsOf(compiled, policy, place) ?? [];
}

/** The windows that begin in a week, as people read them. */
function inWeek(rule: string, schedules: string): readonly string[] {
  const clock = (ms: number) => new Date(ms + 8 * 60 * minuteMs).toISOString().slice(5, 16).replace('T', ' ');
  const [from, until] = [shanghai('2026-11-23 00:00'), shanghai('2026-11-25 00:00')];
  return windows(rule, schedules)
    .filter(({ startMs }) => startMs >= from && startMs < until)
    .map(({ id, startMs, untilMs }) => `${id}: ${clock(startMs)} to ${clock(untilMs)}`);
}

describe('the windows of a log-off', () => {
  test.each<readonly [string, string, string, readonly string[]]>([
    [
      'begin after the last period of a day and the wait',
      'after: {schedule: s, wait: 30m}',
      '{s: {everyday: {08:00-12:00: 1 node, 13:00-20:00: 1 node}}}',
      ['after-s 2026-11-23: 11-23 20:30 to 11-23 22:30', 'after-s 2026-11-24: 11-24 20:30 to 11-24 22:30'],
    ],
    [
      'begin at the end itself without a wait',
      'after: {schedule: s}',
      '{s: {everyday: {08:00-20:00: 1 node}}}',
      ['after-s 2026-11-23: 11-23 20:00 to 11-23 22:00', 'after-s 2026-11-24: 11-24 20:00 to 11-24 22:00'],
    ],
    [
      'end ten minutes before the next period',
      'after: {schedule: s, wait: 30m}',
      '{s: {everyday: {08:00-06:00: 1 node}}}',
      ['after-s 2026-11-22: 11-23 06:30 to 11-23 07:50', 'after-s 2026-11-23: 11-24 06:30 to 11-24 07:50'],
    ],
    ['do not exist where the wait is as long as the gap', 'after: {schedule: s, wait: 2h}', '{s: {everyday: {08:00-06:00: 1 node}}}', []],
    [
      'do not exist where the schedule never ends',
      'after: {schedule: s}',
      '{s: {everyday: {00:00-12:00: 1 node, 12:00-24:00: 2 nodes}}}',
      [],
    ],
    [
      'of a night belong to the day on which it begins, so that the evening after it is another day',
      'after: {schedule: s}',
      '{s: {everyday: {18:00-20:00: 1 node, 22:00-06:00: 1 node}}}',
      ['after-s 2026-11-22: 11-23 06:00 to 11-23 08:00', 'after-s 2026-11-23: 11-24 06:00 to 11-24 08:00'],
    ],
    [
      'at a time of day last two hours',
      'at: "23:30", days: everyday',
      '{s: {everyday: {08:00-20:00: 1 node}}}',
      ['at-a-time 2026-11-23: 11-23 23:30 to 11-24 01:30', 'at-a-time 2026-11-24: 11-24 23:30 to 11-25 01:30'],
    ],
  ])('%s', (_name, rule, schedules, expected) => {
    expect(inWeek(rule, schedules)).toEqual(expected);
  });

  test('are in doubt where the day is of a kind that is not published', () => {
    const all = windows('after: {schedule: s}', '{s: {workday: {08:00-20:00: 1 node}}}', 'home', 150);
    const at = (text: string) => all.find(({ startMs }) => startMs === shanghai(text));
    expect([at('2026-11-24 20:00')?.unknown, at('2027-03-02 20:00')?.unknown]).toEqual([false, true]);
  });

  test('agree with a reading of the schedule minute by minute', () => {
    const period = fc
      .tuple(fc.nat(95), fc.integer({ min: 1, max: 40 }))
      .map(([start, length]) => [start * 15, start * 15 + length * 15] as const);
    fc.assert(
      fc.property(fc.array(period, { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 15, 30, 120), (periods, wait) => {
        const sorted = [...periods].sort((a, b) => a[0] - b[0]);
        fc.pre(sorted.every(([start], index) => index === 0 || start >= (sorted[index - 1]?.[1] ?? 0)));
        const face = (at: number) => `${String(Math.floor((at % 1440) / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
        const day = sorted.map(([start, end]) => `${face(start)}-${end === 1440 ? '24:00' : face(end)}: 1 node`).join(', ');
        const found = windows(`after: {schedule: s, wait: ${wait}m}`, `{s: {everyday: {${day}}}}`);

        // Every day is the same, so three days say all: on or off at each minute of them.
        const days = [0, 1440, 2880, 4320];
        const on = Array.from({ length: 4 * 1440 }, (_, at) =>
          days.some((from) => sorted.some(([start, end]) => from + start <= at && at < from + end)),
        );
        const expected = [];
        for (let at = 1440; at < 2880; at++) {
          if (!on[at - 1] || on[at]) continue;
          const begin = on.lastIndexOf(false, at - 1) + 1;
          const next = on.indexOf(true, at);
          const sameDay = next >= 0 && Math.floor(next / 1440) === Math.floor(begin / 1440);
          const [start, until] = [at + wait, Math.min(at + wait + 120, next < 0 ? Number.POSITIVE_INFINITY : next - 10)];
          if (begin > 0 && !sameDay && until > start) expected.push([start, until]);
        }
        const zero = shanghai('2026-11-22 00:00');
        const middle = found
          .map(({ startMs, untilMs }) => [(startMs - zero) / minuteMs, (untilMs - zero) / minuteMs] as const)
          .filter(([start]) => start - wait >= 1440 && start - wait < 2880);
        expect(middle).toEqual(expected);
        expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      }),
      { numRuns: 40 },
    );
  });
});

const text = '{name: long, groups: all, at: "22:00", days: everyday, who: {longerThan: 8h}, resetAfterUnbind: disabled}';
const policy = policyOf([text]);
const [rule] = policy.rules['log-off-sessions'] as readonly CompiledLogOffRule[];

describe('a session ends by longerThan: 8h', () => {
  test.each([
    ['after exactly so long', 8 * hourMs, true],
    ['a millisecond later', 8 * hourMs + 1, true],
    ['and not a millisecond before', 8 * hourMs - 1, false],
  ])('%s', (_when, usedMs, ends) => {
    expect(sessionDisposition(sessionOf({ usedMs }), rule as CompiledLogOffRule) === 'end').toBe(ends);
  });
});

describe('the marker of a drain is ours', () => {
  const now = shanghai('2026-11-24 20:00');
  const group = (aheadMs: number) => groupOf({ tags: { [drainTag]: 'true', [drainMarker]: new Date(now + aheadMs).toISOString() } });
  const code = (aheadMs: number) => decideDrain(group(aheadMs), rule, undefined, contextOf(policy, now))?.because[0]?.code;

  test.each([
    ['up to 24 hours ahead', 24 * hourMs, 'drained'],
    ['and no millisecond further', 24 * hourMs + 1, 'drain-edited'],
    ['nor 25 hours', 25 * hourMs, 'drain-edited'],
    ['nor 47 hours', 47 * hourMs, 'drain-edited'],
    ['until its very time', 1, 'drained'],
    ['and not from then on', 0, 'drain-over'],
  ])('%s', (_when, aheadMs, expected) => expect(code(aheadMs)).toBe(expected));
});
