import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseExisting, writeWhole } from '../../cli/whole-file.ts';

let folder: string;
const at = (name: string): string => path.join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-whole-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file is replaced, keeps its permissions, and nothing is left beside it', async () => {
  writeFileSync(at('a'), 'old');
  chmodSync(at('a'), 0o600);
  await writeWhole(at('a'), 'new');
  expect([readFileSync(at('a'), 'utf8'), statSync(at('a')).mode & 0o777, readdirSync(folder)]).toEqual(['new', 0o600, ['a']]);
});

test('a file that is to stay is kept', async () => {
  writeFileSync(at('a'), 'old');
  await expect(refuseExisting(at('a'))).rejects.toMatchObject({ code: 'FileExists' });
  await expect(writeWhole(at('a'), 'new', true)).rejects.toMatchObject({ code: 'FileExists' });
  await refuseExisting(at('b'));
  await writeWhole(at('b'), 'new', true);
  expect([readFileSync(at('a'), 'utf8'), readFileSync(at('b'), 'utf8'), readdirSync(folder)]).toEqual(['old', 'new', ['a', 'b']]);
});

test('a link goes on to point to the file that is replaced', async () => {
  mkdirSync(at('real'));
  writeFileSync(at('real/a'), 'old');
  symlinkSync(at('real/a'), at('link'));
  await writeWhole(at('link'), 'new');
  expect([lstatSync(at('link')).isSymbolicLink(), readFileSync(at('real/a'), 'utf8')]).toEqual([true, 'new']);
});

test('a pipe is written to and stays a pipe', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const read = readFile(at('pipe'), 'utf8');
  await refuseExisting(at('pipe'));
  await writeWhole(at('pipe'), 'text', true);
  expect([await read, lstatSync(at('pipe')).isFIFO()]).toEqual(['text', true]);
});

test.each([
  ['a folder', '.', 'it is a folder; name a file in it.'],
  ['a folder that does not exist', 'none/a', 'its folder does not exist; make it first.'],
  ['a file in place of the folder', 'file/a', 'a file stands where its folder should be; name another place.'],
])('%s: the message says what to do', async (_what, name, said) => {
  writeFileSync(at('file'), '');
  const message = `${at(name)} could not be written: ${said}`;
  await expect(writeWhole(at(name), 'text')).rejects.toMatchObject({ code: 'NotWritten', message });
  expect(readdirSync(folder)).toEqual(['file']);
});
