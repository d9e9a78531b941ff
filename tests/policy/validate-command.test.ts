import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { schemaCommand } from '../../cli/commands/schema.ts';
import { validateCommand } from '../../cli/commands/validate.ts';
import { CommandFailure } from '../../cli/failure.ts';
import { policyText } from './policy-text.ts';

let folder: string;
let output: string;
const exitCode = process.exitCode;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamwarden-validate-'));
  output = '';
  vi.stubEnv('NO_COLOR', '1');
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    output += String(chunk);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = exitCode;
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<string> {
  const program = new Command('streamwarden');
  validateCommand(program);
  schemaCommand(program);
  await program.parseAsync(args, { from: 'user' });
  return output;
}

function file(text: string | Uint8Array): string {
  const path = join(folder, 'policy.yaml');
  writeFileSync(path, text);
  return path;
}

describe('validate', () => {
  test('sums up a good policy, says what to do next, and exits 0', async () => {
    const path = file(policyText());
    expect(await run('validate', path)).toBe(
      [
        `${path}: valid`,
        '',
        '  targets    1  cn',
        '  calendars  1  china',
        '  schedules  1  office',
        '  rules      1  scale-on-schedule, observes only',
        '',
        `See what it would do: streamwarden plan --policy ${path}`,
        '',
      ].join('\n'),
    );
    expect(process.exitCode).toBe(0);
  });

  test('exits 0 with warnings', async () => {
    const path = file(
      policyText({
        calendars: 'calendars:\n  china: {source: china-state-council}\n  other: {}',
        mode: 'mode: {act: [scale-on-schedule]}',
      }),
    );
    const text = await run('validate', path);
    expect(text).toContain(`${path}:7:3  warning  calendars.other: nothing uses this calendar; name it in a target, or remove it\n`);
    expect(text).toContain(`${path}: valid, 1 warning\n`);
    expect(text).toContain('scale-on-schedule, acts\n');
    expect(process.exitCode).toBe(0);
  });

  test('prints every error with its place and exits 1', async () => {
    const path = file(policyText({ timezone: 'timezone: Mars/Base', store: 'store: nowhere' }));
    const text = await run('validate', path);
    expect(text).toContain(`${path}:2:11  error  timezone: "Mars/Base" is not a time zone`);
    expect(text).toContain(`${path}:13:8  error  store: is not a store`);
    expect(text).toContain(`${path}: 2 errors\n\nCorrect the errors above, then run streamwarden validate ${path} again.\n`);
    expect(process.exitCode).toBe(1);
  });

  test('prints one JSON object with --json', async () => {
    const good = JSON.parse(await run('validate', file(policyText()), '--json')) as unknown;
    expect(good).toMatchObject({
      valid: true,
      errors: 0,
      warnings: 0,
      problems: [],
      summary: { targets: ['cn'], functions: [{ name: 'scale-on-schedule', rules: 1, mode: 'observe' }] },
    });
    output = '';
    const broken = JSON.parse(await run('validate', file(policyText({ version: 'version: 3' })), '--json')) as unknown;
    expect(broken).toMatchObject({ valid: false, errors: 1, problems: [{ severity: 'error', line: 1, column: 10, path: 'version' }] });
    expect(broken).not.toHaveProperty('summary');
    expect(process.exitCode).toBe(1);
  });

  test.each([
    [
      'a file that does not exist',
      () => join(folder, 'none.yaml'),
      'does not exist; name the policy file, or start from policy.example.yaml',
    ],
    ['a folder', () => folder, 'is a folder'],
    ['a file that is not UTF-8', () => file(new Uint8Array([0x76, 0xff, 0xfe])), 'is not UTF-8 text; save it as UTF-8'],
    ['a file that is far too large', () => file(new Uint8Array(4 * 1024 * 1024 + 1)), 'is larger than 4 MB'],
    ['a device that never ends', () => '/dev/zero', 'is larger than 4 MB'],
  ])('refuses %s with one sentence', async (_title, path, message) => {
    const failure = await run('validate', path()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandFailure);
    expect(failure).toMatchObject({ code: 'PolicyNotRead', exitCode: 1, message: expect.stringContaining(message) as string });
  });
});

test('a value of megabytes is shown by its ends, with what to do', async () => {
  const path = file(policyText({ timezone: `timezone: ${'x'.repeat(3_000_000)}` }));
  const line = (await run('validate', path)).split('\n').find((each) => each.includes('timezone: "x')) ?? '';
  expect([line.length < 1000 + path.length, line.endsWith('write an IANA name such as Asia/Shanghai')]).toEqual([true, true]);
});

test('schema prints the JSON Schema of the policy', async () => {
  const printed = JSON.parse(await run('schema')) as { readonly properties: Readonly<Record<string, unknown>> };
  expect(Object.keys(printed.properties)).toEqual(expect.arrayContaining(['version', 'targets', 'schedules', 'limits', 'rules']));
});
