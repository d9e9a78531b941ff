import { parseStreamKey, streamKey } from '../../shared/journal/store/key.ts';
import type { MemoryStore } from '../journal/memory-store.ts';

/** Something that happened to a journal. */
export interface Damage {
  readonly seed: number;
  /** What was done, for people. */
  readonly what: string;
  /** The key that it was done to. */
  readonly key: string;
}

/** Numbers in [0, 1) that follow from a seed. */
function numbersFrom(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const encoder = new TextEncoder();
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

type Change = (bytes: Uint8Array, random: () => number) => Uint8Array;

const edited =
  (edit: (record: Record<string, unknown>, random: () => number) => unknown): Change =>
  (bytes, random) =>
    encoder.encode(`${JSON.stringify(edit(JSON.parse(text(bytes)) as Record<string, unknown>, random))}\n`);

/** The same value with each number in it replaced. */
function withNumbers(value: unknown, by: () => unknown): unknown {
  if (typeof value === 'number') return by();
  if (Array.isArray(value)) return value.map((each) => withNumbers(each, by));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withNumbers(each, by)]));
  return value;
}

const huge = [1e308, Number.MAX_SAFE_INTEGER, -1, 0.5, 8.64e15 + 1, 2 ** 31];

/** What can become of the bytes of a record. */
const changes: Readonly<Record<string, Change>> = {
  'nothing left': () => new Uint8Array(),
  'an empty object': () => encoder.encode('{}'),
  null: () => encoder.encode('null'),
  'cut off': (bytes, random) => bytes.slice(0, Math.floor(random() * bytes.length)),
  'one byte': (bytes, random) => {
    const copy = bytes.slice();
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
    return copy;
  },
  zeros: (bytes) => new Uint8Array(bytes.length),
  'deeply nested': () => encoder.encode('['.repeat(100_000)),
  'an empty body': edited((record) => ({ ...record, body: {} })),
  'huge numbers': edited((record, random) => ({
    ...record,
    body: withNumbers(record['body'], () => huge[Math.floor(random() * huge.length)]),
  })),
  'another kind': edited((record) => ({ ...record, kind: 'junk' })),
  'a later format': edited((record) => ({ ...record, v: 99 })),
  'a far future': edited((record) => ({ ...record, at: '9999-12-31T23:59:59.999Z' })),
  'a year that is none': edited((record) => ({ ...record, at: '2026-13-45T99:99:99.999Z' })),
  'another link': edited((record) => ({ ...record, prev: 'ab'.repeat(32) })),
};

const external = [
  'exceptions/%ZZ/00000000',
  'exceptions/%FF/00000000',
  'exceptions/no-end/00000000',
  'exceptions/never-99991231T2359Z/99999999',
  'halts/%E0%A4%A/00000000',
  'policy/latest',
  'policy/000000001',
  'policy/00000001 (conflicted copy)',
  'budget/all/%ZZ/2026-11/00000000',
  'budget/all/CNY/2026-99/00000000',
  'renewals/1000000000000001/aig-later/00000000/claim.bak',
  'written/scale-on-schedule/1000000000000001/00000000.sync-conflict-20261124-101010',
  'heartbeats/scale-on-schedule/home/yesterday',
  'runs/2026/11/24/x',
  'outbox/renew-before-expiry/NaN',
];

/** Does something to a journal that follows from a seed: changes or removes a record, puts one far behind a stream, or a foreign name beside it. */
export function damageJournal(store: MemoryStore, seed: number): Damage {
  const random = numbersFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const families = new Map<string, string[]>();
  for (const key of [...store.records.keys()].sort()) {
    const family = key.slice(0, key.indexOf('/'));
    families.set(family, [...(families.get(family) ?? []), key]);
  }
  // Names of runs are random: the same seed means the same place among them.
  const key = pick([...families.values()].map((keys) => pick(keys)));
  const bytes = store.records.get(key) as Uint8Array;
  const way = random();
  if (way < 0.1) {
    store.records.delete(key);
    return { seed, what: 'removed', key };
  }
  if (way < 0.2) {
    const name = pick(external);
    store.records.set(name, encoder.encode('{}'));
    return { seed, what: 'a foreign name', key: name };
  }
  const place = parseStreamKey(key);
  if (way < 0.45 && place) {
    const to = streamKey(place.stream, pick([99_999_999, 20_000_000, 99_999_998, place.sequence + 40, place.sequence + 500]));
    if (!store.records.has(to)) {
      const copied = random() < 0.5;
      store.records.set(to, copied ? bytes : encoder.encode('{}'));
      return { seed, what: copied ? 'a copy far behind' : 'an empty object far behind', key: to };
    }
  }
  if (way < 0.5) {
    store.records.set(key, store.records.get(pick([...store.records.keys()].sort())) as Uint8Array);
    return { seed, what: "another record's bytes", key };
  }
  const [what, change] = pick(Object.entries(changes));
  store.records.set(key, change(bytes, random));
  return { seed, what, key };
}
