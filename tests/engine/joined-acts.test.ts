import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joined } from '../../shared/engine/execute.ts';
import type { ActDecision } from '../../shared/planning/decision.ts';

const act = (id: string, more: { operation?: string; tag?: string; atOnce?: number } = {}): ActDecision => ({
  verdict: 'act',
  rule: 'r',
  resource: { id },
  because: [],
  action: {
    key: id,
    operation: more.operation ?? 'SetMany',
    input: { Ids: [id], Tag: more.tag ?? 'a' },
    effect: 'write',
    change: [],
    writes: { setting: 's', value: 'v' },
    ...(more.atOnce === undefined ? {} : { atOnce: more.atOnce }),
  },
});
const batchOf = (operation: string) => (operation === 'SetMany' ? { param: 'Ids', max: 3 } : undefined);
const idsOf = (acts: readonly ActDecision[]) =>
  joined(acts, batchOf).map(({ decisions }) => decisions.map(({ resource }) => resource.id).join(' '));

describe('acts share a call', () => {
  test.each([
    ['that differ in the resource alone', [act('a'), act('b')], ['a b']],
    ['of equal input, not those beside them', [act('a'), act('b', { tag: 'b' }), act('c')], ['a c', 'b']],
    ['as many as the operation takes', ['a', 'b', 'c', 'd'].map((id) => act(id)), ['a b c', 'd']],
    ['as many as the action allows, where that is less', ['a', 'b', 'c'].map((id) => act(id, { atOnce: 2 })), ['a b', 'c']],
    ['never where the operation takes one', [act('a', { operation: 'SetOne' }), act('b', { operation: 'SetOne' })], ['a', 'b']],
  ] as const)('%s', (_, acts, groups) => {
    expect(idsOf(acts)).toEqual(groups);
  });

  test('and none is lost or done twice, whatever they are', () => {
    const acts = fc.array(
      fc.record({ operation: fc.constantFrom('SetMany', 'SetOne'), tag: fc.constantFrom('a', 'b'), atOnce: fc.constantFrom(1, 2, 9) }),
    );
    fc.assert(
      fc.property(acts, (list) => {
        const decisions = list.map((each, index) => act(`r${index}`, each));
        const groups = joined(decisions, batchOf);
        expect(groups.flatMap((group) => group.decisions).sort(byId)).toEqual([...decisions].sort(byId));
        for (const { decisions: together, param } of groups) {
          expect(together.length).toBeLessThanOrEqual(param === undefined ? 1 : Math.min(3, together[0]?.action.atOnce ?? 3));
          expect(new Set(together.map(({ action }) => `${action.operation} ${action.input.Tag}`)).size).toBe(1);
        }
      }),
    );
  });
});

const byId = (a: ActDecision, b: ActDecision) => a.resource.id.localeCompare(b.resource.id);
