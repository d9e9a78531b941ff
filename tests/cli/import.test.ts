import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { streamwarden } from './command.ts';

let fixture: AccountFixture;
beforeEach(async () => {
  fixture = await openAccountFixture();
});
afterEach(async () => {
  await fixture.close();
});

const run = (...args: readonly string[]) => streamwarden([...args, '--simulator', fixture.simulator.url], { cwd: fixture.folder });

describe('import', () => {
  test('writes a policy whose plan is empty, and nothing else', async () => {
    const before = readdirSync(fixture.folder).sort();
    const { code, stdout } = await run('import', '--target', 'home', '--out', 'imported.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('4 delivery groups');
    expect(stdout).toContain(`streamwarden plan --policy imported.yaml --simulator ${fixture.simulator.url}`);
    expect(readdirSync(fixture.folder).sort()).toEqual([...before, 'imported.yaml'].sort());
    const plan = await run('plan', '--policy', 'imported.yaml');
    expect(plan.code).toBe(0);
    expect(plan.stdout).toContain('0 to change · 0 held · 4 as wanted');
  });

  test('never overwrites a file unless it is told to', async () => {
    const file = path.join(fixture.folder, 'policy.yaml');
    const before = readFileSync(file, 'utf8');
    const { code, stderr } = await run('import', '--out', 'policy.yaml');
    expect(code).toBe(1);
    expect(stderr).toContain('--force');
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect((await run('import', '--out', 'policy.yaml', '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^# Imported from account 1000000000000001/);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  test('prints the policy alone to standard output, or one JSON object', async () => {
    const plain = await run('import');
    expect(plain.stdout).toMatch(/^# Imported/);
    expect(plain.stderr).toContain('scale-on-schedule');
    const { stdout } = await run('import', '--json');
    const imported = JSON.parse(stdout);
    expect(imported).toMatchObject({ format: 1, account: '1000000000000001', leftAlone: [], gaps: [], warnings: [], emptyUntil: null });
    expect(imported.rules[0]).toMatchObject({ function: 'scale-on-schedule', covers: ['aig-0', 'aig-1', 'aig-2', 'aig-3'] });
    expect(imported.policy).toContain('scale-on-schedule:');
  });
});
