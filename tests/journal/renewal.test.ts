import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkOf } from '../../shared/journal/log/record.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { type RenewalView, readHistory, readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { parseRenewalKey, renewalKey, renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import { performStoreEffect, runStoring } from '../../shared/journal/store/store-effect.ts';
import type { MemoryStore } from './memory-store.ts';
import { type Fate, filled, stream } from './renewal-fates.ts';

const read = (store: MemoryStore): Promise<RenewalView> => runStoring(store, readRenewal(stream));
const summary = ({ next, open, moved, voided }: RenewalView) => ({
  next,
  open: open?.n,
  moved: moved?.n,
  voided: voided.map(({ n }) => n),
});

describe('the key of a renewal', () => {
  test('names account, resource, number and part, and is read back', () => {
    expect(renewalKey(renewalStream('1', 'aig/é'), 7, 'answer')).toBe('renewals/1/aig%2F%C3%A9/00000007/answer');
    expect(parseRenewalKey('renewals/1/aig%2F%C3%A9/00000007/answer')).toMatchObject({
      account: '1',
      resourceId: 'aig/é',
      n: 7,
      part: 'answer',
    });
  });

  test.each([
    'renewals/1/a/7/claim',
    'renewals/1/a/00000007/other',
    'budget/all/CNY/2026-11/00000000',
    'renewals/1/00000007/claim',
    'x/renewals/1/a/00000007/end',
  ])('%s is none', (key) => expect(parseRenewalKey(key)).toBeUndefined());
});

describe('reading a stream', () => {
  test.each<[readonly Fate[], ReturnType<typeof summary>]>([
    [[], { next: 0, open: undefined, moved: undefined, voided: [] }],
    [['open'], { next: 1, open: 0, moved: undefined, voided: [] }],
    [['answered'], { next: 1, open: 0, moved: undefined, voided: [] }],
    [['moved'], { next: 1, open: undefined, moved: 0, voided: [] }],
    [['void'], { next: 1, open: undefined, moved: undefined, voided: [0] }],
    [['moved', 'void', 'void'], { next: 3, open: undefined, moved: 0, voided: [2, 1] }],
    [['moved', 'moved', 'open'], { next: 3, open: 2, moved: undefined, voided: [] }],
    [['moved', 'slot'], { next: 2, open: undefined, moved: undefined, voided: [] }],
    [['moved', 'slot', 'void'], { next: 3, open: undefined, moved: undefined, voided: [2] }],
    [['moved', 'slot', 'moved'], { next: 3, open: undefined, moved: 2, voided: [] }],
  ])('%j: %j', async (fates, expected) => {
    expect(summary(await read(filled(fates)))).toEqual(expected);
  });

  test('finds the same however far the list lags behind', async () => {
    const fates = fc.array(fc.constantFrom<Fate>('moved', 'void', 'slot'), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fates, fc.constantFrom<Fate>('moved', 'void', 'open', 'answered'), fc.nat(30), async (before, last, hidden) => {
        const store = filled([...before, last]);
        const whole = summary(await read(store));
        for (const key of [...store.records.keys()].sort().slice(hidden)) store.unlisted.add(key);
        expect(summary(await read(store))).toEqual(whole);
      }),
    );
  });

  test.each<[readonly Fate[], number]>([
    [[], 2],
    [['open'], 4],
    [['answered'], 4],
    [['moved'], 4],
    [['moved', 'moved', 'moved', 'moved'], 4],
  ])('%j takes %i calls to the store', async (fates, expected) => {
    const store = filled(fates);
    let calls = 0;
    const code = readRenewal(stream);
    for (let step = code.next(); !step.done; ) {
      calls += step.value.type === 'store-read' ? step.value.keys.length : 1;
      step = code.next(await performStoreEffect(store, step.value));
    }
    expect(calls).toBe(expected);
  });

  test('the history has every number with its answer', async () => {
    const history = await runStoring(filled(['moved', 'void', 'slot', 'answered']), readHistory(stream));
    expect(history.map(({ answer, slot }) => answer?.orderId ?? slot?.by)).toEqual(['o0', 'o1', 'lin', 'o3']);
  });
});

describe('a stream that was tampered with', () => {
  const parts = ['00000000/claim', '00000000/answer', '00000000/end', '00000001/claim', '00000001/answer'];

  test.each(parts)('shows when %s was replaced', async (part) => {
    const store = filled(['moved', 'answered']);
    const key = `${stream}/${part}`;
    const text = new TextDecoder().decode(store.records.get(key));
    store.records.set(key, new TextEncoder().encode(text.replace(/"owner":"run"/, '"owner":"him"')));
    const whole = await runStoring(store, readHistory(stream)).then(
      () => 'whole',
      (error) => error.code,
    );
    // The very last record has none behind it that would point to it.
    expect(whole).toBe(part === '00000001/answer' ? 'whole' : 'BrokenChain');
  });

  test.each([
    ['00000001/claim', '"expiry":101', '"expiry":"soon"'],
    ['00000001/answer', '"ordered"', '"perhaps"'],
    ['00000001/claim', '"kind":"claim"', '"kind":"other"'],
  ])('shows when %s cannot be read', async (part, from, to) => {
    const store = filled(['moved', 'answered']);
    const key = `${stream}/${part}`;
    const text = new TextDecoder().decode(store.records.get(key));
    store.records.set(key, new TextEncoder().encode(text.replace(from, to)));
    expect(text).toContain(from);
    await expect(read(store)).rejects.toMatchObject({ code: expect.stringMatching(/MalformedRecord|BrokenChain/) });
  });

  test('shows when a claim in the middle was removed', async () => {
    const store = filled(['moved', 'moved']);
    store.records.delete(`${stream}/00000001/claim`);
    await expect(read(store)).rejects.toMatchObject({ code: 'BrokenChain' });
  });
});

describe('verifying streams of renewals', () => {
  const fates: readonly Fate[] = ['moved', 'void', 'slot', 'moved', 'answered'];
  const verified = async (store: MemoryStore) =>
    (await verifyJournal(store)).problems.map(({ key, code }) => `${key.slice(stream.length + 1)} ${code}`);

  test('finds nothing in whole ones, and gives their heads', async () => {
    const store = filled(fates);
    const { problems, streams, records } = await verifyJournal(store);
    expect([problems, records]).toEqual([[], store.records.size]);
    const head = linkOf(store.records.get(`${stream}/00000004/claim`) as Uint8Array);
    expect(streams).toEqual([{ stream, records: store.records.size, first: 0, last: 4, head }]);
  });

  test.each([...filled(fates).records.keys()])('finds that %s was removed, unless it was the last', async (key) => {
    const store = filled(fates);
    store.records.delete(key);
    const last = key.endsWith('00000004/answer');
    expect(await verified(store)).toEqual(last ? [] : [`${key.slice(stream.length + 1)} MissingRecord`]);
  });

  test.each([...filled(fates).records.keys()])('finds that %s was replaced, where something points to it', async (key) => {
    const store = filled(fates);
    const text = new TextDecoder().decode(store.records.get(key));
    store.records.set(key, new TextEncoder().encode(text.replace('"owner":"run"', '"owner":"him"')));
    const last = key.endsWith('00000004/answer');
    expect(await verified(store)).toEqual(last ? [] : [`${key.slice(stream.length + 1)} BrokenChain`]);
  });

  test('names a record that cannot be read, and goes on behind it', async () => {
    const store = filled(fates);
    store.records.set(`${stream}/00000001/end`, new TextEncoder().encode('torn'));
    expect(await verified(store)).toEqual(['00000001/end MalformedRecord']);
  });
});
