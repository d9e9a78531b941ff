import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limitsOfKind } from '../../shared/notify/channel-limits.ts';
import { webhookChannel } from '../../shared/notify/webhook-channel.ts';
import type { PostingChannelKind } from '../../shared/policy/channel-kinds.ts';
import { channelEntry } from '../../shared/policy/schema/people.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { postingKinds } from '../notify/posting-kinds.ts';
import { type Received, type Receiver, startReceiver } from '../notify/receiver.ts';

const text = readFileSync(new URL('../../docs/notifications.md', import.meta.url), 'utf8');

type IsGenuine = (headers: Received['headers'], body: Buffer, secret: string, nowMs?: number) => boolean;

let receiver: Receiver;
let isGenuine: IsGenuine;

beforeAll(async () => {
  receiver = await startReceiver();
  const recipe = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const url = `data:text/javascript,${encodeURIComponent(`${recipe}\nexport { isGenuine };`)}`;
  ({ isGenuine } = (await import(/* @vite-ignore */ url)) as { isGenuine: IsGenuine });
});
afterAll(() => receiver.close());

describe('the recipe for receivers', () => {
  const nowMs = 1_700_000_000_000;
  const posted = async (secret?: string) => {
    receiver.reply = { body: '{"ok": true}' };
    const clock = clockOf(() => nowMs);
    const channel = webhookChannel({ url: `${receiver.origin}/hook`, secret, allowedHosts: ['127.0.0.1'], clock });
    await channel.send({ id: 'm', timeMs: nowMs, severity: 'info', title: '账本', text: 'x\ny' });
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received.splice(0);
    return { headers, body: Buffer.from(body) };
  };

  test('takes what was posted, for five minutes', async () => {
    const { headers, body } = await posted('shh');
    expect([nowMs, nowMs + 300_000, nowMs - 300_000].map((now) => isGenuine(headers, body, 'shh', now))).toEqual([true, true, true]);
    expect([nowMs + 300_001, nowMs - 300_001].map((now) => isGenuine(headers, body, 'shh', now))).toEqual([false, false]);
  });

  test('refuses another body, another secret, another time and no signature', async () => {
    const { headers, body } = await posted('shh');
    expect(isGenuine(headers, Buffer.from(body.toString().replace('info', 'warn')), 'shh', nowMs)).toBe(false);
    expect(isGenuine(headers, body, 'other', nowMs)).toBe(false);
    expect(isGenuine({ ...headers, 'x-timestamp': String(nowMs + 1) }, body, 'shh', nowMs)).toBe(false);
    const unsigned = await posted();
    expect(isGenuine(unsigned.headers, unsigned.body, 'shh', nowMs)).toBe(false);
  });
});

test('every kind of channel that a policy may have is described, and no other', () => {
  const described = [...text.matchAll(/^\| `([a-z]+)` \| (?:`url`|none)/gm)].map(([, kind]) => kind);
  expect(described.sort()).toEqual([...channelEntry.shape.kind.options].sort());
});

/** What both READMEs call the kinds of channel that post. */
const called: Readonly<Record<PostingChannelKind, readonly [english: string, chinese: string]>> = {
  dingtalk: ['DingTalk', '钉钉'],
  feishu: ['Feishu', '飞书'],
  lark: ['Lark', 'Lark'],
  wecom: ['WeCom', '企业微信'],
  slack: ['Slack', 'Slack'],
  webhook: ['webhook', 'webhook'],
};

test.each([
  ['README.md', 0],
  ['README.zh-CN.md', 1],
] as const)('%s names every kind of channel that posts', (file, language) => {
  const readme = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  // The sentence that leads to the page.
  const sentence = /[^.。]*\[docs\/notifications\.md\]/.exec(readme)?.[0] ?? '';
  expect(Object.values(called).filter((names) => !sentence.includes(names[language]))).toEqual([]);
});

test('the hosts that it names are those in force', () => {
  for (const { host } of postingKinds) if (host !== undefined) expect(text).toContain(`\`${host}\``);
});

test('the limits that it names are those in force, for every kind that has one', () => {
  const described = [...text.matchAll(/^\| `([a-z]+)` \| (\d+|–) \| (\d+|–) \| ([\d,]+|–) \|$/gm)].map(([, kind = '', ...numbers]) => [
    kind,
    ...numbers.map((each) => (each === '–' ? undefined : Number(each.replace(',', '')))),
  ]);
  const inForce = channelEntry.shape.kind.options.map((kind: string) => {
    const { perMinute, perSecond, textBytes } = limitsOfKind(kind);
    return [kind, perMinute, perSecond, textBytes];
  });
  expect(described.sort()).toEqual(inForce.sort());
});
