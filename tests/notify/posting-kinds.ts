import type { Channel } from '../../shared/notify/channel.ts';
import { dingtalkChannel } from '../../shared/notify/dingtalk-channel.ts';
import { feishuChannel } from '../../shared/notify/feishu-channel.ts';
import type { PostingOptions } from '../../shared/notify/posting-channel.ts';
import { slackChannel } from '../../shared/notify/slack-channel.ts';
import { webhookChannel } from '../../shared/notify/webhook-channel.ts';
import { wecomChannel } from '../../shared/notify/wecom-channel.ts';
import type { PostingChannelKind } from '../../shared/policy/channel-kinds.ts';

/** A kind of channel that posts, with what its receivers answer. */
export interface PostingKind {
  readonly kind: PostingChannelKind;
  make(options: PostingOptions): Channel;
  /** Path and query of an address, with a token in it. */
  readonly path: string;
  /** A host that needs no listing. */
  readonly host: string | undefined;
  /** The body of an answer that says that the message was taken. */
  readonly taken: string;
  /** Bodies with status 200 that say that it was not. */
  readonly refused: readonly string[];
}

const codes = [
  '{"errcode":310000,"errmsg":"sign not match, t0ken"}',
  '{"errcode":"0"}',
  '{"errmsg":"ok"}',
  '{"ok":true}',
  '{"errcode":null}',
];
const feishu = {
  refused: ['{"code":19021,"msg":"sign match fail, t0ken"}', '{"StatusCode":1}', '{"code":19024,"StatusCode":0}', '{"msg":"success"}'],
  taken: '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
};

/** By kind, so that the compiler asks for the answers of each. */
const receivers: Readonly<Record<PostingChannelKind, Omit<PostingKind, 'kind'>>> = {
  webhook: {
    make: webhookChannel,
    path: '/hook?key=t0ken',
    host: undefined,
    taken: '{"ok": true}',
    refused: ['{"ok": false}', '{"ok":"true"}', 'ok', '[true]'],
  },
  dingtalk: {
    make: dingtalkChannel,
    path: '/robot/send?access_token=t0ken',
    host: 'oapi.dingtalk.com',
    taken: '{"errcode":0,"errmsg":"ok"}',
    refused: codes,
  },
  feishu: {
    make: (options) => feishuChannel('feishu', options),
    path: '/open-apis/bot/v2/hook/t0ken',
    host: 'open.feishu.cn',
    ...feishu,
  },
  lark: {
    make: (options) => feishuChannel('lark', options),
    path: '/open-apis/bot/v2/hook/t0ken',
    host: 'open.larksuite.com',
    ...feishu,
  },
  wecom: {
    make: wecomChannel,
    path: '/cgi-bin/webhook/send?key=t0ken',
    host: 'qyapi.weixin.qq.com',
    taken: '{"errcode":0,"errmsg":"ok"}',
    refused: codes,
  },
  slack: {
    make: slackChannel,
    path: '/services/T0/B0/t0ken',
    host: 'hooks.slack.com',
    taken: 'ok',
    refused: ['invalid_payload t0ken', 'no_text', '{"ok":true}', 'ok?'],
  },
};

/** Every kind of channel that posts. */
export const postingKinds: readonly PostingKind[] = (Object.keys(receivers) as PostingChannelKind[]).map((kind) => ({
  kind,
  ...receivers[kind],
}));
