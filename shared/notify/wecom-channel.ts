import type { Channel, Refusal } from './channel.ts';
import { limitsOfKind } from './channel-limits.ts';
import { fieldsOf, type PostingOptions, postingChannel } from './posting-channel.ts';
import { codeRefusal, robotText, tooMany } from './robot-text.ts';

/** Codes of refusals, with what to do. */
const refusals: Readonly<Record<number, Refusal>> = {
  45009: tooMany('(20 a minute are taken)', 60_000),
  93000: { because: 'the key in the address is not valid (any more); set the address of a robot that exists' },
};

/** A robot of a WeCom group. It has no signature: the key in its address is the secret, and `secret` is not used. */
export function wecomChannel(options: PostingOptions): Channel {
  return postingChannel(options, {
    kind: 'wecom',
    hosts: ['qyapi.weixin.qq.com'],
    post: (message) => ({
      body: JSON.stringify({ msgtype: 'text', text: { content: robotText(message, limitsOfKind('wecom').textBytes) } }),
    }),
    refusal: (body) => codeRefusal('errcode', fieldsOf(body)['errcode'], refusals),
  });
}
