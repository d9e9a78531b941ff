import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import * as https from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { proxyAgent } from '../../cli/world/proxy.ts';
import { closeConnections } from '../../shared/client/agents.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { ossStore } from '../../shared/journal/store/oss.ts';
import { listen } from '../fixtures/http.ts';
import { pem } from '../fixtures/untrusted.ts';
import { buyThing, readThing, writeThing } from './rows.ts';
import { failureOf, testClient } from './test-client.ts';

const operations = { read: readThing, write: writeThing, purchase: buyThing } as const;
const classes = ['read', 'write', 'purchase'] as const;
const order = '{"RequestId":"R","OrderId":"999","Value":"forged"}';

let servers: (Server | HttpServer)[];
beforeEach(() => {
  servers = [];
});
afterEach(async () => {
  closeConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

function started(server: Server | HttpServer): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => socket.on('error', () => {}));
  return listen(server);
}

/** Answers whatever comes, in plain text, as a proxy or a captive portal does. */
function plainAnswer(status: string, body: string): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    );
  });
}

/** What a call through an agent comes to: how it failed and what may have been executed. */
async function outcomeOf(kind: (typeof classes)[number], endpoint: string, agent?: https.Agent) {
  const { client } = testClient({ endpoint, maxAttempts: 1, ...(agent ? { agent } : {}) });
  const { code, executed, httpStatus, message } = await failureOf(client.call(operations[kind], { Id: 't-1' }));
  return { code, executed, httpStatus, message };
}

describe('an https answer counts only where the connection is encrypted', () => {
  it.each(classes)('a server that answers in plain text, %s: not connected', async (kind) => {
    const port = await started(plainAnswer('201 Created', order));
    expect(await outcomeOf(kind, `https://127.0.0.1:${port}`)).toMatchObject({
      code: 'NotConnected',
      executed: 'no',
      httpStatus: undefined,
    });
  });

  it.each(classes)('an agent that hands over a connection without TLS, %s: not connected, and nothing is written to it', async (kind) => {
    let bytes = 0;
    const server = plainAnswer('201 Created', order);
    server.on('connection', (socket) => socket.on('data', (chunk) => (bytes += chunk.length)));
    const port = await started(server);
    const agent = new https.Agent();
    agent.createConnection = () => connect(port, '127.0.0.1') as Duplex;
    const outcome = await outcomeOf(kind, 'https://service.example', agent);
    expect(outcome).toMatchObject({ code: 'NotConnected', executed: 'no', httpStatus: undefined });
    expect(outcome.message).toContain('does not speak TLS');
    expect(bytes).toBe(0);
  });

  const answers = [
    '200 OK',
    '201 Created',
    '204 No Content',
    '302 Found',
    '403 Forbidden',
    '407 Proxy Authentication Required',
    '429 Too Many',
    '502 Bad Gateway',
  ];
  it.each(answers.flatMap((answer) => classes.map((kind) => [answer, kind] as const)))(
    'a proxy that answers CONNECT itself with %s and a forged body, %s: nothing was sent',
    async (answer, kind) => {
      const port = await started(plainAnswer(answer, order));
      const agent = proxyAgent({ HTTPS_PROXY: `http://127.0.0.1:${port}` }) as https.Agent;
      const outcome = await outcomeOf(kind, 'service.example', agent);
      expect(outcome).toMatchObject({ code: 'NotConnected', executed: 'no', httpStatus: undefined });
      expect(outcome.message).toContain(`the proxy 127.0.0.1:${port} answered ${answer.slice(0, 3)}`);
    },
  );

  it.each(['closes the connection', 'resets it'])('a proxy that %s instead of answering: nothing was sent', async (how) => {
    const port = await started(
      createServer((socket) => socket.once('data', () => (how === 'resets it' ? socket.resetAndDestroy() : socket.end()))),
    );
    const agent = proxyAgent({ HTTPS_PROXY: `http://127.0.0.1:${port}` }) as https.Agent;
    expect(await outcomeOf('purchase', 'service.example', agent)).toMatchObject({ code: 'NotConnected', executed: 'no' });
  });

  it('a record is not taken for stored where a proxy says 200 in the place of the bucket', async () => {
    const port = await started(plainAnswer('200 OK', '<VersioningConfiguration/>'));
    const agent = proxyAgent({ HTTPS_PROXY: `http://127.0.0.1:${port}` }) as https.Agent;
    const credentials = explicitCredentials({ accessKeyId: 'InventedKeyId', accessKeySecret: 'InventedSecretOfTheTests' });
    const store = ossStore({ bucket: 'acme', prefix: 'p', region: 'cn-shanghai', credentials, clock: systemClock, agent });
    await expect(store.create('a/b', Buffer.from('mine'))).rejects.toMatchObject({ name: 'StoreError' });
  });
});

describe('certificates', () => {
  const served = async (): Promise<number> =>
    await started(
      https.createServer({ key: pem('key'), cert: pem('cert') }, (_request, response) => response.end(order)) as unknown as Server,
    );

  it.each(classes)('are verified with NODE_TLS_REJECT_UNAUTHORIZED=0 too, %s', async (kind) => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await outcomeOf(kind, `https://127.0.0.1:${await served()}`)).toMatchObject({ code: 'NotConnected', executed: 'no' });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('of a server behind a tunnel are verified as well', async () => {
    const tunnels = await tunnelProxy();
    const agent = proxyAgent({ HTTPS_PROXY: tunnels.url }) as https.Agent;
    const outcome = await outcomeOf('purchase', `https://127.0.0.1:${await served()}`, agent);
    expect(outcome).toMatchObject({ code: 'NotConnected', executed: 'no' });
    expect(outcome.message).toMatch(/self.signed/);
  });

  it('that a person trusts are accepted; calls share one tunnel, and a purchase has one of its own', async () => {
    const tunnels = await tunnelProxy();
    const agent = proxyAgent({ HTTPS_PROXY: tunnels.url }) as https.Agent;
    agent.options.ca = pem('cert');
    const { client } = testClient({ endpoint: `https://127.0.0.1:${await served()}`, agent });
    for (let call = 0; call < 40; call += 1) expect(await client.call(readThing, { Id: 't-1' })).toMatchObject({ Value: 'forged' });
    expect(tunnels.opened).toHaveLength(1);
    expect(await client.call(buyThing, { Id: 't-1' })).toMatchObject({ OrderId: '999' });
    expect(tunnels.opened).toHaveLength(2);
    agent.destroy();
  });
});

/** A proxy that opens every tunnel it is asked for. */
async function tunnelProxy(): Promise<{ readonly url: string; readonly opened: string[] }> {
  const opened: string[] = [];
  const proxy = createHttpServer();
  proxy.on('connect', (request, client: Duplex) => {
    opened.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const server = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client);
      client.pipe(server);
    });
    server.on('error', () => client.destroy());
    client.on('error', () => server.destroy());
    client.on('close', () => server.destroy());
  });
  return { url: `http://127.0.0.1:${await started(proxy)}`, opened };
}
