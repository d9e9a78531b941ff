import { expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { loadPolicy } from '../../shared/policy/load.ts';

const rule = '{name: all, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';

/** Warnings of a policy with one rule and these limits, as `path: text`. */
function warnings(limits: string, rules = rule): readonly string[] {
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai}}
channels: {money: {kind: console}}
tell: {money: money}
${limits}
rules: {renew-before-expiry: [${rules}]}
`;
  const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules);
  expect(document).toBeDefined();
  return problems.map(({ path, text: said }) => `${path}: ${said}`).filter((said) => /renew|order/.test(said));
}

const other = 'actionsPerRun: 5, actionsPer24h: 5, shareOfRulePerRun: 30%, shareOfRulePer24h: 30%, sessionsCutPerRun: 5';

test.each([
  ['there are no limits', '', 'rules.renew-before-expiry: ', 'add limits: {spendPerMonth: 6000 CNY}'],
  ['limits name no amount', `limits: {${other}}`, 'limits: ', 'add spendPerMonth: 6000 CNY'],
])('that nothing is ordered is said where %s', (_, limits, where, what) => {
  const [only, ...more] = warnings(limits);
  expect(more).toEqual([]);
  expect(only?.startsWith(where)).toBe(true);
  expect(only).toContain('orders nothing without limits.spendPerMonth');
  expect(only).toContain(what);
});

test.each([
  ['an amount of nothing', 'spendPerMonth: 0 CNY', 'limits.spendPerMonth: lets nothing be ordered'],
  ['no order per run', 'spendPerMonth: 9 CNY, ordersPerRun: 0', 'limits.ordersPerRun: lets nothing be ordered'],
])('%s is said to let everything lapse', (_, limits, said) => {
  expect(warnings(`limits: {${limits}}`)).toEqual([expect.stringContaining(said)]);
});

test('a rule that never renews needs no amount', () => {
  expect(warnings('', '{name: none, groups: all, renew: never}')).toEqual([]);
});

test('amounts that no limit lets pass are named', () => {
  const more = rule.replace('}', ', maxPrice: [500 CNY, 80 USD]}');
  expect(warnings('limits: {spendPerMonth: 600 CNY}', more)).toEqual([
    expect.stringMatching(/maxPrice\[1\]: limits\.spendPerMonth has no amount in USD/),
  ]);
  const desks =
    '{name: desks, workstations: all, consoleAutoRenew: disabled, period: 3 Month, autoPay: true, pricePerMonth: {a: 200 CNY, b: 200.01 CNY, c: 1 USD}}';
  expect(warnings('limits: {spendPerMonth: 600 CNY}', desks)).toEqual([
    expect.stringMatching(/pricePerMonth\.b: 3 Month of it costs 600\.03 CNY, more than limits\.spendPerMonth \(600\.00 CNY\)/),
    expect.stringMatching(/pricePerMonth\.c: limits\.spendPerMonth has no amount in USD/),
  ]);
});

test('what a freeze does to renewals is said, unless it leaves them alone', () => {
  const freeze = (except: string): readonly string[] =>
    warnings(`limits: {spendPerMonth: 9 CNY, freezes: [{from: 2030-01-01, until: 2030-01-09, because: Closing${except}}]}`);
  expect(freeze('')).toEqual([
    expect.stringContaining('limits.freezes[0]: holds renewals too, as long as they can be ordered at least 24 hours'),
  ]);
  expect(freeze(', except: [renew-before-expiry]')).toEqual([]);
});
