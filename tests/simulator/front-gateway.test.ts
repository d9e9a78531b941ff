import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { publishedKey } from '../../simulator/front/keys.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { exchange, send, stamp, type TestCall } from './signed-request.ts';
import { accountId, key, oneGroup, startSmall } from './small-service.ts';

let simulator: Simulator;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 24, 12);
  ({ simulator } = await startSmall({
    wallNow: () => nowMs,
    accessKeys: [{ accessKeyId: 'sleeping', accessKeySecret: 's', accountId, inactive: true }],
  }));
});

afterEach(() => simulator.close());

const read = (more: Partial<TestCall> = {}): TestCall => ({
  action: 'GetAppInstanceGroup',
  query: oneGroup,
  key,
  dateMs: nowMs,
  ...more,
});

describe.each(['v3', 'rpc'] as const)('%s requests', (signature) => {
  test('one signed with the published key is answered, with request id and the gateway date', async () => {
    const answer = await send(simulator.url, read({ signature }));
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ AppInstanceGroupModels: { AppInstanceGroupId: 'aig-1' } });
    expect(answer.headers['x-acs-request-id']).toBe(answer.json.RequestId);
    expect(answer.headers.date).toBe(new Date(nowMs).toUTCString());
    expect(simulator.ledger.records).toMatchObject([{ action: 'GetAppInstanceGroup', accountId, executed: true, answered: 200 }]);
  });

  const cases: [string, () => Partial<TestCall>, number, string][] = [
    ['a wrong secret', () => ({ key: { ...key, accessKeySecret: 'wrong' } }), 403, 'SignatureDoesNotMatch'],
    ['an unknown key', () => ({ key: publishedKey('9999') }), 404, 'InvalidAccessKeyId.NotFound'],
    ['a key that is switched off', () => ({ key: { accessKeyId: 'sleeping', accessKeySecret: 's' } }), 400, 'InvalidAccessKeyId.Inactive'],
    ['a date 15 minutes and a second old', () => ({ dateMs: nowMs - 901_000 }), 400, 'InvalidTimeStamp.Expired'],
    ['a date 15 minutes and a second ahead', () => ({ dateMs: nowMs + 901_000 }), 400, 'InvalidTimeStamp.Expired'],
    ['a date with milliseconds', () => ({ date: new Date(nowMs).toISOString() }), 400, 'InvalidTimeStamp.Format'],
    ['a date that does not exist', () => ({ date: '2026-13-41T00:00:00Z' }), 400, 'InvalidTimeStamp.Format'],
    ['an unknown action', () => ({ action: 'FlyToTheMoon' }), 404, 'InvalidApi.NotFound'],
    ['another version', () => ({ version: '2021-02-18' }), 400, 'InvalidVersion'],
    ['an unknown action of another version', () => ({ action: 'Nothing', version: '2000-01-01' }), 404, 'InvalidApi.NotFound'],
    ['a token with a lasting key', () => ({ key: { ...key, securityToken: 't' } }), 400, 'InvalidSecurityToken.MismatchWithAccessKey'],
    ['a missing parameter', () => ({ query: { ProductType: 'CloudApp' } }), 400, 'MissingAppInstanceGroupId'],
    ['a value outside its closed set', () => ({ query: { ...oneGroup, ProductType: 'Cloud' } }), 400, 'InvalidParameter'],
  ];

  test.each(cases)('%s is refused and nothing runs', async (_name, more, status, code) => {
    const answer = await send(simulator.url, read({ signature, ...more() }));
    expect([answer.status, answer.json.Code]).toEqual([status, code]);
    expect(answer.json).toMatchObject({ HostId: new URL(simulator.url).host, RequestId: answer.headers['x-acs-request-id'] });
    expect(Object.keys(answer.json)).toEqual(['Code', 'Message', 'RequestId', 'HostId', 'Recommend']);
    expect(simulator.ledger.count('*', 'executed')).toBe(0);
    expect(simulator.ledger.count('*', 'refused')).toBe(1);
  });

  test('a date exactly 15 minutes off is accepted', async () => {
    expect((await send(simulator.url, read({ signature, dateMs: nowMs - 900_000 }))).status).toBe(200);
    expect((await send(simulator.url, read({ signature, dateMs: nowMs + 900_000 }))).status).toBe(200);
  });

  test('a nonce is refused for 15 minutes after its use by the same key, and not for another key', async () => {
    const call = { signature, nonce: 'once' };
    expect((await send(simulator.url, read(call))).status).toBe(200);
    nowMs += 899_000;
    expect((await send(simulator.url, read(call))).json.Code).toBe('SignatureNonceUsed');
    expect((await send(simulator.url, read({ ...call, key: publishedKey('1000000000000002') }))).status).toBe(200);
    nowMs += 1000;
    expect((await send(simulator.url, read(call))).status).toBe(200);
  });

  test('a nonce sent with a wrong signature is not used up', async () => {
    await send(simulator.url, read({ signature, nonce: 'mine', key: { ...key, accessKeySecret: 'wrong' } }));
    expect((await send(simulator.url, read({ signature, nonce: 'mine' }))).status).toBe(200);
  });

  test('a parameter changed on the way breaks the signature', async () => {
    const tamper: NonNullable<TestCall['tamper']> = (sent) => {
      sent.path = sent.path.replace('aig-1', 'aig-2');
    };
    expect((await send(simulator.url, read({ signature, tamper }))).json.Code).toBe('SignatureDoesNotMatch');
  });
});

test.each([
  ['another hash of the body', { 'x-acs-content-sha256': '0'.repeat(64) }, 'SignatureDoesNotMatch'],
  ['an x-acs header that is not signed', { 'x-acs-extra': '1' }, 'IncompleteSignature'],
  ['an authorization of another kind', { authorization: 'Bearer x' }, 'IncompleteSignature'],
  [
    'an authorization that signs too little',
    { authorization: 'ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=b' },
    'IncompleteSignature',
  ],
])('a V3 request with %s is refused', async (_name, headers, code) => {
  const tamper: NonNullable<TestCall['tamper']> = (sent) => void Object.assign(sent.headers, headers);
  expect((await send(simulator.url, read({ tamper }))).json.Code).toBe(code);
});

test.each([
  ['nothing at all', '/', 'MissingAction'],
  ['an action and no version', '/?Action=ListRegions', 'MissingVersion'],
  ['no key', '/?Action=GetAppInstanceGroup&Version=2021-09-01', 'MissingAccessKeyId'],
  ['a key and no signature', '/?Action=GetAppInstanceGroup&Version=2021-09-01&AccessKeyId=a', 'MissingSignature'],
  [
    'another signature method',
    '/?Action=GetAppInstanceGroup&Version=2021-09-01&AccessKeyId=a&Signature=b&SignatureMethod=MD5',
    'InvalidParameter',
  ],
  ['a broken percent escape', '/?Action=%E4%', 'InvalidParameter'],
])('a request with %s is refused as %s', async (_name, path, code) => {
  const answer = await exchange(simulator.url, 'GET', path, {});
  expect([answer.status, answer.json.Code]).toEqual([400, code]);
});

test('a caller whose clock is wrong can correct it from the Date header', async () => {
  simulator.timeline.gatewayOffsetMs = 3_600_000;
  const refused = await send(simulator.url, read());
  expect(refused.json.Code).toBe('InvalidTimeStamp.Expired');
  const corrected = Date.parse(refused.headers.date as string);
  expect((await send(simulator.url, read({ date: stamp(corrected) }))).status).toBe(200);
});

test('with a virtual gateway clock dates are judged by the world', async () => {
  await simulator.close();
  ({ simulator } = await startSmall({ gatewayClock: 'virtual' }));
  const worldMs = simulator.world.clock.nowMs;
  expect((await send(simulator.url, read({ dateMs: worldMs }))).status).toBe(200);
  simulator.advance(20 * 60_000);
  expect((await send(simulator.url, read({ dateMs: worldMs }))).json.Code).toBe('InvalidTimeStamp.Expired');
});

test('the refusal of a signature tells what was calculated and no secret', async () => {
  const securityToken = 'a-token-nobody-may-read';
  const answer = await send(simulator.url, read({ key: { ...key, securityToken }, signature: 'rpc' }));
  expect(answer.text).not.toContain(securityToken);
  const mismatch = await send(simulator.url, read({ key: { ...key, accessKeySecret: 'wrong' } }));
  expect(mismatch.json.Message).toMatch(/server string to sign is:ACS3-HMAC-SHA256\n[0-9a-f]{64}$/);
  expect(mismatch.text).not.toContain(key.accessKeySecret);
});

test('a failure in the body comes with HTTP 200, one of the service with its status, a defect with 500 and a report', async () => {
  const reported: string[] = [];
  await simulator.close();
  ({ simulator } = await startSmall({
    wallNow: () => nowMs,
    onError: (error, action) => reported.push(`${action}: ${(error as Error).message}`),
  }));
  const ota = { AppInstanceGroupId: 'a', BizRegionId: 'cn-shanghai', OtaType: 'Fota', StartTime: '2026-11-25T00:00:00Z', TaskId: 't' };
  const inBody = await send(simulator.url, { action: 'ApproveOtaTask', form: ota, key, dateMs: nowMs });
  expect([inBody.status, inBody.json.Code]).toEqual([200, 'OtaTask.Running']);
  const refused = await send(simulator.url, { action: 'DeleteAppInstanceGroup', form: oneGroup, key, dateMs: nowMs });
  expect([refused.status, refused.json.Code]).toEqual([400, 'InvalidAppInstanceGroup.NotFound']);
  const defect = await send(simulator.url, { action: 'DeleteImage', form: { ImageId: 'i' }, key, dateMs: nowMs });
  expect([defect.status, defect.json.Code]).toEqual([500, 'InternalError']);
  expect(reported).toEqual(['DeleteImage: a defect of the handler']);
  expect(simulator.ledger.count('*', 'executed')).toBe(0);
});

test('a body that is too large is refused without being read to its end', async () => {
  const answer = await exchange(simulator.url, 'POST', '/', {}, 'x'.repeat(9 * 1024 * 1024)).catch(
    (error: NodeJS.ErrnoException) => error.code,
  );
  expect(typeof answer === 'object' ? answer.status : answer).toSatisfy(
    (seen) => seen === 413 || seen === 'ECONNRESET' || seen === 'EPIPE',
  );
  expect(simulator.ledger.count('*', 'received')).toBe(0);
});
