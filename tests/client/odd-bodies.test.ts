import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import type { Client } from '../../shared/client/client.ts';
import { RealServer } from './real-server.ts';
import { buyThing, listThings, readThing } from './rows.ts';
import { failureOf, testClient } from './test-client.ts';

const input = { Id: 't-1' };
let server: RealServer;
let client: Client;

beforeEach(async () => {
  server = new RealServer();
  client = testClient({ endpoint: await server.start(), maxAttempts: 1 }).client;
});
afterEach(async () => {
  closeConnections();
  await server.stop();
});

/** The server answers with these bytes. */
function answers(body: Buffer | string, headers: Readonly<Record<string, string>> = {}, status = 200): void {
  server.answer = (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}

const fine = '{"Value":"fine","RequestId":"R-1"}';

describe('an answer that is packed although nobody asked for it', () => {
  it('is not asked for', async () => {
    await client.call(readThing, input);
    expect(server.arrivals[0]?.headers['accept-encoding']).toBe('identity');
  });

  it.each([
    ['gzip', gzipSync(fine)],
    ['GZIP', gzipSync(fine)],
    ['x-gzip', gzipSync(fine)],
    ['deflate', deflateSync(fine)],
    ['br', brotliCompressSync(fine)],
    ['identity', Buffer.from(fine)],
    // A device that unpacks and forgets to say so.
    ['gzip', Buffer.from(fine)],
  ])('is read: %s', async (encoding, body) => {
    answers(body, { 'content-encoding': encoding });
    expect(await client.call(readThing, input)).toMatchObject({ Value: 'fine' });
  });

  it('is read where it is an order, so that nobody has to look whether it was placed', async () => {
    answers(gzipSync('{"OrderId":"17"}'), { 'content-encoding': 'gzip' });
    expect(await client.call(buyThing, input)).toMatchObject({ OrderId: '17' });
  });

  it('is read where it refuses', async () => {
    answers(gzipSync('{"Code":"NoPermission","Message":"no"}'), { 'content-encoding': 'gzip' }, 403);
    expect(await failureOf(client.call(readThing, input))).toMatchObject({ code: 'NoPermission' });
  });

  it.each([
    ['that is none', Buffer.from('not packed, not JSON'), 'gzip'],
    ['that is cut off', gzipSync(fine).subarray(0, 20), 'gzip'],
    ['that would fill the memory', gzipSync(Buffer.alloc(40 * 1024 * 1024, 32)), 'gzip'],
    ['of an unknown kind', gzipSync(fine), 'zstd'],
  ])('is unreadable %s', async (_, body, encoding) => {
    answers(body, { 'content-encoding': encoding });
    expect(await failureOf(client.call(readThing, input))).toMatchObject({ code: 'UnreadableAnswer' });
  });
});

it('a byte order mark before the answer is no part of it', async () => {
  answers(`\uFEFF${fine}`);
  expect(await client.call(readThing, input)).toMatchObject({ Value: 'fine' });
});

describe('a whole number beyond 2^53', () => {
  it.each([
    ['223456789012345678', '223456789012345678'],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['9007199254740991', '9007199254740991'],
    ['21234567890123', '21234567890123'],
  ])('keeps its digits where it is an id: %s', async (sent, read) => {
    answers(`{"OrderId":${sent}}`);
    expect(await client.call(buyThing, input)).toMatchObject({ OrderId: read });
  });

  it('keeps them in fields that nobody named, and other numbers stay numbers', async () => {
    answers('{"Value":"fine","Odd":{"Ids":[223456789012345678,1,2.5,-3e2,1e400],"Text":"a \\"1234567890123456789\\\\"}}');
    expect(await client.call(readThing, input)).toMatchObject({
      Odd: { Ids: ['223456789012345678', 1, 2.5, -300, Number.POSITIVE_INFINITY], Text: 'a "1234567890123456789\\' },
    });
  });

  it('in a list tells one row from another', async () => {
    answers('{"TotalCount":2,"Things":[{"Id":223456789012345678},{"Id":223456789012345679}]}');
    const rows: unknown[] = [];
    for await (const page of client.pages(listThings, {})) rows.push(...page.rows);
    expect(rows).toEqual([{ Id: '223456789012345678' }, { Id: '223456789012345679' }]);
  });

  it('changes nothing else: whatever JSON comes is what a parser makes of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.bigInt({ min: 10n ** 16n, max: 10n ** 30n }), fc.nat(4), async (value, large, indent) => {
        answers(JSON.stringify({ Odd: value, Large: [0] }, null, indent).replace(/\[\s*0\s*\]/, `[${large}]`));
        const answer = (await client.call(readThing, input)) as Readonly<Record<string, unknown>>;
        const found = JSON.stringify(answer['Odd']) === JSON.stringify(value);
        // Numbers of the value itself that are too large come as text too.
        const hasLarge = /[:,[\s]-?\d{16,}(?![\d.eE])/.test(` ${JSON.stringify(value)}`);
        return (found || hasLarge) && (String(answer['Large']) === String(large) || JSON.stringify(value).includes('[0]'));
      }),
      { numRuns: 150 },
    );
  });

  it('is found in a time that grows with the answer alone', async () => {
    // A quote that never ends, with what looks like the start of numbers and escapes behind it.
    answers(`{"Value":1234567890123456789,"x":"${'\\"1234567890123456'.repeat(200_000)}`);
    expect(await failureOf(client.call(readThing, input))).toMatchObject({ code: 'UnreadableAnswer' });
  });
});
