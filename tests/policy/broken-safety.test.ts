import { describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { channelKinds } from '../../shared/policy/channel-kinds.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { formatProblem } from '../../shared/policy/problem.ts';
import { type Case, expectProblems } from './expect-problems.ts';
import { policyText } from './policy-text.ts';

const exception = (body: string) => policyText({ exceptions: `exceptions:\n  - ${body}` });
const limits = (body: string) => policyText({ limits: `limits: ${body}` });
const fullLimits =
  'actionsPerRun: 10, actionsPer24h: 40, shareOfRulePerRun: 30%, shareOfRulePer24h: 50%, sessionsCutPerRun: 5, changedByPush: 10%';

const cases: readonly Case[] = [
  [
    'an exception that ends before it begins',
    exception('{because: x, groups: all, from: 2026-12-01, until: ▶2026-11-30, keepAtLeast: 10%}'),
    'until: is before from; write a later date or time',
  ],
  [
    'an exception that lasts no time',
    exception('{because: x, groups: all, from: 2026-12-01, until: ▶2026-12-01 00:00, keepAtLeast: 10%}'),
    'is the same as from, so this lasts no time',
  ],
  [
    'a share without a unit',
    exception('{because: x, groups: all, from: 2026-12-01, until: 2026-12-02, keepAtLeast: ▶10}'),
    '10 has no unit; write a percentage such as 30%',
  ],
  [
    'every mistake of one exception',
    exception('▶{groups: all, from: ▶2026-12-01 25:00, until: ▶2026-12-32, never: [▶renewal]}'),
    'the key because is missing',
    '"25:00" is past the end of the day',
    '"2026-12-32" does not exist',
    'did you mean "renew"?',
  ],
  [
    'an exception that selects nothing',
    exception('▶{because: x, from: 2026-12-01, until: 2026-12-02, never: [tag]}'),
    'selects nothing; add groups or workstations',
  ],
  [
    'an exception that asks for nothing',
    exception('▶{because: x, groups: all, from: 2026-12-01, until: 2026-12-02}'),
    'asks for nothing; add keepAtLeast',
  ],
  [
    'an empty reason and a time with an offset',
    exception('{because: ▶"", groups: all, from: ▶2026-12-01T08:00Z, until: 2026-12-02, keepAtLeast: 10%}'),
    'is empty; write a reason',
    'carries an offset; write local time without one',
  ],
  [
    'keeping up zero',
    exception('{because: x, groups: all, from: 2026-12-01, until: 2026-12-02, keepAtLeast: ▶0%}'),
    'keeps nothing up, since it only raises; write 1% to 100%',
  ],
  [
    'an exception for a target that is not there',
    exception('{because: x, targets: [▶x], workstations: all, from: 2026-12-01, until: 2026-12-02, keepAtLeast: 10%}'),
    '"x" is not under targets',
  ],
  ['an exception that is text', exception('▶freeze'), 'text stands here; write the keys of an exception'],
  [
    'a freeze that ends before it begins',
    limits(`{${fullLimits}, freezes: [{from: 2027-02-14, until: ▶2027-02-04, because: x}]}`),
    'limits.freezes[0].until: is before from',
  ],
  [
    'a freeze that spares what is not there',
    limits(`{${fullLimits}, freezes: [{from: 2027-02-04, until: 2027-02-14, because: x, except: [▶scale]}]}`),
    'did you mean "scale-on-schedule"?',
  ],
  [
    'every wrong limit',
    limits(
      '{actionsPerRun: ▶-1, actionsPer24h: ▶1.5, shareOfRulePerRun: ▶130%, shareOfRulePer24h: ▶30, sessionsCutPerRun: ▶"5", spendPerMonth: ▶400000}',
    ),
    '-1 is too small; write 0 or more',
    '1.5 is not a whole number; write a whole number',
    '"130%" is more than everything; write 0% to 100%',
    '30 has no unit; write a percentage such as 30%',
    'write 5 without them',
    '400000 has no unit; write an amount of money such as 6000 CNY',
  ],
  [
    'currencies',
    limits(`{${fullLimits}, spendPerMonth: [▶400000 RMB, ▶10 usd]}`),
    '"RMB" is not a currency code in use',
    '"usd" must be in capitals; write 10 USD',
  ],
  [
    'a currency twice',
    limits(`{${fullLimits}, spendPerMonth: [4 CNY, ▶5 CNY]}`),
    'CNY has an amount already; keep one amount per currency',
  ],
  ['limits that are no map', limits('▶5'), 'a single value stands here; write keys with values'],
  ['a mode that is text', policyText({ mode: 'mode: ▶act' }), 'text stands here; write the keys of the mode'],
  [
    'mistyped words of the mode',
    policyText({ mode: 'mode: {default: ▶on, act: [▶scale-on-shedule]}' }),
    '"on" is not known here; write one of observe, act',
    'did you mean "scale-on-schedule"?',
  ],
  ['protected users as one word', policyText({ protect: 'protect: {users: ▶board-*}' }), 'write a list, even for one: [board-*]'],
  [
    'a length without a unit',
    policyText({ protect: 'protect: {ownerTag: {key: keep-until, atMost: ▶7}}' }),
    '7 has no unit; write a length of time such as 30m',
  ],
  [
    'channels and who is told',
    policyText({
      channels: 'channels:\n  ops: {kind: ▶slck, url: env:OPS}',
      tell: 'tell: {held: ▶opps, failed: [ops, ▶oncal], ▶silnt: ops, money: none}',
      approvers: 'approvers: {finance: ▶li.wei, x: ▶[]}',
    }),
    `write one of ${channelKinds.join(', ')}`,
    'tell.held: "opps" is not under channels; write one of ops, or add it under channels; did you mean "ops"?',
    'tell.failed[1]: "oncal" is not under channels',
    'did you mean "silent"?',
    'write a list, even for one: [li.wei]',
    'approvers.x: the list is empty',
  ],
  ...['dingtalk', 'feishu', 'lark'].map(
    (kind): Case => [
      `a robot of ${kind} that does not sign`,
      policyText({ channels: `channels:\n  ops: ▶{kind: ${kind}, url: env:OPS}`, tell: 'tell: {done: ops}' }),
      'has no secret; set the robot up with a signature, and add secret: env:NAME',
    ],
  ),
  [
    'a limit by the name that it had before',
    limits('{▶decisionsChangedByPush: 10%}'),
    '"decisionsChangedByPush" was renamed; write changedByPush',
  ],
];

describe('safety: an error says line, column and what to do for', () => {
  test.each(cases)('%s', (_title, marked, ...expected) => expectProblems(marked, expected));
});

const warnings: readonly Case[] = [
  [
    'limits that are absent',
    limits('{actionsPerRun: 5, sessionsCutPerRun: 5}').replace('limits:', '▶limits:'),
    'actionsPer24h, shareOfRulePerRun, shareOfRulePer24h, changedByPush are not set, so nothing is limited there; add them; 0 forbids everything of that kind',
  ],
  ['no limits at all', `▶${policyText({ limits: '' })}`, 'limits: actionsPerRun'],
  [
    'a limit per day below the one per run',
    limits(
      '{actionsPerRun: 10, actionsPer24h: ▶5, shareOfRulePerRun: 30%, shareOfRulePer24h: 50%, sessionsCutPerRun: 5, changedByPush: 10%}',
    ),
    'is below actionsPerRun, which then never counts; raise it, or lower actionsPerRun',
  ],
  [
    'an exception that is over',
    exception('▶{because: x, groups: all, from: 2026-11-20, until: 2026-11-24 12:00, keepAtLeast: 10%}'),
    'is over and does nothing any more; remove it',
  ],
  [
    'a freeze that is over',
    limits(`{${fullLimits}, freezes: [▶{from: 2026-10-01, until: 2026-10-08, because: x}]}`),
    'is over and does nothing any more; remove it',
  ],
  [
    'a function that acts and has no rules',
    policyText({ mode: 'mode: {act: [scale-on-schedule, ▶enforce-policy]}' }),
    'enforce-policy has no rules, so it never acts; add rules.enforce-policy, or remove it here',
  ],
  ['digest in mode', policyText({ mode: 'mode: {act: [▶digest]}' }), 'digest only tells and has no mode; remove it here'],
  [
    'a channel that nothing uses',
    policyText({ channels: 'channels:\n  ▶ops: {kind: wecom, url: env:OPS}' }),
    'nothing uses this channel; name it under tell, or remove it',
  ],
];

const renewing = `rules:
  renew-before-expiry:
    - {name: all, groups: {charge: subscription}, consoleAutoRenew: disabled, daysBefore: 10, period: 1 Month, autoPay: true}`;

describe('renewals of which nobody hears of money', () => {
  const said = (more: Parameters<typeof policyText>[0]) =>
    loadPolicy(policyText({ rules: renewing, ...more }), 'policy.yaml', ruleModules)
      .problems.filter(({ text }) => text.includes('no channel hears of money'))
      .map(({ severity, text }) => [severity, /what is critical goes to other channels|nobody can be told/.exec(text)?.[0]]);
  const channels = 'channels:\n  ops: {kind: wecom, url: env:OPS}';

  test.each([
    ['without any channel', {}, [['warning', 'nobody can be told']]],
    ['without tell', { channels }, [['warning', 'what is critical goes to other channels']]],
    ['with none', { channels, tell: 'tell: {money: none, failed: ops}' }, [['warning', 'what is critical goes to other channels']]],
    ['with a channel', { channels, tell: 'tell: {money: ops}' }, []],
  ] as const)('%s', (_title, more, expected) => expect(said(more)).toEqual(expected));
});

describe('safety: a warning for', () => {
  test.each(warnings)('%s', (_title, marked, ...expected) => expectProblems(marked, expected, 'warning'));
});

test('an exception that ends one minute from now is not over', () => {
  expectProblems(exception('{because: x, groups: all, from: 2026-11-20, until: 2026-11-24 12:01, keepAtLeast: 10%}'), [], 'warning');
});

test('without a present time nothing counts as over', () => {
  const text = exception('{because: x, groups: all, from: 2020-01-01, until: 2020-01-02, keepAtLeast: 10%}');
  expect(loadPolicy(text, 'policy.yaml', ruleModules).problems).toEqual([]);
});

const secret = 's3cr3tvalue';
const leaks: readonly (readonly [string, string])[] = [
  ['an address in url', `{kind: webhook, url: "https://hook.example/send?token=${secret}"}`],
  ['a secret in secret', `{kind: webhook, url: env:OPS, secret: ${secret}}`],
  ['a bare secret in url', `{kind: webhook, url: ${secret}}`],
  ['a list in secret', `{kind: webhook, url: env:OPS, secret: [${secret}]}`],
  ['an address in kind', `{kind: https://hook.example/${secret}, url: env:OPS}`],
  ['an address as a key', `{https://hook.example/${secret}: 1, kind: webhook, url: env:OPS}`],
  ['an address glued to its key', `{url:https://hook.example/${secret}, kind: webhook}`],
  ['an address under a mistyped key', `{ulr: "https://hook.example/${secret}", kind: webhook}`],
  ['broken YAML around an address', `{url: "https://hook.example/${secret}, kind: webhook}`],
  ['an unknown tag on a secret', `{kind: webhook, url: !${secret} x}`],
  ['an alias for a secret', `{kind: webhook, url: *${secret}}`],
];

test.each(leaks)('%s is an error that does not show it', (_title, channel) => {
  const { document, problems } = loadPolicy(
    policyText({ channels: `channels:\n  ops: ${channel}`, tell: 'tell: {done: ops}' }),
    'policy.yaml',
    ruleModules,
  );
  expect(document).toBeUndefined();
  expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
  expect(JSON.stringify(problems)).not.toContain(secret);
  expect(problems.map(formatProblem).join('\n')).not.toContain(secret);
});
