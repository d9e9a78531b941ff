import { hmacSha256 } from '../client/hmac.ts';
import type { Channel } from './channel.ts';
import { fieldsOf, type PostingOptions, postingChannel } from './posting-channel.ts';
import { codeRefusal, robotText } from './robot-text.ts';

const hosts = { feishu: 'open.feishu.cn', lark: 'open.larksuite.com' } as const;

/**
 * A robot of a group of Feishu or of Lark, which differ in the host only. With a secret each body carries a timestamp in seconds and a
 * signature, of which timestamp and secret are the key and the message is empty (Function Compute facts, notification requests).
 */
export function feishuChannel(kind: keyof typeof hosts, options: PostingOptions): Channel {
  return postingChannel(options, {
    kind,
    hosts: [hosts[kind]],
    post(message, nowMs, secret) {
      const timestamp = String(Math.floor(nowMs / 1000));
      const signed =
        secret === undefined ? {} : { timestamp, sign: Buffer.from(hmacSha256(`${timestamp}\n${secret}`, ''), 'hex').toString('base64') };
      return { body: JSON.stringify({ ...signed, msg_type: 'text', content: { text: robotText(message) } }) };
    },
    refusal(body) {
      const { code, StatusCode } = fieldsOf(body);
      return codeRefusal('code', code ?? StatusCode);
    },
  });
}
