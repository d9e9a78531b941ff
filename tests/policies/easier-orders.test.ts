import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { easierOrders } from '../../cli/run/policies/easier-orders.ts';
import { compileSource } from '../../cli/run/policies/source.ts';
import { weakenedBy } from '../../cli/run/policies/weakened.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { matcher } from '../../shared/policy/selector.ts';

const now = Date.parse('2026-11-25T12:00:00+08:00');

const order = (name: string, more: string, groups = 'all') =>
  `{name: ${name}, groups: ${groups}, consoleAutoRenew: disabled, period: 1 Month${more === '' ? '' : `, ${more}`}}`;
const asks = 'ask: {who: finance, above: 500 CNY}';
const gold = '{tags: {tier: [gold]}}';

function policyOf(...rules: readonly string[]) {
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai}, away: {account: "1000000000000002", endpoint: cn-shanghai}}
approvers: {finance: [li.wei, bo.chen]}
limits: {spendPerMonth: [1000 CNY]}
rules:
  renew-before-expiry: [${rules.join(', ')}]
`;
  return compileSource({ name: 'policy.yaml', text }, now).policy;
}
const weaker = (before: readonly string[], after: readonly string[]) =>
  weakenedBy(policyOf(...before), policyOf(...after), now).map(({ code, text }) => `${code}: ${text}`);
const stations = (more: string) =>
  `{name: desk, workstations: all, consoleAutoRenew: disabled, period: 1 Month, ask: {who: finance, above: 500 CNY}, ${more}}`;

describe('an order is asked about less', () => {
  test.each<[string, readonly string[], readonly string[], RegExp]>([
    ['by a rule of another name', [order('all', asks)], [order('each', '')], /^approval: rule each, in place of all: nobody is asked/],
    ['by a rule in front', [order('all', asks)], [order('gold', '', gold), order('all', asks)], /^approval: rule gold, in place of all/],
    [
      'since the rule that asks is for fewer',
      [order('gold', asks, '{tags: {tier: [gold, silver]}}'), order('rest', '')],
      [order('gold', asks, gold), order('rest', '')],
      /^approval: rule rest, in place of gold: nobody is asked/,
    ],
    [
      'since the rule that asks stands behind another now',
      [order('gold', asks, gold), order('rest', '')],
      [order('rest', ''), order('gold', asks, gold)],
      /^approval: rule rest, in place of gold/,
    ],
    [
      'since the rule that asks is for another target',
      [order('all', asks)],
      [order('all', `${asks}, targets: [away]`), order('rest', '')],
      /^approval: rule rest, in place of all/,
    ],
    ['and is paid by nobody', [order('all', '')], [order('all', 'autoPay: true')], /^approval: rule all: orders are paid without anybody/],
    [
      'and goes further ahead',
      [order('all', 'renewAheadAtMost: 60d')],
      [order('all', 'renewAheadAtMost: 90d')],
      /^approval: rule all: renewAheadAtMost/,
    ],
    [
      'since the policy states a lower price',
      [stations('pricePerMonth: {t: 900 CNY}')],
      [stations('pricePerMonth: {t: 400 CNY}')],
      /^approval: rule desk: pricePerMonth of t: .* → /,
    ],
  ])('%s', (_name, before, after, text) => {
    expect(weaker(before, after)).toEqual([expect.stringMatching(text)]);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['where only names change', [order('gold', asks, gold), order('rest', '')], [order('a', asks, gold), order('b', '')]],
    ['where a rule in front asks as much', [order('all', asks)], [order('gold', asks, gold), order('all', asks)]],
    ['where a rule in front lets lapse', [order('all', asks)], [`{name: gold, groups: ${gold}, renew: never}`, order('all', asks)]],
    ['where what the rule in front is about was asked about by none', [order('gold', '', gold)], [order('each', '', gold)]],
    ['where a rule is for others', [order('gold', asks, gold)], [order('tin', '', '{tags: {tier: [tin]}}'), order('gold', asks, gold)]],
    ['where more is asked about', [order('gold', asks, gold), order('rest', '')], [order('all', asks)]],
  ])('never %s', (_name, before, after) => {
    expect(weaker(before, after)).toEqual([]);
  });
});

const fleet = ['gold', 'tin', undefined].flatMap((tier) =>
  ['fin-1', 'fin-2', 'ops-1'].map((name) => ({ id: `${name}/${tier}`, name, tags: tier === undefined ? {} : { tier } })),
);
const selector = fc.oneof<fc.Arbitrary<CompiledSelector>[]>(
  fc.constant({ all: true }),
  fc.record({ tags: fc.record({ tier: fc.subarray(['gold', 'tin'], { minLength: 1 }) }) }),
  fc.record({ names: fc.subarray(['fin-*', 'fin-1', '*-1', 'ops-1'], { minLength: 1 }) }),
  fc.record({ missingTags: fc.constant(['tier']), names: fc.subarray(['fin-*', 'ops-1'], { minLength: 1 }) }),
);
const rules = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constantFrom('order', 'order', 'never'),
    groups: selector,
    ask: fc.constantFrom(undefined, { who: 'finance' }),
  }),
  { maxLength: 4 },
);

/** Of each resource, whether it is ordered and whether somebody is asked: by going through the rules one by one. */
function fates(list: readonly { readonly kind: string; readonly groups: CompiledSelector; readonly ask: object | undefined }[]) {
  return fleet.map((each) => {
    const rule = list.find(({ groups }) => matcher(groups)(each, now) === 'yes');
    return rule?.kind !== 'order' ? 'no order' : rule.ask === undefined ? 'unasked' : 'asked';
  });
}

const shaped = (list: readonly { readonly ask: object | undefined }[]) =>
  list.map(({ ask, ...rest }) => ({ ...rest, unanswered: 'hold', ...(ask === undefined ? {} : { ask }) })) as never;

test('whatever two lists of rules are, an order that was asked about and is not any more is found', () => {
  fc.assert(
    fc.property(rules, rules, (before, after) => {
      const then = fates(before);
      const isLost = fates(after).some((fate, at) => fate === 'unasked' && then[at] === 'asked');
      if (isLost) expect(easierOrders(shaped(before), shaped(after))).not.toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('whatever a list of rules is, it asks no less than itself', () => {
  fc.assert(
    fc.property(rules, (list) => {
      expect(easierOrders(shaped(list), shaped(list))).toEqual([]);
    }),
  );
});
