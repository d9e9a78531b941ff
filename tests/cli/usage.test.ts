import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applied } from '../../cli/render/applied.ts';
import { directoryError } from '../../shared/journal/store/directory.ts';
import { streamwarden } from './command.ts';

const example = fileURLToPath(new URL('../../policy.example.yaml', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-usage-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('two policy files are compared without a journal', async () => {
  const [a, b] = ['a.yaml', 'b.yaml'].map((name) => path.join(folder, name)) as [string, string];
  writeFileSync(a, 'version: 1\ntimezone: Asia/Shanghai\n');
  writeFileSync(b, 'version: 1\ntimezone: Asia/Singapore\n');
  const { code, stdout, stderr } = await streamwarden(['policy', 'diff', a, b], { cwd: folder });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('+timezone: Asia/Singapore');
  expect((await streamwarden(['policy', 'diff', a, a], { cwd: folder })).stdout).toContain('are the same text');
  expect((await streamwarden(['policy', 'diff', a, path.join(folder, 'none.yaml')], { cwd: folder })).code).toBe(1);
});

test.each([
  [['plan', '--only', 'scale-on-schedule', '--only', 'renew-before-expiry'], '--only'],
  [['plan', '--only=scale-on-schedule', '--only=scale-on-schedule'], '--only'],
  [['apply', '--state', 'a', '--state', 'b'], '--state'],
  [['journal', 'list', '--state', 'a', '--state', 'b'], '--state'],
])('%j is refused: an option of one value counts once', async (args, option) => {
  const { code, stderr } = await streamwarden(args, { cwd: folder });
  expect([code, stderr]).toEqual([1, `streamwarden: ${option} is given twice; give it once.\n`]);
});

test.each([
  [['plan', '--state', ''], '--state'],
  [['plan', '--policy='], '--policy'],
  [['import', '--out', ''], '--out'],
  [['exception', 'add', '--group', ''], '--group'],
])('%j is refused: an empty value comes from a variable that is not set', async (args, option) => {
  const { code, stdout, stderr } = await streamwarden(args, { cwd: folder });
  expect([code, stdout, stderr]).toEqual([1, '', `streamwarden: ${option} is empty; give it a value, or leave it out.\n`]);
});

test.each([
  [['plann'], "unknown command 'plann'\n(Did you mean plan?)", ''],
  [['help', 'nope'], "unknown command 'nope'", ''],
  [['policy', 'list'], "unknown command 'list'", ' policy'],
  [['plan', '--polcy', 'x'], "unknown option '--polcy'\n(Did you mean --policy?)", ' plan'],
  [['plan', '--policy'], "option '--policy <file>' argument missing", ' plan'],
  [['explain'], "missing required argument 'resource'", ' explain'],
  [['journal', 'show'], "missing required argument 'key'", ' journal show'],
])('%j says what is wrong and which help to read', async (args, wrong, command) => {
  const { code, stdout, stderr } = await streamwarden(args, { cwd: folder });
  const next = `'streamwarden${command} --help' shows what there is.`;
  expect([code, stdout, stderr]).toEqual([1, '', `streamwarden: ${wrong}\n${next}\n`]);
});

test.each([
  [
    ['plan', '--policy', example, '--only', 'digest'],
    /^streamwarden: --only takes one of .*scale-on-schedule.*, not 'digest'\..*'streamwarden digest'/,
  ],
  [['simulator', '--world-time', '2026-11-25'], /^streamwarden: --world-time: '2026-11-25' is no instant; write it like 2026-/],
])('%j says which option is wrong, and what it takes', async (args, said) => {
  const { code, stderr } = await streamwarden(args, { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
});

test('a command ends where its journal cannot be opened, though its simulator runs already', async () => {
  const { code, stderr } = await streamwarden(['plan', '--policy', example, '--state', 'oss://x/y'], { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringContaining('oss://BUCKET/PREFIX')]);
});

test('a plan of a deployment is compared with the cloud only, so a deployment file without a target is refused', async () => {
  const { code, stderr } = await streamwarden(['doctor', '--policy', example, '--s-yaml', 's.yaml'], { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringContaining('name --target')]);
});

test('after a failure it is not said that nothing was to be done', () => {
  const report = (failed: boolean) => ({ failed, functionMode: 'act', counts: { act: 0 }, outcomes: [] }) as never;
  expect(applied([report(false)], false)).toEqual(['Nothing was to be done.']);
  expect(applied([report(true), report(false)], false)).toEqual(['Nothing was done: 1 of 2 runs failed, so not everything was decided.']);
});

test('a record that was linked may stand, whatever failed behind it', () => {
  const error = Object.assign(new Error(), { code: 'EINVAL' });
  expect(directoryError('write', '/journal', 'a', error, true).maybeWritten).toBe(true);
  expect(directoryError('write', '/journal', 'a', error, false).maybeWritten).toBe(false);
});
