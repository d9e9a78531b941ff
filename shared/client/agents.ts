import { lookup } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';

/** More sockets than calls that a limiter lets run at once would stay unused. */
const maxSockets = 64;

/** Gateways close idle connections after some time without a word; ours go first, so that no request meets a dead one. */
const idleTimeoutMs = 15_000;

/** How long an address has before the next one is tried beside it, in milliseconds (RFC 8305, connection attempt delay). */
const attemptDelayMs = 250;

/** Where to connect to. */
export interface Destination {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
  /** After this long no attempt goes on, in milliseconds. Default: 10 000. */
  readonly connectTimeoutMs?: number | undefined;
}

/** Takes the connection, or why there is none. */
type Connected = (error: Error | null, socket?: net.Socket) => void;

/** Makes a connection on which TLS can begin. */
export type Connect = (to: Destination, done: Connected) => void;

/**
 * Connects to the first address of a name that answers: they are tried a quarter of a second apart, each going on beside the others, so that a
 * distant address is not given up and a dead one costs no more than that. The error says what each one said.
 */
export const connectDirectly: Connect = ({ host, port, connectTimeoutMs: limitMs = 10_000 }, done) => {
  lookup(host ?? '', { all: true }, (unresolved, addresses) => {
    const trying = new Set<net.Socket>();
    const failures = unresolved ? [unresolved] : [];
    let delay: NodeJS.Timeout | undefined;
    const end = (winner?: net.Socket): void => {
      clearTimeout(delay);
      clearTimeout(limit);
      for (const socket of trying) if (socket !== winner) socket.destroy();
      done(winner ? null : (failures.length === 1 && failures[0]) || new AggregateError(failures), winner);
    };
    const limit = setTimeout(end, limitMs);
    const tryNext = (): void => {
      clearTimeout(delay);
      const next = addresses?.shift();
      if (!next) {
        if (trying.size === 0) end();
        return;
      }
      const socket = net.connect({ host: next.address, port: Number(port), noDelay: true });
      trying.add(socket);
      delay = setTimeout(tryNext, attemptDelayMs);
      socket.on('connect', () => end(socket.removeAllListeners('error')));
      socket.on('error', (error) => {
        trying.delete(socket);
        failures.push(error);
        tryNext();
      });
    };
    tryNext();
  });
};

let connectAnew: Connect = connectDirectly;

/** Makes every later connection of the process in another way, such as through a proxy. */
export function connectBy(connect: Connect): void {
  connectAnew = connect;
}

/** As Node calls an agent, which hands over the callback at all times. */
type Delivered = ((error: Error | null, stream: Duplex) => void) | undefined;

/** Speaks TLS on connections that `connect` makes. Certificates are verified, whatever NODE_TLS_REJECT_UNAUTHORIZED says. */
export class SecureAgent extends https.Agent {
  readonly #connect: Connect | undefined;

  /** @param connect default: as all of the process */
  constructor(options: https.AgentOptions, connect?: Connect) {
    super(options);
    this.#connect = connect;
  }

  /** An agent that connects alike, for a single request. */
  forOne(): http.Agent {
    return new SecureAgent({ ...this.options, keepAlive: false }, this.#connect);
  }

  override createConnection(options: https.RequestOptions, done: Delivered): undefined {
    (this.#connect ?? connectAnew)(options, (error, socket) => {
      const over = { ...options, socket, rejectUnauthorized: true };
      done?.(error, error ? (undefined as never) : (super.createConnection(over) as Duplex));
    });
  }
}

let plain: http.Agent | undefined;
let secure: https.Agent | undefined;

/** What a keep-alive agent is made with. No option more than needed: Node copies them for every request. */
export const kept = { keepAlive: true, maxSockets, timeout: idleTimeoutMs };

/** The keep-alive agent that all clients of the process share. Its idle connections do not keep the process alive. */
export function sharedAgent(overTls: boolean): http.Agent {
  // Node's default reuses the warmest connection first.
  if (overTls) {
    secure ??= new SecureAgent(kept);
    return secure;
  }
  plain ??= new http.Agent(kept);
  return plain;
}

/** What makes a connection for a single request, which ends with it; `agent` is the one that the caller would use otherwise. */
export function ownAgent(overTls: boolean, agent: http.Agent | undefined): http.Agent | false {
  if (agent) return agent instanceof SecureAgent ? agent.forOne() : agent;
  return overTls && new SecureAgent({});
}

/** Closes the shared connections, those in use too; the next call opens new ones. */
export function closeConnections(): void {
  plain?.destroy();
  secure?.destroy();
  plain = undefined;
  secure = undefined;
}
