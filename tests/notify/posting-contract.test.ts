import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../shared/notify/message.ts';
import type { PostingOptions } from '../../shared/notify/posting-channel.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { type PostingKind, postingKinds } from './posting-kinds.ts';
import { type Receiver, type Reply, startReceiver } from './receiver.ts';

const nowMs = 1_700_000_000_000;
const clock = clockOf(() => nowMs);
const message: Message = {
  id: 'runs/1',
  timeMs: nowMs,
  severity: 'warning',
  title: '账本 (aig-1) holds',
  text: 'Look at it,\nor let it go.',
};

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
  receiver.reply = {};
});

const channelOf = ({ make, path }: PostingKind, more: Partial<PostingOptions> = {}) =>
  make({ url: `${receiver.origin}${path}`, secret: 's3cret', allowedHosts: ['127.0.0.1'], clock, ...more });
const kinds = postingKinds.map((each) => [each.kind, each] as const);

describe.each(kinds)('a channel of kind %s', (kind, each) => {
  test('has delivered where the receiver says so, and posts once, as JSON, to its very address', async () => {
    receiver.reply = { body: each.taken };
    const channel = channelOf(each);
    expect(channel.kind).toBe(kind);
    expect(await channel.send(message)).toEqual({ delivered: true });
    const [request, ...others] = receiver.received;
    expect(others).toEqual([]);
    expect(request?.url.startsWith(each.path)).toBe(true);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', host: new URL(receiver.origin).host });
    expect(JSON.stringify(JSON.parse(request?.body ?? ''))).toContain('账本 (aig-1) holds');
  });

  test.each(each.refused)('has delivered nothing on status 200 with the body %s', async (body) => {
    receiver.reply = { body };
    expect(await channelOf(each).send(message)).toEqual({ delivered: false, because: expect.stringMatching(/its answer|refused/) });
  });

  const nothing: readonly (readonly [string, Reply, RegExp])[] = [
    ['a page with status 200', { body: '<html>log in, t0ken</html>' }, /its answer/],
    ['an empty body', { body: '' }, /its answer/],
    ['null', { body: 'null' }, /its answer/],
    ['broken JSON', { body: '{"errcode":0' }, /its answer/],
    ['a server error with the right body', { status: 500, body: each.taken }, /status 500/],
    ['a redirect, which is not followed', { status: 302, headers: { location: '/elsewhere' }, body: each.taken }, /status 302/],
    ['an answer that breaks off', { cut: true }, /no whole answer came \(cut\)/],
    ['an answer that is too large', { body: each.taken + ' '.repeat(70_000) }, /no whole answer came \(too-large\)/],
  ];
  test.each(nothing)(
    'has delivered nothing on %s, asks once, and says so without a word of address, secret or answer',
    async (_name, reply, because) => {
      receiver.reply = reply;
      const channel = channelOf(each);
      const delivery = await channel.send(message);
      expect(delivery).toEqual({ delivered: false, because: expect.stringMatching(because) });
      expect(receiver.received).toHaveLength(1);
      expect(inspect([channel, delivery], { depth: 9, showHidden: true })).not.toMatch(/t0ken|s3cret|127\.0\.0\.1/);
    },
  );

  test('gives up on a receiver that never answers', async () => {
    const deadlines: (() => void)[] = [];
    const timers = { set: (run: () => void) => deadlines.push(run), clear: () => {} };
    receiver.reply = { silent: () => deadlines.forEach((run) => void run()) };
    expect(await channelOf(each, { timers }).send(message)).toEqual({ delivered: false, because: 'no whole answer came (timeout)' });
  });

  test('says so where nobody listens', async () => {
    expect(await channelOf(each, { url: 'http://127.0.0.1:9/t0ken' }).send(message)).toEqual({
      delivered: false,
      because: 'no whole answer came (connect)',
    });
  });

  test.each<readonly [string, Partial<PostingOptions>, string]>([
    ['a host that is not listed', { allowedHosts: ['hooks.example.com'] }, 'STREAMWARDEN_CHANNEL_HOSTS'],
    ['no list at all', { allowedHosts: [] }, 'STREAMWARDEN_CHANNEL_HOSTS'],
    ['plain http to another machine', { url: 'http://hooks.example.com/x', allowedHosts: ['hooks.example.com'] }, 'https'],
    ['another scheme', { url: 'file:///etc/passwd', allowedHosts: ['*.example.com', ''] }, 'https'],
    ['a name and a password in the address', { url: 'https://u:p@hooks.example.com/', allowedHosts: ['*.example.com'] }, 'password'],
    ['what is no address', { url: 'hooks', allowedHosts: ['hooks'] }, 'no URL'],
    ['plain http to the metadata of the cloud', { url: 'http://100.100.100.200/latest', allowedHosts: ['100.100.100.200'] }, 'https'],
    ['a name that only ends like one of this machine', { url: 'http://localhost.example.com/', allowedHosts: ['*.example.com'] }, 'https'],
  ])('refuses %s before sending anything', async (_name, more, because) => {
    const channel = channelOf(each, more);
    expect([channel.kind, await channel.send(message)]).toEqual(['dead', { delivered: false, because: expect.stringContaining(because) }]);
    expect(receiver.received).toHaveLength(0);
  });

  test('needs no listing of the host of its own service, and takes no other for it', () => {
    const own = postingKinds.flatMap(({ host }) => host ?? []);
    const open = own.filter((host) => channelOf(each, { url: `https://${host}/t0ken`, allowedHosts: [] }).kind === kind);
    expect(open).toEqual(each.host === undefined ? [] : [each.host]);
  });
});
