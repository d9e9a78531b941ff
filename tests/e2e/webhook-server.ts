import { createServer } from 'node:http';
import { listen, urlOf } from '../fixtures/http.ts';

/** A message as it arrived at a webhook. */
interface ArrivedMessage {
  readonly id: string;
  readonly severity: string;
  readonly title: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A receiver of webhooks on this machine. It answers as agreed: `{"ok": true}`. */
export interface WebhookServer {
  readonly url: string;
  readonly messages: ArrivedMessage[];
  close(): Promise<void>;
}

export async function webhookServer(): Promise<WebhookServer> {
  const messages: ArrivedMessage[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    messages.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as ArrivedMessage);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"ok": true}');
  });
  await listen(server);
  return {
    url: urlOf(server),
    messages,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
