import { hmacSha256 } from '../client/hmac.ts';
import type { Channel } from './channel.ts';
import { messageJson } from './message.ts';
import { fieldsOf, type PostingOptions, postingChannel } from './posting-channel.ts';

/**
 * A receiver of one's own. Posts each message as JSON. With a secret the headers carry `x-timestamp` (milliseconds since 1970) and
 * `x-signature: sha256=HEX`, where HEX is HMAC-SHA256 with the secret over the timestamp, a point and the body as sent; receivers should
 * refuse old timestamps. Taken is only what is answered with the JSON body `{"ok": true}`. No host is allowed unless it is listed.
 */
export function webhookChannel(options: PostingOptions): Channel {
  return postingChannel(options, {
    kind: 'webhook',
    post(message, nowMs, secret) {
      const body = messageJson(message);
      const signature = secret === undefined ? [] : ['x-signature', `sha256=${hmacSha256(secret, `${nowMs}.${body}`)}`];
      return { body, headers: ['x-timestamp', String(nowMs), ...signature] };
    },
    refusal: (body) =>
      fieldsOf(body)['ok'] === true
        ? undefined
        : { because: 'its answer does not say {"ok": true}, so nothing shows that anybody was told' },
  });
}
