import type { Channel } from './channel.ts';
import { type PostingOptions, postingChannel } from './posting-channel.ts';
import { robotText } from './robot-text.ts';

/** An incoming webhook of Slack. It has no signature: its address is the secret, and `secret` is not used. Taken is what is answered with `ok`. */
export function slackChannel(options: PostingOptions): Channel {
  return postingChannel(options, {
    kind: 'slack',
    hosts: ['hooks.slack.com'],
    // Slack reads `&` as the beginning of an escaped character.
    post: (message) => ({ body: JSON.stringify({ text: robotText(message).replaceAll('&', '&amp;') }) }),
    refusal: (body) => (body.trim() === 'ok' ? undefined : { because: 'its answer is not "ok", so nothing shows that anybody was told' }),
  });
}
