import { describe, expect, test } from 'vitest';
import { drive } from '../../shared/engine/effects.ts';
import { claimOnce, type OneTimeAct } from '../../shared/journal/log/claims.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { memoryStore } from '../journal/memory-store.ts';
import { noon, target } from './dial.ts';
import { executed, fixture, prepare, results, worldOf } from './execute-fixture.ts';

const act: OneTimeAct = { functionName: 'dials', account: '1', resource: 'd0', intent: 'turn/2026-11-24', owner: 'run-1', atMs: noon };

describe('a claim', () => {
  test('is for one owner only, and stays', async () => {
    const store = memoryStore();
    expect(await runStoring(store, claimOnce(act))).toBe(true);
    expect(await runStoring(store, claimOnce({ ...act, owner: 'run-2' }))).toBe(false);
    expect(await runStoring(store, claimOnce(act))).toBe(true);
    expect([...store.records.keys()]).toEqual(['claims/dials/1/d0/turn%2F2026-11-24']);
  });

  test('whose answer is lost is ours when our own stands there', async () => {
    const store = memoryStore();
    let first = true;
    const create = store.create.bind(store);
    const lossy = Object.assign(Object.create(store) as typeof store, {
      async create(key: string, bytes: Uint8Array) {
        const made = await create(key, bytes);
        if (!first) return made;
        first = false;
        throw new StoreError('Unreachable', 'the answer was lost', { maybeWritten: true });
      },
    });
    expect(await runStoring(lossy, claimOnce(act))).toBe(true);
  });
});

describe('an act that is done once only', () => {
  const claimed = () => {
    const b = fixture(1);
    b.wishes.set('d0', { value: 'new', action: { claim: 'turn' } });
    return b;
  };

  test('is claimed before it is called', async () => {
    const b = claimed();
    b.service.onSet = () => expect([...b.store.records.keys()]).toContain(`claims/dials/${target.account}/d0/turn`);
    expect(results(await executed(b))).toEqual(['d0 done']);
    expect(b.service.calls).toEqual(['SetDial d0=new']);
  });

  test('is not done again by another run, not even when it had no effect', async () => {
    const b = claimed();
    await executed(b);
    b.service.put('d0', 'old');
    expect(results(await executed(b, { owner: 'run-2' }))).toEqual(['d0 held claimed-before']);
    expect(b.service.calls).toEqual(['SetDial d0=new']);
  });

  test('is not done where the store takes a second record under one name', async () => {
    const b = claimed();
    const { code } = await prepare(b);
    const overwriting = Object.assign(Object.create(b.store) as typeof b.store, {
      async create(key: string, bytes: Uint8Array) {
        if (key.startsWith('claims/')) b.store.records.delete(key);
        return b.store.create(key, bytes);
      },
    });
    expect(results(await drive(worldOf(b, { store: overwriting }), code))).toEqual(['d0 not-sent journal-unavailable']);
    expect(b.service.calls).toEqual([]);
  });

  test('costs one probe of the store for the acts of a run', async () => {
    const b = fixture(3);
    for (const id of ['d0', 'd1', 'd2']) b.wishes.set(id, { value: 'new', action: { claim: 'turn' } });
    const probes: string[] = [];
    b.store.beforeCreate = (key) => void (key.endsWith('/create-once') && probes.push(key));
    await executed(b);
    expect(b.service.calls).toHaveLength(3);
    expect(probes).toEqual(['claims/dials/create-once', 'claims/dials/create-once']);
  });

  test('is not done when the claim cannot be made', async () => {
    const b = claimed();
    const { code } = await prepare(b);
    const failing = Object.assign(Object.create(b.store) as typeof b.store, {
      async create(key: string, bytes: Uint8Array) {
        if (key.startsWith('claims/')) throw new StoreError('Unreachable', 'the store is down');
        return b.store.create(key, bytes);
      },
    });
    expect(results(await drive(worldOf(b, { store: failing }), code))).toEqual(['d0 not-sent journal-unavailable']);
    expect(b.service.calls).toEqual([]);
  });
});
