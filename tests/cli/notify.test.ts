import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Receiver, startReceiver } from '../notify/receiver.ts';
import { openAccountFixture } from './account-fixture.ts';
import { start } from './command.ts';

let folder: string;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-notify-test-'));
  writeFileSync(
    path.join(folder, 'policy.yaml'),
    `version: 1
timezone: Asia/Shanghai
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai}}
channels:
  ops: {kind: dingtalk, url: "env:OPS_URL", secret: "env:OPS_SECRET"}
  hook: {kind: webhook, url: "env:HOOK_URL"}
  unset: {kind: slack, url: "env:NOWHERE"}
tell: {held: ops, failed: [ops, hook], money: unset}
rules: {}
`,
  );
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await receiver.close();
});
beforeEach(() => {
  receiver.received.length = 0;
});

const notifyTest = (...args: string[]) => {
  const env = {
    OPS_URL: `${receiver.origin}/robot/send?access_token=t0ken`,
    OPS_SECRET: 'SECs3cret',
    HOOK_URL: `${receiver.origin}/hook?key=t0ken`,
    STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1',
  };
  return start(['notify', 'test', ...args], { cwd: folder, env }).ended;
};

test('each channel is tested, those that did not deliver are named with the reason, and no address or secret is shown', async () => {
  receiver.reply = { body: '{"errcode":0,"errmsg":"ok"}' };
  const { code, stdout, stderr } = await notifyTest();
  expect(stdout.split('\n')).toEqual([
    '✓  ops    dingtalk  hears held, failed  delivered',
    '✗  hook   webhook   hears failed        not delivered: its answer does not say {"ok": true}, so nothing shows that anybody was told',
    '✗  unset  slack     hears money         not delivered: the variable NOWHERE is not set; set it, or remove the channel',
    '',
  ]);
  expect([code, stderr]).toEqual([1, '']);
  expect(receiver.received.map(({ url }) => url.replace(/timestamp=\d+&sign=.+/, 'signed')).sort()).toEqual([
    '/hook?key=t0ken',
    '/robot/send?access_token=t0ken&signed',
  ]);
  expect(stdout).not.toMatch(/t0ken|s3cret|127\.0\.0\.1/);
});

test('channels that are named are tested alone, and the exit code is 0 when all delivered', async () => {
  receiver.reply = { body: '{"ok":true}' };
  const { code, stdout } = await notifyTest('hook', 'hook', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { format: 1, channels: [{ channel: 'hook', kind: 'webhook', hears: ['failed'], delivered: true }] },
  ]);
  expect(receiver.received).toHaveLength(1);
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
    severity: 'info',
    title: 'Test of the channel hook',
    data: { test: true },
  });
});

test('an unknown channel is refused before anything is sent', async () => {
  const { code, stdout, stderr } = await notifyTest('hook', 'opps');
  expect([code, stdout, stderr]).toEqual([1, '', "streamwarden: The policy has no channel 'opps'; it has ops, hook, unset.\n"]);
  expect(receiver.received).toHaveLength(0);
});

test('apply tells a channel what it did in one message, and plan tells nobody', async () => {
  receiver.reply = { body: '{"ok":true}' };
  const fixture = await openAccountFixture();
  try {
    appendFileSync(fixture.world[1] ?? '', 'channels: {log: {kind: webhook, url: "env:LOG_URL"}}\ntell: {done: log}\n');
    const env = { LOG_URL: `${receiver.origin}/hook?key=t0ken`, STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1' };
    await start(['plan', ...fixture.world], { env }).ended;
    expect(receiver.received).toHaveLength(0);
    const { code, stdout, stderr } = await start(['apply', ...fixture.world], { env }).ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(receiver.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { severity: 'info', title: 'scale-on-schedule on home: 4 changed', text: expect.stringContaining('group-0 (aig-0): ') },
    ]);
    expect(stdout).not.toContain('t0ken');
  } finally {
    await fixture.close();
  }
});

test('a rehearsal tells nobody: it says what each channel would be told', async () => {
  const file = path.join(folder, 'rehearsal.yaml');
  writeFileSync(
    file,
    `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {cn-office: {account: "1234567890123456", endpoint: cn-shanghai}}
schedules: {always: {everyday: {00:00-24:00: 2 nodes}}}
channels: {log: {kind: webhook, url: "env:HOOK_URL"}}
tell: {done: log, held: log, failed: log}
rules: {scale-on-schedule: [{name: all-groups, groups: {charge: pay-as-you-go}, schedule: always, method: fixed}]}
`,
  );
  const { stderr } = await start(['apply', '--policy', file], {
    env: { HOOK_URL: `${receiver.origin}/hook`, STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1' },
  }).ended;
  expect(stderr).toMatch(/^would tell log: (info|warning) +scale-on-schedule on cn-office: \d+ changed/m);
  expect(receiver.received).toHaveLength(0);
});
