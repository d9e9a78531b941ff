import { describe, expect, test } from 'vitest';
import { defaultRules } from '../../functions/renew-before-expiry/purchase/contract.ts';
import { type Family, families } from './stories/families.ts';
import { ruleCases } from './stories/rule-cases.ts';
import { sample, search } from './stories/search.ts';

const familyOf = (wanted: string): Family => families.find(({ name }) => name === wanted) as Family;

describe('stories of the shipped run', () => {
  test.each(families.map(({ name }) => name))('in which nothing goes wrong hold: %s', (name) => {
    const found = search(familyOf(name), { atMost: 0, grain: 'coarse' });
    expect(found).toMatchObject({ complete: true, violations: [] });
    expect(found.steps).toBeGreaterThan(50);
  });

  test.each(['last minutes of a month'])('in which any one thing goes wrong hold: %s', (name) => {
    const found = search(familyOf(name), { atMost: 1, grain: 'coarse' });
    expect(found).toMatchObject({ complete: true, violations: [] });
    expect(found.worlds).toBeGreaterThan(300);
  });

  test('in which somebody else renews twice while an order waits for payment hold: that alert lets nobody rest', () => {
    const found = search(familyOf('by hand'), { atMost: 2, grain: 'coarse', only: ['auto-renew'] });
    expect(found).toMatchObject({ complete: true, violations: [] });
    expect(found.worlds).toBeGreaterThan(300);
  });

  test('are the same every time, exhaustive or by chance', () => {
    const once = search(familyOf('plain'), { atMost: 1, grain: 'coarse', only: ['crash', 'late'] });
    expect(search(familyOf('plain'), { atMost: 1, grain: 'coarse', only: ['crash', 'late'] })).toEqual(once);
    expect(sample(7, 20)).toEqual(sample(7, 20));
    expect(sample(7, 20)).not.toEqual(sample(8, 20));
  });

  test.each(['plain', 'two currencies'])('come out the same whether runs are remembered, forgotten or run anew each time: %s', (name) => {
    const bounds = { atMost: 1, grain: 'coarse', only: ['crash', 'stale-list', 'renew'] } as const;
    const found = search(familyOf(name), bounds);
    expect(found.worlds).toBeGreaterThan(30);
    for (const remembered of [0, 1, 50]) expect(search(familyOf(name), { ...bounds, remembered })).toEqual(found);
  });

  test('are more with finer ticks', () => {
    const found = (grain: 'fine' | 'coarse') => search(familyOf('plain'), { atMost: 1, grain, only: ['slow', 'shifted'] }).worlds;
    expect(found('fine')).toBeGreaterThan(2 * found('coarse'));
  });
});

describe('each rule of the protocol, in the smallest stories in which leaving it out does harm', () => {
  test('has a case', () => {
    expect(ruleCases.map(({ rule }) => rule).sort()).toEqual(Object.keys(defaultRules).sort());
  });

  test.each(ruleCases)('without $rule, $breaks breaks; with it nothing does', ({ rule, breaks, family, ...bounds }) => {
    const without = search(familyOf(family), { ...bounds, grain: 'coarse', rules: { ...defaultRules, [rule]: false } });
    expect(without.violations.map((each) => each.rule)).toContain(breaks);
    const all = search(familyOf(family), { ...bounds, grain: 'coarse' });
    expect(all).toMatchObject({ complete: true, violations: [] });
    expect(all.worlds).toBeGreaterThan(5);
  });

  test('is told step by step', () => {
    const bounds = { atMost: 1, grain: 'coarse', only: ['unpaid'] } as const;
    const { violations } = search(familyOf('a mistyped account'), { ...bounds, rules: { ...defaultRules, identityFirst: false } });
    expect(violations[0]?.text).toBe('2 orders for r0 and the same expiry');
    expect(violations[0]?.trace).toContain('run0: ordered, unpaid');
  });
});
