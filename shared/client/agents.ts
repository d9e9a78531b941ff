import * as http from 'node:http';
import * as https from 'node:https';

/** More sockets than calls that a limiter lets run at once would stay unused. */
const maxSockets = 64;

/** Gateways close idle connections after some time without a word; ours go first, so that no request meets a dead one. */
const idleTimeoutMs = 15_000;

let plain: http.Agent | undefined;
let secure: https.Agent | undefined;

// No option more than needed: Node copies them for every request. Its default reuses the warmest connection first.
const options = { keepAlive: true, maxSockets, timeout: idleTimeoutMs };

/** The keep-alive agent that all clients of the process share. Its idle connections do not keep the process alive. */
export function sharedAgent(overTls: boolean): http.Agent {
  if (overTls) {
    secure ??= new https.Agent(options);
    return secure;
  }
  plain ??= new http.Agent(options);
  return plain;
}

/** Closes the shared connections, those in use too; the next call opens new ones. */
export function closeConnections(): void {
  plain?.destroy();
  secure?.destroy();
  plain = undefined;
  secure = undefined;
}
