import { expect, test } from 'vitest';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring, storeFolders } from '../../shared/journal/store/store-effect.ts';
import { memoryStore } from './memory-store.ts';

test('journal code finds the folders of a folder with one call', async () => {
  const store = memoryStore();
  for (const key of ['renewals/1/a/00000000/claim', 'renewals/1/b/00000000/claim', 'renewals/2/a/00000000/claim', 'runs/x']) {
    await store.create(key, new Uint8Array());
  }
  expect(await runStoring(store, storeFolders('renewals/'))).toEqual(['1', '2']);
  expect(await runStoring(store, storeFolders('renewals/1/'))).toEqual(['a', 'b']);
  expect(await runStoring(store, storeFolders('none/'))).toEqual([]);
});

test('a store that cannot be listed fails the code that asks for folders', async () => {
  const store = Object.assign(memoryStore(), {
    folders: async () => {
      throw new StoreError('Unreachable', 'gone');
    },
  });
  await expect(runStoring(store, storeFolders('renewals/'))).rejects.toMatchObject({ code: 'Unreachable' });
});
