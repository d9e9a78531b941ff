import type { EpochMs } from '../client/clock.ts';
import { type Channel, type Delivery, undelivered } from './channel.ts';
import { consoleChannel } from './console-channel.ts';
import { forChannel } from './link-text.ts';
import type { Message } from './message.ts';
import type { Pace } from './pace.ts';

/** What became of a message on the channels that it was for. */
export interface Told {
  /** True where at least one receiver said that it has it. */
  readonly delivered: boolean;
  /** The channels that did not deliver, and why; fit for logs. `later`: they are well, and only had too much at once. */
  readonly failed: readonly { readonly channel: string; readonly because: string; readonly later?: true }[];
}

/** Tells people. Never throws: a dead channel is reported, and fails nothing. */
export interface Notifier {
  /**
   * Sends to the named channels at once; an empty list means the console, so that nothing is told to nobody. `waitUntilMs`: until when the
   * message may wait where a channel was told too much too fast; default: two seconds or so.
   */
  send(channels: readonly string[], message: Message, waitUntilMs?: EpochMs): Promise<Told>;
}

/**
 * A notifier over channels by name. `fallback` takes what is for no channel; default: the console. `pace` keeps them from being flooded;
 * default: everything is sent.
 */
export function notifierOf(channels: ReadonlyMap<string, Channel>, fallback: Channel = consoleChannel(), pace?: Pace): Notifier {
  return {
    async send(names, message, waitUntilMs) {
      const named = [...new Set(names)].map(async (name) => {
        const channel = channels.get(name);
        const send = (paced: Message) => (channel ? attempt(channel, paced) : unknown);
        const paced = pace && channel && { channel: name, kind: channel.kind, message, send, waitUntilMs };
        return { channel: name, delivery: await (paced ? pace.send(paced) : send(message)) };
      });
      const results = named.length > 0 ? await Promise.all(named) : [{ channel: 'console', delivery: await attempt(fallback, message) }];
      return {
        delivered: results.some(({ delivery }) => delivery.delivered),
        failed: results.flatMap(({ channel, delivery }) => {
          if (delivery.delivered) return [];
          const { because, retryAfterMs } = delivery;
          return [{ channel, because, ...(retryAfterMs === undefined ? {} : { later: true as const }) }];
        }),
      };
    },
  };
}

const unknown = undelivered('the policy has no channel of this name');

/** A defect of one channel must not keep the others from their message. */
async function attempt(channel: Channel, message: Message): Promise<Delivery> {
  try {
    return await channel.send(forChannel(channel.kind, message));
  } catch (error) {
    return undelivered(`it failed in an unforeseen way (${error instanceof Error ? error.name : 'unknown'})`);
  }
}
