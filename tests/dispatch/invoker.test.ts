import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fcSdkInvoker } from '../../cli/harness/fc-sdk-invoker.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { InvokeError, type Invoker, signingInvoker } from '../../shared/fc/signing-invoker.ts';
import type { Call } from '../../simulator/invocations/deployed.ts';
import type { FrontFault, FrontRequest } from '../../simulator/invocations/front.ts';
import { type InvocationPlace, invocationPlace } from './invocation-place.ts';

let place: InvocationPlace;
let calls: Call[];
/** What the waits between attempts came to. */
let waits: number[];

beforeEach(async () => {
  calls = [];
  waits = [];
  const call = async (each: Call) => {
    calls.push(each);
    return { ok: true as const, result: 'fine' };
  };
  place = await invocationPlace(
    [
      { name: 'taken', call },
      { name: 'closed', call },
    ],
    { denied: new Set(['closed']) },
  );
});
afterEach(() => place.close());

const clock = { now: Date.now, sleep: async (ms: number) => void waits.push(ms) };

const backends: readonly (readonly [string, (keys?: { accessKeyId: string; accessKeySecret: string }) => Invoker])[] = [
  [
    'our own client',
    (keys = place.keys) => signingInvoker({ endpoint: place.front.url, credentials: explicitCredentials(keys), clock, random: () => 0.5 }),
  ],
  ["the vendor's client", (keys = place.keys) => fcSdkInvoker({ endpoint: place.front.url, credentials: explicitCredentials(keys) })],
];

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as InvokeError,
  );
const fault = (...faults: readonly FrontFault[]) => place.front.faults.push(...faults);

describe.each(backends)('%s', (_name, open) => {
  test('hands over a task whose payload arrives byte for byte', async () => {
    const payload = JSON.stringify({ target: '上海', text: '"\\\u0000 ü' });
    expect(await open().invokeAsync('taken', payload, 'one')).toBe('accepted');
    await place.delivery.settle();
    expect(calls.map((each) => Buffer.from(each.payload).toString('utf8'))).toEqual([payload]);
  });

  test('the same task twice is taken once', async () => {
    expect(await open().invokeAsync('taken', '{}', 'one')).toBe('accepted');
    expect(await open().invokeAsync('taken', '{}', 'one')).toBe('duplicate');
    expect(await open().invokeAsync('taken', '{}', 'two')).toBe('accepted');
    await place.delivery.settle();
    expect(calls).toHaveLength(2);
  });

  test.each<[string, string, string, number]>([
    ['a function that does not exist', 'missing', 'FunctionNotFound', 404],
    ['a function that the role does not reach', 'closed', 'AccessDenied', 403],
  ])('%s is an error with the code of the service', async (_case, name, code, httpStatus) => {
    const failure = await failureOf(open().invokeAsync(name, '{}', 'one'));
    expect(failure).toBeInstanceOf(InvokeError);
    expect(failure).toMatchObject({ name: 'InvokeError', code, httpStatus, maybeTaken: false });
    expect(failure?.message).toMatch(/Check|Give/);
  });

  test.each<[string, string, string, string]>([
    ['a name of a function', '9lives', '{}', 'one'],
    ['an id that is too long', 'taken', '{}', 'x'.repeat(129)],
    ['an id of other letters', 'taken', '{}', 'a/b'],
    ['an id that begins with a digit', 'taken', '{}', '1a'],
    ['a payload that is too large', 'taken', 'ü'.repeat(64 * 1024 + 1), 'one'],
  ])('%s that the platform would refuse is not even sent', async (_case, name, payload, taskId) => {
    expect(await failureOf(open().invokeAsync(name, payload, taskId))).toMatchObject({ code: 'InvalidInvocation', maybeTaken: false });
    expect(place.front.requests).toEqual([]);
  });

  test('a wrong secret is refused, and shows nowhere', async () => {
    const secret = 'a-very-secret-secret';
    const failure = await failureOf(open({ ...place.keys, accessKeySecret: secret }).invokeAsync('taken', '{}', 'one'));
    expect(failure).toMatchObject({ code: 'SignatureDoesNotMatch', httpStatus: 403 });
    expect(`${failure?.message} ${failure?.stack} ${JSON.stringify(failure)}`).not.toContain(secret);
  });
});

test('both clients send the same path and the same headers of the platform, each with a signature that holds', async () => {
  for (const [, open] of backends) await open().invokeAsync('taken', '{"a":1}', `by-${backends.findIndex((each) => each[1] === open)}`);
  const shape = ({ method, path, rawQuery, headers, status }: FrontRequest) => ({
    ...{ method, path, rawQuery, status },
    headers: Object.fromEntries(
      [
        'x-fc-invocation-type',
        'x-fc-log-type',
        'x-acs-action',
        'x-acs-version',
        'x-acs-content-sha256',
        'content-type',
        'accept',
        'host',
      ].map((name) => [name, headers.get(name)]),
    ),
  });
  const [ours, theirs] = place.front.requests.map(shape);
  expect(ours).toEqual(theirs);
  expect(place.front.requests.map(({ status }) => status)).toEqual([202, 202]);
  expect(place.front.requests.map(({ headers }) => headers.get('x-fc-async-task-id'))).toEqual([['by-0'], ['by-1']]);
});

describe('our own client, which may repeat since the task has an id,', () => {
  const open = () => (backends[0] as (typeof backends)[number])[1]();

  test.each<[string, FrontFault]>([
    ['a throttled request', { kind: 'refuse', status: 429, code: 'ResourceThrottled' }],
    ['a server that fails', { kind: 'refuse', status: 500 }],
    ['a service that is not there', { kind: 'refuse', status: 503 }],
  ])('tries again after %s', async (_case, each) => {
    fault(each, each);
    expect(await open().invokeAsync('taken', '{}', 'one')).toBe('accepted');
    expect(waits).toHaveLength(2);
  });

  test('hands over once where the answer was lost', async () => {
    fault({ kind: 'lose-answer' });
    expect(await open().invokeAsync('taken', '{}', 'one')).toBe('duplicate');
    await place.delivery.settle();
    expect(calls).toHaveLength(1);
  });

  test('waits as long as the service asks', async () => {
    fault({ kind: 'refuse', status: 429, headers: { 'x-acs-retry-after': '1500' } });
    await open().invokeAsync('taken', '{}', 'one');
    expect(waits[0]).toBeGreaterThanOrEqual(1500);
  });

  test('gives up after five attempts, and says that the task may have been taken', async () => {
    fault({ kind: 'lose-answer' }, ...Array.from({ length: 4 }, () => ({ kind: 'refuse', status: 503 }) as const));
    const failure = await failureOf(open().invokeAsync('taken', '{}', 'one'));
    expect(failure).toMatchObject({ code: 'Http503', maybeTaken: true });
    expect(failure?.message).toContain('After 5 attempts');
    expect(place.front.requests).toHaveLength(5);
  });

  test('begins no attempt after its deadline', async () => {
    fault({ kind: 'refuse', status: 429, headers: { 'x-acs-retry-after': '60000' } });
    const invoker = signingInvoker({
      ...{ endpoint: place.front.url, credentials: explicitCredentials(place.keys), clock, deadlineMs: Date.now() + 30_000 },
    });
    expect(await failureOf(invoker.invokeAsync('taken', '{}', 'one'))).toMatchObject({ code: 'Http429', httpStatus: 429 });
    expect(place.front.requests).toHaveLength(1);
  });

  test('corrects its clock once by that of the service', async () => {
    const slow = { now: () => Date.now() - 3_600_000, sleep: clock.sleep };
    const invoker = signingInvoker({ endpoint: place.front.url, credentials: explicitCredentials(place.keys), clock: slow });
    expect(await invoker.invokeAsync('taken', '{}', 'one')).toBe('accepted');
    expect(place.front.requests.map(({ status }) => status)).toEqual([400, 202]);
  });
});

test("the vendor's client runs a function at once, and gives its answer with the end of its log", async () => {
  const failing = await invocationPlace([
    { name: 'answers', call: async () => ({ ok: true, result: { changed: 2 }, logs: ['one', 'two'] }) },
    { name: 'fails', call: async () => ({ ok: false, error: { errorMessage: 'oops', errorType: 'Error' }, logs: ['before'] }) },
    { name: 'busy', call: async () => ({ ok: true, result: '' }), reservedConcurrency: 0 },
  ]);
  try {
    const functions = fcSdkInvoker({ endpoint: failing.front.url, credentials: explicitCredentials(failing.keys) });
    expect(await functions.invoke('answers', '{}')).toEqual({
      ...{ ok: true, body: '{"changed":2}', logTail: 'one\ntwo\n', requestId: expect.any(String) },
    });
    expect(await functions.invoke('fails', '{}')).toMatchObject({ ok: false, logTail: 'before\n', body: expect.stringContaining('oops') });
    expect(await failureOf(functions.invoke('busy', '{}'))).toMatchObject({ httpStatus: 429 });
  } finally {
    await failing.close();
  }
});
