import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRecord } from '../../shared/journal/log/record.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { readExpiries, recordExpiries, type SeenChanges, type SeenExpiry } from '../../shared/journal/renewals/expiries.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type MemoryStore, memoryStore, skip } from './memory-store.ts';

const account = '1000000000000001';
const read = (store: MemoryStore) => runStoring(store, readExpiries(account));
const record = async (store: MemoryStore, changes: SeenChanges, owner = 'run') =>
  runStoring(store, recordExpiries(await read(store), { owner, atMs: 0 }, changes));

test('what was last seen is given back, through snapshots, what is gone and what moved back (1,000 random changes)', async () => {
  const store = memoryStore();
  const expected = new Map<string, SeenExpiry>();
  const change = fc.tuple(fc.nat(30), fc.option(fc.nat(10 ** 9), { freq: 4 }), fc.option(fc.nat(5), { freq: 2 }));
  for (const [resource, seconds, n] of fc.sample(change, { numRuns: 1000, seed: 7 })) {
    const value = seconds === null ? null : { seconds, ...(n === null ? {} : { back: { n } }) };
    await record(store, new Map([[`r${resource}`, value]]));
    if (value === null) expected.delete(`r${resource}`);
    else expected.set(`r${resource}`, value);
  }
  const seen = await read(store);
  expect([...seen.seconds].sort()).toEqual([...expected].map(([id, { seconds }]) => [id, seconds]).sort());
  expect([...seen.back].sort()).toEqual([...expected].flatMap(([id, { back }]) => (back ? [[id, back]] : [])).sort());
  expect((await verifyJournal(store)).problems).toEqual([]);
});

test('reading goes back to the newest snapshot, however long the stream is', async () => {
  const store = memoryStore();
  for (let index = 0; index < 950; index++) await record(store, new Map([[`r${index % 7}`, { seconds: index }]]));
  const keys: string[] = [];
  const { read: readOne } = store;
  store.read = (key) => {
    keys.push(key);
    return readOne(key);
  };
  expect((await read(store)).seconds).toEqual(new Map(Array.from({ length: 7 }, (_, index) => [`r${(943 + index) % 7}`, 943 + index])));
  expect(keys.length).toBeLessThan(200);
  expect(Math.min(...keys.map((key) => Number(key.slice(-8))))).toBeGreaterThanOrEqual(800);
});

test.each([
  ['of the service', (index: number) => `aig-${String(index).padStart(12, '0')}`],
  ['that are long and need escapes', (index: number) => `${'"\\\u0001台'.repeat(25)}${index}`],
])('no record of 100,000 subscriptions is larger than 256 KB, with ids %s', async (_, idOf) => {
  const store = memoryStore();
  await record(store, new Map(Array.from({ length: 100_000 }, (_each, index) => [idOf(index), { seconds: 1_800_000_000 + index }])));
  expect(Math.max(...[...store.records.values()].map((bytes) => bytes.length))).toBeLessThan(256 * 1024);
  expect((await read(store)).seconds.size).toBe(100_000);
});

test('a snapshot that a crash cut short is written anew, and nothing is lost or comes back meanwhile', async () => {
  const store = memoryStore();
  const many = Array.from({ length: 10_000 }, (_, index) => [`r${index}`, { seconds: index }] as const);
  await record(store, new Map(many));
  while ((await read(store)).end.next < 100) await record(store, new Map([['x', { seconds: store.records.size }]]));
  await record(store, new Map([['r1', null]]).set('x', null));
  const { newest } = await read(store);
  expect(newest.parts).toBeGreaterThan(5);
  while ((await read(store)).end.next < newest.from + newest.parts + 100)
    await record(store, new Map([['y', { seconds: store.records.size }]]));
  let left = 2;
  store.beforeCreate = () => {
    left -= 1;
    if (left === 0) throw new Error('killed');
  };
  await expect(record(store, new Map([['r2', null]]))).rejects.toThrow('killed');
  store.beforeCreate = () => {};
  expect((await read(store)).newest).toEqual(newest);
  // What the part that was written says counts, also of what is gone.
  expect((await read(store)).seconds.get('r2')).toBeUndefined();
  for (let index = 0; index < 250; index++) await record(store, new Map([['z', { seconds: index }]]));
  const { seconds } = await read(store);
  expect([seconds.get('r0'), seconds.get('r1'), seconds.get('r9999'), seconds.get('x'), seconds.get('z')]).toEqual([
    0,
    undefined,
    9999,
    undefined,
    249,
  ]);
});

describe('of two runs that have read the same', () => {
  test('one writes, and the other is told so and writes nothing', async () => {
    const store = memoryStore();
    const seen = await read(store);
    const changes = new Map([['g', { seconds: 1 }]]);
    expect(await runStoring(store, recordExpiries(seen, { owner: 'a', atMs: 0 }, changes))).toBe(true);
    expect(await runStoring(store, recordExpiries(seen, { owner: 'b', atMs: 0 }, changes))).toBe(false);
    expect(store.records.size).toBe(1);
  });
});

test.each([
  ['no table', { seen: [], from: 0, parts: 0 }],
  ['a value that is no number', { seen: { g: '1' }, from: 0, parts: 0 }],
  ['a mark that is no number', { seen: { g: 1 }, back: { g: null }, from: 0, parts: 0 }],
  ['a snapshot that begins behind it', { seen: { g: 1 }, from: 1, parts: 0 }],
  ['a snapshot that ends behind it', { seen: { g: 1 }, from: 0, parts: 2 }],
  ['no word on where to begin', { seen: { g: 1 } }],
  ['nothing at all', {}],
])('a record with %s is passed over, and named until a person skips it', async (_, body) => {
  const store = memoryStore();
  const key = `expiries/${account}/00000000`;
  store.records.set(key, encodeRecord({ kind: 'expiries', atMs: 0, owner: 'x', prev: null, body }));
  const seen = await read(store);
  expect([seen.damaged, seen.seconds.size]).toMatchObject([[{ code: 'MalformedRecord', key }], 0]);
  expect(await record(store, new Map([['g', { seconds: 5 }]]))).toBe(true);
  expect((await read(store)).seconds.get('g')).toBe(5);
  await skip(store, key);
  expect((await read(store)).damaged).toEqual([]);
});
