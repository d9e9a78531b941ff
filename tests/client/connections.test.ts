import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import type { ClientOptions } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import type { Executed } from '../../shared/client/errors.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { listen } from '../fixtures/http.ts';
import { pem } from '../fixtures/untrusted.ts';
import { ManualTimers } from './manual-timers.ts';
import { RealServer } from './real-server.ts';
import { buyThing, readThing, writeThing } from './rows.ts';
import { failureOf, testClient } from './test-client.ts';

let server: RealServer;
let url: string;
let timers: ManualTimers;

beforeEach(async () => {
  server = new RealServer();
  url = await server.start();
  timers = new ManualTimers();
});
afterEach(async () => {
  closeConnections();
  await server.stop();
});

const clientOf = (options: Partial<ClientOptions> = {}): Client => testClient({ endpoint: url, timers, ...options }).client;
const input = { Id: 't-1' };
const operations = { read: readThing, write: writeThing, purchase: buyThing } as const;
type Class = keyof typeof operations;

const faults: readonly { fault: string; code: string; httpStatus: number | undefined; act: (response: ServerResponse) => void }[] = [
  {
    fault: 'a reset before the answer',
    code: 'ConnectionLost',
    httpStatus: undefined,
    act: (response) => response.socket?.resetAndDestroy(),
  },
  {
    fault: 'the end of the connection before the answer',
    code: 'ConnectionLost',
    httpStatus: undefined,
    act: (response) => response.socket?.end(),
  },
  {
    fault: 'a reset in the middle of the body',
    code: 'UnreadableAnswer',
    httpStatus: 200,
    act: (response) => {
      response.writeHead(200, { 'content-length': '500', 'x-acs-request-id': 'REQ-H' });
      response.write('{"Value":"fi', () => response.socket?.resetAndDestroy());
    },
  },
  {
    fault: 'the end of the connection in the middle of a chunked body',
    code: 'UnreadableAnswer',
    httpStatus: 200,
    act: (response) => {
      response.writeHead(200, { 'x-acs-request-id': 'REQ-H' });
      response.write('{"Value":"fi', () => response.socket?.end());
    },
  },
  {
    fault: 'no answer in time',
    code: 'AnswerTimeout',
    httpStatus: undefined,
    act: () => passDeadlines(),
  },
  {
    fault: 'a body without end',
    code: 'AnswerTimeout',
    httpStatus: 200,
    act: (response) => {
      response.writeHead(200, { 'x-acs-request-id': 'REQ-H' });
      drip(response, 20);
    },
  },
];

/** Lets the only attempt of a purchase (30 s) or one attempt of others (10 s) run out of time. */
function passDeadlines(): void {
  for (const ms of [10_000, 30_000]) timers.pass(ms);
}

/** Writes a piece per turn of the event loop; after so many the deadline passes, and the client is long reading. */
function drip(response: ServerResponse, pieces: number): void {
  if (pieces === 0) passDeadlines();
  else response.write(' ', () => setImmediate(() => drip(response, pieces - 1)));
}
const expected: Readonly<Record<Class, readonly [sent: number, executed: Executed]>> = {
  read: [5, 'no'],
  write: [1, 'unknown'],
  purchase: [1, 'unknown'],
};
const cases = faults.flatMap((row) => (['read', 'write', 'purchase'] as const).map((kind) => [row.fault, kind, row] as const));

describe('a request that was sent and has no whole answer', () => {
  it.each(cases)('%s: %s', async (_fault, kind, row) => {
    server.answer = row.act;
    const error = await failureOf(clientOf().call(operations[kind], input));
    const [sent, executed] = expected[kind];
    const { code, httpStatus } = row;
    expect({ code: error.code, httpStatus: error.httpStatus, executed: error.executed, sent: server.arrivals.length }).toEqual({
      code,
      httpStatus,
      executed,
      sent,
    });
    expect(error.requestId).toBe(httpStatus === 200 ? 'REQ-H' : undefined);
    expect(timers.running).toEqual([]);
  });

  it('refuses an answer that is too large, and does not read it again', async () => {
    server.answer = (response) => response.end(JSON.stringify({ Value: 'x'.repeat(5000) }));
    const error = await failureOf(clientOf({ maxAnswerBytes: 1000 }).call(readThing, input));
    expect(error.code).toBe('AnswerTooLarge');
    expect(server.arrivals).toHaveLength(1);
  });

  it('refuses by default what a function of 128 MB could not take apart', async () => {
    server.answer = (response) => response.end(JSON.stringify({ Value: 'x'.repeat(5 * 1024 * 1024) }));
    expect((await failureOf(clientOf().call(readThing, input))).code).toBe('AnswerTooLarge');
  });

  it('reads an answer that comes in many pieces, characters cut between them', async () => {
    const bytes = Buffer.from(JSON.stringify({ Value: '午夜🚀'.repeat(50) }));
    server.answer = (response) => {
      response.writeHead(200);
      for (const byte of bytes) response.write(Buffer.of(byte));
      response.end();
    };
    expect(await clientOf().call(readThing, input)).toEqual({ Value: '午夜🚀'.repeat(50) });
  });
});

describe('a request that never left', () => {
  it.each([
    ['read', 5],
    ['write', 5],
    ['purchase', 1],
  ] as const)('connection refused: %s is tried %i times, nothing was executed', async (kind, attempts) => {
    await server.stop();
    const error = await failureOf(clientOf().call(operations[kind], input));
    expect(error).toMatchObject({ code: 'NotConnected', executed: 'no', attempts });
    expect(error.message).toContain('ECONNREFUSED');
    server = new RealServer();
    await server.start();
  });

  it.each(['write', 'purchase'] as const)('a TLS handshake that never ends: %s has not been sent', async (kind) => {
    const silent = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => timers.pass(5000));
    });
    const port = await listen(silent);
    const client = clientOf({ endpoint: `https://127.0.0.1:${port}`, maxAttempts: 1 });
    const error = await failureOf(client.call(operations[kind], input));
    expect(error).toMatchObject({ code: 'ConnectTimeout', executed: 'no', attempts: 1 });
    closeConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('a certificate that nobody vouches for: nothing is sent', async () => {
    let bytes = 0;
    const imposter = createTlsServer({ key: pem('key'), cert: pem('cert') }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        bytes += chunk.length;
      });
    });
    imposter.on('tlsClientError', () => {});
    const port = await listen(imposter);
    const error = await failureOf(clientOf({ endpoint: `https://127.0.0.1:${port}`, maxAttempts: 1 }).call(writeThing, input));
    expect(error).toMatchObject({ code: 'NotConnected', executed: 'no' });
    expect(error.message).toMatch(/self.signed/);
    expect(bytes).toBe(0);
    await new Promise((resolve) => imposter.close(resolve));
  });

  it('a header that cannot be sent is reported, not thrown raw', async () => {
    const error = await failureOf(clientOf({ userAgent: 'two\nlines', maxAttempts: 1 }).call(writeThing, input));
    expect(error).toMatchObject({ code: 'NotConnected', executed: 'no' });
    expect(server.arrivals).toHaveLength(0);
  });
});

describe('aborting', () => {
  it('before the call: nothing is sent', async () => {
    const error = await failureOf(clientOf().call(writeThing, input, { signal: AbortSignal.abort(new Error('stop')) }));
    expect(error).toMatchObject({ code: 'Aborted', executed: 'no', attempts: 0 });
    expect((error.cause as Error).message).toBe('stop');
    expect(server.arrivals).toHaveLength(0);
  });

  it('while a write is under way: unknown', async () => {
    const stop = new AbortController();
    server.answer = () => stop.abort();
    const error = await failureOf(clientOf().call(writeThing, input, { signal: stop.signal }));
    expect(error).toMatchObject({ code: 'Aborted', executed: 'unknown', attempts: 1 });
    expect(timers.running).toEqual([]);
  });

  it('while waiting for the next attempt: no further one', async () => {
    const stop = new AbortController();
    server.answer = (response) => server.json(response, { Code: 'ServiceUnavailable' }, 503);
    const clock = { now: () => 1_790_000_000_000, sleep: (_ms: number, signal?: AbortSignal) => waitForAbort(stop, signal) };
    const error = await failureOf(clientOf({ clock: clock as never }).call(readThing, input, { signal: stop.signal }));
    expect(error).toMatchObject({ code: 'Aborted', executed: 'no', attempts: 1 });
    expect(server.arrivals).toHaveLength(1);
  });

  function waitForAbort(stop: AbortController, signal?: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      stop.abort();
    });
  }

  it('one signal serves many calls without a warning', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    const { signal } = new AbortController();
    const client = clientOf({ clock: systemClock as never });
    await Promise.all(Array.from({ length: 40 }, () => client.call(readThing, input, { signal })));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

describe('connections', () => {
  it('are kept and shared: many calls, few connections', async () => {
    const first = clientOf();
    const second = clientOf();
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([first, second].flatMap((client) => Array.from({ length: 4 }, () => client.call(readThing, input))));
    }
    expect(server.arrivals).toHaveLength(80);
    expect(server.connections).toBeLessThanOrEqual(16);
  });

  it('a purchase has one of its own, so that no dead one can swallow it', async () => {
    const client = clientOf();
    await client.call(readThing, input);
    await client.call(buyThing, input);
    await client.call(readThing, input);
    expect(server.arrivals.map(({ connection }) => connection)).toEqual([1, 2, 1]);
    expect(server.arrivals[1]?.headers.connection).toBe('close');
  });

  it('sends a length instead of chunks, with and without a body', async () => {
    const client = clientOf();
    await client.call(readThing, { Id: 't-1', Filter: ['a b', 'c*'] });
    await client.call(readThing, { Id: 't-1' });
    expect(server.arrivals.map(({ body, headers }) => [body, headers['content-length'], headers['transfer-encoding']])).toEqual([
      ['Filter.1=a%20b&Filter.2=c%2A', '28', undefined],
      ['', '0', undefined],
    ]);
  });

  it('never follows a redirect', async () => {
    const other = new RealServer();
    const elsewhere = await other.start();
    server.answer = (response) => response.writeHead(302, { location: elsewhere }).end();
    expect(await failureOf(clientOf({ maxAttempts: 1 }).call(readThing, input))).toMatchObject({ code: 'Redirected', httpStatus: 302 });
    expect(other.arrivals).toHaveLength(0);
    await other.stop();
  });
});
