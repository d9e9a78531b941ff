import { hmacSha256 } from '../client/hmac.ts';
import type { Channel, Refusal } from './channel.ts';
import { fieldsOf, type PostingOptions, postingChannel } from './posting-channel.ts';
import { codeRefusal, robotText, tooMany } from './robot-text.ts';

const hosts = { feishu: 'open.feishu.cn', lark: 'open.larksuite.com' } as const;

const tooFast = tooMany('(5 a second and 100 a minute are taken)', 60_000);

/** Codes of refusals, with what to do. */
const refusals: Readonly<Record<number, Refusal>> = {
  9499: tooFast,
  11232: tooFast,
  19001: { because: 'there is no such robot (any more); set the address of one that exists' },
  19021: { because: 'the signature does not match; check the secret and the clock of the machine' },
  19022: { because: 'this machine is not on the IP list of the robot; functions have no fixed address: use the signature' },
  19024: { because: 'the keyword of the robot is not in the text; let it ask for "Streamwarden"' },
};

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
      return codeRefusal('code', code ?? StatusCode, refusals);
    },
  });
}
