import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFailureReporter } from '../../../shared/fc/failure-reporter.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import { compile } from '../../../shared/policy/compile.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';

const sample = JSON.parse(readFileSync(new URL('../../../events/samples/async-destination-failure.json', import.meta.url), 'utf8'));

const policyText = (channels: string, tell: string) => `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai}}
channels: ${channels}
tell: ${tell}
rules: {}
`;

const hourMs = 3_600_000;
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
} = {}) {
  const { document, problems } = loadPolicy(policyText(channels, tell), 'policy.yaml', []);
  if (!document) throw new Error(problems.map(({ text }) => text).join('\n'));
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compile(document, nowMs, undefined, [])));
  const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'test-id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'test-secret' };
  const handler = createFailureReporter({
    clock: { now: () => clockMs, sleep: async () => {} },
    environment: { FC_FUNC_CODE_PATH: folder, TOLD: told, ...keys },
    write: (line) => lines.push(line),
  });
  return (change: (event: typeof sample) => void = () => {}) => {
    const event = structuredClone(sample);
    change(event);
    return handler(Buffer.from(JSON.stringify(event)), { requestId: 'mine' });
  };
}

const told = (): { id: string; severity: string; title: string; text: string }[] =>
  readFileSync(path.join(folder, 'told'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const of = (name: string) => (event: typeof sample) =>
  (event.requestContext.functionArn = `acs:fc:cn-shanghai:1:functions/streamwarden-${name}`);
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

  test('of the same kind is told once an hour, of another kind or function at once', async () => {
    const tell = deployed();
    expect((await tell()).told).toBe('now');
    expect((await tell()).told).toBe('before');
    expect((await tell(thrown('RunFailedError', 'scale-on-schedule failed for cn-office'))).told).toBe('now');
    expect((await tell(of('digest'))).told).toBe('now');
    clockMs += hourMs;
    expect((await tell()).told).toBe('now');
    expect(new Set(told().map(({ id }) => id)).size).toBe(4);
  });

  test('that another instance tells as well has the same id', async () => {
    await deployed()();
    clockMs += hourMs / 2;
    await deployed()();
    expect(told().map(({ id }) => id)).toEqual([told()[0]?.id, told()[0]?.id]);
  });

  test('is told by its text only where the text is our own; what it was called with and its stack never are', async () => {
    const tell = deployed();
    await tell(thrown('RunFailedError', 'scale-on-schedule failed for cn-office'));
    await tell(thrown('SyntaxError', `Unexpected token in {"Password":"hunter2-hunter2"}`));
    await tell((event) => (event.requestPayload = '{"Password":"hunter2-hunter2"}'));
    expect(told().map(({ text }) => text.includes('failed for cn-office'))).toEqual([true, false, false]);
    expect(`${lines.join()}${readFileSync(path.join(folder, 'told'), 'utf8')}`).not.toContain('hunter2');
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
