import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { digestCommand } from '../../cli/commands/digest.ts';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';

let fixture: AccountFixture;
let printed: string;
beforeEach(async () => {
  fixture = await openAccountFixture({ groups: 2, mode: 'act' });
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  await fixture.close();
});

async function digest(...args: readonly string[]): Promise<number | string | null | undefined> {
  const program = new Command().exitOverride();
  digestCommand(program);
  await program.parseAsync(['digest', ...fixture.world, ...args], { from: 'user' });
  return process.exitCode;
}

test('tells of the present without a rule of digest, writes a page, and writes nothing else', async () => {
  const file = path.join(fixture.folder, 'digest.html');
  expect(await digest('--html', file)).toBe(0);
  expect(printed).toContain('Streamwarden present digest');
  expect(printed).toContain('Not covered (0): Every resource is covered by some rule.');
  expect(printed).toContain(`The page is in ${file}.`);
  const page = readFileSync(file, 'utf8');
  expect(page.startsWith('<!doctype html>')).toBe(true);
  expect(page).toContain('Capacity against schedule');
});

test('as JSON carries the parts and no text around it', async () => {
  expect(await digest('--json', '--days', '7')).toBe(0);
  expect(JSON.parse(printed)).toMatchObject({ format: 1, title: 'Streamwarden present digest', failures: [], sections: expect.any(Array) });
});

test('says what could not be read and fails', async () => {
  fixture.simulator.faults.add({ kind: 'deny', action: 'ListAppInstanceGroup', times: 'always' });
  expect(await digest()).toBe(1);
  expect(printed).toContain('✗ Target home was not reached in full: the delivery groups could not be read');
});

test.each([
  [['--days', '0'], 'Usage'],
  [['--rule', 'weekly'], 'NoRule'],
  [['--html', '/nowhere/at/all.html'], 'NotWritten'],
])('%j is refused with what to do', async (args, code) => {
  await expect(digest(...args)).rejects.toMatchObject({ name: 'CommandFailure', code });
});

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/digest.md', root), 'utf8');
const commandLines = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap((match) => (match[1] ?? '').trim().split('\n'));

test.each(commandLines)('%s runs as the page of the digest has it', async (line) => {
  const program = new Command().exitOverride();
  digestCommand(program);
  const args = line.split(' ').slice(2);
  await program.parseAsync(
    args.map((arg) => (arg === 'policy.example.yaml' ? fileURLToPath(new URL(arg, root)) : arg)),
    { from: 'user' },
  );
  expect(process.exitCode).toBe(0);
  expect(printed).toMatch(/^Streamwarden \w+ digest$/m);
  // Nothing has run in an account that was just made: what nobody wrote down is not zero.
  expect(printed).toMatch(/^\? done, \? failed, \? held, \d+ expiring, \? silent$/m);
});
