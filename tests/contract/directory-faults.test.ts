import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { link, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { bytesOf, textOf } from '../fixtures/bytes.ts';

// The file system is the real one but for the calls that a test makes fail: what a full disk or a lost mount does at that point.
vi.mock('node:fs/promises', { spy: true });

const actual = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');
const root = mkdtempSync(path.join(tmpdir(), 'streamwarden-faults-'));
let made = 0;
let folder: string;
let store: Store;

beforeEach(() => {
  folder = path.join(root, String(made++));
  store = directoryStore(folder);
});

afterEach(() => vi.resetAllMocks());

afterAll(() => rmSync(root, { recursive: true, force: true }));

const mine = bytesOf('owner: me');
const errno = (code: string) => Object.assign(new Error(`${code}: injected`), { code });

async function failureOf(call: Promise<unknown>): Promise<StoreError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StoreError) return error;
  throw new Error(`expected a StoreError, got ${String(error)}`);
}

/** The next file that is written takes half of the bytes, then fails. */
function failWriting(code: string): void {
  vi.mocked(open).mockImplementationOnce(async (...args) => {
    const handle = await actual.open(...args);
    const half: typeof handle.writeFile = async (data) => {
      const bytes = data as Uint8Array;
      await handle.write(bytes.subarray(0, bytes.length >> 1));
      throw errno(code);
    };
    return new Proxy(handle, {
      get: (target, name) => {
        if (name === 'writeFile') return half;
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  });
}

describe('a disk that is full in the middle of a record', () => {
  test.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('%s: nothing is left behind, and it goes on once there is space', async (code) => {
    await store.create('a/0', mine);
    failWriting(code);
    const failure = await failureOf(store.create('a/1', mine));
    expect(failure).toMatchObject({ code: 'Full', maybeWritten: false });
    expect(failure.message).toMatch(/free some space|raise it/);
    expect(await store.read('a/1')).toBeUndefined();
    expect(readdirSync(path.join(folder, '.pending'))).toEqual([]);
    expect(await store.create('a/1', mine)).toBe('created');
    expect(textOf(await store.read('a/1'))).toBe('owner: me');
  });
});

test('permission lost in the middle is told, and what was written before can still be read', async () => {
  await store.create('a/0', mine);
  vi.mocked(open).mockRejectedValueOnce(errno('EACCES'));
  expect(await failureOf(store.create('a/1', mine))).toMatchObject({ code: 'Denied', maybeWritten: false });
  expect(textOf(await store.read('a/0'))).toBe('owner: me');
});

describe('a file system on the network', () => {
  test('that repeats a link whose answer it lost does not hide that we won', async () => {
    vi.mocked(link).mockImplementationOnce(async (from, to) => {
      await actual.link(from, to);
      throw errno('EEXIST');
    });
    expect(await store.create('claim', mine)).toBe('created');
  });

  test('that fails after linking leaves doubt, and creating again settles it', async () => {
    vi.mocked(link).mockImplementationOnce(async (from, to) => {
      await actual.link(from, to);
      throw errno('EIO');
    });
    expect(await failureOf(store.create('claim', mine))).toMatchObject({ code: 'Unreachable', maybeWritten: true });
    expect(await store.create('claim', mine)).toBe('exists');
    expect(textOf(await store.read('claim'))).toBe('owner: me');
  });

  test('that links late does not overwrite the record that came before', async () => {
    let arrive: () => Promise<unknown> = async () => undefined;
    vi.mocked(link).mockImplementationOnce(async (from, to) => {
      // The temporary file is gone by the time the link arrives; another name keeps its content.
      const kept = `${String(from)}-kept`;
      await actual.link(from, kept);
      arrive = () => actual.link(kept, to);
      throw errno('ETIMEDOUT');
    });
    expect(await failureOf(store.create('claim', mine))).toMatchObject({ maybeWritten: true });
    expect(await store.create('claim', bytesOf('owner: another'))).toBe('created');
    await expect(arrive()).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await store.create('claim', mine)).toBe('exists');
    expect(textOf(await store.read('claim'))).toBe('owner: another');
  });

  test('that loses its mount is told as unreachable', async () => {
    await store.create('a/0', mine);
    vi.mocked(open).mockRejectedValue(errno('ESTALE'));
    expect(await failureOf(store.create('a/1', mine))).toMatchObject({ code: 'Unreachable' });
  });
});
