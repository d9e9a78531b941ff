import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listen, urlOf } from '../fixtures/http.ts';

/** One request as it arrived. */
export interface Arrival {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Number of the connection it came on, from 1. */
  readonly connection: number;
}

/** A real HTTP server on loopback that does as the test says. */
export class RealServer {
  readonly arrivals: Arrival[] = [];
  readonly #server: Server;
  readonly #connections = new Map<Socket, number>();
  /** What to do with a request; `seen` counts them from 1. */
  answer: (response: ServerResponse, seen: number) => void = (response) => this.json(response, { Value: 'fine', RequestId: 'REQ-1' });

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.arrivals.push({
          url: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
          connection: this.#connections.get(request.socket) ?? 0,
        });
        this.answer(response, this.arrivals.length);
      });
    });
    this.#server.on('connection', (socket) => {
      this.#connections.set(socket, this.#connections.size + 1);
      socket.on('error', () => {});
    });
  }

  /** Starts on a free port. @returns the URL */
  async start(): Promise<string> {
    await listen(this.#server);
    return urlOf(this.#server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  get connections(): number {
    return this.#connections.size;
  }

  json(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  }
}
