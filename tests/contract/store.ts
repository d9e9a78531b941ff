import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkProbe, probeKey } from '../../shared/journal/log/create-only-probe.ts';
import { keyOf, segment } from '../../shared/journal/store/key.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { bytesOf, textOf } from '../fixtures/bytes.ts';

/** A store under test, and how to reach the same place again. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Another opening of the same place, as another process has it. */
  readonly again: () => Store;
  /** What the store must say of itself. */
  readonly shared: boolean;
  /** Arguments for `store-worker.ts` that open the same place in another process. */
  readonly worker: readonly string[];
  /** Stores that cannot be reached or refuse, at least one, and the codes of their errors. */
  readonly broken: readonly { readonly store: Store; readonly code: string }[];
}

async function keysOf(store: Store, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}

/** What every store must do. `makeStore` gives an empty one for each test. */
export function storeContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    test('gives back the exact bytes, and nothing for a key without a record', async () => {
      const { store, again } = await makeStore();
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      expect(await store.create('a/b/c', bytes)).toBe('created');
      expect(await again().read('a/b/c')).toEqual(bytes);
      expect(await store.read('a/b/d')).toBeUndefined();
      expect(await store.read('z')).toBeUndefined();
    });

    test('refuses a second record under one key and keeps the first', async () => {
      const { store, again } = await makeStore();
      await store.create('once', bytesOf('first'));
      expect(await again().create('once', bytesOf('second'))).toBe('exists');
      expect(textOf(await store.read('once'))).toBe('first');
    });

    test('lets one of 64 creators at once win, and all see its bytes', async () => {
      const { store, again } = await makeStore();
      const creators = Array.from({ length: 64 }, (_, index) => ({ index, store: index % 2 ? store : again() }));
      const results = await Promise.all(creators.map(({ store: each, index }) => each.create('race/00000000', bytesOf(`by ${index}`))));
      expect(results.filter((result) => result === 'created')).toHaveLength(1);
      expect(textOf(await store.read('race/00000000'))).toBe(`by ${results.indexOf('created')}`);
    });

    test('lets one of several processes win each of many races', async () => {
      const { store, worker } = await makeStore();
      const rounds = 8;
      const wins = await Promise.all(Array.from({ length: 4 }, (_, index) => runWorker([...worker, `process-${index}`, String(rounds)])));
      expect(wins.flat().sort()).toEqual(Array.from({ length: rounds }, (_, round) => round));
      for (let round = 0; round < rounds; round++) {
        const winner = wins.findIndex((list) => list.includes(round));
        expect(textOf(await store.read(`rounds/${round}`))).toBe(`process-${winner}`);
      }
    });

    test('settles a lost answer: creating again finds the own bytes', async () => {
      const { store } = await makeStore();
      const mine = bytesOf('owner token 1');
      await store.create('claim', mine);
      expect(await store.create('claim', mine)).toBe('exists');
      expect(await store.read('claim')).toEqual(mine);
    });

    test('lists the keys with a prefix in code-unit order', async () => {
      const { store } = await makeStore();
      const keys = ['a/b', 'a-b', 'a/b-c/d', 'a/B', 'ab/c', 'a/c/00000010', 'a/c/00000009', 'b'];
      for (const key of keys) await store.create(key, bytesOf(key));
      expect(await keysOf(store, '')).toEqual([...keys].sort());
      expect(await keysOf(store, 'a/')).toEqual(['a/B', 'a/b', 'a/b-c/d', 'a/c/00000009', 'a/c/00000010']);
      expect(await keysOf(store, 'a/c/0000001')).toEqual(['a/c/00000010']);
      expect(await keysOf(store, 'a')).toEqual([...keys].filter((key) => key.startsWith('a')).sort());
      expect(await keysOf(store, 'nothing/')).toEqual([]);
    });

    test('names the folders directly in a folder, each once, however much lies in them', async () => {
      const { store } = await makeStore();
      const keys = ['top/c/x', 'top/a/x/1', 'top/a/y/2', 'top/a-b/1', 'top/B/1', 'top/record', 'top2/z/1', 'other/1'];
      for (const key of keys) await store.create(key, bytesOf(key));
      expect(await store.folders('top/')).toEqual(['B', 'a', 'a-b', 'c']);
      expect(await store.folders('top/a/')).toEqual(['x', 'y']);
      expect(await store.folders('nothing/')).toEqual([]);
      expect(await store.folders('')).toEqual(['other', 'top', 'top2']);
    });

    test('gives the names of folders as keys have them, so that they can be put into one', async () => {
      const { store } = await makeStore();
      const names = ['..', 'a/b', 'a%2Fb', '100%', 'ä 中文 🙂', 'a+b', 'line\nfeed', '<&>'];
      for (const each of names) await store.create(`odd/${segment(each)}/1`, bytesOf(each));
      const folders = await store.folders('odd/');
      expect(folders).toEqual(names.map(segment).sort());
      for (const each of folders) expect(await keysOf(store, `odd/${each}/`)).toEqual([`odd/${each}/1`]);
    });

    test('refuses a folder that is none', async () => {
      const { store } = await makeStore();
      for (const prefix of ['a', '/', 'a//', '../', 'a b/']) {
        await expect(store.folders(prefix), prefix).rejects.toMatchObject({ name: 'StoreError', code: 'InvalidKey' });
      }
    });

    test('keeps odd names apart and gives them back', async () => {
      const { store } = await makeStore();
      const names = ['..', '.', '.hidden', 'a/b', 'a%2Fb', '100%', 'ä 中文 🙂', "it's (a) *~!", 'a\\b', 'line\nfeed', 'NUL', '\u0000'];
      for (const each of names) expect(await store.create(keyOf('odd', each), bytesOf(each))).toBe('created');
      expect(await keysOf(store, 'odd/')).toHaveLength(names.length);
      for (const each of names) expect(textOf(await store.read(keyOf('odd', each)))).toBe(each);
    });

    test('behaves like a map that never overwrites, for any keys and values', async () => {
      const name = fc.stringMatching(/^[\w. %/ü-]{1,12}$/);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(name, fc.uint8Array({ maxLength: 64 })), { maxLength: 12 }), async (writes) => {
          const { store } = await makeStore();
          const oracle = new Map<string, Uint8Array>();
          for (const [key, bytes] of writes) {
            const encoded = `p/${segment(key)}`;
            expect(await store.create(encoded, bytes)).toBe(oracle.has(encoded) ? 'exists' : 'created');
            if (!oracle.has(encoded)) oracle.set(encoded, bytes);
          }
          expect(await keysOf(store, 'p/')).toEqual([...oracle.keys()].sort());
          for (const [key, bytes] of oracle) expect(await store.read(key)).toEqual(bytes);
        }),
        { numRuns: 20 },
      );
    });

    test('carries a record of several megabytes', async () => {
      const { store } = await makeStore();
      const big = new Uint8Array(5_000_000).map((_, index) => (index * 31) % 256);
      await store.create('big', big);
      expect(Buffer.compare((await store.read('big')) as Uint8Array, big)).toBe(0);
    });

    test('never shows a torn record: a reader sees all of it or nothing', async () => {
      const { store, again } = await makeStore();
      const reader = again();
      for (let round = 0; round < 6; round++) {
        const whole = new Uint8Array(1_000_000).fill(round + 1);
        let done = false;
        const writing = store.create(`torn/${round}`, whole).finally(() => {
          done = true;
        });
        while (!done) {
          const seen = await reader.read(`torn/${round}`);
          if (seen !== undefined) expect(Buffer.compare(seen, whole)).toBe(0);
        }
        expect(await writing).toBe('created');
        expect(Buffer.compare((await reader.read(`torn/${round}`)) as Uint8Array, whole)).toBe(0);
      }
    });

    test('takes a sentinel once, so that purchases may go on, and says so again and again', async () => {
      const { store, again } = await makeStore();
      await checkProbe(store, 'run-1', 1_000);
      const first = await store.read(probeKey);
      await checkProbe(again(), 'run-2', 2_000);
      expect(await store.read(probeKey)).toEqual(first);
    });

    test('says whether every machine sees the same records', async () => {
      const { store, shared } = await makeStore();
      expect(store.shared).toBe(shared);
    });

    test('lists without failing while records are made, and shows all that were there before', async () => {
      const { store } = await makeStore();
      for (let index = 0; index < 20; index++) await store.create(`live/before-${index}`, bytesOf('x'));
      const making = Promise.all(Array.from({ length: 40 }, (_, index) => store.create(`live/during-${index}`, bytesOf('y'))));
      const listed = await keysOf(store, 'live/');
      await making;
      expect(listed.filter((key) => key.includes('before'))).toHaveLength(20);
      expect(new Set(listed).size).toBe(listed.length);
      expect(await keysOf(store, 'live/')).toHaveLength(60);
    });

    test('refuses keys that are not made of encoded segments', async () => {
      const { store } = await makeStore();
      for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', 'a/.b', 'a b', 'ä', 'a\\b']) {
        await expect(store.create(key, bytesOf('x')), key).rejects.toMatchObject({ name: 'StoreError', code: 'InvalidKey' });
        await expect(store.read(key), key).rejects.toMatchObject({ name: 'StoreError', code: 'InvalidKey' });
      }
    });

    test('says with a StoreError that it cannot be reached or refuses, and what to do', async () => {
      const { broken } = await makeStore();
      expect(broken).not.toHaveLength(0);
      for (const { store, code } of broken) {
        const failure = await store.create('a/b', bytesOf('x')).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure).toBeInstanceOf(StoreError);
        expect(failure).toMatchObject({ code, name: 'StoreError' });
        expect((failure as Error).message).toMatch(/choose|give|free|check|remove/i);
        expect((failure as Error).cause).toBeDefined();
        if (code !== 'Unsupported') await expect(store.folders('a/')).rejects.toBeInstanceOf(StoreError);
      }
    });
  });
}

const workerFile = fileURLToPath(new URL('./store-worker.ts', import.meta.url));

/** Numbers of the rounds that a process won. */
function runWorker(args: readonly string[]): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', workerFile, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(output) as number[]) : reject(new Error(`worker ended with ${code}`))));
  });
}
