import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answer, needed, readText } from '../../shared/client/answer.ts';
import type { Client } from '../../shared/client/client.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import type { Executed } from '../../shared/client/errors.ts';
import { buyThing, readThing, writeThing } from './rows.ts';
import { failureOf, origin, testClient } from './test-client.ts';

type Reply = (interceptor: nock.Interceptor) => nock.Scope;

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => {
  return (to) => to.reply(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
};
const refusal = (status: number, code: string, headers: Record<string, string> = {}): Reply =>
  json(status, { Code: code, Message: 'said the service', RequestId: 'REQ-1' }, headers);
const raw =
  (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  (to) =>
    to.reply(status, body, headers);
const broken =
  (code: string): Reply =>
  (to) =>
    to.replyWithError(Object.assign(new Error(code), { code }));

const html = '<html><head><title>503</title></head><body>Service Unavailable</body></html>';
const date = { date: 'Tue, 24 Nov 2026 04:30:00 GMT' };

/** Attempts while the fault lasts, and whether the last failure says that something may have been executed. */
type Outcome = readonly [attempts: number, executed: Executed];
interface Row {
  readonly fault: string;
  readonly reply: Reply;
  readonly code: string;
  readonly read: Outcome;
  readonly write: Outcome;
  readonly purchase: Outcome;
}

// Five attempts are all there are; a read executes nothing whatever happens.
const lost = { read: [5, 'no'], write: [1, 'unknown'], purchase: [1, 'unknown'] } as const;
const never = { read: [1, 'no'], write: [1, 'unknown'], purchase: [1, 'unknown'] } as const;
const refusedBefore = { read: [1, 'no'], write: [1, 'no'], purchase: [1, 'no'] } as const;
const throttled = { read: [5, 'no'], write: [5, 'no'], purchase: [1, 'no'] } as const;
const onceMore = { read: [2, 'no'], write: [2, 'no'], purchase: [1, 'no'] } as const;

const table: readonly Row[] = [
  { fault: 'connection refused', reply: broken('ECONNREFUSED'), code: 'NotConnected', ...throttled },
  { fault: 'name not found', reply: broken('ENOTFOUND'), code: 'NotConnected', ...throttled },
  { fault: 'throttled, HTTP 400', reply: refusal(400, 'Throttling.User'), code: 'Throttling.User', ...throttled },
  { fault: 'throttled, HTTP 429', reply: refusal(429, 'Throttling'), code: 'Throttling', ...throttled },
  { fault: 'throttled, HTTP 200', reply: refusal(200, 'Throttling.Api'), code: 'Throttling.Api', ...throttled },
  { fault: 'throttled, HTTP 503 (a 5xx proves nothing)', reply: refusal(503, 'Throttling.System'), code: 'Throttling.System', ...lost },
  { fault: '429 without a code', reply: raw(429, ''), code: 'Http429', ...lost },
  { fault: '503 with HTML', reply: raw(503, html), code: 'Http503', ...lost },
  { fault: '500 InternalError', reply: refusal(500, 'InternalError'), code: 'InternalError', ...lost },
  { fault: '502 with an empty body', reply: raw(502, ''), code: 'Http502', ...lost },
  { fault: '302', reply: raw(302, '', { location: 'https://elsewhere.example/' }), code: 'Redirected', ...lost },
  { fault: '200 with HTML', reply: raw(200, html), code: 'UnreadableAnswer', ...lost },
  { fault: '200 with an empty body', reply: raw(200, ''), code: 'UnreadableAnswer', ...lost },
  { fault: '200 with malformed JSON', reply: raw(200, '{"Value":'), code: 'UnreadableAnswer', ...lost },
  { fault: '200 with null', reply: raw(200, 'null'), code: 'UnreadableAnswer', ...lost },
  { fault: '200 with a list', reply: raw(200, '[]'), code: 'UnreadableAnswer', ...lost },
  { fault: '200 cut off', reply: raw(200, '{"Value":"x"}', { 'content-length': '400' }), code: 'UnreadableAnswer', ...lost },
  {
    fault: 'clock refused, with a date',
    reply: refusal(400, 'InvalidTimeStamp.Expired', date),
    code: 'InvalidTimeStamp.Expired',
    ...onceMore,
  },
  {
    fault: 'clock refused, without a date',
    reply: refusal(400, 'InvalidTimeStamp.Expired'),
    code: 'InvalidTimeStamp.Expired',
    ...refusedBefore,
  },
  { fault: 'token expired', reply: refusal(400, 'InvalidSecurityToken.Expired'), code: 'InvalidSecurityToken.Expired', ...onceMore },
  {
    fault: 'nonce used',
    reply: refusal(400, 'SignatureNonceUsed'),
    code: 'SignatureNonceUsed',
    read: [2, 'no'],
    write: [1, 'unknown'],
    purchase: [1, 'unknown'],
  },
  { fault: 'signature refused', reply: refusal(403, 'SignatureDoesNotMatch'), code: 'SignatureDoesNotMatch', ...refusedBefore },
  { fault: 'unknown key', reply: refusal(404, 'InvalidAccessKeyId.NotFound'), code: 'InvalidAccessKeyId.NotFound', ...refusedBefore },
  { fault: 'permission refused', reply: refusal(403, 'Forbidden.RAM'), code: 'Forbidden.RAM', ...refusedBefore },
  { fault: 'parameter missing', reply: refusal(400, 'MissingProductType'), code: 'MissingProductType', ...refusedBefore },
  {
    fault: 'refused by the product',
    reply: refusal(400, 'InvalidAppInstanceGroup.NotFound'),
    code: 'InvalidAppInstanceGroup.NotFound',
    ...never,
  },
  { fault: 'refused by the product, HTTP 200', reply: refusal(200, 'OtaTask.Running'), code: 'OtaTask.Running', ...never },
  {
    fault: 'an answer of another form',
    reply: json(200, { Value: { not: 'text' }, OrderId: { not: 'text' } }),
    code: 'UnexpectedAnswer',
    read: [1, 'no'],
    write: [1, 'yes'],
    purchase: [1, 'yes'],
  },
];

/** The rows, each with one field that its answer needs. */
const operations = {
  read: { ...readThing, output: answer({ Value: needed(readText) }) },
  write: { ...writeThing, output: answer({ Value: needed(readText) }) },
  purchase: { ...buyThing, output: answer({ OrderId: needed(readText) }) },
} as const;
type Class = keyof typeof operations;
const cases = table.flatMap((row) => (['read', 'write', 'purchase'] as const).map((kind) => [row.fault, kind, row] as const));

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

/** Answers every request with the fault, or the first one only, and counts. */
function service(reply: Reply, always: boolean): { readonly count: number } {
  const seen = { count: 0 };
  const counted = (): nock.Interceptor =>
    nock(origin)
      .post('/', () => {
        seen.count += 1;
        return true;
      })
      .query(true);
  if (always) reply(counted()).persist();
  else {
    reply(counted());
    json(200, { Value: 'fine', OrderId: 'O-1', RequestId: 'REQ-2' })(counted());
  }
  return seen;
}

function client(): Client {
  const held = explicitCredentials({ accessKeyId: 'InventedKeyId', accessKeySecret: 'InventedSecret' });
  return testClient({ credentials: { ...held, refresh: async () => {} } }).client;
}

function call(kind: Class): Promise<unknown> {
  return client().call(operations[kind], { Id: 't-1' });
}

describe('each fault against each class of call', () => {
  it.each(cases)('%s, while it lasts: %s', async (_fault, kind, row) => {
    const seen = service(row.reply, true);
    const error = await failureOf(call(kind));
    const [attempts, executed] = row[kind];
    expect({ sent: seen.count, code: error.code, executed: error.executed, attempts: error.attempts }).toEqual({
      sent: attempts,
      code: row.code,
      executed,
      attempts,
    });
  });

  it.each(cases)('%s, once: %s', async (_fault, kind, row) => {
    const seen = service(row.reply, false);
    if (row[kind][0] > 1) {
      expect(await call(kind)).toMatchObject({ Value: 'fine' });
      expect(seen.count).toBe(2);
    } else {
      expect((await failureOf(call(kind))).code).toBe(row.code);
      expect(seen.count).toBe(1);
    }
  });

  it('never sends a purchase twice, whatever the table says', () => {
    expect(table.every((row) => row.purchase[0] === 1)).toBe(true);
  });
});
