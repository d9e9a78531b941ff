import { type Delivery, undelivered } from './channel.ts';
import type { Message } from './message.ts';

/** So many messages go to one channel within an hour at most, as far as one process knows; of critical ones twice as many. */
export const messagesPerHour = 60;

/** After so many failures in a row a channel is left alone for a while, so that a dead one does not use up the time of runs. */
const failuresInARow = 3;

/** How long a channel that failed is left alone, in milliseconds. */
const restMs = 10 * 60_000;

const hourMs = 3_600_000;

interface Past {
  hour: number;
  /** Messages delivered in that hour. */
  sent: number;
  /** Failures since the last delivery. */
  failures: number;
  failedAtMs: number;
}

/** Keeps a channel from being flooded, and a dead one from being waited for; what it keeps back counts as not delivered. Goes by the times of messages. */
export class Pace {
  readonly #channels = new Map<string, Past>();

  /** Sends a message on a channel where its pace allows. The last one of an hour says so. */
  async send(channel: string, message: Message, send: (message: Message) => Delivery | Promise<Delivery>): Promise<Delivery> {
    const { timeMs, severity } = message;
    const hour = Math.floor(timeMs / hourMs);
    const past = this.#channels.get(channel) ?? { hour, sent: 0, failures: 0, failedAtMs: 0 };
    this.#channels.set(channel, past);
    if (past.hour !== hour) Object.assign(past, { hour, sent: 0 });
    const most = severity === 'critical' ? 2 * messagesPerHour : messagesPerHour;
    if (past.sent >= most) return undelivered(`it has had ${past.sent} messages within this hour, and no more are sent`);
    if (past.failures >= failuresInARow && timeMs < past.failedAtMs + restMs) {
      return undelivered(`it has failed ${past.failures} times in a row, and is tried again later`);
    }
    const isLast = past.sent === most - 1;
    const delivery = await send(isLast ? { ...message, text: `${message.text}\nNo more is sent here until the next hour.` } : message);
    if (delivery.delivered) Object.assign(past, { sent: past.sent + 1, failures: 0 });
    else Object.assign(past, { failures: past.failures + 1, failedAtMs: timeMs });
    return delivery;
  }
}
