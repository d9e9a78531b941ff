import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFailureReporter } from '../../../functions/report-failure/failure-reporter.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import { compile } from '../../../shared/policy/compile.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { clockOf } from '../../fixtures/clocks.ts';
import { hourMs } from '../../fixtures/times.ts';

const sample = JSON.parse(readFileSync(new URL('../../../events/samples/async-destination-failure.json', import.meta.url), 'utf8'));

const policyText = (channels: string, tell: string) => `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai}}
channels: ${channels}
tell: ${tell}
rules: {}
`;

const nowMs = Date.parse('2026-11-24T04:00:00Z');

let folder: string;
let lines: string[];
let clockMs: number;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-failure-'));
  lines = [];
  clockMs = nowMs;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The function, deployed beside a policy that tells of failures in a file. */
function deployed({
  channels = '{oncall: {kind: file, url: "env:TOLD"}}',
  tell = '{failed: oncall}',
  told = path.join(folder, 'told'),
  store = 'dir:journal',
  context = {} as object,
} = {}) {
  const { document, problems } = loadPolicy(policyText(channels, tell), 'policy.yaml', []);
  if (!document) throw new Error(problems.map(({ text }) => text).join('\n'));
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compile(document, nowMs, undefined, [])));
  const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'test-id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'test-secret' };
  const handler = createFailureReporter({
    clock: clockOf(() => clockMs),
    environment: {
      ...{ FC_FUNC_CODE_PATH: folder, TOLD: told, ...keys },
      ...(store === 'none' ? {} : { STREAMWARDEN_STORE: store.replace('dir:', `dir:${folder}/`) }),
    },
    write: (line) => lines.push(line),
  });
  return (change: (event: typeof sample) => void = () => {}) => {
    const event = structuredClone(sample);
    change(event);
    return handler(Buffer.from(JSON.stringify(event)), {
      ...{ requestId: 'mine', accountId: '123456789012****', region: 'cn-shanghai', function: { name: 'streamwarden-report-failure' } },
      ...context,
    });
  };
}

const told = (): { id: string; severity: string; title: string; text: string }[] =>
  readFileSync(path.join(folder, 'told'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const of = (name: string) => (event: typeof sample) =>
  (event.requestContext.functionArn = `acs:fc:cn-shanghai:123456789012****:functions/streamwarden-${name}`);
const thrown = (errorType: string, errorMessage: string) => (event: typeof sample) =>
  (event.responsePayload = JSON.stringify({ errorType, errorMessage, stackTrace: [`${errorType}: ${errorMessage}`] }));

describe('a failed invocation', () => {
  test('is told on the channels for failures, with the request to look for', async () => {
    expect(await deployed()()).toEqual({ function: 'report-failure', told: 'now' });
    expect(told()).toMatchObject([{ severity: 'warning', title: 'streamwarden-scale-on-schedule failed' }]);
    expect(told()[0]?.text).toContain('e026ae92-61e5-472f-b32d-1c9e3c4e****');
  });

  test('of what renews is critical', async () => {
    await deployed()(of('renew-before-expiry'));
    expect(told()).toMatchObject([{ severity: 'critical', title: 'streamwarden-renew-before-expiry failed' }]);
  });

  const request =
    (id: string, ...more: ((event: typeof sample) => void)[]) =>
    (event: typeof sample) => {
      event.requestContext.requestId = id;
      for (const change of more) change(event);
    };

  test('is told once, however often it is delivered and by whichever instance, and another request of the same kind as well', async () => {
    for (const tell of [deployed(), deployed()]) {
      await tell();
      clockMs += 2 * hourMs;
      await tell();
    }
    expect(told()).toHaveLength(1);
    expect((await deployed()(request('another'))).told).toBe('now');
    expect(new Set(told().map(({ id }) => id)).size).toBe(2);
  });

  test('of one kind of one function is told four times an hour at most, across instances; another kind, function or hour is told at once', async () => {
    const answers: string[] = [];
    for (let index = 0; index < 9; index++) answers.push((await deployed()(request(`r${index}`))).told);
    expect(answers.filter((answer) => answer === 'now')).toHaveLength(4);
    expect((await deployed()(request('r9', thrown('RunFailedError', 'x')))).told).toBe('now');
    expect((await deployed()(request('r10', of('digest')))).told).toBe('now');
    clockMs += hourMs;
    expect((await deployed()(request('r11'))).told).toBe('now');
  });

  test('that somebody made up mutes no true one', async () => {
    for (const tell of [deployed(), deployed()]) await tell(request('made-up', of('renew-before-expiry')));
    expect((await deployed()(request('true', of('renew-before-expiry')))).told).toBe('now');
    expect(told()).toHaveLength(2);
  });

  test.each([
    ['another account', 'acs:fc:cn-shanghai:666:functions/streamwarden-renew-before-expiry'],
    ['another region', 'acs:fc:cn-evil:123456789012****:functions/streamwarden-renew-before-expiry'],
    ['another installation', 'acs:fc:cn-shanghai:123456789012****:functions/staging-renew-before-expiry'],
    ['a name that none has', 'acs:fc:cn-shanghai:123456789012****:functions/streamwarden-call-13800000000-now'],
  ])('of %s is told to nobody, and logged as foreign', async (_name, arn) => {
    const answer = await deployed()(request('r', (event) => (event.requestContext.functionArn = arn)));
    expect(answer.told).toBe('foreign');
    expect(() => told()).toThrow('ENOENT');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['foreign-event']);
  });

  test('is believed from nobody where the platform does not say whose the function is', async () => {
    expect((await deployed({ context: { accountId: undefined } })()).told).toBe('foreign');
  });

  test('quotes no text of the event: what it says is ours, by the kind of the error', async () => {
    const evil = 'Account is suspended. Sign in at https://login-aliyun.evil.example/ to keep the desktops.';
    const changes = [
      thrown('StoreError', evil),
      thrown(evil, evil),
      (event: typeof sample) => (event.requestContext.condition = evil),
      (event: typeof sample) => (event.requestPayload = `{"Password":"${evil}"}`),
    ];
    for (const [index, change] of changes.entries()) await deployed()(request(`r${index}`, change));
    await deployed()(request(evil));
    expect(told().map(({ text }) => text.split(':')[0])).toEqual(['StoreError', 'Unhandled', 'Unhandled', 'Unhandled', 'Unhandled']);
    expect(`${lines.join()}${readFileSync(path.join(folder, 'told'), 'utf8')}`).not.toMatch(/evil|Password/);
  });

  test('costs no time whatever the event carries', async () => {
    const change = request('r'.repeat(100_000), thrown('StoreError', 'a'.repeat(100_000)));
    expect((await deployed()(change)).told).toBe('now');
    expect(told()[0]?.text).not.toMatch(/r{100}|a{100}/);
  });

  test('is told where the journal cannot be used, once by one instance', async () => {
    writeFileSync(path.join(folder, 'blocked'), '');
    const tell = deployed({ store: 'dir:blocked/journal' });
    expect([(await tell()).told, (await tell()).told]).toEqual(['now', 'before']);
    const without = deployed({ store: 'none' });
    expect([(await without()).told, (await without()).told]).toEqual(['now', 'before']);
  });

  test('of what renews goes to all channels where none is named for failures, and to nobody is a failure', async () => {
    await deployed({ tell: '{failed: none}' })(of('renew-before-expiry'));
    expect(told()).toHaveLength(1);
    const nobody = deployed({ tell: '{failed: none}', channels: '{}', store: 'none' });
    await expect(nobody(request('r2', of('renew-before-expiry')))).rejects.toMatchObject({ code: 'NotTold' });
  });

  test('for no channel becomes a log line', async () => {
    expect((await deployed({ tell: '{failed: none}' })()).told).toBe('now');
    expect(lines.some((line) => JSON.parse(line).event === 'told')).toBe(true);
  });

  test('that cannot be told fails, so that it is tried again, and says why without the address', async () => {
    const tell = deployed({ told: folder });
    await expect(tell()).rejects.toMatchObject({ name: 'NotToldError', code: 'NotTold' });
    await expect(tell()).rejects.toMatchObject({ code: 'NotTold' });
    expect(lines.filter((line) => JSON.parse(line).event === 'channel')).toHaveLength(2);
    expect(lines.join()).not.toContain(folder);
  });
});

test('a success and an event of another kind are told to nobody', async () => {
  const tell = deployed();
  const succeeded = (event: typeof sample) => {
    event.requestContext.condition = '';
    event.responseContext.functionError = '';
  };
  expect((await tell(succeeded)).told).toBe('nothing');
  await expect(tell((event) => delete event.requestContext)).rejects.toMatchObject({ name: 'EventError' });
  expect(() => told()).toThrow('ENOENT');
});
