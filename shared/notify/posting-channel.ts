import type { Clock, EpochMs } from '../client/clock.ts';
import { hostnameOf, isLoopback } from '../client/endpoint.ts';
import { realTimers, send, type Timers } from '../client/transport.ts';
import { type Channel, deadChannel, delivered, type Refusal, undelivered } from './channel.ts';
import type { Message } from './message.ts';

/** How a channel that posts is set up. */
export interface PostingOptions {
  /** A secret: whoever knows it can post. https, or plain http to this machine. */
  readonly url: string;
  /** Key of the signature. Default: requests are not signed. */
  readonly secret?: string | undefined;
  /**
   * Hosts that may be called beside those of the kind's own service, exact or as `*.example.com`; any other address is refused before anything
   * is sent.
   */
  readonly allowedHosts: readonly string[];
  readonly clock: Clock;
  /** Time for the whole exchange, in milliseconds. Default 5000. */
  readonly timeoutMs?: number;
  /** Deadlines. Default: Node's timers. */
  readonly timers?: Timers;
}

/** A request as one kind of receiver takes it. */
interface Posted {
  /** JSON text. */
  readonly body: string;
  /** Added to the address, already encoded: `a=1&b=2`. */
  readonly query?: string;
  /** `[name, value, …]`. */
  readonly headers?: readonly string[];
}

/** What one kind of receiver takes and answers. */
interface Receiver {
  readonly kind: string;
  /** Hosts of the service itself, which need no listing. Default: none. */
  readonly hosts?: readonly string[];
  post(message: Message, nowMs: EpochMs, secret: string | undefined): Posted;
  /** What is wrong with the body of an answer, without a word of it; undefined where it says that the message was taken. */
  refusal(body: string): Refusal | undefined;
}

/** How long a receiver is left alone that says 429 and not how long, in milliseconds; and the longest that it may say. */
const tooManyMs = 30_000;
const longestRestMs = 120_000;

/** An answer larger than this is none that we asked for. */
const maxAnswerBytes = 64 * 1024;

/**
 * A channel that posts each message. Delivered is only what is answered with a status 2xx and a body that says so: robots answer errors with
 * status 200, and a proxy's page with status 200 has told nobody. Redirects are not followed, and nothing is repeated here: what was not
 * delivered is told again by the next run.
 */
export function postingChannel(options: PostingOptions, receiver: Receiver): Channel {
  const { kind, hosts = [] } = receiver;
  if (!URL.canParse(options.url)) return deadChannel('its address is no URL; write one that begins with https://');
  const url = new URL(options.url);
  const hostname = hostnameOf(url);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(hostname)))
    return deadChannel('its address does not begin with https://');
  if (url.username !== '' || url.password !== '') return deadChannel('its address carries a user name or a password; remove them');
  if (!isAllowedHost(hostname, [...hosts, ...options.allowedHosts])) {
    return deadChannel('the host of its address is not among those allowed; add the host to STREAMWARDEN_CHANNEL_HOSTS');
  }
  const { secret, clock, timeoutMs = 5000, timers = realTimers } = options;
  const secure = url.protocol === 'https:';
  const endpoint = { secure, hostname, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), host: url.host };
  return {
    kind,
    async send(message) {
      const { body, query = '', headers = [] } = receiver.post(message, clock.now(), secret);
      // The transport writes one byte per character.
      const bytes = Buffer.from(body).toString('latin1');
      const outcome = await send(
        {
          path: `${url.pathname}${url.search}${query && (url.search ? '&' : '?')}${query}`,
          headers: [
            ...['host', url.host],
            ...['content-type', 'application/json'],
            ...['content-length', String(bytes.length)],
            ...headers,
          ],
          body: bytes,
          timeoutMs,
          ownConnection: true,
        },
        { endpoint, agent: undefined, connectTimeoutMs: timeoutMs, maxAnswerBytes, timers },
      );
      if (outcome.kind !== 'answer') return undelivered(`no whole answer came (${outcome.reason})`);
      const { status } = outcome;
      const refusal = receiver.refusal(outcome.body.toString());
      if (status === 429) return undelivered('it answered with status 429: too many messages', restOf(outcome.headers['retry-after']));
      if (status >= 200 && status <= 299) return refusal === undefined ? delivered : undelivered(refusal.because, refusal.retryAfterMs);
      // Some refuse with a code in the body and another status beside it.
      return refusal?.retryAfterMs === undefined
        ? undelivered(`it answered with status ${status}`)
        : undelivered(refusal.because, refusal.retryAfterMs);
    },
  };
}

/** How long a receiver wants to be left alone, in milliseconds. */
function restOf(seconds: string | undefined): number {
  const ms = Number(seconds ?? Number.NaN) * 1000;
  return ms > 0 ? Math.min(ms, longestRestMs) : tooManyMs;
}

/** The fields of a JSON object; none where the text is something else. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text.replace(/^\ufeff/, ''))) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/**
 * True where a host is on a list of exact names and `*.example.com` patterns, compared without case. A pattern needs a label in front, and
 * never admits a literal address, be it of this machine, a private network or the cloud's metadata: such a one must be listed exactly, in
 * the form that URLs give it (`10.0.0.1` for `0x0a000001`, `::ffff:a00:1` for `::ffff:10.0.0.1`).
 */
export function isAllowedHost(hostname: string, allowed: readonly string[]): boolean {
  const host = hostname.toLowerCase();
  const literal = /^[\d.]+$|:/.test(host);
  return allowed.some((entry) => {
    const pattern = entry.trim().toLowerCase();
    if (literal || !pattern.startsWith('*.')) return pattern !== '' && host === pattern;
    const suffix = pattern.slice(1);
    return suffix.length > 1 && host.endsWith(suffix) && host.length > suffix.length;
  });
}

/** The hosts of a list separated by commas, as an environment variable holds it. */
export function hostList(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '');
}
