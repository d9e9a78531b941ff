import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putBesideDispatch } from '../../../build/beside-dispatch.ts';
import { createDispatcher, type DispatchFailedError } from '../../../functions/dispatch/dispatcher.ts';
import { planDispatch } from '../../../functions/dispatch/plan.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { spreadFunctions } from '../../../shared/policy/fan-out.ts';
import { policyWith, target } from '../../engine/dial.ts';
import { clockOf } from '../../fixtures/clocks.ts';
import { timerEvent } from './fleet-fixture.ts';

let folder: string;
let nowMs: number;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-beside-'));
  nowMs = Date.parse('2026-11-24T08:30:05Z');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A deployed folder of dispatch: functions beside it that write down what they were called with, or fail. */
function deploy(
  functions: Readonly<Record<string, 'fine' | 'fails' | 'missing'>>,
  targets: CompiledPolicy['targets'] = { cn: { ...target, name: 'cn' } },
): void {
  mkdirSync(path.join(folder, 'functions'));
  const rules = Object.fromEntries(Object.keys(functions).map((name) => [name, [{ name: 'rule' }]]));
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(policyWith({ targets, rules })));
  for (const [name, state] of Object.entries(functions)) {
    if (state === 'missing') continue;
    const said = path.join(folder, `${name}.json`);
    const code =
      state === 'fails'
        ? `exports.handler = async () => { throw new Error('${name} cannot'); };`
        : `exports.handler = async (event, context) => require('node:fs').writeFileSync(${JSON.stringify(said)}, JSON.stringify({ event: event.toString(), bytes: Buffer.isBuffer(event), context }));`;
    writeFileSync(path.join(folder, 'functions', `${name}.js`), code);
  }
}

const called = (name: string) =>
  JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as {
    event: string;
    bytes: boolean;
    context: { requestId: string; function: { timeout: number } };
  };

const clock = clockOf(() => nowMs);
const context = { requestId: 'one', function: { name: 'dispatch', timeout: '300' } };
const dispatch = (event: string, parts: { readonly write?: (line: string) => void } = {}) =>
  createDispatcher(planDispatch, {
    ...{ clock, write: () => {}, ...parts },
    environment: { FC_FUNC_CODE_PATH: folder, ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' },
  })(Buffer.from(event), context);

describe('a single target', () => {
  test('runs in place: its functions are loaded from beside dispatch, and begun as if by a timer', async () => {
    deploy({ 'scale-on-schedule': 'fine', 'tag-new-resources': 'fine' });
    const summary = await dispatch(timerEvent('2026-11-24T08:30:00Z'));
    expect(summary.tasks).toEqual([
      { task: 'scale-on-schedule-cn-20261124T0830Z', outcome: 'done' },
      { task: 'tag-new-resources-cn-20261124T0830Z', outcome: 'done' },
    ]);
    const { event, bytes, context: given } = called('scale-on-schedule');
    expect(bytes).toBe(true);
    expect(JSON.parse(event)).toEqual({ triggerTime: '2026-11-24T08:30:00.000Z', triggerName: 'dispatch', payload: '{"target":"cn"}' });
    expect(given).toMatchObject({ requestId: 'one', function: { timeout: 300 } });
  });

  test('is run in place where the event names one of several targets', async () => {
    deploy({ 'scale-on-schedule': 'fine' }, { cn: { ...target, name: 'cn' }, us: { ...target, name: 'us', account: '2' } });
    expect((await dispatch(timerEvent('2026-11-24T08:30:00Z', { target: 'us' }))).tasks).toMatchObject([{ outcome: 'done' }]);
    expect(JSON.parse(called('scale-on-schedule').event)).toMatchObject({ payload: '{"target":"us"}' });
  });

  test.each(['fails', 'missing'] as const)('a function that %s keeps the others from nothing, and is named', async (state) => {
    deploy({ 'log-off-sessions': state, 'tag-new-resources': 'fine' });
    const lines: string[] = [];
    const failure = await dispatch(timerEvent('2026-11-24T08:30:00Z'), { write: (line) => lines.push(line) }).then(
      () => undefined,
      (error: unknown) => error as DispatchFailedError,
    );
    expect(failure).toMatchObject({ code: 'DispatchFailed', message: expect.stringContaining('log-off-sessions-cn') });
    expect(called('tag-new-resources').bytes).toBe(true);
    const code = state === 'missing' ? 'FunctionNotBeside' : 'Unexpected';
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(expect.objectContaining({ event: 'task-failed', code }));
  });

  test('a function is told what is left of the time, and is not begun when nothing is', async () => {
    deploy({ 'log-off-sessions': 'fine', 'tag-new-resources': 'fine' });
    const first = path.join(folder, 'log-off-sessions.json');
    const running = createDispatcher(planDispatch, {
      // The first takes nearly all of the time.
      ...{ clock: clockOf(() => nowMs + (existsSync(first) ? 290_000 : 0)), write: () => {} },
      environment: { FC_FUNC_CODE_PATH: folder, ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' },
    })(Buffer.from(''), context);
    await expect(running).rejects.toMatchObject({
      code: 'DispatchFailed',
      summary: { tasks: [{ outcome: 'done' }, { outcome: 'failed' }] },
    });
    expect(readdirSync(folder).filter((name) => name.startsWith('tag-new'))).toEqual([]);
    expect(called('log-off-sessions').context.function.timeout).toBe(300);
  });
});

test('several targets need to know where functions are invoked, and say which variables tell it', async () => {
  deploy({ 'scale-on-schedule': 'fine' }, { cn: { ...target, name: 'cn' }, us: { ...target, name: 'us', account: '2' } });
  await expect(dispatch('')).rejects.toMatchObject({
    code: 'InvocationsUnknown',
    message: expect.stringContaining('STREAMWARDEN_FC_ENDPOINT'),
  });
});

test('the build puts a file for each function that can be spread beside dispatch', () => {
  for (const name of spreadFunctions) {
    mkdirSync(path.join(folder, name));
    for (const ending of ['js', 'js.map']) writeFileSync(path.join(folder, name, `index.${ending}`), name);
  }
  putBesideDispatch(folder);
  const files = readdirSync(path.join(folder, 'dispatch', 'functions'));
  expect(files.filter((file) => file.endsWith('.js')).sort()).toEqual(spreadFunctions.map((name) => `${name}.js`).sort());
});
