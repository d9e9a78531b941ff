import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planner } from '../../../functions/log-off-sessions/plan.ts';
import { drainMarker, drainTag, type SessionGroup } from '../../../shared/fleet/session.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { keptSpans } from '../../../shared/policy/exception.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { contextOf, groupOf, policyOf, sessionOf } from './plan-fixture.ts';

const after = '{name: r, groups: all, targets: [home], after: {schedule: office, wait: 30m}, who: everyone, drain: 15m}';
const atTen = '{name: r, groups: all, targets: [home], at: "22:00", days: everyday, who: everyone}';
const launch = (more = 'keepAtLeast: 100%', groups = 'groups: {tags: {app: aurora}}') =>
  `exceptions: [{because: Launch night, ${groups}, from: 2026-12-11 18:00, until: 2026-12-12 05:00, ${more}}]`;
const aurora = { app: 'aurora' };

/** Instants of a night at which a group's sessions would be ended. */
function ends(rule: string, sections: string, change: Partial<SessionGroup> = { tags: aurora }, from = '2026-12-11 17:00', hours = 28) {
  return endsUnder(policyOf([rule], undefined, { sections }), change, from, hours);
}

function endsUnder(policy: CompiledPolicy, change: Partial<SessionGroup> = { tags: aurora }, from = '2026-12-11 00:00', hours = 28) {
  const found: string[] = [];
  for (let ms = shanghai(from); ms < shanghai(from) + hours * 3_600_000; ms += 1_800_000) {
    const decision = planner.decide(groupOf({ sessions: [{ ...sessionOf(), user: 'ann' }], ...change }), contextOf(policy, ms));
    if (decision.verdict === 'act') found.push(new Date(ms + 8 * 3_600_000).toISOString().slice(5, 16).replace('T', ' '));
  }
  return found;
}
const evening = (day: string) => ['21:30', '22:00', '22:30', '23:00'].map((time) => `${day} ${time}`);
const tenToTwelve = (day: string) => ['22:00', '22:30', '23:00', '23:30'].map((time) => `${day} ${time}`);

describe('a log-off and an exception that keeps capacity up', () => {
  test('it comes after both the schedule and the exception', () => {
    expect(ends(after, launch())).toEqual(['12-12 05:30', '12-12 06:00', '12-12 06:30', '12-12 07:00']);
  });

  test.each([
    ['is about other groups', launch('keepAtLeast: 100%', 'groups: {tags: {app: other}}')],
    ['is about workstations', launch('keepAtLeast: 100%', 'workstations: all')],
    ['is about another target', launch('keepAtLeast: 100%, targets: [plain]')],
    ['only forbids what a log-off does not do', launch('never: [renew]')],
  ])('comes as ever where the exception %s', (_, sections) => {
    expect(ends(after, sections)).toEqual(evening('12-11'));
  });

  test('at a time of day does not happen within it', () => {
    expect(ends(atTen, '')).toEqual(tenToTwelve('12-11'));
    expect(ends(atTen, launch())).toEqual([]);
    expect(ends(atTen, launch(), { tags: aurora }, '2026-12-12 17:00', 8)).toEqual(tenToTwelve('12-12'));
  });

  test('comes once a day, after an exception of the same evening; one at a time of day ends where the exception begins', () => {
    const late = launch().replace('18:00', '22:45').replace('05:00', '06:00');
    expect(ends(after, late)).toEqual(['12-12 06:30', '12-12 07:00', '12-12 07:30']);
    expect(ends(atTen, late)).toEqual(['12-11 22:00', '12-11 22:30']);
  });

  test('two exceptions that overlap or touch are one stretch', () => {
    const two = `exceptions:
  - {because: a, groups: all, from: 2026-12-11 20:00, until: 2026-12-11 23:00, keepAtLeast: 10%}
  - {because: b, groups: all, from: 2026-12-11 23:00, until: 2026-12-12 04:00, keepAtLeast: 50%}`;
    expect(ends(after, two)).toEqual(['12-12 04:30', '12-12 05:00', '12-12 05:30', '12-12 06:00']);
  });

  test('holds where it cannot be told whether the exception is about the group, and only while that makes a difference', () => {
    const policy = policyOf([after], undefined, { sections: launch() });
    const at = (time: string) => {
      const group = groupOf({ tags: undefined, sessions: [{ ...sessionOf(), user: 'ann' }] });
      const { verdict, because } = planner.decide(group, contextOf(policy, time));
      return `${verdict} ${because[0]?.code}`;
    };
    expect(at('2026-12-11 21:30')).toBe('hold exception-unknown');
    expect(at('2026-12-12 21:30')).toBe('act whole-group');
  });

  test('holds where one of several may be about the group and makes a difference, whichever comes first', () => {
    const fair = '{because: Fair, groups: {tags: {app: aurora}}, from: 2026-12-20, until: 2026-12-21, keepAtLeast: 100%}';
    const policy = policyOf([after], undefined, { sections: launch().replace('[{', `[${fair}, {`) });
    const group = groupOf({ tags: undefined, sessions: [{ ...sessionOf(), user: 'ann' }] });
    const { verdict, because } = planner.decide(group, contextOf(policy, '2026-12-11 21:30'));
    expect(`${verdict} ${because[0]?.text}`).toMatch(/^hold whether an exception keeps it open cannot be told: Launch night/);
  });

  test.each(['02:00', '09:00', '21:10', '22:00'])('comes as ever where the exception was ended at %s, before it began', (time) => {
    const policy = policyOf([after], undefined, { sections: launch().replace('18:00', '22:45') });
    const untilMs = shanghai(`2026-12-11 ${time}`);
    const exceptions = policy.exceptions.map((each) => ({
      ...each,
      spans: Object.fromEntries(Object.entries(each.spans).map(([zone, span]) => [zone, { ...span, untilMs }])),
    }));
    expect(endsUnder({ ...policy, exceptions })).toEqual(evening('12-11'));
  });

  test('our drain is lifted when an exception is added behind it', () => {
    const tags = { ...aurora, [drainTag]: 'true', [drainMarker]: '2026-12-11T13:45:00Z' };
    const lifted = (sections: string) =>
      planner.decide(groupOf({ tags }), contextOf(policyOf([after], undefined, { sections }), '2026-12-11 21:20'));
    expect(lifted(launch())).toMatchObject({ verdict: 'act', because: [{ code: 'drain-over' }, { code: 'outside-window' }] });
    expect(lifted('')).toMatchObject({ verdict: 'keep', because: [{ code: 'drained' }, { code: 'outside-window' }] });
  });

  test('nobody is ever logged off while an exception keeps capacity up', () => {
    const span = fc.record({
      from: fc.integer({ min: 0, max: 96 }),
      hours: fc.integer({ min: 1, max: 40 }),
      percent: fc.integer({ min: 1, max: 100 }),
    });
    const text = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    const start = shanghai('2026-12-10 00:00');
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 3 }), fc.constantFrom(after, atTen), (spans, rule) => {
        const lines = spans.map(({ from, hours, percent }, index) => {
          const fromMs = start + from * 3_600_000;
          return `  - {because: "${index}", groups: all, from: ${text(fromMs)}, until: ${text(fromMs + hours * 3_600_000)}, keepAtLeast: ${percent}%}`;
        });
        const policy = policyOf([rule], undefined, { sections: `exceptions:\n${lines.join('\n')}` });
        for (let ms = start; ms < start + 6 * 864e5; ms += 1_800_000) {
          const kept = spans.some(({ from, hours }) => start + from * 3_600_000 <= ms && ms < start + (from + hours) * 3_600_000);
          const group = groupOf({ sessions: [{ ...sessionOf(), user: 'ann' }] });
          const context = contextOf(policy, ms);
          expect(keptSpans(policy, context.target, group, ms).spans.some(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs)).toBe(kept);
          if (kept) expect(planner.decide(group, context).verdict).not.toBe('act');
        }
      }),
      { numRuns: 60 },
    );
  });
});
