import { createServer, type IncomingMessage } from 'node:http';
import { listen, urlOf } from '../fixtures/http.ts';

/** A request as it arrived. */
export interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly url: string;
  readonly body: string;
}

/** What a receiver answers. */
export interface Reply {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  /** The answer breaks off. */
  readonly cut?: true;
  /** No answer comes; called once the request is there. */
  readonly silent?: () => void;
}

/** A server of this machine that takes what channels post. */
export interface Receiver {
  readonly origin: string;
  readonly received: Received[];
  reply: Reply;
  close(): Promise<void>;
}

/** Starts a receiver that answers 200 with an empty body until it is told otherwise. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { reply } = receiver;
      receiver.received.push({ headers: request.headers, url: request.url ?? '', body: Buffer.concat(chunks).toString('utf8') });
      if (reply.silent) {
        reply.silent();
        return;
      }
      if (reply.cut) {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"ok":');
        setImmediate(() => response.destroy());
        return;
      }
      response.writeHead(reply.status ?? 200, reply.headers);
      response.end(reply.body ?? '');
    });
  });
  await listen(server);
  const receiver: Receiver = {
    origin: urlOf(server),
    received: [],
    reply: {},
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
