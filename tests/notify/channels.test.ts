import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Channel, deadChannel } from '../../shared/notify/channel.ts';
import { consoleChannel } from '../../shared/notify/console-channel.ts';
import { fileChannel } from '../../shared/notify/file-channel.ts';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import { openChannels } from '../../shared/notify/open-channels.ts';
import { webhookChannel } from '../../shared/notify/webhook-channel.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { postingKinds } from './posting-kinds.ts';
import { type Received, type Receiver, startReceiver } from './receiver.ts';

const nowMs = 1_795_492_800_000;
const clock = clockOf(() => nowMs);
const message: Message = {
  id: 'alerts/1/aig-1/1795622400/24h',
  timeMs: nowMs,
  severity: 'critical',
  title: '账本 (aig-1) expires in 24 h',
  text: 'Renew it,\nor let it go.',
  data: { amount: { currency: 'CNY', micros: 233_280_000n } },
};

let folder: string;
let receiver: Receiver;
let written: string[];

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-notify-'));
  receiver.received.length = 0;
  receiver.reply = { body: '{"ok": true}' };
  written = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const webhook = (more: Partial<Parameters<typeof webhookChannel>[0]> = {}) =>
  webhookChannel({ url: `${receiver.origin}/hook?key=s3cret-key`, allowedHosts: ['127.0.0.1'], clock, ...more });

describe.each<[string, () => Channel, () => string, () => Channel]>([
  [
    'console',
    () => consoleChannel((line) => written.push(line)),
    () => written.join('\n'),
    () =>
      consoleChannel(() => {
        throw Object.assign(new Error('gone'), { code: 'EPIPE' });
      }),
  ],
  [
    'file',
    () => fileChannel(path.join(folder, 'deep', 'told.jsonl')),
    () => readFileSync(path.join(folder, 'deep', 'told.jsonl'), 'utf8'),
    () => fileChannel(path.join(folder, 'a\0b')),
  ],
  ['webhook', () => webhook(), () => receiver.received.map(({ body }) => body).join('\n'), () => webhook({ url: 'http://127.0.0.1:9/' })],
])('every channel: %s', (_name, make, arrived, broken) => {
  test('says that it delivered, and the message is there', async () => {
    expect(await make().send(message)).toEqual({ delivered: true });
    expect(arrived()).toContain('aig-1');
    expect(arrived()).toContain('expires in 24 h');
  });

  test('delivers each message, one line for each', async () => {
    const channel = make();
    await channel.send(message);
    await channel.send({ ...message, title: 'another' });
    expect(arrived().trim().split('\n')).toHaveLength(2);
  });

  test('never throws, and says why it did not deliver', async () => {
    expect(await broken().send(message)).toEqual({ delivered: false, because: expect.stringMatching(/\w/) });
  });
});

describe('a webhook', () => {
  test('sends JSON that is signed over its timestamp and its very bytes', async () => {
    await webhook({ secret: 'shh' }).send(message);
    const [request] = receiver.received as [Received];
    expect(request.url).toBe('/hook?key=s3cret-key');
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'x-timestamp': String(nowMs) });
    const expected = createHmac('sha256', 'shh').update(`${nowMs}.${request.body}`).digest('hex');
    expect(request.headers['x-signature']).toBe(`sha256=${expected}`);
    expect(JSON.parse(request.body)).toEqual({
      id: message.id,
      time: '2026-11-24T04:00:00.000Z',
      severity: 'critical',
      title: message.title,
      text: message.text,
      data: { amount: { currency: 'CNY', micros: '233280000' } },
    });
  });

  test('sends no signature without a secret', async () => {
    await webhook().send(message);
    expect(receiver.received[0]?.headers['x-signature']).toBeUndefined();
  });
});

describe('the channels of a policy', () => {
  const opened = (entry: { kind: string; url?: string; secret?: string }, environment = {}) =>
    openChannels({ channels: { c: entry } }, { environment, clock }).get('c') as Channel;

  test.each([
    ['a variable that is not set', { kind: 'webhook', url: 'env:NOWHERE' }, {}, 'NOWHERE is not set'],
    ['an empty variable', { kind: 'file', url: 'env:EMPTY' }, { EMPTY: ' ' }, 'EMPTY is not set'],
    ['a secret that is not set', { kind: 'webhook', url: 'env:U', secret: 'env:S' }, { U: 'https://x.example.com/k3y' }, 'S is not set'],
    ['a kind of a newer version', { kind: 'pigeon', url: 'env:U' }, { U: 'https://x.example.com/k3y' }, 'no channels of kind pigeon'],
    [
      'a kind that is no kind',
      { kind: 'constructor', url: 'env:U' },
      { U: 'https://x.example.com/k3y' },
      'no channels of kind constructor',
    ],
  ])('%s makes a dead channel that says so and never shows an address', async (_name, entry, environment, because) => {
    const channel = opened(entry, environment);
    const delivery = await channel.send(message);
    expect([channel.kind, delivery]).toEqual(['dead', { delivered: false, because: expect.stringContaining(because) }]);
    expect(inspect([channel, delivery], { depth: 9 })).not.toContain('k3y');
  });

  test.each(postingKinds.map((each) => [each.kind, each] as const))(
    'a channel of kind %s is opened from the environment',
    async (kind, { path: place, taken }) => {
      receiver.reply = { body: taken };
      const environment = { U: `${receiver.origin}${place}`, S: 's3cret', STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1' };
      const channel = opened({ kind, url: 'env:U', secret: 'env:S' }, environment);
      expect([channel.kind, await channel.send(message)]).toEqual([kind, { delivered: true }]);
    },
  );

  test('a webhook reads address, secret and allowed hosts from the environment', async () => {
    const environment = { U: `${receiver.origin}/hook`, S: 'shh', STREAMWARDEN_CHANNEL_HOSTS: 'hooks.example.com, 127.0.0.1' };
    expect(await opened({ kind: 'webhook', url: 'env:U', secret: 'env:S' }, environment).send(message)).toEqual({ delivered: true });
    expect(receiver.received[0]?.headers['x-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
  });
});

describe('a notifier', () => {
  const good = () => consoleChannel((line) => written.push(line));

  test('has told when one channel delivered, and names those that did not', async () => {
    const notifier = notifierOf(
      new Map([
        ['a', good()],
        ['b', deadChannel('it is dead')],
      ]),
    );
    expect(await notifier.send(['a', 'b', 'a'], message)).toEqual({ delivered: true, failed: [{ channel: 'b', because: 'it is dead' }] });
    expect(written).toHaveLength(1);
  });

  test('has told nobody when none delivered, one of them unknown and one defect', async () => {
    const defect: Channel = {
      kind: 'x',
      send: () => {
        throw new TypeError('https://hooks.example.com/k3y');
      },
    };
    const told = await notifierOf(new Map([['x', defect]])).send(['x', 'nowhere'], message);
    expect(told).toMatchObject({ delivered: false, failed: [{ channel: 'x' }, { channel: 'nowhere' }] });
    expect(JSON.stringify(told)).not.toContain('k3y');
  });

  test('tells the console what is for no channel', async () => {
    expect(await notifierOf(new Map(), good()).send([], message)).toEqual({ delivered: true, failed: [] });
    expect(written).toHaveLength(1);
  });
});
