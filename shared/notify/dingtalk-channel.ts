import { hmacSha256 } from '../client/hmac.ts';
import type { Channel } from './channel.ts';
import { fieldsOf, type PostingOptions, postingChannel } from './posting-channel.ts';
import { codeRefusal, robotText } from './robot-text.ts';

/** A robot of a DingTalk group; with a secret each address carries a timestamp in milliseconds and its signature (Function Compute facts, notification requests). */
export function dingtalkChannel(options: PostingOptions): Channel {
  return postingChannel(options, {
    kind: 'dingtalk',
    hosts: ['oapi.dingtalk.com'],
    post(message, nowMs, secret) {
      const body = JSON.stringify({ msgtype: 'text', text: { content: robotText(message) } });
      if (secret === undefined) return { body };
      const sign = Buffer.from(hmacSha256(secret, `${nowMs}\n${secret}`), 'hex').toString('base64');
      return { body, query: `timestamp=${nowMs}&sign=${encodeURIComponent(sign)}` };
    },
    refusal: (body) => codeRefusal('errcode', fieldsOf(body)['errcode']),
  });
}
