import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { variablesOf } from '../../cli/harness/flags.ts';
import { privateFolder } from '../../cli/world/state.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { fileChannel } from '../../shared/notify/file-channel.ts';
import { openAccountFixture } from './account-fixture.ts';
import { streamwarden } from './command.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'streamwarden-private-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const modeOf = (file: string) => (statSync(path.join(place, file)).mode & 0o777).toString(8);

test('journals that nobody named a place for are kept out of version control, and to their owner', async () => {
  const folder = privateFolder(place);
  await directoryStore(path.join(folder, 'home')).create('policy/00000000', new Uint8Array([1]));
  expect(readFileSync(path.join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  expect(['', '/home', '/home/policy', '/home/.pending'].map((each) => modeOf(`.streamwarden${each}`))).toEqual([
    '700',
    '700',
    '700',
    '700',
  ]);
  expect(['/.gitignore', '/home/policy/00000000'].map((each) => modeOf(`.streamwarden${each}`))).toEqual(['600', '600']);
});

test('a folder of an earlier version is closed to others, and what its owner ignores stays as it is', () => {
  mkdirSync(path.join(place, '.streamwarden'), { mode: 0o755 });
  writeFileSync(path.join(place, '.streamwarden/.gitignore'), 'mine\n');
  privateFolder(place);
  expect([modeOf('.streamwarden'), readFileSync(path.join(place, '.streamwarden/.gitignore'), 'utf8')]).toEqual(['700', 'mine\n']);
});

test('a command that writes no record leaves no folder behind, and the first record makes it as it has to be', async () => {
  const fixture = await openAccountFixture({ groups: 1 });
  try {
    const folder = path.join(fixture.folder, '.streamwarden');
    const run = (...args: readonly string[]) => streamwarden([...args, '--simulator', fixture.simulator.url], { cwd: fixture.folder });
    // 2: there is something to do.
    expect([(await run('plan')).code, existsSync(folder)]).toEqual([2, false]);
    expect([(await run('apply')).code, readFileSync(path.join(folder, '.gitignore'), 'utf8')]).toEqual([0, '*\n']);
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
  } finally {
    await fixture.close();
  }
});

test('messages in a file are for its owner', async () => {
  await fileChannel(path.join(place, 'told.jsonl')).send({ id: 'i', timeMs: 0, severity: 'info', title: 't', text: 'x' });
  expect(modeOf('told.jsonl')).toBe('600');
});

test('variables of a function come from the environment by name, or as written', () => {
  const environment = { DINGTALK_OPS_SECRET: 'SECs3cret', EMPTY: '' };
  expect(variablesOf(['STREAMWARDEN_OBSERVE=true', 'DINGTALK_OPS_SECRET', 'EMPTY'], environment)).toEqual({
    STREAMWARDEN_OBSERVE: 'true',
    DINGTALK_OPS_SECRET: 'SECs3cret',
    EMPTY: '',
  });
});

test.each(['DINGTALK_OPS_SECRET=s', 'ONCALL_URL=https://x.example/?token=t', 'STREAMWARDEN_LINK_KEY=k', 'MY_TOKEN=', 'DB_PASSWORD=p'])(
  'no secret is taken from the arguments of a command, nor repeated: %s',
  (given) => {
    const [name = '', value = ''] = given.split(/=(.*)/s);
    const attempt = () => variablesOf([given], {});
    expect(attempt).toThrow(`Set ${name} in the environment`);
    if (value.length > 1) expect(attempt).not.toThrow(value);
  },
);

test.each([['NOWHERE'], ['FC_REGION=x'], ['FC_REGION'], ['1X=1'], ['=x'], ['']])(
  '%s is no variable that a function can be given',
  (given) => {
    expect(() => variablesOf([given], {})).toThrow(/--env/);
  },
);
