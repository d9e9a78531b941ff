import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRecord } from '../../shared/journal/log/record.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import type { ExceptionBody } from '../../shared/journal/people/exceptions.ts';
import {
  addException,
  endException,
  exceptionId,
  exceptionIds,
  parseExceptionId,
  readExceptions,
} from '../../shared/journal/people/exceptions.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { hourMs } from '../fixtures/times.ts';
import { memoryStore, skip } from './memory-store.ts';

const nowMs = Date.UTC(2026, 10, 24, 4);
const untilMs = nowMs + 12 * hourMs;
const body: ExceptionBody = {
  because: 'Launch night',
  by: 'li.wei',
  from: new Date(nowMs).toISOString(),
  until: new Date(untilMs).toISOString(),
  groups: { tags: { app: ['aurora'] } },
  keepAtLeastPercent: 100,
  never: ['cut-sessions'],
};
const id = exceptionId('launch', untilMs);
const speaker = (owner: string, atMs = nowMs) => ({ owner, atMs });

function journal() {
  const store = memoryStore();
  const reads: string[] = [];
  const lists: string[] = [];
  const watched = {
    ...store,
    read: (key: string) => {
      reads.push(key);
      return store.read(key);
    },
    list: (prefix: string) => {
      lists.push(prefix);
      return store.list(prefix);
    },
  };
  return {
    store,
    reads,
    lists,
    add: (more: Partial<ExceptionBody> = {}, name = id, owner = 'one') =>
      runStoring(store, addException(name, speaker(owner), { ...body, ...more })),
    end: (atMs = nowMs, because?: string) => runStoring(store, endException(id, speaker('two', atMs), { by: 'tan.mei', because })),
    /** A record as it should not be. */
    put: (value: unknown, kind = 'exception') =>
      store.create(
        `exceptions/${id}/00000000`,
        encodeRecord({ kind, atMs: nowMs, owner: 'x', prev: null, body: value as Record<string, unknown> }),
      ),
    at: (atMs: number) => runStoring(watched, readExceptions(atMs)),
  };
}

describe('an exception', () => {
  test('comes back as it was said, and chains', async () => {
    const { store, add, at } = journal();
    expect(await add()).toEqual({ outcome: 'added', key: `exceptions/${id}/00000000` });
    expect(await at(nowMs)).toEqual([
      {
        id,
        addedAtMs: nowMs,
        terms: {
          ...{ because: 'Launch night', by: 'li.wei', fromMs: nowMs, untilMs, never: ['cut-sessions'] },
          ...{ groups: { tags: { app: ['aurora'] } }, keepAtLeastPercent: 100 },
        },
        damaged: [],
        untilMs,
        ended: undefined,
      },
    ]);
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('is over from its last instant on, and is not read any more then', async () => {
    const { add, at, reads } = journal();
    await add();
    expect(await at(untilMs - 1)).toHaveLength(1);
    reads.length = 0;
    expect(await at(untilMs)).toEqual([]);
    expect(reads).toEqual([]);
  });

  test('that was ended is over from the word on, and not before', async () => {
    const { store, add, end, at } = journal();
    await add();
    expect(await end(nowMs + hourMs, 'called off')).toMatchObject({ outcome: 'ended', key: `exceptions/${id}/00000001` });
    expect((await at(nowMs + hourMs - 1))[0]?.ended).toEqual({ by: 'tan.mei', because: 'called off', atMs: nowMs + hourMs });
    expect(await at(nowMs + hourMs)).toEqual([]);
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('is ended once, and not where there is none', async () => {
    const { add, end } = journal();
    expect(await end()).toEqual({ outcome: 'no-such' });
    await add();
    await end();
    expect(await end()).toEqual({ outcome: 'ended-already' });
  });

  test('of an id that was used is not added again, whoever comes first', async () => {
    const { add } = journal();
    const outcomes = await Promise.all(['one', 'two', 'three'].map((owner) => add({ by: owner }, id, owner)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['added', 'taken', 'taken']);
  });

  test('is there once after a lost answer', async () => {
    const { store, add, at } = journal();
    let lost = 0;
    store.afterCreate = () => {
      if (lost++ === 0) throw new StoreError('Unreachable', 'lost', { maybeWritten: true });
    };
    expect((await add()).outcome).toBe('added');
    expect(await at(nowMs)).toHaveLength(1);
  });

  test('of another id leaves the ids that there are', async () => {
    const { store, add } = journal();
    await add();
    await add({}, exceptionId('night/shift', untilMs));
    expect(await runStoring(store, exceptionIds())).toEqual([id, exceptionId('night/shift', untilMs)]);
  });
});

test('a journal without exceptions costs one list and no read', async () => {
  const { at, reads, lists } = journal();
  expect(await at(nowMs)).toEqual([]);
  expect([lists, reads]).toEqual([['exceptions/'], []]);
});

describe('an exception that cannot be read', () => {
  const broken: Readonly<Record<string, unknown>> = {
    'a word of a later version': { ...body, never: ['cut-sessions', 'restart'] },
    'a key of a later version': { ...body, budget: '10 CNY' },
    'a selector key of a later version': { ...body, groups: { tags: { app: ['aurora'] }, cluster: 'x' } },
    'a selector that selects by nothing': { ...body, groups: {} },
    'a time that is none': { ...body, until: 'tomorrow' },
    'no reason': { ...body, because: '' },
    'nobody who said it': { ...body, by: undefined },
    'a share above everything': { ...body, keepAtLeastPercent: 101 },
    'another end than its id': { ...body, until: new Date(untilMs + 60_000).toISOString() },
    nothing: {},
  };

  test.each(Object.entries(broken))(
    'since it has %s is one of unknown terms, until somebody ends it, or skips it',
    async (_what, value) => {
      const { store, put, at, end } = journal();
      await put(value);
      const key = `exceptions/${id}/00000000`;
      expect(await at(nowMs)).toMatchObject([{ id, terms: undefined, damaged: [{ code: 'MalformedRecord', key }], untilMs }]);
      await end(nowMs + 1);
      expect(await at(nowMs)).toMatchObject([{ terms: undefined, untilMs: nowMs + 1 }]);
      expect(await at(nowMs + 1)).toEqual([]);
      await skip(store, key);
      expect(await at(nowMs)).toEqual([]);
    },
  );

  test('since its kind is of a later version is one of unknown terms', async () => {
    const { put, at } = journal();
    await put(body, 'exception-of-tomorrow');
    expect(await at(nowMs)).toMatchObject([{ terms: undefined, damaged: [{ code: 'MalformedRecord' }] }]);
  });

  test('keeps nobody from reading the others', async () => {
    const { put, add, at } = journal();
    await put({});
    await add({}, exceptionId('other', untilMs));
    expect((await at(nowMs)).map(({ terms }) => terms?.because)).toEqual([undefined, 'Launch night']);
  });

  test('since the word that ended it was deleted stands to its end, and the record is named', async () => {
    const { store, add, end } = journal();
    await add();
    await end(nowMs + hourMs);
    const listed = [...store.records.keys()];
    const gone = `exceptions/${id}/00000001`;
    store.records.delete(gone);
    store.list = async function* (prefix) {
      yield* listed.filter((key) => key.startsWith(prefix));
    };
    expect(await runStoring(store, readExceptions(nowMs))).toMatchObject([{ untilMs, damaged: [{ code: 'BrokenChain', key: gone }] }]);
  });
});

describe('the id of an exception', () => {
  test('says its name and its end', () => {
    expect(id).toBe('launch-20261124T1600Z');
    expect(parseExceptionId('launch')).toEqual({ name: 'launch', untilMs: undefined });
    expect(parseExceptionId('launch-20261399T1600Z')).toEqual({ name: 'launch-20261399T1600Z', untilMs: undefined });
  });

  test('gives back whatever name and whole minute it was made of', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 100_000_000 }), (name, minute) => {
        expect(parseExceptionId(exceptionId(name, minute * 60_000))).toEqual({ name, untilMs: minute * 60_000 });
      }),
    );
  });

  test('is not made for an end within a minute', () => {
    expect(() => exceptionId('launch', untilMs + 1)).toThrow(RangeError);
  });
});
