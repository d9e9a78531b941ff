import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLinkHandler } from '../../functions/approval-links/handle-link.ts';
import { pages } from '../../functions/approval-links/pages.ts';
import { renewBeforeExpiry } from '../../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../../functions/renew-before-expiry/run/run-renewals.ts';
import { closeConnections } from '../../shared/client/agents.ts';
import { approvalLinks } from '../../shared/fc/approval-links.ts';
import { createHandler, type InvocationSummary } from '../../shared/fc/handle.ts';
import { publicKeyOf } from '../../shared/journal/people/approval-link.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { hourMs } from '../fixtures/times.ts';
import { accountId, compiledPolicy, orders, policyText } from '../functions/renew-before-expiry/renewal-fixture.ts';
import { type HttpTrigger, httpTrigger } from './http-trigger.ts';
import { type WebhookServer, webhookServer } from './webhook-server.ts';

const start = '2026-11-24T12:00:00+08:00';
const linkKey = 'a-key-of-the-tests-that-is-long-enough-1';
const asking = (ask: string) =>
  `- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, ask: {who: finance, above: 1 CNY, ${ask}}}`;

let folder: string;
let simulator: Simulator;
let chat: WebhookServer;
let trigger: HttpTrigger;
let lines: string[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-links-'));
  lines = [];
  const group = { id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt: '2026-11-30T00:00:00+08:00' };
  simulator = await startSimulator({
    world: buildWorld({ start, accounts: [{ id: accountId, groups: [group] }] }),
    gatewayClock: 'virtual',
  });
  chat = await webhookServer();
  // What the internet reaches has the public key alone.
  const keys = { STREAMWARDEN_LINK_KEY: '', STREAMWARDEN_LINK_PUBLIC_KEY: publicKeyOf(linkKey) };
  trigger = await httpTrigger((event, context) => createLinkHandler(pages, parts(keys))(event, { ...context, credentials: key() }));
});

afterEach(async () => {
  closeConnections();
  await Promise.all([simulator.close(), chat.close(), trigger.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const key = () => {
  const { accessKeyId = '', accessKeySecret = '' } = simulator.accounts[0] ?? {};
  return { accessKeyId, accessKeySecret };
};

const parts = (environment: Readonly<Record<string, string>> = {}) => ({
  clock: worldClock(simulator),
  write: (line: string) => void lines.push(line),
  environment: {
    ...{ FC_FUNC_CODE_PATH: folder, STREAMWARDEN_STORE: 'oss://acme-journal/prod', STREAMWARDEN_SIMULATOR: simulator.url },
    ...{ MONEY_URL: chat.url, STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1' },
    ...{ STREAMWARDEN_LINK_URL: `${trigger.url}/decide`, STREAMWARDEN_LINK_KEY: linkKey, ...environment },
  },
});

/** One invocation of renew-before-expiry; gives the outcomes. */
async function renew(ask = 'links: true, remind: [2d]', environment: Readonly<Record<string, string>> = {}): Promise<InvocationSummary> {
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compiledPolicy(policyText(asking(ask)), Date.parse(start))));
  const handler = createHandler(renewalRunner(renewBeforeExpiry), { ...parts(environment), links: approvalLinks });
  return handler(new Uint8Array(), { requestId: 'one', credentials: key(), function: { timeout: 300 } });
}

const questions = () => chat.messages.filter(({ title }) => title.startsWith('finance is asked'));
const linkIn = (text: string | undefined) => /Decide here: (\S+)$/.exec(text ?? '')?.[1] ?? '';

/** What a person does: opens the link, and presses a button of the form on the page, where there is one. */
async function press(link: string, decision: 'approve' | 'refuse'): Promise<string> {
  const page = await (await fetch(link)).text();
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1];
  const action = /<form method="post" action="([^"]+)">/.exec(page)?.[1];
  if (token === undefined || action === undefined) return page;
  const body = new URLSearchParams({ token, decision, because: 'Li Wei' });
  const answer = await fetch(new URL(action, link), { method: 'POST', body });
  return answer.text();
}

/** All that anybody but the receiver of the message can read afterwards: log lines, and every record of the journal. */
function elsewhere(): string {
  const bucket = simulator.oss.bucket('acme-journal');
  const names = bucket?.list('', '', 1000).names ?? [];
  return [...lines, ...names.map((name) => `${name} ${bucket?.get(name)?.bytes.toString('utf8')}`)].join('\n');
}

test('a renewal that asks sends its link to the money channel; approved by it, the next run orders once, and says by whom', async () => {
  expect((await renew()).targets).toMatchObject([{ hold: 1, act: 0 }]);
  const [question] = questions();
  const link = linkIn(question?.text);
  expect(link).toMatch(new RegExp(`^${trigger.url}/decide\\?token=`));

  // A chat program that looks at the link decides nothing.
  expect((await fetch(link)).status).toBe(200);
  expect((await renew()).targets).toMatchObject([{ hold: 1, act: 0 }]);
  expect(await press(link, 'approve')).toContain('You approved this renewal');
  expect(orders({ simulator })).toHaveLength(0);

  expect((await renew()).targets).toMatchObject([{ act: 1, outcomes: { done: 1 } }]);
  simulator.advance(hourMs);
  expect((await renew()).targets).toMatchObject([{ act: 0, hold: 0 }]);
  expect(orders({ simulator })).toHaveLength(1);
  expect(await press(link, 'refuse')).toContain('This renewal was ordered');
  expect(questions()).toHaveLength(1);
  expect(elsewhere()).toContain('"approvedBy":"finance (link)"');
  // Neither the token nor the private key in it is anywhere.
  const [, seed = ''] = (new URL(link).searchParams.get('token') ?? '').split('.');
  expect(seed).toHaveLength(43);
  expect(elsewhere()).not.toContain(seed);
  expect(elsewhere()).not.toContain(linkKey);
});

test('refused by its link, it is not ordered, and nobody is asked again', async () => {
  await renew();
  const link = linkIn(questions()[0]?.text);
  expect(await press(link, 'refuse')).toContain('You refused this renewal');
  expect((await renew()).targets).toMatchObject([{ hold: 1, act: 0 }]);
  simulator.advance(4 * 24 * hourMs);
  expect((await renew()).targets).toMatchObject([{ hold: 1, act: 0 }]);
  expect(orders({ simulator })).toHaveLength(0);
  expect(questions()).toHaveLength(1);
});

test('a reminder brings the same link', async () => {
  await renew();
  simulator.advance(4 * 24 * hourMs);
  await renew();
  const links = questions().map(({ text }) => linkIn(text));
  expect(links).toHaveLength(2);
  expect(new Set(links).size).toBe(1);
  expect(new Set(questions().map(({ id }) => id)).size).toBe(2);
});

test.each<[string, string, Readonly<Record<string, string>>, string | undefined]>([
  ['where the rule does not count links', 'links: false', {}, undefined],
  ['without address and key', 'links: true', { STREAMWARDEN_LINK_URL: '', STREAMWARDEN_LINK_KEY: '' }, undefined],
  ['without a key', 'links: true', { STREAMWARDEN_LINK_KEY: '' }, 'STREAMWARDEN_LINK_KEY is not set'],
  ['with a short key', 'links: true', { STREAMWARDEN_LINK_KEY: 'short-and-guessed' }, 'STREAMWARDEN_LINK_KEY must have 32 bytes'],
  [
    'with a key of one letter',
    'links: true',
    { STREAMWARDEN_LINK_KEY: 'short-and-guessed'.at(0)?.repeat(40) ?? '' },
    'STREAMWARDEN_LINK_KEY repeats a few',
  ],
  ['without an address', 'links: true', { STREAMWARDEN_LINK_URL: '' }, 'STREAMWARDEN_LINK_URL has to begin with https://'],
  [
    'with plain http to elsewhere',
    'links: true',
    { STREAMWARDEN_LINK_URL: 'http://approve.example.com/' },
    'STREAMWARDEN_LINK_URL has to begin with https://',
  ],
  [
    'with a password in the address',
    'links: true',
    { STREAMWARDEN_LINK_URL: 'https://u:p@approve.example.com/' },
    'STREAMWARDEN_LINK_URL has to begin with https://',
  ],
])('%s the question goes out without a link, and the run does not fail', async (_name, ask, environment, said) => {
  await renew(ask, environment);
  expect(questions()).toHaveLength(1);
  expect(questions()[0]?.text).not.toContain('Decide here');
  const off = lines.filter((line) => line.includes('"links-off"'));
  expect(off).toHaveLength(said === undefined ? 0 : 1);
  if (said !== undefined) expect(off[0]).toContain(said);
  expect(elsewhere()).not.toContain('short-and-guessed');
});

test('a question that can go nowhere but the log goes there without its link', async () => {
  await renew('links: true', { MONEY_URL: '' });
  const policy = policyText(asking('links: true')).replace('money: money', 'money: none');
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compiledPolicy(policy, Date.parse(start))));
  const handler = createHandler(renewalRunner(renewBeforeExpiry), { ...parts(), links: approvalLinks });
  await handler(new Uint8Array(), { requestId: 'two', credentials: key(), function: { timeout: 300 } });
  expect(lines.some((line) => line.includes('"told"') && line.includes('finance is asked'))).toBe(true);
  expect(lines.join('\n')).not.toMatch(/token=|Decide here/);
});
