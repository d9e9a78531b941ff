/**
 * The kinds of channel that people can be told through, in the order in which messages list them. Whatever has something to say of each kind
 * goes by this list, so that the compiler finds what a new kind lacks.
 */
export const channelKinds = ['dingtalk', 'feishu', 'lark', 'wecom', 'slack', 'webhook', 'file', 'console'] as const;

/** A kind of channel, as the policy spells it. */
export type ChannelKind = (typeof channelKinds)[number];

/** A kind of channel that posts to a receiver. */
export type PostingChannelKind = Exclude<ChannelKind, 'file' | 'console'>;

/** The kinds whose robots sign, so that a channel without a secret is refused: whoever learns its address could post. */
export const signs: Readonly<Record<ChannelKind, boolean>> = {
  dingtalk: true,
  feishu: true,
  lark: true,
  wecom: false,
  slack: false,
  // Its receiver may check a signature or not.
  webhook: false,
  file: false,
  console: false,
};
