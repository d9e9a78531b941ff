import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../shared/notify/message.ts';
import { robotText } from '../../shared/notify/robot-text.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { postingKinds } from './posting-kinds.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const message: Message = { id: 'm', timeMs: 1_700_000_000_000, severity: 'critical', title: 'A title', text: 'What to do.' };

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
});

/** What a kind posts: its address and its body. */
async function posted(kind: string, secret: string | undefined, what: Partial<Message> = {}, nowMs = 1_700_000_000_000) {
  const found = postingKinds.find((each) => each.kind === kind);
  if (!found) throw new Error(`no kind ${kind}`);
  receiver.reply = { body: found.taken };
  const clock = clockOf(() => nowMs);
  const channel = found.make({ url: `${receiver.origin}${found.path}`, secret, allowedHosts: ['127.0.0.1'], clock });
  expect(await channel.send({ ...message, ...what })).toEqual({ delivered: true });
  const [request] = receiver.received.splice(0);
  return { url: new URL(`${receiver.origin}${request?.url}`), body: JSON.parse(request?.body ?? '') as Record<string, unknown> };
}

describe('signatures, by published examples', () => {
  test('DingTalk signs milliseconds and the secret, in the address behind the token', async () => {
    const { url, body } = await posted('dingtalk', 'SECtestsecret');
    expect([...url.searchParams]).toEqual([
      ['access_token', 't0ken'],
      ['timestamp', '1700000000000'],
      ['sign', '7LVwF0dAF3/+MRRulbpE4y72Ogzykc6bS2nG4I99T4s='],
    ]);
    expect(body).toEqual({ msgtype: 'text', text: { content: 'Streamwarden · critical: A title\nWhat to do.' } });
  });

  test.each(['feishu', 'lark'])('%s signs seconds, in the body', async (kind) => {
    const { url, body } = await posted(kind, 'testsecret', {}, 1_700_000_000_999);
    expect(url.search).toBe('');
    expect(body).toEqual({
      timestamp: '1700000000',
      sign: 'AOc8oJ7//5OlQlfWC3nRL0R+IkuzcD1FKcAyibRK9Q8=',
      msg_type: 'text',
      content: { text: 'Streamwarden · critical: A title\nWhat to do.' },
    });
  });

  test.each(['dingtalk', 'feishu', 'lark', 'wecom', 'slack'])('%s without a secret sends no signature', async (kind) => {
    const { url, body } = await posted(kind, undefined);
    expect([url.searchParams.get('sign'), body['sign'], body['timestamp']]).toEqual([null, undefined, undefined]);
  });
});

test('WeCom and Slack take plain texts', async () => {
  expect((await posted('wecom', undefined)).body).toEqual({
    msgtype: 'text',
    text: { content: 'Streamwarden · critical: A title\nWhat to do.' },
  });
  expect((await posted('slack', undefined)).body).toEqual({ text: 'Streamwarden · critical: A title\nWhat to do.' });
});

test.each(['dingtalk', 'feishu', 'lark', 'wecom', 'slack'])('a name that would mention everybody mentions nobody on %s', async (kind) => {
  const { body } = await posted(kind, 's', { title: '<!channel> <at user_id="all"></at> <@all> A & B\u0007' });
  const text = JSON.stringify(body);
  expect(text).toContain('‹!channel>');
  expect(text).not.toMatch(/<|\\u0007/);
  expect(text.includes('&amp;')).toBe(kind === 'slack');
});

describe('the text for a robot', () => {
  const bytesOf = (text: string) => Buffer.byteLength(text);

  test('is cut at the size that WeCom takes, with a visible mark, and never within a character', async () => {
    const { body } = await posted('wecom', undefined, { text: '账'.repeat(3000) });
    const { content } = body['text'] as { content: string };
    expect(bytesOf(content)).toBeLessThanOrEqual(2048);
    expect(bytesOf(content)).toBeGreaterThan(2040);
    expect(content).toMatch(/账\n… \(cut\)$/);
  });

  test('keeps a short last line where it is cut: it may be what to open', () => {
    const link = 'Decide here: https://links.example.com/?token=abc';
    const text = robotText({ ...message, text: `${'x'.repeat(5000)}\n${link}` }, 2048);
    expect(text.endsWith(`x\n… (cut)\n${link}`)).toBe(true);
    expect(bytesOf(text)).toBe(2048);
  });

  test('fits whatever it is made of, is whole where it can be, and is well formed', () => {
    const lines = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 30 }).map((parts) => parts.join('\n'));
    fc.assert(
      fc.property(lines, fc.integer({ min: 120, max: 4000 }), (text, maxBytes) => {
        const cut = robotText({ ...message, text }, maxBytes);
        const whole = robotText({ ...message, text }, Number.MAX_SAFE_INTEGER);
        expect(bytesOf(cut)).toBeLessThanOrEqual(maxBytes);
        if (bytesOf(whole) <= maxBytes) expect(cut).toBe(whole);
        else expect(cut).toContain('… (cut)');
        expect(cut.startsWith('Streamwarden · critical: A title')).toBe(true);
        expect(cut).not.toMatch(/<|(?!\n)\p{Cc}/u);
        expect(Buffer.from(cut).toString()).toBe(cut);
      }),
    );
  });

  test('has a body that robots take even where every character must be escaped', async () => {
    const { body } = await posted('dingtalk', undefined, { text: '"\\'.repeat(20_000) });
    expect(bytesOf(JSON.stringify(body))).toBeLessThan(20_000);
  });
});

describe('what robots refuse with is named, with what to do', () => {
  const answered = async (kind: string, reply: Receiver['reply']) => {
    const found = postingKinds.find((each) => each.kind === kind);
    receiver.reply = reply;
    const clock = clockOf(() => 1_700_000_000_000);
    return found?.make({ url: `${receiver.origin}${found.path}`, secret: 's', allowedHosts: ['127.0.0.1'], clock }).send(message);
  };

  test.each([
    [
      'dingtalk',
      200,
      '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}',
      /errcode 130101\): too many messages/,
      600_000,
    ],
    ['dingtalk', 200, '{"errcode":410100,"errmsg":"send too fast"}', /errcode 410100\): too many messages/, 600_000],
    ['feishu', 400, '{"code":9499,"msg":"too many request","data":{}}', /code 9499\): too many messages/, 60_000],
    ['feishu', 200, '{"code":11232,"msg":"frequency limited","data":{}}', /code 11232\): too many messages/, 60_000],
    ['lark', 429, '{}', /status 429: too many messages/, 30_000],
    ['wecom', 200, '{"errcode":45009,"errmsg":"api freq out of limit"}', /errcode 45009\): too many messages/, 60_000],
    ['slack', 429, 'rate_limited', /status 429: too many messages/, 30_000],
  ])('%s with status %i and %s was told too fast', async (kind, status, body, because, retryAfterMs) => {
    expect(await answered(kind, { status, body })).toEqual({ delivered: false, because: expect.stringMatching(because), retryAfterMs });
  });

  test('how long to wait is believed up to two minutes', async () => {
    const rests = async (after: string) =>
      (await answered('slack', { status: 429, headers: { 'retry-after': after } })) as { retryAfterMs?: number };
    expect([(await rests('7')).retryAfterMs, (await rests('86400')).retryAfterMs, (await rests('soon')).retryAfterMs]).toEqual([
      7_000, 120_000, 30_000,
    ]);
  });

  test('310000 names its three causes, and nothing that the robot said', async () => {
    const delivery = await answered('dingtalk', { body: '{"errcode":310000,"errmsg":"description:机器人发送签名过期;t0ken"}' });
    const { because } = delivery as { readonly because: string };
    for (const cause of ['keyword', 'signature', 'IP list']) expect(because).toContain(cause);
    expect(because).not.toMatch(/t0ken|机器人/);
  });

  test('a code that is not known is shown, and is no reason to wait', async () => {
    const delivery = await answered('dingtalk', { body: '{"errcode":99}' });
    expect(delivery).toEqual({
      delivered: false,
      because: 'it refused the message (errcode 99): look up the code in the documents of its vendor',
    });
  });

  test('an answer that begins with a byte order mark says what it says', async () => {
    expect(await answered('dingtalk', { body: '\ufeff{"errcode":0,"errmsg":"ok"}' })).toEqual({ delivered: true });
  });
});
