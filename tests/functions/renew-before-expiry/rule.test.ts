import { describe, expect, test } from 'vitest';
import { ruleModule } from '../../../functions/renew-before-expiry/rule.ts';
import { decodePolicy, encodePolicy } from '../../../shared/policy/codec.ts';
import { compile } from '../../../shared/policy/compile.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { unmarked } from '../../policy/policy-text.ts';

const head = `version: 1
timezone: Asia/Shanghai
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai}}
channels: {money: {kind: console}}
tell: {money: money}
limits: {actionsPerRun: 1, actionsPer24h: 1, shareOfRulePerRun: 1%, shareOfRulePer24h: 1%, sessionsCutPerRun: 1, spendPerMonth: 1 CNY, changedByPush: 1%}
approvers: {finance: [li.wei, tan.mei]}
rules:
  renew-before-expiry:
    - `;

const load = (rule: string) => loadPolicy(head + rule, 'policy.yaml', [ruleModule]);
const group = 'name: r, groups: all, consoleAutoRenew: disabled';
const station = 'name: r, workstations: all, consoleAutoRenew: disabled, pricePerMonth: {t: 1 CNY}';

describe('wrong rules are refused where the mistake stands, with what to do', () => {
  test.each([
    ['no selector', '▶{name: r, consoleAutoRenew: disabled, period: 1 Month}', 'selects nothing; add groups or workstations'],
    ['two selectors', `▶{${group}, workstations: all, period: 1 Month}`, 'has both groups and workstations; make two rules of it'],
    ['no period', `▶{${group}}`, 'add period, such as 1 Month, or renew: never'],
    ['consoleAutoRenew not stated', '▶{name: r, groups: all, period: 1 Month}', 'then add consoleAutoRenew: disabled'],
    ['a period that cannot be ordered', `{${group}, period: ▶4 Month}`, '"4 Month" cannot be ordered; write one of 1 Week, 1 Month'],
    ['a period spelt otherwise', `{${group}, period: ▶1 month}`, '"1 month" cannot be ordered'],
    [
      'a week under the default lead',
      `{${group}, period: ▶1 Week}`,
      '1 Week is shorter than daysBefore (7) and 3 days, so it would renew without end',
    ],
    ['a month of 28 days under a long lead', `{${group}, daysBefore: 26, period: ▶1 Month}`, 'is shorter than daysBefore (26) and 3 days'],
    [
      'a reach below the period',
      `{${group}, period: 1 Month, renewAheadAtMost: ▶27d}`,
      'is less than 1 Month, so every renewal would hold; write at least 35d',
    ],
    ['keys of orders beside never', '{name: r, groups: all, renew: never, ▶period: 1 Month}', 'means nothing beside renew: never'],
    ['workstations by the week', `{${station}, daysBefore: 3, period: ▶1 Week}`, 'workstations cannot be renewed by the week'],
    [
      'a week of silence for workstations',
      `{${station}, period: 1 Month, ask: {who: finance}, unanswered: ▶renew 1 Week}`,
      'workstations cannot be renewed by the week; write hold',
    ],
    [
      'prices for groups',
      `{${group}, period: 1 Month, ▶pricePerMonth: {t: 1 CNY}}`,
      'is for workstations; the price of delivery groups is asked from the service',
    ],
    ['approvers that do not exist', `{${group}, period: 1 Month, ask: {who: ▶finanse}}`, '"finanse" is not under approvers'],
    ['silence without a question', `{${group}, period: 1 Month, ▶unanswered: hold}`, 'means nothing without ask'],
    [
      'silence that orders what was asked for',
      `{${group}, daysBefore: 4, period: 1 Week, ask: {who: finance}, unanswered: ▶renew 1 Week}`,
      'would order the very period that was asked for',
    ],
    ['a currency twice', `{${group}, period: 1 Month, maxPrice: [1 CNY, ▶2 CNY]}`, 'CNY has an amount already'],
    ['a threshold twice', `{${group}, period: 1 Month, ask: {who: finance, above: [1 USD, ▶2 USD]}}`, 'USD has an amount already'],
    ['an unknown key', `{${group}, period: 1 Month, ▶autopay: true}`, 'autoPay'],
    ['an amount without a currency', `{${group}, period: 1 Month, maxPrice: ▶6000}`, 'an amount'],
  ])('%s', (_name, marked, said) => {
    const { text, places } = unmarked(head + marked);
    const errors = loadPolicy(text, 'policy.yaml', [ruleModule]).problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ line, column }) => `${line}:${column}`)).toEqual(places);
    expect(errors[0]?.text).toContain(said);
  });
});

describe('rules that say little are warned of', () => {
  test.each([
    ['consoleAutoRenew enabled', '{name: r, groups: all, consoleAutoRenew: enabled, period: 1 Month}', 'holds all that this rule covers'],
    [
      'workstations without prices',
      '{name: r, workstations: all, consoleAutoRenew: disabled, period: 1 Month}',
      'so all of them hold; add pricePerMonth',
    ],
    [
      'a threshold above the ceiling',
      `{${group}, period: 1 Month, maxPrice: 5 CNY, ask: {who: finance, above: 5 CNY}}`,
      'so it never asks',
    ],
    [
      'a reminder before the question',
      `{${group}, period: 1 Month, ask: {who: finance, remind: [7d, 3d]}}`,
      '7d is not after the question',
    ],
  ])('%s', (_name, rule, said) => {
    const problems = load(rule).problems;
    expect(problems.map(({ severity }) => severity)).toEqual(['warning']);
    expect(problems[0]?.text).toContain(said);
  });
});

test('a lead of 4 days allows a week, and 25 days a month of 28', () => {
  expect(load(`{${group}, daysBefore: 4, period: 1 Week}`).problems).toEqual([]);
  expect(load(`{${group}, daysBefore: 25, period: 1 Month}`).problems).toEqual([]);
});

test('defaults are filled in, and amounts survive the way into a function', () => {
  const { document, problems } = load(
    `{${group}, period: 1 Month, maxPrice: "1,234.50 CNY", ask: {who: finance, above: [6000 CNY, 900 USD], dearerThanLastTimeBy: 10%, remind: [3d, 1d]}}`,
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (!document) throw new Error('not loaded');
  const policy = decodePolicy(encodePolicy(compile(document, Date.UTC(2026, 10, 24), 30, [ruleModule])));
  expect(policy.rules['renew-before-expiry']).toEqual([
    {
      kind: 'order',
      name: 'r',
      groups: { all: true },
      consoleAutoRenew: 'disabled',
      leadMs: 7 * 86_400_000,
      period: { count: 1, unit: 'Month' },
      autoPay: false,
      maxPrice: [{ currency: 'CNY', micros: 1_234_500_000n }],
      ask: {
        who: 'finance',
        above: [
          { currency: 'CNY', micros: 6_000_000_000n },
          { currency: 'USD', micros: 900_000_000n },
        ],
        dearerThanLastTimeBy: 10,
        remind: [3 * 86_400_000, 86_400_000],
      },
      unanswered: 'hold',
      pricePerMonth: {},
    },
  ]);
});

test('channels: the console needs no address, all others do', () => {
  const channels = (text: string) =>
    loadPolicy(
      `${head.replace(/channels: .*\ntell: .*\n/, '')}{${group}, period: 1 Month}\ntell: {money: c}\nchannels:\n  c: ${text}\n`,
      'policy.yaml',
      [ruleModule],
    ).problems;
  expect(channels('{kind: console}')).toEqual([]);
  expect(channels('{kind: file, url: "env:TOLD_FILE"}')).toEqual([]);
  expect(channels('{kind: webhook}').map(({ text }) => text)).toEqual(['has no url; add url: env:NAME']);
});
