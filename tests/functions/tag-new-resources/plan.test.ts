import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planner } from '../../../functions/tag-new-resources/plan.ts';
import { journalText, writtenTags } from '../../../functions/tag-new-resources/wanted-tags.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { contextOf, groupOf, policyOf, writtenView } from './plan-fixture.ts';

const keys = ['a', 'b', 'c', 'owner'] as const;
const rule = fc.record({
  missing: fc.option(fc.constantFrom(...keys), { nil: undefined }),
  set: fc.uniqueArray(fc.constantFrom(...keys, 'made'), { minLength: 1, maxLength: 3 }),
  template: fc.constantFrom('x', '{date}', '{region}', '{creator}'),
});
const tags = fc.dictionary(fc.constantFrom(...keys, 'System/x', 'other'), fc.constantFrom('', 'x', 'y'));

const base = policyOf(['{name: r, groups: all, set: {owner: nobody}}']);

/** A policy of generated rules, made from one that was compiled. */
function policyWith(rules: readonly { missing: string | undefined; set: readonly string[]; template: string }[]): CompiledPolicy {
  const compiled = rules.map(({ missing, set, template }, index) => ({
    name: `r${index}`,
    groups: missing === undefined ? { all: true } : { missingTags: [missing] },
    set: Object.fromEntries(set.map((key) => [key, key === 'made' ? '{time}' : template])),
  }));
  return { ...base, rules: { 'tag-new-resources': compiled } };
}

test('what is applied leaves nothing to do, adds only keys that are missing, and never one of the service’s', () => {
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), tags, (rules, present) => {
      const context = contextOf(policyWith(rules));
      const decision = planner.decide(groupOf({ tags: present }), context);
      if (decision.verdict !== 'act') return;
      const sent = decision.action.input['Tags'] as readonly { Key: string; Value: string }[];
      const added = Object.fromEntries(sent.map(({ Key, Value }) => [Key, Value]));
      expect(Object.keys(added).filter((key) => Object.hasOwn(present, key) || key.startsWith('System/'))).toEqual([]);
      const { value } = decision.action.writes;
      const written = writtenView(new Map([['g', [{ value, atMs: 0, outcome: 'done' as const }]]]));
      const next = planner.decide(groupOf({ tags: { ...present, ...added } }), { ...context, written });
      expect(next.verdict).not.toBe('act');
      // The same group again gives the same action: an answer that was lost is made up for by the next run.
      expect(planner.decide(groupOf({ tags: present }), context)).toEqual(decision);
    }),
    { numRuns: 300 },
  );
});

test('a key that comes and goes is set twice by us and never again', () => {
  let values = writtenView();
  const verdicts: string[] = [];
  for (let run = 0; run < 5; run++) {
    const decision = planner.decide(groupOf(), contextOf(base, values));
    verdicts.push(`${decision.verdict} ${decision.because[0]?.code}`);
    if (decision.verdict === 'act')
      values = writtenView(new Map([['g', [{ value: decision.action.writes.value, atMs: run, outcome: 'done' }]]]));
  }
  expect(verdicts).toEqual(['act missing', 'act restored', 'hold removed-again', 'hold removed-again', 'hold removed-again']);
});

test.each([
  ['a call that failed', 'failed'],
  ['a call of which nothing is known', 'unknown'],
  ['a run that was cut off', undefined],
] as const)('%s does not count as set', (_name, outcome) => {
  const value = journalText(new Map(), { owner: 'nobody' });
  const decision = planner.decide(groupOf(), contextOf(base, writtenView(new Map([['g', [{ value, atMs: 1, outcome }]]]))));
  expect(`${decision.verdict} ${decision.because[0]?.code}`).toBe('act missing');
});

test('what the journal keeps is read as it was written, and anything else as nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), fc.dictionary(fc.string(), fc.string()), (first, second) => {
      const once = journalText(new Map(), first);
      const read = (value: string) => writtenTags(writtenView(new Map([['g', [{ value, atMs: 1, outcome: 'done' as const }]]])), 'g');
      const twice = read(journalText(read(once), second));
      for (const [key, value] of Object.entries({ ...first, ...second })) {
        const times = Number(Object.hasOwn(first, key)) + Number(Object.hasOwn(second, key));
        expect(twice.get(key)).toEqual({ value, times, last: Object.hasOwn(second, key) });
      }
    }),
    { numRuns: 50 },
  );
  for (const value of ['', '{', '7', '[["a"],["b",1,2],7]'])
    expect(writtenTags(writtenView(new Map([['g', [{ value, atMs: 1, outcome: 'done' }]]])), 'g').size).toBe(0);
});

test('a policy that does not say what its tags bring into force holds', () => {
  const checked = policyOf(
    ['{name: r, groups: all, set: {department: finance}, bringsUnder: [scale-on-schedule]}'],
    ['{name: office, groups: {tags: {department: finance}}, schedule: office}'],
  );
  const rules = (checked.rules['tag-new-resources'] as readonly object[]).map((each) => ({ ...each, bringsUnder: [] }));
  const policy: CompiledPolicy = { ...checked, rules: { ...checked.rules, 'tag-new-resources': rules } };
  const decision = planner.decide(groupOf(), contextOf(policy));
  expect([decision.verdict, decision.because.map(({ code }) => code)]).toEqual(['hold', ['not-declared', 'missing', 'brings-under']]);
  expect(planner.decide(groupOf(), contextOf(checked)).verdict).toBe('act');
});

test('a tag of a rule that follows is left out where the rule before is about to set one of nearly its key', () => {
  const rules = [
    { name: 'first', groups: { missingTags: ['department'] }, set: { department: 'finance', Owner: 'ann' } },
    { name: 'next', groups: { all: true }, set: { owner: 'unassigned', site: 'east' } },
  ];
  const policy: CompiledPolicy = { ...base, rules: { 'tag-new-resources': rules } };
  const decision = planner.decide(groupOf(), contextOf(policy));
  expect(decision.verdict === 'keep' ? [] : decision.action?.change.map(({ field }) => field)).toEqual([
    'tag Owner',
    'tag department',
    'tag site',
  ]);
  expect(decision.because.find(({ code }) => code === 'near-key')?.data).toEqual({ key: 'owner', near: 'Owner' });
});

test.each([
  ['holds where enforcement that insists could end sessions', ['insist: true, sessionTimeout: 15m'], 'hold not-declared'],
  ['is set where enforcement waits for sessions', ['sessionTimeout: 15m'], 'act missing'],
  ['is set where enforcement insists on what cuts nobody', ['insist: true, nodeCapacity: 2'], 'act missing'],
  ['is set where a harmless rule keeps the other away', ['requireTags: owner', 'insist: true, sessionTimeout: 15m'], 'act missing'],
])('a tag that brings a group under enforcement without saying so %s', (_, wishes, expected) => {
  const enforce = wishes.map((desired, at) => `{name: e${at}, groups: {tags: {use: kiosk}}, ${desired}}`);
  const checked = policyOf(['{name: r, groups: all, set: {use: kiosk}, bringsUnder: [enforce-policy]}'], [], enforce);
  const rules = (checked.rules['tag-new-resources'] as readonly object[]).map((each) => ({ ...each, bringsUnder: [] }));
  const policy: CompiledPolicy = { ...checked, rules: { ...checked.rules, 'tag-new-resources': rules } };
  const decision = planner.decide(groupOf(), contextOf(policy));
  expect(`${decision.verdict} ${decision.because[0]?.code}`).toBe(expected);
});

test.each([
  [{ region: undefined }, 'hold region-unknown'],
  [{ tags: undefined }, 'hold selector-unknown'],
  [{ status: undefined }, 'hold status'],
  [{ status: 'published' }, 'hold status'],
])('what is unknown holds: %o', (change, expected) => {
  const decision = planner.decide(groupOf(change as object), contextOf(base));
  expect(`${decision.verdict} ${decision.because[0]?.code}`).toBe(expected);
});

test('past the horizon of the policy everything holds', () => {
  const decision = planner.decide(groupOf(), { ...contextOf(base), nowMs: base.untilMs });
  expect([decision.verdict, decision.because[0]?.code]).toEqual(['hold', 'policy-horizon']);
});
