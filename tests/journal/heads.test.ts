import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordTold } from '../../shared/journal/log/alerts.ts';
import { claimOnce } from '../../shared/journal/log/claims.ts';
import { type CoverageOptions, coverageOfJournal } from '../../shared/journal/log/coverage.ts';
import { encodeRecord, linkOf, parseRecord } from '../../shared/journal/log/record.ts';
import { heartbeatsOf, recordHeartbeat, recordRun } from '../../shared/journal/log/runs.ts';
import { append, emptyStream } from '../../shared/journal/log/stream.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { renewalKey, renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { dayMs, minuteMs } from '../fixtures/times.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

const now = Date.UTC(2026, 10, 30, 1);
const place = { functionName: 'f', target: 't' };

const cover = (store: MemoryStore, more: Partial<CoverageOptions> = {}) =>
  coverageOfJournal(store, { owner: `run-${store.records.size}`, nowMs: now, heartbeats: [heartbeatsOf(place)], write: true, ...more });

/** Numbered streams of these lengths, and claims beside them. */
async function journal(lengths: readonly number[], claims = 2): Promise<MemoryStore> {
  const store = memoryStore();
  for (const [index, length] of lengths.entries()) await grow(store, `written/f/${index}`, 0, length);
  for (let n = 0; n < claims; n++) await claim(store, `intent-${n}`);
  return store;
}

async function grow(store: MemoryStore, stream: string, from: number, count: number): Promise<void> {
  let end = emptyStream;
  for (let n = 0; n < from + count; n++) {
    const draft = { kind: 'x', atMs: now - dayMs + n, owner: 'o', body: { n } };
    end = (
      await runStoring(
        store,
        append(stream, end, draft, () => 'go-on'),
      )
    ).end;
  }
}

const claim = (store: MemoryStore, intent: string) =>
  runStoring(store, claimOnce({ functionName: 'f', account: '1', resource: 'g', intent, owner: 'o', atMs: now }));

/** One field changed, the record encoded anew. */
function tamper(store: MemoryStore, key: string): void {
  const record = parseRecord(key, store.records.get(key) as Uint8Array);
  store.records.set(key, encodeRecord({ ...record, body: { ...record.body, tampered: true } }));
}

const found = async (store: MemoryStore, head?: string) =>
  (await verifyJournal(store, { head })).problems.map(({ key, code }) => `${key} ${code}`);

describe('a head of the journal', () => {
  test('covers everything once, and a later one only what is new', async () => {
    const store = await journal([3, 2]);
    const first = await cover(store);
    expect(first).toMatchObject({ fresh: 7, left: 0, problems: [], head: { sequence: 0, total: 7 } });
    expect(await verifyJournal(store)).toMatchObject({ problems: [], covered: { heads: 1, records: 7, newer: 0 } });
    await claim(store, 'later');
    expect(await cover(store)).toMatchObject({ fresh: 1, problems: [], head: { sequence: 1, total: 8 } });
    expect(await cover(store)).toMatchObject({ fresh: 0, problems: [], head: { sequence: 1, total: 8 } });
    expect(await verifyJournal(store, { head: first.head?.hash })).toMatchObject({
      problems: [],
      covered: { heads: 2, records: 8, newer: 0 },
    });
  });

  test('is not written behind one that its writer had not read: what that one covers is not covered twice', async () => {
    const store = await journal([3, 2]);
    const other = memoryStore();
    for (const [key, bytes] of store.records) other.records.set(key, bytes);
    await cover(other, { owner: 'the-other' });
    let isFirst = true;
    store.beforeCreate = (key) => {
      if (!isFirst || !key.startsWith('heads/')) return;
      isFirst = false;
      for (const [name, bytes] of other.records) store.records.set(name, bytes);
    };
    expect(await cover(store)).toMatchObject({ problems: [], head: { sequence: 0, total: 7 } });
    expect([...store.records.keys()].filter((key) => key.startsWith('heads/'))).toHaveLength(1);
    expect(await found(store)).toEqual([]);
  });

  test('names a claim that is new and does not fit the end of the one before it', async () => {
    const store = await journal([1], 0);
    const stream = renewalStream('1', 'g');
    const put = (n: number, part: 'claim' | 'end', prev: string | null): string => {
      const bytes = encodeRecord({ kind: part, atMs: now, owner: 'o', prev, body: {} });
      store.records.set(renewalKey(stream, n, part), bytes);
      return linkOf(bytes);
    };
    const first = put(0, 'claim', null);
    const end = put(0, 'end', first);
    expect(await cover(store)).toMatchObject({ fresh: 3, problems: [] });
    put(1, 'claim', end);
    expect(await cover(store)).toMatchObject({ fresh: 1, problems: [] });
    put(1, 'end', linkOf(store.records.get(renewalKey(stream, 1, 'claim')) as Uint8Array));
    put(2, 'claim', end);
    const { problems } = await cover(store);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ key, code }) => key.startsWith(`${stream}/`) && code === 'BrokenChain')).toBe(true);
  });

  test('is not written where only a look is wanted', async () => {
    const store = await journal([3]);
    const before = store.records.size;
    expect(await cover(store, { write: false })).toMatchObject({ fresh: 5, head: undefined });
    expect(store.records.size).toBe(before);
  });

  test('any record that was changed, removed or replaced afterwards is named, itself and alone', async () => {
    const keys = [...(await journal([3, 1, 4], 3)).records.keys()];
    await fc.assert(
      fc.asyncProperty(fc.subarray(keys, { minLength: 1, maxLength: 4 }), fc.constantFrom('change', 'remove', 'swap'), async (hit, how) => {
        const store = await journal([3, 1, 4], 3);
        const { head } = await cover(store);
        for (const key of hit) {
          if (how === 'change') tamper(store, key);
          else if (how === 'remove') store.records.delete(key);
          else store.records.set(key, encodeRecord({ kind: 'other', atMs: 0, owner: 'him', prev: null, body: {} }));
        }
        const code = how === 'remove' ? 'MissingRecord' : 'ChangedRecord';
        const expected = [...hit].sort().map((key) => `${key} ${code}`);
        expect(await found(store)).toEqual(expected);
        expect(await found(store, head?.hash)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('a stream that was written anew from some record on is named record by record', async () => {
    const store = await journal([5], 0);
    await cover(store);
    for (let n = 2; n < 5; n++) store.records.delete(`written/f/0/0000000${n}`);
    let end = await runStoring(
      store,
      append('written/f/0', emptyStream, { kind: 'x', atMs: 0, owner: 'o', body: {} }, () => 'go-on'),
    );
    for (const body of [{ n: 20 }, { n: 30 }]) {
      end = await runStoring(store, append('written/f/0', end.end, { kind: 'x', atMs: 1, owner: 'o', body }));
    }
    expect(await found(store)).toEqual(['2', '3', '4'].map((n) => `written/f/0/0000000${n} ChangedRecord`));
  });

  test('does not hide what came after it: a chain that breaks there is named by the chain', async () => {
    const store = await journal([2], 0);
    await cover(store);
    await grow(store, 'written/f/0', 2, 3);
    tamper(store, 'written/f/0/00000003');
    expect(await found(store)).toEqual(['written/f/0/00000003 BrokenChain']);
    expect((await cover(store)).problems).toMatchObject([{ key: 'written/f/0/00000003', code: 'BrokenChain' }]);
  });
});

describe('heads that were tampered with themselves', () => {
  async function covered() {
    const store = await journal([2]);
    const first = await cover(store);
    await claim(store, 'second');
    const second = await cover(store, { nowMs: now + dayMs });
    await claim(store, 'third');
    const third = await cover(store, { nowMs: now + 2 * dayMs });
    return { store, hashes: [first, second, third].map(({ head }) => head?.hash as string) };
  }

  test('a page that was changed is named, and says that what it covered is not proven', async () => {
    const { store, hashes } = await covered();
    const page = [...store.records.keys()].find((key) => key.startsWith('covered/')) as string;
    tamper(store, page);
    const { problems } = await verifyJournal(store, { head: hashes[2] });
    expect(problems).toMatchObject([{ key: page, code: 'BrokenChain', text: expect.stringContaining('can no longer be proven') }]);
  });

  test('a page that is missing is named, and says how much is not proven any more', async () => {
    const { store, hashes } = await covered();
    const page = [...store.records.keys()].find((key) => key.startsWith('covered/')) as string;
    store.records.delete(page);
    const { problems } = await verifyJournal(store, { head: hashes[2] });
    const text = expect.stringMatching(/^It is missing, though a head names it: what it covers, \d+ records, can no longer be proven\.$/);
    expect(problems).toMatchObject([{ key: page, code: 'MissingRecord', text }]);
  });

  test('a head in the middle that was changed or removed is named', async () => {
    for (const how of ['change', 'remove'] as const) {
      const { store, hashes } = await covered();
      if (how === 'change') tamper(store, 'heads/00000001');
      else store.records.delete('heads/00000001');
      expect((await found(store, hashes[2]))[0]).toMatch(
        how === 'change' ? /^heads\/00000001 BrokenChain/ : /^heads\/00000001 MissingRecord/,
      );
      expect(await found(store, hashes[1])).toContain('heads/00000001 UnknownHead');
    }
  });

  test('the newest head is found out by its hash alone', async () => {
    const { store, hashes } = await covered();
    tamper(store, 'heads/00000002');
    expect(await found(store)).toEqual([]);
    expect(await found(store, hashes[2])).toEqual(['heads UnknownHead']);
    expect(await found(store, hashes[1])).toEqual([]);
  });

  test('who changes a record and writes all heads anew is found out by a hash that was kept', async () => {
    const { store, hashes } = await covered();
    tamper(store, 'claims/f/1/g/intent-0');
    for (const key of [...store.records.keys()]) if (/^(heads|covered)\//.test(key)) store.records.delete(key);
    await cover(store);
    expect(await found(store)).toEqual([]);
    for (const hash of hashes) expect(await found(store, hash)).toEqual(['heads UnknownHead']);
  });

  test('takes the first 32 digits of a hash, in any case', async () => {
    const { store, hashes } = await covered();
    expect(await found(store, hashes[0]?.slice(0, 32).toUpperCase())).toEqual([]);
    expect(await found(store, 'f'.repeat(32))).toEqual(['heads UnknownHead']);
  });

  test('covering goes on behind a head that cannot be read', async () => {
    const { store } = await covered();
    store.records.set('heads/00000002', new TextEncoder().encode('torn'));
    await claim(store, 'fourth');
    const look = await cover(store, { nowMs: now + 3 * dayMs });
    expect(look.head?.sequence).toBe(3);
    expect(look.problems.map(({ key }) => key)).toEqual(['heads/00000002']);
    // What the lost head covered is covered again.
    tamper(store, 'claims/f/1/g/third');
    expect(await found(store)).toEqual(['claims/f/1/g/third ChangedRecord', 'heads/00000002 MalformedRecord']);
  });
});

describe('covering costs', () => {
  const counted = (store: MemoryStore) => {
    const calls = { list: 0, read: 0, create: 0 };
    const list = store.list;
    const { read, create } = store;
    return {
      calls,
      store: Object.assign(Object.create(store) as MemoryStore, {
        list: (...args: Parameters<typeof list>) => {
          calls.list += 1;
          return list(...args);
        },
        read: (key: string) => {
          calls.read += 1;
          return read(key);
        },
        create: (key: string, bytes: Uint8Array) => {
          calls.create += 1;
          return create(key, bytes);
        },
      }),
    };
  };

  test('each new record once, the pages of heads, and so many of the covered ones as are to be checked', async () => {
    const plain = await journal([], 0);
    for (let n = 0; n < 6000; n++) await claim(plain, `c${n}`);
    await cover(plain, { checks: 0 });
    for (let n = 0; n < 30; n++) await claim(plain, `new${n}`);
    const { store, calls } = counted(plain);
    expect(await cover(store, { checks: 0 })).toMatchObject({ fresh: 30, problems: [] });
    // Pages: two of 4,000 and 2,000 records, written once; one head, looked for behind its end.
    expect(calls.create).toBe(2);
    expect(calls.read).toBeLessThanOrEqual(30 + 2 + 3);
  });

  test('as many records as one head may cover; the next ones take the rest', async () => {
    const store = await journal([6], 6);
    expect(await cover(store, { most: 5 })).toMatchObject({ fresh: 5, left: 7, head: { total: 5 } });
    expect(await cover(store, { most: 5 })).toMatchObject({ fresh: 5, left: 2, head: { total: 10 } });
    expect(await cover(store, { most: 5 })).toMatchObject({ fresh: 2, left: 0, head: { total: 12 } });
    expect(await verifyJournal(store)).toMatchObject({ problems: [], covered: { records: 12, newer: 0 } });
  });

  test('checks that go around: each change is found after as many looks as there are parts', async () => {
    const store = await journal([], 0);
    for (let part = 0; part < 4; part++) {
      for (let n = 0; n < 3; n++) await claim(store, `p${part}-${n}`);
      await cover(store, { checks: 0 });
    }
    tamper(store, 'claims/f/1/g/p2-1');
    const seen: string[] = [];
    for (let look = 0; look < 4; look++) {
      await claim(store, `daily-${look}`);
      seen.push(...(await cover(store, { checks: 3 })).problems.map(({ key }) => key));
    }
    expect(seen).toEqual(['claims/f/1/g/p2-1']);
  });

  test('a removed record is missed at once, whatever is checked', async () => {
    const store = await journal([3]);
    await cover(store);
    store.records.delete('written/f/0/00000002');
    store.records.delete('claims/f/1/g/intent-1');
    expect((await cover(store, { checks: 0 })).problems.map(({ key, code }) => `${key} ${code}`)).toEqual([
      'claims/f/1/g/intent-1 MissingRecord',
      'written/f/0/00000002 MissingRecord',
    ]);
  });

  test('a list that lags hides nothing and accuses nobody', async () => {
    const store = await journal([4]);
    await cover(store);
    await grow(store, 'written/f/0', 4, 3);
    for (const key of ['written/f/0/00000001', 'written/f/0/00000005', 'claims/f/1/g/intent-0']) store.unlisted.add(key);
    expect((await cover(store)).problems).toEqual([]);
    expect((await verifyJournal(store)).problems).toEqual([]);
    store.unlisted.clear();
    expect(await cover(store)).toMatchObject({ fresh: 1, problems: [] });
    expect(await verifyJournal(store)).toMatchObject({ problems: [], covered: { newer: 0 } });
  });
});

describe('heartbeats', () => {
  const beat = (store: MemoryStore, atMs: number) =>
    runStoring(store, recordHeartbeat({ ...place, owner: `o${atMs}`, atMs }, { failed: false }));
  const keyAt = (atMs: number) => `heartbeats/f/t/${new Date(atMs).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;

  test('are covered once a run of their minute must be over, each once', async () => {
    const store = memoryStore();
    for (let back = 0; back < 60; back += 5) await beat(store, now - back * minuteMs);
    expect(await cover(store)).toMatchObject({ fresh: 7, head: { heartbeatsUntilMs: now - 20 * minuteMs } });
    expect(await cover(store, { nowMs: now + 30 * minuteMs })).toMatchObject({ fresh: 5, head: { total: 12 } });
    tamper(store, keyAt(now - 55 * minuteMs));
    expect(await found(store)).toEqual([`${keyAt(now - 55 * minuteMs)} ChangedRecord`]);
  });

  test('that find no room under a head wait for the next, oldest first', async () => {
    const store = memoryStore();
    for (let back = 25; back < 45; back += 5) await beat(store, now - back * minuteMs);
    expect(await cover(store, { most: 3 })).toMatchObject({ fresh: 3, left: 1 });
    expect(await cover(store, { most: 3 })).toMatchObject({ fresh: 1, left: 0, head: { total: 4 } });
  });

  test('of one minute are covered together, though they fill up the room: none is covered twice or passed over', async () => {
    const store = memoryStore();
    const targets = ['t', 'u', 'v'];
    const beats = [25, 30, 35].flatMap((back) => targets.map((target) => ({ target, atMs: now - back * minuteMs })));
    for (const { target, atMs } of beats) {
      await runStoring(store, recordHeartbeat({ functionName: 'f', target, owner: `o${atMs}`, atMs }, { failed: false }));
    }
    const heartbeats = targets.map((target) => heartbeatsOf({ functionName: 'f', target }));
    const fresh: number[] = [];
    for (let head = 0; head < 4; head++) fresh.push((await cover(store, { most: 4, heartbeats })).fresh);
    expect(fresh).toEqual([3, 3, 3, 0]);
    expect(await verifyJournal(store)).toMatchObject({ problems: [], covered: { heads: 3, records: 9 } });
  });

  test('of days long past are left alone, and those of other places too', async () => {
    const store = memoryStore();
    await beat(store, now - 2 * dayMs);
    await runStoring(store, recordHeartbeat({ functionName: 'gone', target: 't', owner: 'o', atMs: now - dayMs / 2 }, { failed: false }));
    expect(await cover(store)).toMatchObject({ fresh: 0, head: undefined });
  });
});

test('leaves outside of streams are covered too: approvals, alerts, runs', async () => {
  const store = memoryStore();
  const signed = { owner: 'o', atMs: now };
  await runStoring(
    store,
    recordTold('renew-before-expiry', { account: '1', resource: 'g', expiresAtMs: now, step: '24h' }, signed, {
      severity: 'warning',
      title: 't',
    }),
  );
  await runStoring(store, recordRun({ ...place, ...signed }, { function: 'f' }));
  const keys = [...store.records.keys()];
  const { head } = await cover(store);
  for (const key of keys) tamper(store, key);
  expect(await found(store, head?.hash)).toEqual(keys.sort().map((key) => `${key} ChangedRecord`));
});
