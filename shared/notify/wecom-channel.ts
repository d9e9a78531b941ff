import type { Channel } from './channel.ts';
import { fieldsOf, type PostingOptions, postingChannel } from './posting-channel.ts';
import { codeRefusal, robotText } from './robot-text.ts';

/** Largest text that the robot takes, in bytes. */
const maxBytes = 2048;

/** A robot of a WeCom group. It has no signature: the key in its address is the secret, and `secret` is not used. */
export function wecomChannel(options: PostingOptions): Channel {
  return postingChannel(options, {
    kind: 'wecom',
    hosts: ['qyapi.weixin.qq.com'],
    post: (message) => ({ body: JSON.stringify({ msgtype: 'text', text: { content: robotText(message, maxBytes) } }) }),
    refusal: (body) => codeRefusal('errcode', fieldsOf(body)['errcode']),
  });
}
