import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { Decision } from '../../../shared/planning/decision.ts';
import type { CompiledException, CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { contextOf, groupOf, policyOf, usage } from './plan-fixture.ts';

/** An exception of the journal: the same instants in every zone. */
function exception(from: string, until: string, more: Partial<CompiledException>): CompiledException {
  const span = { fromMs: shanghai(from), untilMs: shanghai(until) };
  return { because: `${from} to ${until}`, groups: { all: true }, never: [], spans: { 'Asia/Shanghai': span }, ...more };
}

/** A policy under exceptions: a new object whose parts are those of the policy, as a run makes it. */
function under(policy: CompiledPolicy, exceptions: readonly CompiledException[]): CompiledPolicy {
  return { ...policy, exceptions: [...policy.exceptions, ...exceptions] };
}

/** What an instance that has just started decides: nothing that it looks at was ever looked at before. */
function fresh(context: PlanContext, tagged: string): Decision {
  return planner.decide(groupOf({ tags: { 'peak-nodes': tagged } }), { ...context, policy: structuredClone(context.policy) });
}

const night = '2026-11-25 22:00';
const fixedRule = '- {name: all, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 10, atMost: 100}, method: fixed}';

function nodesUnder(policy: CompiledPolicy, ...exceptions: readonly CompiledException[]): unknown {
  const group = groupOf({ tags: { 'peak-nodes': '10' } });
  const decision = planner.decide(group, contextOf(under(policy, exceptions), night));
  return decision.verdict === 'act' ? decision.action.change[0]?.to : undefined;
}

describe('a process that has decided before', () => {
  const keep = (percent: number) => exception('2026-11-25 21:00', '2026-11-26 03:00', { keepAtLeastPercent: percent });

  it('gives each target the nodes of its own exception, where each has one', () => {
    const policy = policyOf(fixedRule);
    expect(nodesUnder(policy, keep(20))).toBe('fixed at 2 nodes');
    expect(nodesUnder(policy, keep(100))).toBe('fixed at 10 nodes');
  });

  it('goes by the exception that was added after another had ended', () => {
    const policy = policyOf(fixedRule);
    const other = exception('2026-11-25 21:00', '2026-11-26 03:00', { keepAtLeastPercent: 90, groups: { names: ['other-*'] } });
    expect(nodesUnder(policy, other, keep(30))).toBe('fixed at 3 nodes');
    expect(nodesUnder(policy, keep(30), other)).toBe('fixed at 3 nodes');
    expect(nodesUnder(policy, other, keep(60))).toBe('fixed at 6 nodes');
  });

  it('lowers where nothing forbids it, although another exception of the same percent forbade it before', () => {
    const policy = policyOf(fixedRule);
    const noLowering = exception('2026-11-25 17:00', '2026-11-26 03:00', { keepAtLeastPercent: 30, never: ['scale-down'] });
    const lowering = exception('2026-11-25 17:00', '2026-11-26 03:00', { keepAtLeastPercent: 30 });
    expect(nodesUnder(policy, noLowering)).toBe('fixed at 10 nodes');
    expect(nodesUnder(policy, lowering)).toBe('fixed at 3 nodes');
  });

  it('follows the steps of a merged period from minute to minute', () => {
    const policy = policyOf(
      '- {name: all, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 10, atMost: 100}, stepwise: true}',
    );
    const group = groupOf({ tags: { 'peak-nodes': '10' } });
    const wanted = (now: string) => {
      const { because } = fresh(contextOf(policy, now), '10');
      expect(planner.decide(group, contextOf(policy, now)).because).toEqual(because);
      const decision = planner.decide(group, contextOf(policy, now));
      return decision.verdict === 'act' ? JSON.stringify(decision.action.input) : undefined;
    };
    const [morning, noon] = [wanted('2026-11-25 08:30'), wanted('2026-11-25 12:00')];
    expect(morning).toBeDefined();
    expect(noon).toBeDefined();
    expect(noon).not.toBe(morning);
  });

  it('goes by the new end of an exception that was ended early', () => {
    const policy = policyOf(fixedRule);
    const ended = exception('2026-11-25 21:00', '2026-11-25 21:30', { keepAtLeastPercent: 70 });
    expect(nodesUnder(policy, keep(70))).toBe('fixed at 7 nodes');
    expect(nodesUnder(policy, ended)).toBe('fixed at 1 node');
  });

  it('decides as one that has just started, whatever the exceptions, the time, the peak and the method', () => {
    const hour = fc.integer({ min: 0, max: 71 });
    const at = (hours: number) => new Date(shanghai('2026-11-25 00:00') + hours * 3_600_000 + 8 * 3_600_000).toISOString().slice(0, 16);
    const terms = fc
      .record({
        from: hour,
        length: fc.integer({ min: 1, max: 30 }),
        percent: fc.option(fc.constantFrom(20, 50, 100, 150), { nil: undefined }),
        never: fc.subarray(['scale-down', 'cut-sessions'] as const),
      })
      .map(({ from, length, percent, never }) =>
        exception(at(from), at(from + length), { never, ...(percent === undefined ? {} : { keepAtLeastPercent: percent }) }),
      );
    const step = fc.record({
      exceptions: fc.array(terms, { maxLength: 3 }),
      hours: hour,
      peak: fc.constantFrom('4', '10'),
    });
    const rules = [
      fixedRule,
      '- {name: all, groups: all, schedule: studio, peak: {tag: peak-nodes, otherwise: 4, atMost: 100}}',
      '- {name: all, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 4, atMost: 100}, stepwise: true}',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...rules), fc.array(step, { minLength: 2, maxLength: 6 }), (rule, steps) => {
        const policy = structuredClone(policyOf(rule));
        for (const { exceptions, hours, peak } of steps) {
          const context = contextOf(under(policy, exceptions), at(hours).replace('T', ' '));
          expect(planner.decide(groupOf({ tags: { 'peak-nodes': peak } }), context)).toEqual(fresh(context, peak));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what two groups of one run have apart', () => {
    const context = contextOf(under(policyOf(fixedRule), [keep(50)]), night);
    const four = groupOf({ id: 'aig-4', tags: { 'peak-nodes': '4' } });
    const ten = groupOf({ id: 'aig-10', tags: { 'peak-nodes': '10' } }, { strategy: usage(1, 2) });
    const decisions = [four, ten].map((group) => planner.decide(group, context));
    const changes = decisions.map((decision) => (decision.verdict === 'act' ? decision.action.change.at(-1)?.to : undefined));
    expect(changes).toEqual(['fixed at 2 nodes', 'fixed at 5 nodes']);
  });
});
