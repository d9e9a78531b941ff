import { describe, expect, test } from 'vitest';
import { explore } from './explore.ts';
import { configurationOf, ruleCases } from './rule-cases.ts';

describe('each rule of the purchase protocol, in the smallest world in which leaving it out does harm', () => {
  test.each(ruleCases)('without $rule, $breaks breaks; with it nothing does', (ruleCase) => {
    const without = explore(configurationOf(ruleCase, true));
    expect(without.violation?.invariant).toBe(ruleCase.breaks);
    const all = explore(configurationOf(ruleCase, false));
    expect(all.violation).toBeUndefined();
    expect(all.states).toBeGreaterThan(10);
  });
});
