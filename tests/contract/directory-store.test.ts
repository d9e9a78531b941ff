import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { directoryError, directoryStore } from '../../shared/journal/store/directory.ts';
import { type StoreUnderTest, storeContract } from './store.ts';

const root = mkdtempSync(path.join(tmpdir(), 'streamwarden-store-'));
let made = 0;
const freshFolder = () => path.join(root, String(made++), 'journal');

afterAll(() => rmSync(root, { recursive: true, force: true }));

function brokenStores(): StoreUnderTest['broken'] {
  const file = path.join(root, `file-${made++}`);
  writeFileSync(file, '');
  const broken = [{ store: directoryStore(path.join(file, 'below')), code: 'NotDirectory' }];
  if (process.getuid?.() !== 0) {
    const denied = path.join(root, `denied-${made++}`);
    mkdirSync(denied);
    chmodSync(denied, 0o500);
    broken.push({ store: directoryStore(denied), code: 'Denied' });
  }
  return broken;
}

storeContract('directory', async () => {
  const folder = freshFolder();
  return {
    store: directoryStore(folder),
    again: () => directoryStore(folder),
    shared: false,
    worker: [`dir:${folder}`, '', 'none', 'none'],
    broken: brokenStores(),
  };
});

test('leaves no temporary file behind, and ignores those of a crashed process', async () => {
  const folder = freshFolder();
  const store = directoryStore(folder);
  await store.create('a/b', new Uint8Array([1]));
  await store.create('a/b', new Uint8Array([2]));
  expect(readdirSync(path.join(folder, '.pending'))).toEqual([]);
  writeFileSync(path.join(folder, '.pending', '1-dead'), 'half a rec');
  const keys: string[] = [];
  for await (const key of store.list('')) keys.push(key);
  expect(keys).toEqual(['a/b']);
});

test('reading and listing before anything was written finds nothing and makes nothing', async () => {
  const folder = freshFolder();
  const store = directoryStore(folder);
  expect(await store.read('a/b')).toBeUndefined();
  for await (const key of store.list('')) expect(key).toBe('no key');
  expect(existsSync(folder)).toBe(false);
});

test.each([
  ['ENOSPC', 'Full', 'free some space'],
  ['EDQUOT', 'Full', 'quota'],
  ['EFBIG', 'Full', 'limit'],
  ['EACCES', 'Denied', 'access'],
  ['EINVAL', 'Unsupported', 'cannot flush'],
  ['EXDEV', 'Unsupported', 'another file system'],
  ['EROFS', 'ReadOnly', '--state'],
  ['ENOTDIR', 'NotDirectory', 'remove it or choose'],
  ['EPERM', 'Unsupported', 'hard links'],
  ['ENAMETOOLONG', 'InvalidKey', 'longer'],
  ['EIO', 'Unreachable', 'Check the disk'],
])('%s becomes a StoreError %s that says what to do', (errno, code, advice) => {
  const cause = Object.assign(new Error(`${errno}: oh no`), { code: errno });
  const error = directoryError('write', '/journal', 'a/b', cause);
  expect(error).toMatchObject({ name: 'StoreError', code, cause, maybeWritten: code === 'Unreachable' });
  expect(error.message).toContain(advice);
  expect(error.message).toContain('a/b');
});
