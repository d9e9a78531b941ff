import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { formatProblem } from '../../shared/policy/problem.ts';
import { nowMs } from './expect-problems.ts';

const file = new URL('../../policy.example.yaml', import.meta.url);
const text = readFileSync(file, 'utf8');
const laterFunctions = [
  'renew-before-expiry',
  'approve-ota-windows',
  'log-off-sessions',
  'tag-new-resources',
  'enforce-policy',
  'power-workstations',
  'digest',
];

/** The example protects users, and two of its rules keep a weekly schedule in the service. */
const unwatched =
  "the service's weekly schedule lowers nodes without looking at who is on them, so protect.users cannot hold its falling edges; " +
  'write method: fixed if such users work on these groups';

const { document, problems } = loadPolicy(text, 'policy.example.yaml', ruleModules, { nowMs });

test('the example policy has no error', () => {
  expect(problems.filter(({ severity }) => severity === 'error').map(formatProblem)).toEqual([]);
  expect(document).toBeDefined();
});

test('the example policy has exactly the warnings that are meant', () => {
  const built = new Set<string>(ruleModules.map(({ name }) => name));
  const later = laterFunctions.filter((name) => !built.has(name));
  const acting = ['renew-before-expiry', 'approve-ota-windows', 'log-off-sessions', 'tag-new-resources', 'power-workstations'];
  const expected = [
    ...later.map((name) => `rules.${name}: not available yet; these rules never run`),
    ...acting.flatMap((name, index) =>
      later.includes(name) ? [`mode.act[${index + 1}]: ${name} is not available yet; it never acts, whatever stands here`] : [],
    ),
    'limits.freezes[0]: while it lasts, approve-ota-windows approves no update. log-off-sessions logs nobody off and keeps nobody out; it goes on to ' +
      'let users in again. tag-new-resources sets no tag. power-workstations stops no workstation; it goes on to start them. ' +
      'Add functions to except to keep them going',
    ...['[1]', '[2].method'].map((place) => `rules.scale-on-schedule${place}: ${unwatched}`),
    'limits: actionsPerRun, actionsPer24h, shareOfRulePer24h are not set, so nothing is limited there; add them; 0 forbids everything of that kind',
  ];
  expect(problems.map(({ path, text: message }) => `${path}: ${message}`).sort()).toEqual(expected.sort());
});

test('the example policy is read to the letter', () => {
  expect(document).toMatchObject({
    version: 1,
    timezone: 'Asia/Shanghai',
    serviceTimeZone: 'Asia/Shanghai',
    store: 'oss://acme-streamwarden/prod',
    mode: { default: 'observe' },
    targets: {
      singapore: {
        account: '3234567890123456',
        role: 'streamwarden',
        endpoint: 'ap-southeast-1',
        regions: ['ap-southeast-1'],
        calendar: 'singapore',
        timezone: 'Asia/Shanghai',
        shardByRegion: false,
      },
    },
    calendars: { china: { source: 'china-state-council', holidays: ['2026-12-31'], workdays: [], unpublishedYear: 'warn' } },
    exceptions: [
      {
        because: 'Launch night of Aurora, OPS-4821',
        groups: { tags: { app: ['aurora'] } },
        from: { date: '2026-12-11', minute: 18 * 60 },
        until: { date: '2026-12-12', minute: 9 * 60 },
        keepAtLeastPercent: 100,
        never: [],
      },
      { from: { date: '2026-12-28', minute: 0 }, until: { date: '2027-01-09', minute: 0 }, never: ['cut-sessions', 'approve-ota'] },
    ],
    protect: {
      users: ['board-*', 'exam-room-*'],
      groups: { tags: { tier: ['trading'] } },
      ownerTag: { key: 'keep-until', atMostMs: 7 * 86_400_000 },
    },
    limits: {
      spendPerMonth: [
        { currency: 'CNY', micros: 400_000_000_000n },
        { currency: 'USD', micros: 15_000_000_000n },
      ],
      sessionsCutPerRun: 50,
      shareOfRulePerRun: 30,
      changedByPush: 10,
    },
    freezes: [
      { because: 'Spring Festival', except: ['scale-on-schedule', 'renew-before-expiry'], from: { date: '2027-02-04', minute: 0 } },
    ],
    channels: { finance: { kind: 'wecom', url: 'env:WECOM_FINANCE_URL' } },
    tell: { done: [], held: ['ops'], money: ['finance'], failed: ['oncall'], silent: ['oncall'] },
    approvers: { finance: ['li.wei', 'tan.mei'] },
  });
  expect(document?.schedules.service).toEqual({
    days: [
      {
        on: { kind: 'everyday' },
        periods: [
          { startMinute: 0, endMinute: 420, level: { percent: 25 } },
          { startMinute: 420, endMinute: 1380, level: { percent: 100 } },
          { startMinute: 1380, endMinute: 1440, level: { percent: 25 } },
        ],
      },
    ],
  });
  expect(Object.keys(document?.rules ?? {})).toContain('scale-on-schedule');
  expect(document?.rules['scale-on-schedule']?.[0]).toMatchObject({
    name: 'nobodys',
    groups: { tags: { owner: ['unassigned'] }, firstSeen: { over: 72 * 3_600_000 }, charge: ['pay-as-you-go'] },
    schedule: 'minimal',
  });
});

test('the example policy compiles', () => {
  if (document === undefined) throw new Error('The example did not load.');
  const compiled = compile(document, nowMs, 400, ruleModules);
  expect(Object.keys(compiled.timelines).sort()).toContain('office|china|Asia/Shanghai');
  expect(compiled.rules['scale-on-schedule']).toHaveLength(5);
});

test('problems come in the order of the file', () => {
  const places = problems.map(({ line, column }) => line * 1000 + column);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});
