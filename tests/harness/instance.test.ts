import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type Instance, type InstanceOptions, startInstance } from '../../cli/harness/instance.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/harness/${name}.cjs`, import.meta.url));
const running: Instance[] = [];

function started(options: Partial<InstanceOptions> = {}): Instance {
  const instance = startInstance({ bundle: fixture('behaviors'), ...options });
  running.push(instance);
  return instance;
}
afterEach(() => Promise.all(running.splice(0).map((instance) => instance.kill())));

const ask = (instance: Instance, what: string, requestId?: string) => instance.invoke(Buffer.from(what), { requestId });

describe('what a handler gives', () => {
  test('is sent as text, JSON or bytes, and an event arrives as a Buffer', async () => {
    const instance = started();
    const cases: readonly (readonly [string, unknown])[] = [
      ['text', 'good'],
      ['object', { answer: 42 }],
      ['bytes', Buffer.from([0, 255])],
      ['nothing', ''],
      ['', { buffer: true, text: '' }],
      ['{"triggerName":"日次"}', { buffer: true, text: '{"triggerName":"日次"}' }],
    ];
    for (const [what, result] of cases) expect(await ask(instance, what)).toMatchObject({ ok: true, result, logs: [], leftBehind: [] });
  });

  test('or prints comes line by line, the unfinished one too, and belongs to its invocation', async () => {
    const heard: string[] = [];
    const instance = started({ onLine: (line) => heard.push(line) });
    const { logs } = await ask(instance, 'speak', 'request-7');
    expect([...logs].sort()).toEqual(['no line break', 'one', 'two', expect.stringMatching(/^\d{4}-.*Z request-7 \[warn\] three$/)].sort());
    expect(heard).toEqual(logs);
    expect((await ask(instance, 'text')).logs).toEqual([]);
  });
});

describe('a function finds', () => {
  test('a context as the platform gives it', async () => {
    const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'key', ALIBABA_CLOUD_SECURITY_TOKEN: 'token' };
    const invocation = await ask(started({ env, functionName: 'scaler', timeoutMs: 30_000, memoryMb: 256 }), 'context', 'r-1');
    expect(invocation).toMatchObject({
      ok: true,
      result: {
        requestId: 'r-1',
        credentials: { accessKeyId: 'id', accessKeySecret: 'key', securityToken: 'token' },
        function: { name: 'scaler', handler: 'index.handler', memory: 256, timeout: 30 },
        service: { qualifier: 'LATEST' },
        region: 'local',
        accountId: '0000000000000000',
        logger: ['debug', 'info', 'warn', 'error', 'log'],
        tracing: { spanBaggages: {} },
      },
    });
  });

  test('no credentials without a role, and nothing of the variables of whoever starts it', async () => {
    const instance = started({ env: { STREAMWARDEN_OBSERVE: 'true' } });
    const { result } = (await ask(instance, 'environment')) as { result: { env: Record<string, string>; argv: string[]; cwd: string } };
    const folder = fileURLToPath(new URL('../fixtures/harness', import.meta.url));
    expect(result).toMatchObject({ argv: [], cwd: folder });
    expect(result.env).toMatchObject({ STREAMWARDEN_OBSERVE: 'true', FC_FUNC_CODE_PATH: folder, FC_INSTANCE_ID: instance.id, TZ: 'UTC' });
    expect(Object.keys(result.env).filter((name) => !/^(FC_|STREAMWARDEN_|TZ$)/.test(name))).toEqual([]);
    expect(await ask(instance, 'context')).not.toHaveProperty('result.credentials');
  });

  test('its own state again in the next invocation, and a fresh one in the next instance', async () => {
    const instance = started();
    expect(await ask(instance, 'count')).toMatchObject({ result: '1' });
    expect(await ask(instance, 'count')).toMatchObject({ result: '2' });
    expect(await ask(started(), 'count')).toMatchObject({ result: '1' });
  });
});

describe('time', () => {
  test('is the one that the caller says, and runs on from there; else it is that of the machine', async () => {
    const instance = started();
    const nowMs = Date.UTC(2031, 0, 1);
    const { result } = (await instance.invoke(Buffer.from('time'), { nowMs })) as { result: readonly (number | boolean)[] };
    const [now, date = 0, text = 0, fixed, same] = result;
    for (const read of [now, date, Number(text) + 999]) expect(Number(read) - nowMs).toBeGreaterThanOrEqual(0);
    for (const read of [now, date, text]) expect(Number(read) - nowMs).toBeLessThan(60_000);
    expect([fixed, same]).toEqual([7, true]);
    const after = (await instance.invoke(Buffer.from('time'))) as { result: readonly number[] };
    expect(Math.abs((after.result[0] ?? 0) - Date.now())).toBeLessThan(60_000);
  });
});

describe('failures', () => {
  test.each([
    [
      'throw',
      'threw',
      { errorMessage: 'out of bounds', errorType: 'RangeError', stackTrace: expect.arrayContaining(['RangeError: out of bounds']) },
    ],
    ['throwText', 'threw', { errorMessage: 'just text' }],
    ['circular', 'threw', { errorType: 'TypeError' }],
  ])('%s is answered in the shape of the platform, and the instance goes on', async (what, failure, error) => {
    const instance = started();
    expect(await ask(instance, what)).toMatchObject({ ok: false, failure, error });
    expect(await ask(instance, 'text')).toMatchObject({ ok: true });
  });

  test.each([
    ['exit', 'exited', /^Process exited unexpectedly before completing request \(duration: \d+ms, maxMemoryUsage: \d+MB\)$/],
    ['rejectLater', 'exited', /^Process exited unexpectedly/],
  ])('%s ends the instance', async (what, failure, text) => {
    const instance = started();
    expect(await ask(instance, what)).toMatchObject({ ok: false, failure, error: { errorMessage: expect.stringMatching(text) } });
    expect(instance.alive).toBe(false);
    await expect(ask(instance, 'text')).rejects.toMatchObject({ code: 'Gone' });
  });

  test.each(['never', 'spin'])('%s is ended at the time limit', async (what) => {
    const instance = started({ timeoutMs: 300 });
    const error = { errorMessage: expect.stringMatching(/^Function time out after 0.3 seconds/) };
    expect(await ask(instance, what)).toMatchObject({ ok: false, failure: 'timeout', error });
    expect(instance.alive).toBe(false);
  });

  test('whoever holds more memory than the function has is ended, even where it was quick to answer', async () => {
    const tooSmall = started({ memoryMb: 100 });
    expect(await ask(tooSmall, 'memory')).toMatchObject({ ok: false, failure: 'memory' });
    expect(tooSmall.alive).toBe(false);
    expect(await ask(started({ memoryMb: 256 }), 'memory')).toMatchObject({ ok: true });
  });

  test('an instance killed from outside fails what it was doing', async () => {
    const instance = started();
    expect(await ask(instance, 'text')).toMatchObject({ ok: true });
    const underWay = ask(instance, 'never');
    await expect(ask(instance, 'text')).rejects.toMatchObject({ code: 'Busy' });
    await instance.kill();
    expect(await underWay).toMatchObject({ ok: false, failure: 'exited' });
  });

  test.each([
    ['broken', { errorMessage: expect.stringContaining('absent.cjs') }],
    ['headless', { errorMessage: expect.stringContaining('exports no function named handler'), errorType: 'TypeError' }],
    ['nowhere', { errorMessage: expect.stringContaining('nowhere.cjs') }],
  ])('a bundle that is %s fails each invocation by its loading', async (name, error) => {
    const instance = started({ bundle: fixture(name) });
    for (const _ of [1, 2]) expect(await ask(instance, '')).toMatchObject({ ok: false, failure: 'load', error });
  });
});

describe('between invocations', () => {
  test('nothing goes on: what the handler did not wait for is told, and ends in a later invocation if at all', async () => {
    const instance = started();
    expect(await ask(instance, 'leave')).toMatchObject({ ok: true, result: 'left', leftBehind: ['Timeout'] });
    // The timer is long due: it fires only now that the process runs again.
    const counts: unknown[] = [];
    for (let turn = 0; turn < 5; turn += 1) counts.push(((await ask(instance, 'count')) as { result: unknown }).result);
    expect(counts.at(-1)).toMatch(/^100\d$/);
  });

  test('what keeps no process alive is not told', async () => {
    expect(await ask(started(), 'readWhileFrozen')).toMatchObject({ leftBehind: [] });
  });
});

describe('hooks', () => {
  test('the initializer is waited for before the first invocation, and preStop runs at the end', async () => {
    const lines: string[] = [];
    const instance = started({ bundle: fixture('hooks'), onLine: (line) => lines.push(line) });
    expect(await ask(instance, '')).toMatchObject({ ok: true, result: { ready: true }, logs: ['initialized harness'] });
    expect(await instance.stop()).toBeUndefined();
    expect(lines).toEqual(['initialized harness', 'stopping']);
    expect(instance.alive).toBe(false);
  });

  test('a failing preStop is told and holds nothing up', async () => {
    const instance = started({ bundle: fixture('hooks'), env: { FAIL_TO_STOP: '1' } });
    expect(await instance.stop()).toMatchObject({ errorMessage: 'the last words are lost' });
    expect(instance.alive).toBe(false);
  });
});
