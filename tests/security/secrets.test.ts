import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { streamwarden } from '../cli/command.ts';
import { hourMs } from '../fixtures/times.ts';
import { type SecretsStory, type Seen, secretsStory } from './secrets-story.ts';

let story: SecretsStory;
beforeAll(async () => {
  story = await secretsStory();
});
afterAll(() => story.close());

/** Where a secret was left behind, as `name: where`; nothing where all is well. */
function leaks(seen: readonly Seen[] = story.seen()): readonly string[] {
  return [...story.secrets()].flatMap(([name, secret]) =>
    seen.filter(({ text }) => text.includes(secret)).map(({ where }) => `${name}: ${where}`),
  );
}

const sample = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../events/samples/${name}.json`, import.meta.url), 'utf8')) as { data: Record<string, unknown> };
const password = 'Pa55word-inside-of-an-event-4715';
/** One function of each make: they fail alike. */
const adapters = ['scale-on-schedule', 'renew-before-expiry', 'digest', 'dispatch', 'report-failure', 'approval-links'];
const oneTarget = { environment: { STREAMWARDEN_TARGET: 'cn-office' } };

/** An event of the audit trail with a password in all places that could hold one. */
function withPassword(): unknown {
  const event = sample('eventbridge-actiontrail-create-app-instance-group');
  const holder = { Password: password, password, AppInstanceGroupId: 'aig-1', Note: password };
  const data = {
    ...event.data,
    ...{ recipientAccountId: '1234567890123456', requestParameters: holder, responseElements: holder, additionalEventData: holder },
    ...{ requestParameterJson: JSON.stringify(holder), userAgent: `sdk ${password}`, sourceIpAddress: password, errorCode: '' },
  };
  return { ...event, data, subject: password };
}

const press = (token: string, decision: string) => ({
  requestContext: { http: { method: 'POST' }, domainName: 'approve.example.com' },
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ token, decision, because: 'fine' }).toString(),
});

describe('no secret is left behind', () => {
  test('while every function does its work, tells people, and asks by link', async () => {
    // One account is enough, but for what fans out to all of them.
    for (const name of story.names) await story.invoke(name, '', name === 'dispatch' ? {} : oneTarget);
    const tokens = story.messages.flatMap(({ body }) => [...body.matchAll(/token=([\w.-]+)/g)].map(([, token]) => token ?? ''));
    for (const decision of ['approve', 'refuse', 'approve']) await story.invoke('approval-links', press(tokens[0] ?? '', decision));
    story.simulator.advance(hourMs);
    for (const name of ['renew-before-expiry', 'digest']) await story.invoke(name, '', oneTarget);

    expect(tokens.length).toBeGreaterThan(0);
    const kinds = new Set(story.seen().map(({ where }) => where.replace(/ .*/, '')));
    expect([...kinds].sort()).toEqual(['answer', 'error', 'journal', 'log', 'report']);
    const written = story.seen().map(({ where }) => where);
    expect(written.some((where) => where.startsWith('journal prod/approvals-link/'))).toBe(true);
    expect(written.some((where) => where.startsWith('journal prod/renewals/'))).toBe(true);
    expect([...story.secrets().keys()].filter((name) => name.startsWith('issued')).length).toBeGreaterThan(4);
    expect(leaks()).toEqual([]);
    // What people are told has no secret either, but for the link in the question itself.
    const told = story.messages.map(({ body }) => ({ where: 'message', text: body.replace(/token=[\w.-]+/g, '') }));
    expect(leaks(told)).toEqual([]);
  });

  test('while events with passwords arrive, good and bad', async () => {
    const event = withPassword();
    for (const name of story.names) {
      for (const each of [
        event,
        [event, JSON.stringify(event)],
        JSON.stringify(event).slice(0, -9),
        { triggerName: password, triggerTime: password },
      ]) {
        await story.invoke(name, each, oneTarget);
      }
      await story.invoke(name, {
        triggerTime: '2026-11-25T00:00:00Z',
        triggerName: 't',
        payload: `{"target": "cn-office", "password": "${password}"`,
      });
      await story.invoke(name, {
        ...sample('async-destination-failure'),
        requestPayload: JSON.stringify(event),
        responsePayload: JSON.stringify({ errorType: 'Error', errorMessage: `it failed with ${password}`, stackTrace: [password] }),
      });
    }
    expect(leaks()).toEqual([]);
  });

  test.each<[string, { readonly environment?: object; readonly credentials?: object }, object?]>([
    ['the journal is a folder', { environment: { FC_FUNC_CODE_PATH: 'LOCAL', STREAMWARDEN_STORE: 'dir:STATE' } }],
    [
      'the identity is refused',
      { credentials: { accessKeyId: 'simulator-1234567890123456', accessKeySecret: 'wrongsec-of-an-identity-that-is-refused-4716' } },
    ],
    ['roles cannot be assumed', {}, { kind: 'deny', action: 'AssumeRole', times: 'always' }],
    ['the service answers pages of a proxy', {}, { kind: 'html', action: '*', times: 'always' }],
    ['answers break off', {}, { kind: 'cut-body', action: '*', times: 'always', execute: false }],
    ['the bucket refuses', {}, { kind: 'deny', action: 'oss:*', times: 'always' }],
    ['channels refuse', { environment: { HOOK_URL: `ECHO/elsewhere/whsec-path-of-a-robot-4711` } }],
    ['channels are set up wrongly', { environment: { HOOK_URL: 'http://user:whsec-path-of-a-robot-4711@example.com/' } }],
    ['keys of links are too short', { environment: { STREAMWARDEN_LINK_KEY: 'linksec-key' } }],
    [
      'a secret stands where a public key belongs',
      { environment: { STREAMWARDEN_LINK_PUBLIC_KEY: 'linksec-key-that-signs-approvals-4713' } },
    ],
  ])('while %s', async (_name, { environment = {}, credentials }, fault) => {
    const ids = fault === undefined ? [] : [story.simulator.faults.add(fault as Parameters<typeof story.simulator.faults.add>[0])];
    const real = JSON.parse(
      JSON.stringify(environment)
        .replace('STATE', path.join(story.folder, 'state', 'journal'))
        .replace('LOCAL', path.join(story.folder, 'local'))
        .replace('ECHO', new URL(story.receiver).origin),
    ) as object;
    const before = story.seen().length;
    for (const name of adapters) {
      await story.invoke(name, '', { environment: { ...oneTarget.environment, ...real }, ...(credentials ? { credentials } : {}) });
    }
    for (const _id of ids) story.simulator.faults.clear();
    expect(story.seen().length).toBeGreaterThan(before);
    expect(leaks()).toEqual([]);
  });
});

/** Key of some record that a function wrote into the folder. */
function firstKey(): string {
  const folder = path.join(story.folder, 'state', 'journal');
  const [key] = story
    .seen()
    .flatMap(({ where }) => (where.startsWith(`file ${folder}/runs/`) ? [where.slice(`file ${folder}/`.length)] : []));
  return key ?? '';
}

test('the search finds a secret where there is one', () => {
  expect(leaks([{ where: 'a log', text: `{"text":"${password}"}` }])).toEqual(['password: a log']);
});

test('no secret is in what commands print', async () => {
  const world = [
    '--policy',
    path.join(story.folder, 'policy.yaml'),
    '--simulator',
    story.simulator.url,
    '--state',
    path.join(story.folder, 'desk'),
  ];
  const env = {
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIsome', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrongsec-of-an-identity-that-is-refused-4716' },
    ...{ HOOK_URL: story.receiver, HOOK_SECRET: 'whsec-signing-key-of-a-robot-4712', STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1' },
    ...{ STREAMWARDEN_LINK_URL: 'https://approve.example.com/', STREAMWARDEN_LINK_KEY: 'linksec-key-that-signs-approvals-4713' },
  };
  const journal = ['--state', path.join(story.folder, 'state', 'journal')];
  const commands = [
    ['explain', 'fin-ledger', ...world],
    ['journal', 'show', firstKey(), ...journal],
  ];
  const seen: Seen[] = [];
  await Promise.all(
    commands.map(async (command) => {
      const { stdout, stderr } = await streamwarden(command, { env });
      expect(stdout.length, stderr).toBeGreaterThan(20);
      seen.push({ where: `command ${command[0]}`, text: stdout + stderr });
    }),
  );
  expect(leaks(seen)).toEqual([]);
});
