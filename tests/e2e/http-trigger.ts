import { createServer } from 'node:http';
import type { HttpResponse } from '../../shared/fc/events/http.ts';
import type { FunctionContext } from '../../shared/fc/settings.ts';
import { listen, urlOf } from '../fixtures/http.ts';

/** A function behind an HTTP trigger on this machine. */
export interface HttpTrigger {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a function as an HTTP trigger does: the request becomes an event, the answer of the function the response. */
export async function httpTrigger(handler: (event: Uint8Array, context: FunctionContext) => Promise<HttpResponse>): Promise<HttpTrigger> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
    const event = {
      version: 'v1',
      rawPath: url.pathname,
      body: Buffer.concat(chunks).toString('base64'),
      isBase64Encoded: true,
      headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(',')])),
      queryParameters: Object.fromEntries(url.searchParams),
      requestContext: {
        domainName: url.host,
        http: { method: incoming.method, path: decodeURIComponent(url.pathname), sourceIp: incoming.socket.remoteAddress },
      },
    };
    const { statusCode, headers, body } = await handler(new TextEncoder().encode(JSON.stringify(event)), { requestId: 'http' });
    outgoing.writeHead(statusCode, headers).end(body);
  });
  await listen(server);
  return {
    url: urlOf(server),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
