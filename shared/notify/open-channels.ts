import type { Clock } from '../client/clock.ts';
import type { PostingChannelKind } from '../policy/channel-kinds.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import { type Channel, deadChannel } from './channel.ts';
import { consoleChannel } from './console-channel.ts';
import { dingtalkChannel } from './dingtalk-channel.ts';
import { feishuChannel } from './feishu-channel.ts';
import { fileChannel } from './file-channel.ts';
import type { PostingOptions } from './posting-channel.ts';
import { hostList } from './posting-channel.ts';
import { slackChannel } from './slack-channel.ts';
import { webhookChannel } from './webhook-channel.ts';
import { wecomChannel } from './wecom-channel.ts';

/** What channels are made with. */
export interface ChannelSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Takes the lines of console channels. Default: standard error. */
  readonly write?: ((line: string) => void) | undefined;
}

/** The kinds of channel that post, as the policy spells them. */
const posting: Readonly<Record<PostingChannelKind, (options: PostingOptions) => Channel>> = {
  dingtalk: dingtalkChannel,
  feishu: (options) => feishuChannel('feishu', options),
  lark: (options) => feishuChannel('lark', options),
  wecom: wecomChannel,
  slack: slackChannel,
  webhook: webhookChannel,
};

type Entry = CompiledPolicy['channels'][string];

/** The channels of a policy by name. One that cannot be used as it is set up is dead: it delivers nothing and says why. */
export function openChannels(policy: Pick<CompiledPolicy, 'channels'>, surroundings: ChannelSurroundings): ReadonlyMap<string, Channel> {
  return new Map(Object.entries(policy.channels).map(([name, entry]) => [name, openChannel(entry, surroundings)]));
}

function openChannel(entry: Entry, { environment, clock, write }: ChannelSurroundings): Channel {
  const { kind } = entry;
  if (kind === 'console') return consoleChannel(write);
  const url = variableOf(entry.url, environment);
  if (kind === 'file') return url.ok ? fileChannel(url.value) : deadChannel(url.because);
  const make = Object.hasOwn(posting, kind) ? posting[kind as PostingChannelKind] : undefined;
  if (!make)
    return deadChannel(`this version has no channels of kind ${kind}; use one of ${Object.keys(posting).join(', ')}, file and console`);
  if (!url.ok) return deadChannel(url.because);
  const secret = entry.secret === undefined ? undefined : variableOf(entry.secret, environment);
  if (secret?.ok === false) return deadChannel(secret.because);
  const allowedHosts = hostList(environment['STREAMWARDEN_CHANNEL_HOSTS']);
  return make({ url: url.value, secret: secret?.value, allowedHosts, clock });
}

/** The value behind `env:NAME`. The message names the variable, never what it holds. */
function variableOf(
  reference: string | undefined,
  environment: ChannelSurroundings['environment'],
): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly because: string } {
  const name = reference?.replace(/^env:/, '');
  const value = name === undefined ? undefined : environment[name]?.trim();
  if (value) return { ok: true, value };
  return { ok: false, because: `the variable ${name ?? 'of its address'} is not set; set it, or remove the channel` };
}
