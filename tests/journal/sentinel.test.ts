import { expect, test } from 'vitest';
import { checkProbe, probeCreateOnly, probeKey } from '../../shared/journal/log/create-only-probe.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { memoryStore } from './memory-store.ts';

test('writes the sentinel once and proves that a second one is refused', async () => {
  const store = memoryStore();
  const tried: string[] = [];
  store.beforeCreate = (key) => void tried.push(key);
  await runStoring(store, probeCreateOnly('run-1', 5_000));
  expect(tried).toEqual([probeKey, probeKey]);
  await checkProbe(store, 'run-2', 6_000);
  expect(tried).toHaveLength(3);
  const record = parseRecord(probeKey, store.records.get(probeKey) as Uint8Array);
  expect(record).toMatchObject({ kind: 'sentinel', atMs: 5_000, owner: 'run-1-first' });
});

test('refuses a store that overwrites', async () => {
  const store = memoryStore();
  store.beforeCreate = () => store.records.clear();
  await expect(checkProbe(store, 'run-1', 5_000)).rejects.toMatchObject({ name: 'StoreError', code: 'Unsupported' });
});

test('a store that cannot answer is no proof', async () => {
  const store = memoryStore();
  store.afterCreate = () => {
    throw new Error('lost');
  };
  await expect(checkProbe(store, 'run-1', 5_000)).rejects.toThrow('lost');
});
