import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planner } from '../../../functions/approve-ota-windows/plan.ts';
import type { OtaGroup } from '../../../shared/fleet/ota-group.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { contextAt, groupOf } from './plan-fixture.ts';

const nowMs = shanghai('2026-11-25 12:10');
const soaks: Readonly<Record<string, number>> = { one: 24 * hourMs, two: 48 * hourMs };

/** What became of 7.4.0 on a group, as people would say it. */
type State =
  | { readonly is: 'offered' }
  | { readonly is: 'finished'; readonly seenHoursAgo: number; readonly read: boolean }
  | { readonly is: 'failed' }
  | { readonly is: 'came-with' }
  | { readonly is: 'elsewhere' };

const state: fc.Arbitrary<State> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ is: 'offered' as const }) },
  {
    weight: 8,
    arbitrary: fc.record({ is: fc.constant('finished' as const), seenHoursAgo: fc.integer({ min: 0, max: 80 }), read: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ is: 'failed' as const }) },
  { weight: 1, arbitrary: fc.constant({ is: 'came-with' as const }) },
  { weight: 1, arbitrary: fc.constant({ is: 'elsewhere' as const }) },
);

const member = fc.record({ ring: fc.constantFrom('one', 'two', 'rest'), state });
type Member = typeof member extends fc.Arbitrary<infer T> ? T : never;

function observed({ ring, state: { is, ...more } }: Member, index: number): OtaGroup {
  const startMs = nowMs - 10 * dayMs;
  const offered = is === 'offered' || is === 'failed' ? '7.4.0' : null;
  const current = is === 'finished' || is === 'came-with' ? '7.4.0' : '7.3.0';
  const row = (status: string) => [{ version: '7.4.0', status, startMs }];
  const tasks = is === 'finished' ? row('FINISHED') : is === 'failed' ? row('FAILED') : [];
  const { tasks: _, ...bare } = groupOf({ id: `aig-${index}`, tags: { ring }, ota: { current, offered, taskId: `ota-${index}` } });
  // What the journal knows already need not be read again.
  return 'read' in more && !more.read ? bare : { ...bare, tasks };
}

/** Whether a member of a ring may get the version, by asking each of the rings before for itself. */
function mayAct(ring: string, members: readonly Member[]): boolean {
  if (members.some((each) => each.state.is === 'failed')) return false;
  const before = ring === 'one' ? [] : ring === 'two' ? ['one'] : ['one', 'two'];
  return before.every((name) => {
    const states = members.filter((each) => each.ring === name).map((each) => each.state);
    const finished = states.filter((each) => each.is === 'finished');
    const others = states.filter(({ is }) => is === 'offered' || is === 'elsewhere');
    return finished.length > 0 && others.length === 0 && finished.every((each) => each.seenHoursAgo * hourMs >= (soaks[name] ?? 0));
  });
}

test('a ring opens when every group before it has finished and soaked, somebody has, and nothing failed anywhere', () => {
  let opened = 0;
  fc.assert(
    fc.property(fc.array(member, { minLength: 1, maxLength: 5 }), (members) => {
      const seen = new Map(
        members.flatMap(({ state: each }, index) =>
          each.is === 'finished'
            ? [[`aig-${index}`, { value: 'finished 7.4.0', sinceMs: nowMs - each.seenHoursAgo * hourMs }] as const]
            : [],
        ),
      );
      const context = contextAt(nowMs, { seen });
      const pending = members.map(observed).flatMap((group) => {
        const decision = planner.decide(group, context);
        return decision.verdict === 'act' ? [decision] : [];
      });
      const totals = { observed: members.length, announced: members.length, complete: true };
      const settled = new Map(planner.settle?.(pending, totals, context).map((each) => [each.resource.id, each.verdict]));
      for (const [index, { ring, state: each }] of members.entries()) {
        if (each.is !== 'offered') expect(settled.has(`aig-${index}`)).toBe(false);
        else expect(settled.get(`aig-${index}`)).toBe(mayAct(ring, members) ? 'act' : 'hold');
        if (each.is === 'offered' && ring !== 'one' && mayAct(ring, members)) opened += 1;
      }
    }),
    { numRuns: 2000 },
  );
  expect(opened).toBeGreaterThan(20);
});

test('a group that is decided twice in a run counts once, as it was seen last', () => {
  const context = contextAt(nowMs);
  const failed = groupOf({ id: 'aig-2', tasks: [{ version: '7.4.0', status: 'FAILED', startMs: nowMs - dayMs }] });
  planner.decide(failed, context);
  planner.decide({ ...failed, tasks: [] }, context);
  const decision = planner.decide(groupOf(), context);
  const settled = decision.verdict === 'act' ? planner.settle?.([decision], { observed: 2, announced: 2, complete: true }, context) : [];
  expect(settled?.map(({ verdict }) => verdict)).toEqual(['act']);
});

test('what was read by an event alone tells nothing about the rest of the fleet', () => {
  const triggerEvent = { resourceId: 'aig-1', operation: 'ApproveOtaTask', atMs: nowMs };
  const context = { ...contextAt(nowMs), triggerEvents: new Map([['aig-1', triggerEvent]]) };
  const decision = planner.decide(groupOf(), context);
  const settled = decision.verdict === 'act' ? planner.settle?.([decision], { observed: 1, announced: 1, complete: true }, context) : [];
  expect(settled?.map(({ verdict, because }) => [verdict, because[0]?.code])).toEqual([['hold', 'ring-unknown']]);
});

test.each<[string, object]>([
  ['its updates cannot be understood', { tasks: [{ version: '7.4.0', status: 'ROLLING_BACK', startMs: nowMs - hourMs }] }],
  ['its updates could not be read', { tasks: undefined }],
  ['what is on offer for it could not be read', { ota: { current: '7.3.0', offered: undefined, taskId: undefined } }],
  ['its tags could not be read', { tags: undefined }],
])('a version that the journal knows to have failed on a group stays halted while %s', (_what, change) => {
  const context = contextAt(nowMs, { seen: new Map([['aig-9', { value: 'failed 7.4.0', sinceMs: nowMs - dayMs }]]) });
  const pending = [planner.decide(groupOf(), context)].filter((each) => each.verdict === 'act');
  planner.decide(groupOf({ id: 'aig-9', ...change }), context);
  const settled = planner.settle?.(pending, { observed: 2, announced: 2, complete: true }, context) ?? [];
  expect(settled.map(({ verdict, because }) => [verdict, because[0]?.code])).toEqual([['hold', 'version-failed']]);
});
