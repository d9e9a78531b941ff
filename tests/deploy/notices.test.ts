import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noticesFile, writeNotices } from '../../build/notices.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'streamwarden-notices-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function install(folder: string, name: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(path.join(root, folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', license: 'MIT' }));
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(root, folder, file), text);
}

const notices = (inputs: readonly string[]) => {
  writeNotices(root, inputs, path.join(root, 'index.js'));
  return readFileSync(path.join(root, noticesFile), 'utf8');
};

test('a bundle carries the license and the notice of each package in it once, nested and scoped ones too', () => {
  install('node_modules/a', 'a', { LICENSE: 'license of a', NOTICE: 'notice of a' });
  install('node_modules/@b/c', '@b/c', { 'license.md': 'license of c' });
  install('node_modules/a/node_modules/d', 'd', { 'LICENCE.txt': 'license of d' });
  install('node_modules/e', 'e', { COPYING: 'license of e, which is not bundled' });
  const text = notices([
    ...['node_modules/a/x.js', 'node_modules/a/y/z.js', 'node_modules/@b/c/index.js', 'node_modules/a/node_modules/d/i.js'],
    'shared/client/call.ts',
  ]);
  for (const each of ['a 1.2.3 (MIT)', 'license of a', 'notice of a', '@b/c 1.2.3', 'license of c', 'd 1.2.3', 'license of d'])
    expect(text.split(each)).toHaveLength(2);
  expect(text).not.toContain('not bundled');
});

test('a bundle of our own code alone has no such file, not even that of an earlier build', () => {
  install('node_modules/a', 'a', { LICENSE: 'license of a' });
  notices(['node_modules/a/x.js']);
  writeNotices(root, ['shared/client/call.ts'], path.join(root, 'index.js'));
  expect(existsSync(path.join(root, noticesFile))).toBe(false);
});

test('a package without the text of its license is not bundled', () => {
  install('node_modules/a', 'a', {});
  expect(() => notices(['node_modules/a/x.js'])).toThrow(/a 1\.2\.3 has no text of its license/);
});

const project = new URL('../../', import.meta.url);
const json = (file: string) => JSON.parse(readFileSync(new URL(file, project), 'utf8'));

test('every package of the lock file is held to its bytes', () => {
  const { packages } = json('package-lock.json') as { packages: Record<string, { integrity?: string; link?: boolean }> };
  const loose = Object.entries(packages).filter(([name, { integrity, link }]) => name !== '' && !link && !/^sha512-/.test(integrity ?? ''));
  expect(loose.map(([name]) => name)).toEqual([]);
});

test('what is packed has no tests, and so none of their keys', () => {
  const { files } = json('package.json') as { files: readonly string[] };
  expect(files.filter((name) => /test|fixture|\*|\.pem/.test(name))).toEqual([]);
});

test('pages name the package of the deployment command, since npx takes its short name for another one', () => {
  for (const page of ['docs/deploy.md', 'README.md', 'README.zh-CN.md', 's.yaml', 's.starter.yaml'])
    expect([page, /npx s\s/.test(readFileSync(new URL(page, project), 'utf8'))]).toEqual([page, false]);
});
