import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CarriedMessage, type OutboxChange, outboxStream, readOutbox, writeOutbox } from '../../shared/journal/log/outbox.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

const renew = 'renew-before-expiry';
const signed = { owner: 'one', atMs: 1_700_000_000_000 };
const message = (id: string, more: Partial<CarriedMessage> = {}): CarriedMessage => ({
  ...{ id, code: 'order-placed', severity: 'info', title: `title of ${id}`, text: 'text', atMs: signed.atMs, channels: ['money'] },
  ...more,
});
const change = (more: Partial<OutboxChange>): OutboxChange => ({ delivered: new Set(), added: [], droppedTold: 0, ...more });
const read = (store: MemoryStore) => runStoring(store, readOutbox(renew));
const write = async (store: MemoryStore, more: Partial<OutboxChange>) =>
  runStoring(store, writeOutbox(renew, await read(store), change(more), signed));
const idsIn = async (store: MemoryStore) => (await read(store)).messages.map(({ id }) => id);

describe('what nobody took', () => {
  test('is there for the next run, until it was delivered', async () => {
    const store = memoryStore();
    await write(store, { added: [message('a'), message('b')] });
    expect(await idsIn(store)).toEqual(['a', 'b']);
    await write(store, { delivered: new Set(['a']), added: [message('c')] });
    expect(await idsIn(store)).toEqual(['b', 'c']);
    await write(store, { delivered: new Set(['b', 'c']) });
    expect(await idsIn(store)).toEqual([]);
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('costs one list and one read where there is nothing, and nothing is written where nothing changes', async () => {
    const store = memoryStore();
    let calls: string[] = [];
    const { create, read: readKey, list } = store;
    store.create = (key, bytes) => {
      calls.push(`create ${key}`);
      return create(key, bytes);
    };
    store.read = (key) => {
      calls.push(`read ${key}`);
      return readKey(key);
    };
    store.list = (prefix) => {
      calls.push(`list ${prefix}`);
      return list(prefix);
    };
    await write(store, {});
    expect(calls).toEqual([`list outbox/${renew}/`, `read outbox/${renew}/00000000`]);
    await write(store, { added: [message('a')] });
    calls = [];
    await write(store, { added: [message('a')] });
    expect(calls).toEqual([`list outbox/${renew}/`, `read outbox/${renew}/00000000`, `read outbox/${renew}/00000001`]);
  });

  test('of a month is bounded: critical ones stay, then the newest, and the rest is counted once', async () => {
    const store = memoryStore();
    for (let hour = 0; hour < 200; hour++) {
      const severity = hour === 3 ? 'critical' : 'info';
      await write(store, { added: [message(`m${hour}`, { severity, atMs: signed.atMs + hour * 3_600_000 })] });
    }
    const { messages, dropped } = await read(store);
    expect(messages).toHaveLength(40);
    expect(messages.slice(0, 2).map(({ id }) => id)).toEqual(['m3', 'm199']);
    expect(dropped).toBe(160);
    await write(store, { delivered: new Set(messages.map(({ id }) => id)), droppedTold: 160 });
    expect(await read(store)).toMatchObject({ messages: [], dropped: 0 });
  });

  test.each([
    ['junk', new TextEncoder().encode('junk')],
    [
      'another shape',
      new TextEncoder().encode('{"v":1,"kind":"outbox","at":"2026-11-24T04:00:00.000Z","owner":"x","prev":null,"body":{}}\n'),
    ],
  ])('survives a record of %s: it is named, what was there before is told again, and the stream goes on', async (_name, bytes) => {
    const store = memoryStore();
    await write(store, { added: [message('a')] });
    await store.create(`${outboxStream(renew)}/00000001`, bytes);
    const damaged = await read(store);
    expect(damaged.damaged?.message).toContain(`${outboxStream(renew)}/00000001`);
    expect(damaged.messages.map(({ id }) => id)).toEqual(['a']);
    await runStoring(store, writeOutbox(renew, damaged, change({ added: [message('b')] }), signed));
    expect(await idsIn(store)).toEqual(['a', 'b']);
  });

  test('is not believed from the outbox of another function', async () => {
    const store = memoryStore();
    await runStoring(
      store,
      writeOutbox('digest', await runStoring(store, readOutbox('digest')), change({ added: [message('a')] }), signed),
    );
    const [bytes] = [...store.records.values()];
    await store.create(`${outboxStream(renew)}/00000000`, bytes as Uint8Array);
    expect(await read(store)).toMatchObject({ messages: [], damaged: { code: 'MalformedRecord' } });
  });
});

test('whatever two runs deliver and add at once, and whichever answer of the store is lost, nothing is lost and nothing delivered comes back', async () => {
  const step = fc.record({ who: fc.constantFrom(0, 1), delivers: fc.nat(3), adds: fc.nat(2), lost: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const store = memoryStore();
      const seen = [await read(store), await read(store)];
      const open = new Set<string>();
      let count = 0;
      for (const { who, delivers, adds, lost } of steps) {
        const known = seen[who] as Awaited<ReturnType<typeof read>>;
        const delivered = new Set(known.messages.slice(0, delivers).map(({ id }) => id));
        const added = Array.from({ length: adds }, () => message(`m${count++}`));
        let losses = lost ? 1 : 0;
        store.afterCreate = () => {
          if (losses-- > 0) throw new StoreError('Unreachable', 'lost', { maybeWritten: true });
        };
        await runStoring(store, writeOutbox(renew, known, change({ delivered, added }), { ...signed, owner: `run ${who}` }));
        for (const id of delivered) open.delete(id);
        for (const { id } of added) open.add(id);
        // The other run still goes by what it read before.
        seen[who] = await read(store);
        expect(new Set((seen[who] as Awaited<ReturnType<typeof read>>).messages.map(({ id }) => id))).toEqual(open);
      }
      expect((await verifyJournal(store)).problems).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
