import type { Clock, EpochMs } from '../client/clock.ts';
import { printable, printableLines } from '../client/printable.ts';
import { type Channel, type Delivery, undelivered } from './channel.ts';
import { limitsOfKind } from './channel-limits.ts';
import { consoleChannel } from './console-channel.ts';
import type { Message } from './message.ts';

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

/** Kinds of channels whose lines end in logs and files, where a secret has no place. */
const kept: readonly string[] = ['console', 'file', 'dead'];

/**
 * A message as a channel of a kind may carry it, whatever the names in it hold: its lines are part of its text, and its links stand in what is posted to people, and nowhere
 * else.
 */
export function forChannel(kind: string, { link, lines = [], ...message }: Message): Message {
  const shown = (secret: string | undefined): readonly string[] =>
    secret === undefined || kept.includes(kind) ? [] : [`Decide here: ${secret}`];
  const text = [message.text, ...lines.flatMap((line) => [line.text, ...shown(line.link)]), ...shown(link)].join('\n');
  return { ...message, title: printable(message.title), text: printableLines(text) };
}

/** After so many failures in a row a channel is left alone for a while, so that a dead one does not use up the time of runs. */
const failuresInARow = 3;

/** How long a channel that failed is left alone, in milliseconds. */
const restMs = 10 * 60_000;

/** A minute and a second as they are counted here, in milliseconds: a little longer, since messages are under way for different times. */
const minuteMs = 61_000;
const secondMs = 1_100;

/** How long a message waits for its turn where its sender says nothing, in milliseconds: enough for limits by the second. */
const shortWaitMs = 2_500;

/** The part of each minute's messages that only critical ones may use. */
const reserve = 0.25;

/** A message on its way to a channel. */
export interface Paced {
  /** Name of the channel, and its kind. */
  readonly channel: string;
  readonly kind: string;
  readonly message: Message;
  readonly send: (message: Message) => Delivery | Promise<Delivery>;
  /** Until when it may wait for its turn. Default: 2.5 seconds from now. Without a clock nothing waits. */
  readonly waitUntilMs?: EpochMs | undefined;
}

interface Past {
  /** When messages were sent within the last minute, and when those that wait are to be sent; ascending. */
  turns: EpochMs[];
  /** Failures since the last delivery. */
  failures: number;
  /** Until then it is left alone, since it failed. */
  restUntilMs: EpochMs;
  /** Until then it takes nothing, since it was told too fast; and what it said. */
  slowUntilMs: EpochMs;
  slowBecause: string;
}

/**
 * Keeps channels within what their kinds take by the second and by the minute, as far as this process knows, and dead ones from being waited for.
 * What it keeps back counts as not delivered. A quarter of each minute is for critical messages; those it never keeps back: they wait where they
 * may, and are sent all the same where they may not.
 */
export class Pace {
  readonly #channels = new Map<string, Past>();
  readonly #clock: Clock | undefined;

  /** By a clock, on which messages can wait for their turn. Default: by the times of messages, and nothing waits. */
  constructor(clock?: Clock) {
    this.#clock = clock;
  }

  /** Sends a message on a channel where its pace allows. One that the receiver finds too fast is repeated once where it may wait that long. */
  async send(paced: Paced): Promise<Delivery> {
    const { channel, message } = paced;
    const past = this.#channels.get(channel) ?? { turns: [], failures: 0, restUntilMs: 0, slowUntilMs: 0, slowBecause: '' };
    this.#channels.set(channel, past);
    const nowMs = this.#now(message);
    const waitUntilMs = this.#clock === undefined ? nowMs : (paced.waitUntilMs ?? nowMs + shortWaitMs);
    const delivery = await this.#inTurn(paced, past, waitUntilMs);
    const refused = !delivery.delivered && delivery.retryAfterMs !== undefined && past.slowUntilMs > nowMs;
    if (!refused || past.slowUntilMs > waitUntilMs) return delivery;
    return this.#inTurn(paced, past, waitUntilMs);
  }

  async #inTurn({ kind, message, send }: Paced, past: Past, waitUntilMs: EpochMs): Promise<Delivery> {
    const critical = message.severity === 'critical';
    const nowMs = this.#now(message);
    const turnMs = turnOf(past, kind, critical, nowMs);
    if (!critical && nowMs < past.restUntilMs) {
      return undelivered(`it has failed ${past.failures} times in a row, and is tried again later`);
    }
    if (!critical && turnMs > waitUntilMs && turnMs > nowMs) {
      const afterMs = turnMs - nowMs;
      if (past.slowUntilMs > waitUntilMs) return undelivered(past.slowBecause, afterMs);
      return undelivered('it has had as many messages as its kind takes within a minute, and this one is left to the next run', afterMs);
    }
    const waits = turnMs > nowMs && turnMs <= waitUntilMs;
    past.turns = [...past.turns, waits ? turnMs : nowMs].sort((a, b) => a - b);
    if (waits) await this.#clock?.sleep(turnMs - nowMs);
    const delivery = await send(message);
    const afterMs = this.#now(message);
    if (delivery.delivered) Object.assign(past, { failures: 0, restUntilMs: 0, slowUntilMs: 0 });
    else if (delivery.retryAfterMs !== undefined) {
      Object.assign(past, { slowUntilMs: afterMs + delivery.retryAfterMs, slowBecause: delivery.because });
    } else {
      past.failures += 1;
      if (past.failures >= failuresInARow) past.restUntilMs = afterMs + restMs;
    }
    return delivery;
  }

  #now({ timeMs }: Message): EpochMs {
    return this.#clock?.now() ?? timeMs;
  }
}

/** When a channel may have its next message. What lies far ahead was dated by a clock that was wrong, and does not count. */
function turnOf(past: Past, kind: string, critical: boolean, nowMs: EpochMs): EpochMs {
  const { perMinute, perSecond } = limitsOfKind(kind);
  if (past.restUntilMs > nowMs + 2 * restMs) past.restUntilMs = 0;
  if (past.slowUntilMs > nowMs + 2 * restMs) past.slowUntilMs = 0;
  past.turns = past.turns.filter((turn) => turn > nowMs - minuteMs && turn < nowMs + 2 * restMs);
  const { turns } = past;
  const fromMs = Math.max(nowMs, past.slowUntilMs);
  const after = (most: number | undefined, windowMs: number): EpochMs =>
    most === undefined || turns.length < most ? fromMs : (turns[turns.length - most] ?? 0) + windowMs;
  const most = perMinute === undefined || critical ? perMinute : Math.floor(perMinute * (1 - reserve));
  return Math.max(fromMs, after(most, minuteMs), after(perSecond, secondMs));
}
