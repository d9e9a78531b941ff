import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { existingStore } from '../../cli/world/existing-store.ts';
import { openWorld } from '../../cli/world/open.ts';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { start, streamwarden } from './command.ts';

let fixture: AccountFixture;
beforeAll(async () => {
  fixture = await openAccountFixture();
});
afterAll(async () => {
  await fixture.close();
});

const policy = () => ['--policy', `${fixture.folder}/policy.yaml`];
const aboutJournals: readonly (readonly string[])[] = [
  ['ota', 'list'],
  ['ota', 'halt', '7.4.2', '--because', 'black screens'],
  ['exception', 'list'],
  ['exception', 'add', '--because', 'exam', '--until', '12h', '--group', 'aig-0', '--never', 'tag'],
  ['exception', 'end', 'exam'],
  ['approvals'],
  ['approve', 'home/aig-0'],
  ['refuse', 'home/aig-0'],
  ['resolve', 'aig-0', '--void'],
  ['explain', 'aig-0', '--at', '2026-11-25 08:30'],
];

describe('a command about a journal', () => {
  test.each(aboutJournals)('refuses where nothing can be there: %s %s', async (...args) => {
    const { code, stdout, stderr } = await streamwarden([...args, ...policy()]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('This is about a journal');
    expect(stderr).toMatch(/--target.*--simulator.*--state/);
  });

  test.each([['ota', 'list'], ['exception', 'list'], ['approvals'], ['explain', 'aig-0']])(
    'says on its first line where it looks: %s %s',
    async (...args) => {
      const { stdout } = await streamwarden([...args, ...fixture.world]);
      expect(stdout.split('\n')[0]).toBe(
        `World: the simulator at ${fixture.simulator.url} (${fixture.simulator.world.id}), dir:${fixture.folder}/state`,
      );
    },
  );

  test('takes a journal that is named, without an account', async () => {
    const { code, stdout } = await streamwarden(['ota', 'list', ...policy(), '--state', `${fixture.folder}/state`]);
    expect([code, stdout.split('\n')[1]]).toEqual([0, 'No version is halted.']);
  });
});

test('a command that decides alone still takes the embedded simulator, and says so', async () => {
  const world = await openWorld({});
  expect(world.headline).toMatch(/^an embedded simulator .*, temporary journal$/);
  await world.close();
  await expect(openWorld({}, undefined, 'journal')).rejects.toMatchObject({ code: 'NoJournal' });
});

test('a journal with a scheme is no folder, whichever command opens it', () => {
  expect(() => existingStore('s3://acme/prod', {})).toThrow(expect.objectContaining({ code: 'StoreNotAvailable' }));
  expect(existingStore('oss://acme/prod', { STREAMWARDEN_STORE_REGION: 'cn-shanghai' }).name).toBe('oss://acme/prod');
  expect(() => existingStore('no-such-folder', {})).toThrow(expect.objectContaining({ code: 'NoJournal' }));
});

describe('a simulator that is started again', () => {
  /** Writes an exception to the journal of a simulator started so, in a folder, and tells what the next simulator's list shows. */
  async function seenAfterRestart(flags: readonly string[]): Promise<string> {
    const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-places-'));
    const text = `version: 1
timezone: Asia/Shanghai
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai}}
schedules: {office: {everyday: {08:00-20:00: 2 nodes}}}
limits: {}
rules: {scale-on-schedule: [{name: all, groups: all, schedule: office}]}
`;
    writeFileSync(path.join(folder, 'policy.yaml'), text);
    try {
      let listed = '';
      for (const first of [true, false]) {
        const simulator = start(['simulator', '--json', ...flags], { cwd: folder });
        const line = await new Promise<string>((resolve) => simulator.child.stdout?.once('data', (chunk) => resolve(String(chunk))));
        const place = ['--simulator', (JSON.parse(line) as { readonly url: string }).url];
        if (first) {
          const halted = await streamwarden(['ota', 'halt', '7.4.2', '--because', 'black screens', ...place], { cwd: folder });
          expect(halted.stderr).toBe('');
        } else listed = (await streamwarden(['ota', 'list', ...place], { cwd: folder })).stdout;
        simulator.child.kill('SIGTERM');
        await simulator.ended;
      }
      return listed.split('\n')[1] ?? '';
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test('does not get the journal of the one before', async () => {
    expect(await seenAfterRestart([])).toBe('No version is halted.');
  });

  test('goes on with it where its name is asked for', async () => {
    expect(await seenAfterRestart(['--world-id', 'lasting'])).toMatch(/^7\.4\.2 +halted/);
  });
});
