import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import { Credentials, explicitCredentials } from '../../shared/client/credentials.ts';
import { printable } from '../../shared/client/printable.ts';
import { redact } from '../../shared/client/redact.ts';
import { RealServer } from './real-server.ts';
import { readThing, writeThing } from './rows.ts';
import { failureOf, testClient } from './test-client.ts';

const secret = 'Sup3rInventedSecretValue';
const token = 'CAISInventedTokenThatIsLongEnough+/=';
const keys = { accessKeyId: 'STS.InventedTemporaryId', accessKeySecret: secret, securityToken: token };

/** Every text that somebody could print of a value. */
function everyText(value: unknown): string {
  const spread = typeof value === 'object' && value !== null ? { ...value } : value;
  return [
    String(value),
    `${JSON.stringify(value)}`,
    inspect(value, { depth: 20, showHidden: true, getters: false }),
    inspect({ inside: [value] }, { depth: 20 }),
    inspect(spread, { depth: 20, showHidden: true }),
    JSON.stringify(spread),
    value instanceof Error ? `${value.stack} ${inspect(value.cause, { depth: 20 })}` : '',
  ].join('\n');
}

describe('credentials', () => {
  it.each<[string, unknown]>([
    ['the keys', new Credentials(keys, 'Tests')],
    ['their provider', explicitCredentials(keys)],
    ['a client', testClient({ credentials: explicitCredentials(keys) }).client],
  ])('show themselves in no text: %s', (_name, value) => {
    const texts = everyText(value);
    expect(texts).not.toContain(secret);
    expect(texts).not.toContain(token);
  });

  it('give what signing needs, and show enough of the id to know them by', () => {
    const held = new Credentials({ ...keys, expiresAtMs: 5 }, 'Tests');
    expect([held.accessKeySecret, held.securityToken]).toEqual([secret, token]);
    expect(String(held)).toBe('Credentials(STS.In…Id, temporary)');
    expect(JSON.stringify(held)).toBe('{"accessKeyId":"STS.In…Id","expiresAtMs":5}');
  });
});

describe('errors', () => {
  let server: RealServer;
  let url: string;
  beforeEach(async () => {
    server = new RealServer();
    url = await server.start();
  });
  afterEach(async () => {
    closeConnections();
    await server.stop();
  });

  const failing = async (status: number, body: string): Promise<Error> => {
    server.answer = (response) => response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
    const { client } = testClient({ endpoint: url, credentials: explicitCredentials(keys), maxAttempts: 1 });
    return failureOf(client.call(writeThing, { Id: 'x', Password: 'pa55word' }));
  };

  it('do not repeat a parameter that its row marks secret', async () => {
    server.answer = (response) => server.json(response, { Code: 'InvalidParameter', Message: 'pa55word is too simple' }, 400);
    const error = await failureOf(testClient({ endpoint: url }).client.call(writeThing, { Id: 'x', Password: 'pa55word' }));
    expect(error.message).toContain('[hidden] is too simple');
    expect(everyText(error)).not.toContain('pa55word');
  });

  it.each([
    [
      'the canonical request',
      403,
      JSON.stringify({
        Code: 'SignatureDoesNotMatch',
        Message: `not matched. server string to sign is: POST\n/\nx-acs-security-token:${token}`,
      }),
    ],
    ['the secret itself', 500, `trace: ${secret} ${token}`],
    ['a form with secrets', 502, `AccessKeySecret=${secret}&SecurityToken=${token}&Password=pa55word`],
    ['a JSON body that breaks off', 200, `{"Credentials":{"AccessKeySecret":"${secret}","SecurityToken":"${token.slice(0, 20)}`],
    ['HTML that quotes the headers', 503, `<html>Authorization: ACS3-HMAC-SHA256 Credential=x,Signature=abcdef ${token}</html>`],
  ])('do not repeat %s', async (_name, status, body) => {
    const texts = everyText(await failing(status, body));
    expect(texts).not.toContain(secret);
    expect(texts).not.toContain(token.slice(0, 20));
    expect(texts).not.toContain('pa55word');
    expect(texts).not.toContain('Signature=abcdef');
  });

  it('keep the detail of a refused permission, and print it without the diagnostic message', async () => {
    const AccessDeniedDetail = {
      AuthAction: 'appstreaming:ListNodes',
      NoPermissionType: 'ImplicitDeny',
      EncodedDiagnosticMessage: 'AQIBIENCODED',
    };
    server.answer = (response) => server.json(response, { Code: 'NoPermission', Message: 'no', AccessDeniedDetail }, 403);
    const error = await failureOf(testClient({ endpoint: url }).client.call(readThing, { Id: 'x' }));
    expect(error.accessDeniedDetail).toEqual(AccessDeniedDetail);
    expect(everyText(error)).not.toContain('AQIBIENCODED');
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ accessDeniedDetail: { AuthAction: 'appstreaming:ListNodes' } });
  });

  it('keep status, request id and the beginning of a body that is no answer', async () => {
    server.answer = (response) => response.writeHead(503, { 'x-acs-request-id': 'REQ-7' }).end('<html><body>Busy   \n here</body></html>');
    const error = await failureOf(testClient({ endpoint: url, maxAttempts: 1 }).client.call(readThing, { Id: 'x' }));
    expect(error).toMatchObject({ code: 'Http503', httpStatus: 503, requestId: 'REQ-7', operation: 'ReadThing' });
    expect(error.message).toBe(
      'ReadThing: Http503 (HTTP 503): the body is not an answer of the service and begins: <html><body>Busy here</body></html>. Read the message of the service. Request id REQ-7.',
    );
  });

  it('read the service in either spelling, and in XML', async () => {
    server.answer = (response) => server.json(response, { code: 'Forbidden.RAM', message: 'not you', requestId: 'R-1' }, 403);
    const { client } = testClient({ endpoint: url });
    expect(await failureOf(client.call(readThing, { Id: 'x' }))).toMatchObject({ code: 'Forbidden.RAM', requestId: 'R-1' });
    server.answer = (response) => {
      response.writeHead(404, { 'content-type': 'text/xml;charset=utf-8' });
      response.end(
        '<?xml version="1.0"?><Error><Code>InvalidApi.NotFound</Code><Message>no such API</Message><RequestId>R-2</RequestId></Error>',
      );
    };
    expect(await failureOf(client.call(readThing, { Id: 'x' }))).toMatchObject({
      code: 'InvalidApi.NotFound',
      requestId: 'R-2',
      executed: 'no',
    });
  });

  it('say what to do, and whether anything may have happened', async () => {
    server.answer = (response) => server.json(response, { Code: 'InternalError', Message: 'oops.', RequestId: 'R-3' }, 500);
    const error = await failureOf(testClient({ endpoint: url }).client.call(writeThing, { Id: 'x' }));
    expect(String(error)).toBe(
      'ApiError [InternalError]: WriteThing: InternalError (HTTP 500): oops. It may have been executed: read the resource before trying again. Request id R-3.',
    );
  });
});

describe('redacting', () => {
  it('shortens, and keeps what is harmless', () => {
    expect(redact('a'.repeat(400))).toBe(`${'a'.repeat(300)}…`);
    expect(redact('The specified group does not exist.')).toBe('The specified group does not exist.');
    expect(redact('abc short', ['abc'])).toBe('abc short');
  });

  it.each([
    ['AccessKeySecret=abcdefgh12345678\nSecurityToken: qwertz done'],
    ['secret=abcdefgh12345678|token=qwertz done'],
    ['secret:\tabcdefgh12345678\r\ntoken\t=\tqwertz done'],
    ['password=token=qwertz done'],
    ['secret=abcdefgh\u000012345678 done'],
    ['Server\nString\tTo\nSign: token qwertz'],
  ])('hides every field of %j, made printable before or not', (text) => {
    for (const shown of [redact(text), redact(printable(text)), redact(redact(text))]) {
      expect(shown).toContain('[hidden]');
      expect(shown).not.toMatch(/abcdefgh|12345678|qwertz/);
    }
  });
});
