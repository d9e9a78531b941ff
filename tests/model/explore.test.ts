import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultRules } from '../../functions/renew-before-expiry/purchase/contract.ts';
import type { Configuration } from './configuration.ts';
import { explore } from './explore.ts';
import { pairs, singles } from './plan.ts';
import { ProcessTree } from './process-tree.ts';
import { Visited } from './visited.ts';

describe('an exploration', () => {
  test.each<[string, Omit<Configuration, 'name'>]>([
    ['no fault', { faults: {} }],
    ['a crash after any step', { faults: { crash: 1 } }],
    ['a lost create', { faults: { 'lost-create': 1 }, minutes: [0] }],
    ['a lost answer', { faults: { 'lost-answer': 1 } }],
    ['an order that is late', { faults: { late: 1 } }],
    ['a refused order', { faults: { refused: 1 } }],
    ['an unpaid order', { faults: { unpaid: 1 } }],
    ['a store that is down', { faults: { 'store-down': 1 } }],
    ['a change of month', { faults: { month: 1 } }],
    ['a refund', { faults: { refund: 1 }, minutes: [0] }],
    ['a scarce budget', { faults: {}, resources: 2, limit: 1 }],
  ])('with %s goes to its end, sees orders, and finds nothing broken', (name, configuration) => {
    const found = explore({ name, ...configuration });
    expect(found).toMatchObject({ complete: true, violation: undefined });
    expect(found.withOrders).toBeGreaterThan(20);
  });

  test('visits the same states every time', () => {
    const once = explore({ name: 'a', faults: { 'stale-list': 1 }, minutes: [0] });
    expect(explore({ name: 'a', faults: { 'stale-list': 1 }, minutes: [0] })).toEqual(once);
    // What was learned of the code in another configuration, or has been forgotten, makes no difference.
    explore({ name: 'b', faults: { crash: 1, resolve: 1 }, minutes: [0, 60] });
    expect(explore({ name: 'a', faults: { 'stale-list': 1 }, minutes: [0] })).toEqual(once);
  });

  test('that is given up says so', () => {
    const found = explore({ name: 'a', faults: {} }, 100);
    expect(found).toMatchObject({ complete: false, violation: undefined });
    expect(found.states).toBeLessThan(300);
  });

  test('tells the shortest way to a violation, step by step', () => {
    const { violation } = explore({ name: 'a', faults: {}, minutes: [0], rules: { ...defaultRules, claimFirst: false } });
    expect(violation?.trace).toContain('+0 min  run 0: sends the order');
    expect(violation?.trace.at(-1)).toBe('+0 min  run 1: sends the order');
    // Both runs read, reserve, read again and look at the clock; no step is told that leads elsewhere.
    expect(violation?.trace.filter((step) => step.includes('reads the resource'))).toHaveLength(2);
  });

  test('of the plan covers each fault and each pair of faults', () => {
    const names = (list: readonly Configuration[]) => new Set(list.map(({ faults }) => Object.keys(faults).sort().join()));
    expect(names(singles()).size).toBe(1 + 20);
    expect(names(pairs()).size).toBe((20 * 19) / 2);
  });
});

/** The worlds in which a configuration can end, when nobody is at work and nothing is on its way any more. */
function endsOf(configuration: Configuration): readonly string[] {
  const ends = new Set<string>();
  explore(configuration, undefined, ({ processes, requests, late, orders, expiry, store }, { records }) => {
    if (requests.length > 0 || late.length > 0 || processes.some(({ position }) => position)) return;
    const contents = store.ids.map((id) => `${records.get(id).key} ${Buffer.from(records.get(id).bytes).toString('utf8')}`);
    ends.add(JSON.stringify([expiry, orders.map((order) => JSON.stringify(order)).sort(), contents.sort()]));
  });
  return [...ends].sort();
}

describe('short cuts of the exploration leave out no end of the story', () => {
  test.each<[string, Omit<Configuration, 'name'>]>([
    ['no fault', { faults: {}, minutes: [0] }],
    ['a crash', { faults: { crash: 1 }, minutes: [0] }],
    ['a late order, and time that passes', { faults: { late: 1 }, minutes: [0, 15] }],
    ['a late create', { faults: { 'late-put': 1 }, minutes: [0] }],
    ['a refused order', { faults: { refused: 1 }, minutes: [0] }],
    ['an unpaid order', { faults: { unpaid: 1 }, minutes: [0] }],
    ['a late order, and somebody else who renews', { faults: { late: 1, renew: 1 }, minutes: [0] }],
  ])('with %s', (name, configuration) => {
    const ends = endsOf({ name, ...configuration });
    expect(ends.length).toBeGreaterThan(1);
    expect(ends).toEqual(endsOf({ name, ...configuration, plain: true }));
  });
});

describe('what the explorer is made of', () => {
  test('the set of states is a set', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 4 }), { maxLength: 300 }), (lists) => {
        const visited = new Visited(16);
        const oracle = new Set<string>();
        for (const list of lists) {
          const words = new Int32Array(8);
          words.set(list);
          expect(visited.add(words, list.length)).toBe(!oracle.has(`${list}`));
          oracle.add(`${list}`);
        }
        expect(visited.size).toBe(oracle.size);
      }),
    );
  });

  test('code that branches off is replayed to where it stood', () => {
    const began: number[] = [];
    const tree = new ProcessTree<{ readonly type: 'store-read'; readonly keys: readonly string[] }>();
    const root = tree.root('a', function* () {
      began.push(1);
      const first = yield { type: 'store-read', keys: ['a'] };
      const second = yield { type: 'store-read', keys: [`${first}b`] };
      return `${first}${second}`;
    });
    const left = tree.step(root, '1', { value: '1' });
    const right = tree.step(root, '2', { value: '2' });
    expect([left, right].map(({ offer }) => offer)).toMatchObject([{ effect: { keys: ['1b'] } }, { effect: { keys: ['2b'] } }]);
    expect(tree.step(root, '1', { value: '1' })).toBe(left);
    expect(tree.step(left, 'x', { value: 'x' }).offer).toMatchObject({ type: 'ended', value: '1x' });
    expect(tree.step(right, 'y', { value: 'y' }).offer).toMatchObject({ type: 'ended', value: '2y' });
    expect(began).toHaveLength(2);
  });

  test('what was forgotten is run anew, and comes out the same', () => {
    let begun = 0;
    const tree = new ProcessTree<string>(2);
    const begin = function* (): Generator<string, string, unknown> {
      begun += 1;
      return `${yield 'first'} ${yield 'second'}`;
    };
    const tell = () => {
      const first = tree.step(tree.root('a', begin), 'x', { value: 'x' });
      return tree.step(first, 'y', { value: 'y' }).offer;
    };
    const offers = [tell(), tell(), tell()];
    expect(offers).toEqual(Array(3).fill({ type: 'ended', value: 'x y' }));
    expect(begun).toBeGreaterThan(1);
  });
});
