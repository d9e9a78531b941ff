import { createHmac } from 'node:crypto';
import type { Clock } from '../client/clock.ts';
import { realTimers, send, type Timers, type WireAnswer } from '../client/transport.ts';
import { type Channel, type Delivery, deadChannel, delivered, undelivered } from './channel.ts';
import { isAllowedHost } from './host-list.ts';
import { messageJson } from './message-json.ts';

/** How a webhook is set up. */
export interface WebhookOptions {
  /** A secret: whoever knows it can post. https, or plain http to this machine. */
  readonly url: string;
  /** Key of the signature. Default: requests are not signed. */
  readonly secret?: string | undefined;
  /** Hosts that may be called, exact or as `*.example.com`; any other address is refused before anything is sent. */
  readonly allowedHosts: readonly string[];
  readonly clock: Clock;
  /** Time for the whole exchange, in milliseconds. Default 5000. */
  readonly timeoutMs?: number;
  /** Deadlines. Default: Node's timers. */
  readonly timers?: Timers;
}

/** An answer larger than this is none that we asked for. */
const maxAnswerBytes = 64 * 1024;

/**
 * Posts each message as JSON. With a secret the headers carry `x-timestamp` (milliseconds since 1970) and
 * `x-signature: sha256=HEX`, where HEX is HMAC-SHA256 with the secret over the timestamp, a point and the body as sent; receivers should
 * refuse old timestamps. Delivered is only what is answered with a status 2xx and the JSON body `{"ok": true}`: a proxy's page with
 * status 200 has told nobody. Redirects are not followed, and nothing is repeated here: what was not delivered is told again by the next run.
 */
export function webhookChannel(options: WebhookOptions): Channel {
  let url: URL;
  try {
    url = new URL(options.url);
  } catch {
    return deadChannel('its address is no URL; write one that begins with https://');
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) return deadChannel('its address does not begin with https://');
  if (url.username !== '' || url.password !== '') return deadChannel('its address carries a user name or a password; remove them');
  if (!isAllowedHost(hostname, options.allowedHosts)) {
    return deadChannel('the host of its address is not among those allowed; add the host to STREAMWARDEN_CHANNEL_HOSTS');
  }
  return { kind: 'webhook', send: (message) => post(url, hostname, messageJson(message), options) };
}

async function post(
  url: URL,
  hostname: string,
  body: string,
  { secret, clock, timeoutMs = 5000, timers = realTimers }: WebhookOptions,
): Promise<Delivery> {
  const secure = url.protocol === 'https:';
  const timestamp = String(clock.now());
  const signature = secret === undefined ? undefined : createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  const outcome = await send(
    {
      path: `${url.pathname}${url.search}`,
      headers: [
        ...['host', url.host],
        ...['content-type', 'application/json'],
        ...['content-length', String(body.length)],
        ...['x-timestamp', timestamp],
        ...(signature === undefined ? [] : ['x-signature', `sha256=${signature}`]),
      ],
      body,
      timeoutMs,
      ownConnection: true,
    },
    {
      endpoint: { secure, hostname, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), host: url.host },
      agent: undefined,
      connectTimeoutMs: timeoutMs,
      maxAnswerBytes,
      timers,
    },
  );
  return outcome.kind === 'answer' ? judge(outcome) : undelivered(`no whole answer came (${outcome.reason})`);
}

function judge({ status, body }: WireAnswer): Delivery {
  if (status < 200 || status > 299) return undelivered(`it answered with status ${status}`);
  try {
    if ((JSON.parse(body.toString('utf8')) as { readonly ok?: unknown } | null)?.ok === true) return delivered;
  } catch {
    // Not JSON: said below with all other bodies that are not the one agreed on.
  }
  return undelivered('its answer does not say {"ok": true}, so nothing shows that anybody was told');
}
