import { describe, expect, test } from 'vitest';
import { firstMatch, notCovered, perTarget, type ReadyRule, rulesOf } from '../../shared/planning/first-match.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import type { Match } from '../../shared/policy/selector.ts';

interface Rule {
  readonly name: string;
  readonly targets?: readonly string[];
}

const target = (name: string, regions?: readonly string[]) => ({ name, regions }) as unknown as CompiledTarget;
const rules = (...matches: readonly Match[]): readonly ReadyRule<Rule>[] =>
  matches.map((match, index) => ({ rule: { name: `r${index}` }, matches: () => match }));
const ask = (of: readonly ReadyRule<Rule>[], { regions, region }: { regions?: readonly string[]; region?: string } = {}) =>
  firstMatch(of, { id: 'g', region }, { target: target('home', regions), nowMs: 0 });

describe('the rule that covers a resource', () => {
  test('is the first that matches', () => {
    expect(ask(rules('no', 'yes', 'yes')).rule?.name).toBe('r1');
  });

  test('is none where no rule matches, or there is none', () => {
    expect([ask(rules('no', 'no')), ask([])]).toEqual([notCovered, notCovered]);
    expect(notCovered).toMatchObject({ verdict: 'keep', named: null, because: [{ code: 'not-covered' }] });
  });

  test('cannot be told where one before the first match cannot be judged, whatever comes after it', () => {
    for (const after of ['yes', 'no'] as const) {
      expect(ask(rules('no', { unknown: 'tags' }, after))).toMatchObject({
        ...{ verdict: 'hold', named: 'r1' },
        because: [{ code: 'selector-unknown', text: 'whether rule r1 matches cannot be told: tags is unknown', data: { unknown: 'tags' } }],
      });
    }
  });

  test('does not hang on one that cannot be judged behind the first match', () => {
    expect(ask(rules('yes', { unknown: 'tags' })).rule?.name).toBe('r0');
  });

  test.each([
    ['in a region of the target', { regions: ['a', 'b'], region: 'b' }, 'r0'],
    ['anywhere, where the target has no regions', { region: 'z' }, 'r0'],
    ['of no region, where the target has none either', {}, 'r0'],
  ])('is looked for %s', (_name, where, expected) => {
    expect(ask(rules('yes'), where).rule?.name).toBe(expected);
  });

  test.each([
    ['outside the regions of the target', { regions: ['a'], region: 'z' }, 'keep', 'not-covered'],
    ['outside of them, though rules cannot be judged', { regions: ['a'], region: 'z' }, 'keep', 'not-covered'],
    ['of no region, where the target is limited to some', { regions: ['a'] }, 'hold', 'region-unknown'],
  ])('is none for what is %s', (_name, where, verdict, code) => {
    for (const of of [rules('yes'), rules({ unknown: 'tags' }), []]) {
      expect(ask(of, where)).toMatchObject({ verdict, named: null, because: [{ code }] });
    }
  });
});

describe('the rules of a function', () => {
  const policy = (...of: readonly Rule[]) => ({ rules: { 'scale-on-schedule': of } }) as unknown as CompiledPolicy;

  test('are those for the target, in their order; a rule that names no target is for all', () => {
    const of = policy(
      { name: 'a', targets: ['other'] },
      { name: 'b' },
      { name: 'c', targets: ['other', 'home'] },
      { name: 'd', targets: [] },
    );
    expect(rulesOf<Rule>(of, 'scale-on-schedule', target('home')).map(({ name }) => name)).toEqual(['b', 'c']);
    expect(rulesOf<Rule>(of, 'digest', target('home'))).toEqual([]);
  });

  test('are prepared once for each policy and target', () => {
    let times = 0;
    const prepared = perTarget((of, { name }) => `${++times} ${Object.keys(of.rules)} ${name}`);
    const [first, second] = [policy(), policy()];
    const given = [
      prepared(first, target('home')),
      prepared(first, target('home')),
      prepared(first, target('away')),
      prepared(second, target('home')),
    ];
    expect(given).toEqual(['1 scale-on-schedule home', '1 scale-on-schedule home', '2 scale-on-schedule away', '3 scale-on-schedule home']);
  });
});
