import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { facts, page } from '../../functions/approval-links/pages.ts';
import { printable, printableLines } from '../../shared/client/printable.ts';
import { redact } from '../../shared/client/redact.ts';
import { mapDeliveryGroup } from '../../shared/fleet/map-delivery-group.ts';
import { mapWorkstation } from '../../shared/fleet/map-workstation.ts';
import { matcher } from '../../shared/policy/selector.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { streamwarden } from '../cli/command.ts';
import { type Receiver, startReceiver } from '../notify/receiver.ts';

/** Begins a line that only a name can have made. */
const forged = 'FORGED everything is approved';
const hostile: readonly string[] = [
  '\u001b]0;owned\u0007\u001b[2J\u001b[31mred',
  `line one\n${forged}`,
  `line one\r\n${forged}`,
  `over\r${forged}`,
  `sep\u2028${forged}`,
  `para\u2029${forged}`,
  `next\u0085${forged}`,
  'x\u009b31mC1\u009d0;t\u009c',
  '\u202egpj.exe',
  '\u2066isolate\u2069\u200e\u200f\u061c',
  'zero\u200bwidth\u200d\ufeff\u00ad',
  'tags\u{e0041}\u{e007f}',
  'nul\u0000back\b\b\b\u007f',
  'tab\there',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  "=cmd|' /C calc'!A0",
  'a|b`c`*d*_e_#f @all',
  '<at user_id="all">x</at>',
  '100%s%n{name}$1$&',
  `long ${'x'.repeat(5000)}`,
];
/** What may be in nothing that people are shown. */
const forbidden = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/u;
const account = '1000000000000001';

const groups: GroupSeed[] = hostile.flatMap((name, index): GroupSeed[] => [
  {
    ...{ id: `aig-g${index}`, name, region: 'cn-hangzhou', pool: { strategy: { fixed: 9 } } },
    tags: { department: 'sales', 'peak-nodes': name, owner: name, team: name },
    sessions: [{ user: `u${name.slice(0, 60)}`, connected: true }],
  },
  {
    ...{ id: `aig-s${index}`, name, region: 'cn-hangzhou', charge: 'PrePaid', pool: { strategy: { fixed: 2 } } },
    ...{ createdAt: '2025-11-30T00:00:00+08:00', expiresAt: '2026-11-30T00:00:00+08:00', tags: { department: name.slice(0, 60) } },
  },
]);

const policy = `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {home: {account: "${account}", role: streamwarden, endpoint: cn-shanghai}}
schedules: {office: {everyday: {08:00-20:00: 100%}}}
limits: {spendPerMonth: [900000 CNY], shareOfRulePerRun: 100%, shareOfRulePer24h: 100%, actionsPerRun: 1000, actionsPer24h: 1000, sessionsCutPerRun: 500, sessionsCutPer24h: 500}
approvers: {finance: [li.wei]}
channels: {ops: {kind: webhook, url: "env:HOOK_URL"}, chat: {kind: dingtalk, url: "env:CHAT_URL", secret: "env:CHAT_SECRET"}}
tell: {done: [ops, chat], held: [ops, chat], money: [ops, chat], failed: [ops, chat]}
rules:
  scale-on-schedule:
    - {name: office, groups: {tags: {department: sales}}, schedule: office, peak: {tag: peak-nodes, otherwise: 4, atMost: 9}}
  renew-before-expiry:
    - {name: subscriptions, groups: {charge: subscription}, consoleAutoRenew: disabled, daysBefore: 10, period: 1 Month, autoPay: true, ask: {above: [1 CNY], who: finance}, unanswered: hold}
  log-off-sessions:
    - {name: sales, groups: {tags: {department: sales}}, after: {schedule: office, wait: 30m}, who: everyone, resetAfterUnbind: disabled}
  enforce-policy:
    - {name: names, groups: all, sessionTimeout: 30m, namePattern: "ok-*", requireTags: [cost-center]}
`;

let simulator: Simulator;
let receiver: Receiver;
let folder: string;
beforeAll(async () => {
  simulator = await startSimulator({ world: buildWorld({ start: '2026-11-25T20:40:00+08:00', accounts: [{ id: account, groups }] }) });
  receiver = await startReceiver();
  receiver.reply = { body: '{"ok": true, "errcode": 0, "errmsg": "ok"}' };
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-names-'));
  writeFileSync(path.join(folder, 'policy.yaml'), policy);
});
afterAll(async () => {
  await simulator.close();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

const run = (...args: readonly string[]) =>
  streamwarden(
    [...args, '--simulator', simulator.url, '--policy', path.join(folder, 'policy.yaml'), '--state', path.join(folder, 'state')],
    {
      env: {
        HOOK_URL: `${receiver.origin}/hook`,
        CHAT_URL: `${receiver.origin}/chat`,
        CHAT_SECRET: 'SECs3cret',
        STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1',
      },
    },
  );

function expectHarmless(text: string): void {
  const bad = text.split('\n').filter((line) => forbidden.test(line) || line.trimStart().startsWith(forged));
  expect(bad).toEqual([]);
}

describe('names, tags and users of the service do nothing to whoever reads them', () => {
  test.each([
    ['plan', '--why'],
    ['apply'],
    ['explain', 'aig-g1'],
    ['explain', 'aig-s1'],
    ['explain', 'aig-g5'],
    ['approvals'],
    ['digest'],
    ['spend'],
    ['offboard', `u${hostile[1]}`],
    ['journal', 'list'],
    ['doctor'],
  ])('%s %s', async (...args) => {
    const policied = args[0] === 'journal' ? ['journal', 'list', '--state', path.join(folder, 'state')] : undefined;
    const { stdout, stderr } = policied ? await streamwarden(policied) : await run(...args);
    expect(stdout.length).toBeGreaterThan(0);
    expectHarmless(stdout);
    expectHarmless(stderr);
  });

  test.each([
    ['plan', '--json'],
    ['explain', 'aig-g1', '--json'],
    ['digest', '--json'],
    ['approvals', '--json'],
  ])('%s as JSON: a program reads it, a terminal can show it', async (...args) => {
    const { stdout } = await run(...args);
    expect(JSON.parse(stdout)).toMatchObject({ format: 1 });
    expectHarmless(stdout);
  });

  test('a raw call prints what the service said, escaped', async () => {
    const call = ['call', 'ListAppInstanceGroup', '--ProductType', 'CloudApp', '--all', '--simulator', simulator.url];
    const { stdout } = await streamwarden(call);
    expectHarmless(stdout);
    const names = (JSON.parse(stdout) as { AppInstanceGroupName: string }[]).map(({ AppInstanceGroupName }) => AppInstanceGroupName);
    expect(names.filter((name) => hostile.includes(name))).toHaveLength(hostile.length * 2);
  });

  test('a policy that import writes is valid, and no name stands in it as policy', async () => {
    const { code, stdout, stderr } = await streamwarden(['import', '--simulator', simulator.url]);
    expect(code).toBe(0);
    expectHarmless(stdout);
    expectHarmless(stderr);
    const file = path.join(folder, 'imported.yaml');
    writeFileSync(file, stdout);
    expect(await streamwarden(['validate', file])).toMatchObject({ code: 0 });
  });

  test('pages and plots', async () => {
    const file = path.join(folder, 'digest.html');
    await run('digest', '--html', file);
    const html = readFileSync(file, 'utf8');
    expectHarmless(html);
    expect(html).not.toMatch(/<script>alert|<img src=x|<at /);
    const approval = page(`Renew ${hostile[1]}`, facts(hostile.map((name) => [name, name])));
    expectHarmless(approval);
    expect(approval).not.toMatch(/<script>alert|<img src=x|<at /);
  });

  test('messages, of chats and of programs', () => {
    const bodies = receiver.received.map(({ body }) => body);
    expect(bodies.length).toBeGreaterThan(1);
    for (const body of bodies) {
      const { text, title } = JSON.parse(body) as { text: string | { content: string }; title?: string };
      const said = typeof text === 'string' ? `${title}\n${text}` : text.content;
      expectHarmless(said);
      if (typeof text !== 'string') expect(said).not.toContain('<');
    }
  });
});

describe('a name that cannot be shown as it is', () => {
  test.each(hostile.filter((name) => forbidden.test(name) || name.includes('\n') || name.length > 200))(
    '%j is shown in one line and compared raw',
    (raw) => {
      for (const resource of [
        mapDeliveryGroup({ AppInstanceGroupId: 'aig-1', AppInstanceGroupName: raw }),
        mapWorkstation({ WuyingServerId: 'ws-1', WuyingServerName: raw }),
      ]) {
        expect(resource?.rawName).toBe(raw);
        expect(resource?.name).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(resource?.name?.length).toBeLessThanOrEqual(201);
        const pattern = `${raw.slice(0, 2)}*`;
        expect(matcher({ names: [pattern] })(resource as never, 0)).toBe('yes');
      }
      // What is shown for a character is no character of the name.
      expect(matcher({ names: ['*�*'] })(mapDeliveryGroup({ AppInstanceGroupId: 'aig-1', AppInstanceGroupName: raw }) as never, 0)).toBe(
        'no',
      );
    },
  );

  test.each(['会议室 03', 'Ñandú', '𠮷野家', 'emoji 🚀', '  spaces  ', "o'brien & söhne", 'مرحبا'])('%j is left as it is', (name) => {
    const group = mapDeliveryGroup({ AppInstanceGroupId: 'aig-1', AppInstanceGroupName: name });
    expect([group?.name, group?.rawName]).toEqual([name, undefined]);
  });

  test('whatever the text: nothing that cannot be printed is left, and what can be printed stays', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect([...shown]).toHaveLength([...text].length);
        expect(printable(shown)).toBe(shown);
        expect(printableLines(text)).toBe(text.split('\n').map(printable).join('\n'));
        expect(redact(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
