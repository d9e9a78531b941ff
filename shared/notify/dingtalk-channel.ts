import { hmacSha256 } from '../client/hmac.ts';
import type { Channel, Refusal } from './channel.ts';
import { fieldsOf, type PostingOptions, postingChannel } from './posting-channel.ts';
import { codeRefusal, robotText, tooMany } from './robot-text.ts';

/** After too many messages within a minute a robot takes none for this long, in milliseconds. */
const mutedMs = 10 * 60_000;

const tooFast = tooMany('within a minute, so the robot is muted for ten minutes', mutedMs);

/** Codes of refusals, with what to do. */
const refusals: Readonly<Record<number, Refusal>> = {
  130101: tooFast,
  410100: tooFast,
  310000: {
    because:
      'the robot\'s security settings: its keyword is not in the text (let it ask for "Streamwarden"), the signature does not match (check the secret and the clock of the machine), or this machine is not on its IP list (functions have no fixed address: use the signature)',
  },
  400013: { because: 'the group was dissolved; make a robot in another one and set its address' },
  400101: { because: 'there is no such token (any more); set the address of a robot that exists' },
  400102: { because: 'the robot is disabled; enable it in the settings of the group' },
  430101: { because: 'the text has a link to a host that DingTalk does not trust; add it to the trusted hosts of the organization' },
};

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
    refusal: (body) => codeRefusal('errcode', fieldsOf(body)['errcode'], refusals),
  });
}
