import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

const nowMs = 1_795_492_800_000;
const clock = { now: () => nowMs, sleep: async () => {} };
const message: Message = {
  id: 'alerts/1/aig-1/1795622400/24h',
  timeMs: nowMs,
  severity: 'critical',
  title: '账本 (aig-1) expires in 24 h',
  text: 'Renew it,\nor let it go.',
  data: { amount: { currency: 'CNY', micros: 233_280_000n } },
};

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly url: string | undefined;
  readonly body: string;
}

let folder: string;
let server: Server;
let origin: string;
let received: Received[];
/** What the receiver answers. */
let reply: {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly cut?: true;
  readonly silent?: () => void;
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, url: request.url, body: Buffer.concat(chunks).toString('utf8') });
      if (reply.silent) {
        reply.silent();
        return;
      }
      if (reply.cut) {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"ok":');
        setImmediate(() => response.destroy());
        return;
      }
      response.writeHead(reply.status ?? 200, reply.headers);
      response.end(reply.body ?? '{"ok": true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-notify-'));
  received = [];
  reply = {};
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const webhook = (more: Partial<Parameters<typeof webhookChannel>[0]> = {}) =>
  webhookChannel({ url: `${origin}/hook?key=s3cret-key`, allowedHosts: ['127.0.0.1'], clock, ...more });

describe.each<[string, () => Channel, () => string, () => Channel]>([
  [
    'console',
    () => consoleChannel((line) => received.push({ headers: {}, url: undefined, body: line })),
    () => received.map(({ body }) => body).join('\n'),
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
  ['webhook', () => webhook(), () => received.map(({ body }) => body).join('\n'), () => webhook({ url: 'http://127.0.0.1:9/' })],
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
    const [request] = received as [Received];
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
    expect(received[0]?.headers['x-signature']).toBeUndefined();
  });

  test.each<[string, typeof reply, RegExp]>([
    ['a page of a proxy with status 200', { body: '<html>login</html>' }, /does not say/],
    ['an error in the body', { body: '{"ok": false}' }, /does not say/],
    ['an empty body', { body: '' }, /does not say/],
    ['null', { body: 'null' }, /does not say/],
    ['a server error', { status: 500 }, /status 500/],
    ['a redirect, which is not followed', { status: 302, headers: { location: '/elsewhere' } }, /status 302/],
    ['an answer that breaks off', { cut: true }, /no whole answer/],
    ['an answer that is too large', { body: `{"ok": true, "x": "${'x'.repeat(70_000)}"}` }, /no whole answer/],
  ])('has delivered nothing on %s', async (_name, answer, because) => {
    reply = answer;
    expect(await webhook().send(message)).toEqual({ delivered: false, because: expect.stringMatching(because) });
    expect(received).toHaveLength(1);
  });

  test('gives up on a receiver that does not answer in time', async () => {
    const deadlines: (() => void)[] = [];
    const timers = { set: (run: () => void) => deadlines.push(run), clear: () => {} };
    reply = { silent: () => deadlines.forEach((run) => void run()) };
    expect(await webhook({ timers }).send(message)).toMatchObject({ delivered: false, because: expect.stringContaining('timeout') });
  });

  test.each([
    ['a host that is not listed', { allowedHosts: ['hooks.example.com'] }, 'STREAMWARDEN_CHANNEL_HOSTS'],
    ['no list at all', { allowedHosts: [] }, 'STREAMWARDEN_CHANNEL_HOSTS'],
    ['plain http to another machine', { url: 'http://hooks.example.com/x', allowedHosts: ['hooks.example.com'] }, 'https'],
    ['a name and a password in the address', { url: 'https://u:p@hooks.example.com/', allowedHosts: ['*.example.com'] }, 'password'],
    ['what is no address', { url: 'hooks', allowedHosts: ['hooks'] }, 'no URL'],
    ['an address of the cloud’s metadata', { url: 'http://100.100.100.200/latest', allowedHosts: ['127.0.0.1'] }, 'https'],
  ])('refuses %s before sending anything', async (_name, more, because) => {
    expect(await webhook(more).send(message)).toEqual({ delivered: false, because: expect.stringContaining(because) });
    expect(received).toHaveLength(0);
  });

  test.each([
    ['hooks.example.com', ['*.example.com'], true],
    ['HOOKS.example.com', ['hooks.EXAMPLE.com'], true],
    ['example.com', ['*.example.com'], false],
    ['evilexample.com', ['*.example.com'], false],
    ['hooks.example.com.evil.org', ['*.example.com'], false],
    ['anything.org', ['*.'], false],
    ['anything.org', [''], false],
  ])('host %s on the list %j: %s', async (host, allowedHosts, allowed) => {
    const channel = webhookChannel({ url: `https://${host}/`, allowedHosts, clock });
    expect(channel.kind).toBe(allowed ? 'webhook' : 'dead');
  });
});

describe('the channels of a policy', () => {
  const opened = (entry: { kind: string; url?: string; secret?: string }, environment = {}) =>
    openChannels({ channels: { c: entry } }, { environment, clock }).get('c') as Channel;

  test.each([
    ['a variable that is not set', { kind: 'webhook', url: 'env:NOWHERE' }, {}, 'NOWHERE is not set'],
    ['an empty variable', { kind: 'file', url: 'env:EMPTY' }, { EMPTY: ' ' }, 'EMPTY is not set'],
    ['a secret that is not set', { kind: 'webhook', url: 'env:U', secret: 'env:S' }, { U: 'https://x.example.com/k3y' }, 'S is not set'],
    ['a kind that is not available yet', { kind: 'dingtalk', url: 'env:U' }, { U: 'https://x.example.com/k3y' }, 'not available yet'],
  ])('%s makes a dead channel that says so and never shows an address', async (_name, entry, environment, because) => {
    const channel = opened(entry, environment);
    const delivery = await channel.send(message);
    expect([channel.kind, delivery]).toEqual(['dead', { delivered: false, because: expect.stringContaining(because) }]);
    expect(inspect([channel, delivery], { depth: 9 })).not.toContain('k3y');
  });

  test('a webhook reads address, secret and allowed hosts from the environment', async () => {
    const environment = { U: `${origin}/hook`, S: 'shh', STREAMWARDEN_CHANNEL_HOSTS: 'hooks.example.com, 127.0.0.1' };
    expect(await opened({ kind: 'webhook', url: 'env:U', secret: 'env:S' }, environment).send(message)).toEqual({ delivered: true });
    expect(received[0]?.headers['x-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
  });
});

describe('a notifier', () => {
  const good = () => consoleChannel((line) => received.push({ headers: {}, url: undefined, body: line }));

  test('has told when one channel delivered, and names those that did not', async () => {
    const notifier = notifierOf(
      new Map([
        ['a', good()],
        ['b', deadChannel('it is dead')],
      ]),
    );
    expect(await notifier.send(['a', 'b', 'a'], message)).toEqual({ delivered: true, failed: [{ channel: 'b', because: 'it is dead' }] });
    expect(received).toHaveLength(1);
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
    expect(received).toHaveLength(1);
  });
});
