import { expect, test } from 'vitest';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';

const link = 'https://approve.example.com/?token=of-a-test';
const message: Message = { id: '1', timeMs: 0, severity: 'warning', title: 'finance is asked', text: 'Renew?', link };

/** The message as a channel of a kind gets it. */
async function through(kind: string, sent: Message): Promise<Message | undefined> {
  let got: Message | undefined;
  const send = async (each: Message) => {
    got = each;
    return { delivered: true } as const;
  };
  await notifierOf(new Map([['money', { kind, send }]])).send(['money'], sent);
  return got;
}

test.each(['webhook', 'dingtalk', 'feishu', 'lark', 'wecom', 'slack'])(
  'a channel of kind %s gets the link in the text, and in no other field',
  async (kind) => {
    const { text, ...rest } = (await through(kind, message)) as Message;
    expect(text).toBe(`Renew?\nDecide here: ${link}`);
    expect(JSON.stringify(rest)).not.toContain('token');
  },
);

test.each(['console', 'file', 'dead'])('a channel of kind %s gets no link: what it writes is a log', async (kind) => {
  const got = await through(kind, message);
  expect(got?.text).toBe('Renew?');
  expect(JSON.stringify(got)).not.toContain('token');
});

test('a message without a link stays as it is', async () => {
  const { link: _link, ...plain } = message;
  expect(await through('webhook', plain)).toEqual(plain);
});
