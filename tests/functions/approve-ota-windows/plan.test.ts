import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planner } from '../../../functions/approve-ota-windows/plan.ts';
import type { OtaGroup, OtaTask } from '../../../shared/fleet/ota-group.ts';
import type { WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import type { ActDecision, Decision } from '../../../shared/planning/decision.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { contextAt, groupOf } from './plan-fixture.ts';

const start = shanghai('2026-11-25 12:30');
const complete = { observed: 1, announced: 1, complete: true };
const version = fc.constantFrom('7.2.0', '7.3.0', '7.4.0', '7.5.0', '6.6.6');
const pastStart = fc.integer({ min: 1, max: 60 }).map((count) => start - count * 6 * hourMs);

const task: fc.Arbitrary<OtaTask> = fc.record({
  version,
  status: fc.constantFrom('STANDBY', 'RUNNING', 'FINISHED', 'PART_FINISHED', 'FAILED', 'TERMINATED'),
  startMs: pastStart,
});

const anyGroup: fc.Arbitrary<OtaGroup> = fc
  .record({
    status: fc.oneof({ weight: 5, arbitrary: fc.constant('PUBLISHED') }, fc.constantFrom('MAINTAINING', 'MAINTAIN_FAILED', undefined)),
    ota: fc.record({ current: version, offered: fc.option(version), taskId: fc.constant('ota-1') }),
    tasks: fc.array(task, { maxLength: 3 }),
    sessions: fc.oneof(
      { weight: 5, arbitrary: fc.record({ connected: fc.integer({ min: 0, max: 3 }), users: fc.constant([]) }) },
      fc.constant(undefined),
    ),
  })
  .map(({ sessions, ...change }) => groupOf({ ...change, ...(sessions === undefined ? {} : { sessions }) }));

const anyValues: fc.Arbitrary<readonly WrittenValue[]> = fc.array(
  fc.record({
    value: fc.tuple(version, pastStart).map(([of, at]) => `${of} ${new Date(at).toISOString().replace('.000Z', 'Z')}`),
    atMs: pastStart,
    outcome: fc.constantFrom('done', 'failed', 'unknown', undefined),
  }),
  { maxLength: 2 },
);

/** Decides about one group as a run would. */
function decided(group: OtaGroup, nowMs: number, values: readonly WrittenValue[] = []): Decision {
  const context = contextAt(nowMs, { values });
  const decision = planner.decide(group, context);
  return decision.verdict === 'act' ? (planner.settle?.([decision], complete, context)[0] ?? decision) : decision;
}

/** The group after the service has executed an approval. */
function approved(group: OtaGroup, { action }: ActDecision, status: string): OtaGroup {
  const startMs = Date.parse(String(action.input['StartTime']));
  const offered = group.ota?.offered ?? '';
  return {
    ...group,
    ota: { ...group.ota, current: group.ota?.current, offered, taskId: 'ota-2' },
    tasks: [...(group.tasks ?? []), { version: offered, status, startMs }],
  };
}

test('what was approved is not approved again, whenever one looks until it has ended', () => {
  let acts = 0;
  fc.assert(
    fc.property(
      anyGroup,
      anyValues,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 40 * 60 }),
      fc.constantFrom('STANDBY', 'RUNNING', 'FINISHED', 'PART_FINISHED', 'FAILED'),
      (group, values, before, later, status) => {
        const nowMs = start - before * minuteMs;
        const decision = decided(group, nowMs, values);
        if (decision.verdict !== 'act') return;
        acts += 1;
        const { setting, value } = decision.action.writes;
        expect(setting).toBe('ota-approval');
        const after = [...values, { value, atMs: nowMs, outcome: 'done' as const }];
        expect(decided(approved(group, decision, status), nowMs + later * minuteMs, after).verdict).not.toBe('act');
      },
    ),
    { numRuns: 1500 },
  );
  expect(acts).toBeGreaterThan(100);
});

test('an approval is for the beginning of a window that is at most half an hour away, on a serving group with few enough sessions', () => {
  fc.assert(
    fc.property(anyGroup, anyValues, fc.integer({ min: start - 2 * dayMs, max: start + 2 * dayMs }), (group, values, nowMs) => {
      const decision = decided(group, nowMs, values);
      if (decision.verdict !== 'act') return;
      const startMs = Date.parse(String(decision.action.input['StartTime']));
      expect((startMs - shanghai('2026-11-20 12:30')) % dayMs).toBe(0);
      expect(startMs - nowMs).toBeGreaterThan(0);
      expect(startMs - nowMs).toBeLessThanOrEqual(30 * minuteMs);
      expect([group.status, decision.action.effect, decision.action.sessionsAtRisk]).toEqual([
        'PUBLISHED',
        'disruptive',
        group.sessions?.connected,
      ]);
      expect(group.sessions?.connected).toBeLessThanOrEqual(2);
      expect(group.ota?.offered).not.toBe('6.6.6');
    }),
    { numRuns: 1500 },
  );
});

const known = ['STANDBY', 'RUNNING', 'FINISHED', 'PART_FINISHED', 'FAILED', 'TERMINATED'];
const strange = fc.string({ minLength: 1 }).filter((text) => text !== 'PUBLISHED' && !known.includes(text.toUpperCase()));

test('whatever the service says that is not known holds', () => {
  fc.assert(
    fc.property(strange, fc.integer({ min: 1, max: 30 }), (word, before) => {
      const nowMs = start - before * minuteMs;
      const odd: readonly (readonly [Partial<OtaGroup>, string])[] = [
        [{ status: word }, 'status'],
        [{ status: undefined }, 'status'],
        [{ tasks: [{ version: '7.3.0', status: word, startMs: start - dayMs }] }, 'update-unclear'],
        [{ tasks: [{ version: '7.4.0', status: undefined, startMs: start - dayMs }] }, 'update-unclear'],
        [{ tasks: [{ version: '7.4.0', status: 'STANDBY', startMs: undefined }] }, 'update-unclear'],
        [{ tasks: [{ version: undefined, status: 'FINISHED', startMs: start - dayMs }] }, 'update-unclear'],
        [{ ota: undefined }, 'offer-unknown'],
        [{ ota: { current: '7.3.0', offered: undefined, taskId: 'ota-1' } }, 'offer-unknown'],
        [{ ota: { current: '7.3.0', offered: '7.4.0', taskId: undefined } }, 'task-id-unknown'],
        [{ tags: undefined }, 'selector-unknown'],
      ];
      for (const [change, code] of odd) {
        const { verdict, because } = decided(groupOf(change), nowMs);
        expect([verdict, because[0]?.code]).toEqual(['hold', code]);
      }
    }),
    { numRuns: 50 },
  );
  expect(decided(groupOf(), start - minuteMs).verdict).toBe('act');
});
