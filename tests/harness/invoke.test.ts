import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firedAt, numberFlag, readEvent, variablesOf } from '../../cli/harness/flags.ts';
import type { Invocation } from '../../cli/harness/invocation.ts';
import { builtBundle } from '../../cli/harness/invoke-local.ts';
import { streamwarden } from '../cli/command.ts';
import { type BuiltBundles, builtBundles } from './built-bundles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const timer = path.join(root, 'events/samples/timer.json');

let bundles: BuiltBundles;
let folder: string;
beforeAll(async () => {
  bundles = await builtBundles(['power-workstations']);
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-invoke-'));
});
afterAll(() => {
  bundles.remove();
  rmSync(folder, { recursive: true, force: true });
});

const invoke = (...args: readonly string[]) =>
  streamwarden(['invoke', 'power-workstations', '--bundles', bundles.folder, ...args], { cwd: root });

describe('streamwarden invoke', () => {
  test('runs a built function on a sample event against an embedded simulator, several times in one instance', async () => {
    const { code, stdout, stderr } = await invoke('--event', timer, '--fresh', '--times', '2', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const printed = JSON.parse(stdout) as { world: string; function: string; invocations: readonly Invocation[] };
    expect(printed).toMatchObject({ world: expect.stringContaining('embedded simulator'), function: 'power-workstations' });
    const targets = { targets: expect.arrayContaining([expect.objectContaining({ target: 'cn-studio', failed: false, observed: 9 })]) };
    expect(printed.invocations).toMatchObject([
      { ok: true, result: targets, leftBehind: [] },
      { ok: true, result: targets, leftBehind: [] },
    ]);
  });

  test('prints what the function printed and how it failed, and exits with 1', async () => {
    const broken = path.join(folder, 'event.json');
    writeFileSync(broken, '{"what": "is this"}');
    const { code, stdout } = await invoke('--event', broken, '--env', 'STREAMWARDEN_OBSERVE=true', '--memory', '128');
    expect(code).toBe(1);
    expect(stdout).toContain('World: an embedded simulator');
    expect(stdout).toMatch(/^\{.*"event":"failed"/m);
    expect(stdout).toMatch(/^failed {2}the handler threw\n {2}EventError: /m);
    expect(stdout).toMatch(/^ {2}request [0-9a-f-]{36}, \d+ ms(, \d+ MB at most)?$/m);
  });
});

describe('flags', () => {
  test('variables are taken as they stand', () => {
    expect(variablesOf(['A=1', 'B_2=x=y', 'C='])).toEqual({ A: '1', B_2: 'x=y', C: '' });
  });

  test('a fresh event is one that has just fired; what is no timer event stays as it is', () => {
    const timerEvent = Buffer.from('{"triggerTime":"2026-03-02T00:00:00Z","triggerName":"x"}');
    expect(JSON.parse(firedAt(timerEvent, 0).toString())).toEqual({ triggerTime: '1970-01-01T00:00:00.000Z', triggerName: 'x' });
    for (const other of ['', '{"id":"1"}', '[]', 'null', 'text']) expect(firedAt(Buffer.from(other), 0).toString()).toBe(other);
  });

  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['a variable without a value', () => variablesOf(['A']), /NAME=VALUE/],
    ['a variable whose name is none, without its value', () => variablesOf(['1A=secret']), /^(?!.*secret).*NAME=VALUE/],
    ["a variable of the platform's", () => variablesOf(['FC_REGION=x']), /platform's own/],
    ['more variables than the platform takes', () => variablesOf([`A=${'x'.repeat(4096)}`]), /4097 bytes; the platform takes 4096/],
    ['a number out of range', () => numberFlag('--timeout', '0', { from: 1, to: 86_400 }), /from 1 to 86400/],
    ['a number that is none', () => numberFlag('--timeout', 'soon', { from: 1, to: 86_400 }), /--timeout is 'soon'/],
    [
      'an event that is not there',
      () => readEvent(path.join(tmpdir(), 'no-such-event.json')),
      /no-such-event.json does not exist; name .*events\/samples/,
    ],
    ['a function that is none', () => builtBundle('scale-on-shedule'), /There is no function.*scale-on-schedule/],
    ['a function that is not built', () => builtBundle('scale-on-schedule', path.join(tmpdir(), 'no-such-dist')), /npm run build/],
  ];
  test.each(cases)('%s is refused with what to do', (_, read, text) => {
    expect(read).toThrow(text);
  });
});
