import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Runner } from '../../shared/engine/runner.ts';
import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler, type InvocationSummary } from '../../shared/fc/handle.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { type Receiver, startReceiver } from '../notify/receiver.ts';
import { DialService, dialAutomation, HandClock, policyWith, type Wishes } from './dial.ts';

let folder: string;
let receiver: Receiver;
let lines: Record<string, unknown>[];
let raw: string;
let clock: HandClock;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-told-'));
  receiver.received.length = 0;
  receiver.reply = { body: '{"errcode":0,"errmsg":"ok"}' };
  lines = [];
  raw = '';
  clock = new HandClock();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A function deployed with a robot for everything; gives what invoking it comes to. */
function deployed(runner: Runner): () => Promise<InvocationSummary | Error> {
  const policy = policyWith({
    channels: { ops: { kind: 'dingtalk', url: 'env:OPS_URL', secret: 'env:OPS_SECRET' } },
    tell: { done: ['ops'], held: ['ops'], failed: ['ops'] },
  });
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(policy));
  const handler = createHandler(runner, {
    clock,
    environment: {
      FC_FUNC_CODE_PATH: folder,
      STREAMWARDEN_STORE: `dir:${path.join(folder, 'journal')}`,
      STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1',
      OPS_URL: `${receiver.origin}/robot/send?access_token=t0ken`,
      OPS_SECRET: 'SECs3cret',
    },
    write: (line) => {
      raw += `${line}\n`;
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
  });
  const credentials = { accessKeyId: 'STS.EXAMPLEKEYID', accessKeySecret: 'k3y', securityToken: 't' };
  return () => handler(new Uint8Array(), { requestId: 'r', credentials }).catch((error: Error) => error);
}

function holding(): Runner {
  const service = new DialService();
  const wishes: Wishes = new Map();
  service.put('a', 'x', { name: 'ledger' });
  wishes.set('a', { value: 'HOLD' });
  const runner = automationRunner(dialAutomation(service, wishes));
  // Whose the keys are it says, too.
  return { ...runner, run: (options) => runner.run({ ...options, client: service.client }) };
}

const broken = (error: () => Error): Runner => ({
  name: 'dials',
  run: async () => {
    throw error();
  },
});
const texts = () =>
  receiver.received.splice(0).map(({ body }) => (JSON.parse(body) as { readonly text: { readonly content: string } }).text.content);
const events = (event: string) => lines.filter((line) => line['event'] === event);

test('a deployed function tells a robot of a new hold once, logs it, and shows neither address nor secret', async () => {
  const invoke = deployed(holding());
  expect(await invoke()).toMatchObject({ targets: [{ failed: false, hold: 1 }] });
  clock.nowMs += 300_000;
  await invoke();
  expect(texts()).toEqual([expect.stringMatching(/^Streamwarden · warning: dials on cn: 1 held\nHeld: a: cannot be read\./)]);
  expect(events('held')).toMatchObject([{ level: 'warn', resource: 'a', code: 'unreadable' }]);
  expect(raw).not.toMatch(/t0ken|s3cret|127\.0\.0\.1/);
});

test('a robot that refuses fails no run, is logged with its code, and is told again until it takes the message', async () => {
  receiver.reply = { body: '{"errcode":310000,"errmsg":"token t0ken is not found"}' };
  const invoke = deployed(holding());
  expect(await invoke()).toMatchObject({ targets: [{ failed: false }] });
  expect(events('warning')).toMatchObject([
    {
      code: 'channel-dead',
      text: expect.stringMatching(
        /^The channel ops did not deliver: it refused the message \(errcode 310000\): the robot's security settings/,
      ),
    },
  ]);
  expect(texts()).toHaveLength(1);
  receiver.reply = { body: '{"errcode":0}' };
  clock.nowMs += 300_000;
  await invoke();
  await invoke();
  expect(texts()).toHaveLength(1);
  expect(raw).not.toMatch(/t0ken|s3cret|127\.0\.0\.1/);
});

test('a run that breaks off is told by the handler, the same failure once an hour and another one at once', async () => {
  let error = new Error('AccessKeySecret=abcdefgh12345678 went wrong');
  const invoke = deployed(broken(() => error));
  expect(await invoke()).toMatchObject({ code: 'RunFailed' });
  expect(texts()).toEqual([
    'Streamwarden · critical: dials failed on cn\nFailed: Unexpected: AccessKeySecret=[hidden] went wrong.\nWhat to do: this is a defect of the program: report it with the log lines of this run.\nNothing more was done there in this run; the next one goes on.',
  ]);
  clock.nowMs += 300_000;
  await invoke();
  expect(texts()).toEqual([]);
  error = Object.assign(new Error('no'), { code: 'Another' });
  await invoke();
  clock.nowMs += 3_600_000;
  await invoke();
  expect(texts()).toHaveLength(2);
});

test('where the robot is dead as well, the invocation fails for the run alone, and the log says both', async () => {
  receiver.reply = { status: 502, body: 'bad gateway' };
  expect(await deployed(broken(() => new Error('boom')))()).toMatchObject({ code: 'RunFailed' });
  expect(events('channel-dead')).toMatchObject([{ channel: 'ops', because: 'it answered with status 502' }]);
  expect(events('target-failed')).toHaveLength(1);
});
