import { describe, expect, test } from 'vitest';
import { encodeRecord } from '../../shared/journal/log/record.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { haltHistories, loadHalts, sayHalt } from '../../shared/journal/people/halts.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { memoryStore } from './memory-store.ts';

const nowMs = Date.UTC(2026, 10, 24, 4);

function journal() {
  const store = memoryStore();
  const say = (kind: 'halt' | 'resume', version = '7.4.2', more: { owner?: string; atMs?: number; by?: string } = {}) => {
    const { owner = 'one', atMs = nowMs, by = 'li.wei' } = more;
    return runStoring(store, sayHalt(version, { owner, atMs }, { kind, by, because: kind === 'halt' ? 'black screens' : undefined }));
  };
  return { store, say, halts: () => runStoring(store, loadHalts()) };
}

describe('a version', () => {
  test('is halted from the word on, by whom and why', async () => {
    const { store, say, halts } = journal();
    expect(await say('halt')).toEqual({ outcome: 'said', key: 'halts/7.4.2/00000000' });
    expect([...(await halts())]).toEqual([['7.4.2', { sinceMs: nowMs, by: 'li.wei', because: 'black screens' }]]);
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('goes on once it is resumed, and can be halted again', async () => {
    const { store, say, halts } = journal();
    await say('halt');
    await say('resume', '7.4.2', { atMs: nowMs + 1 });
    expect((await halts()).size).toBe(0);
    await say('halt', '7.4.2', { atMs: nowMs + 2, by: 'tan.mei' });
    expect((await halts()).get('7.4.2')).toMatchObject({ sinceMs: nowMs + 2, by: 'tan.mei' });
    const [history] = await runStoring(store, haltHistories());
    expect(history?.words.map(({ kind }) => kind)).toEqual(['halt', 'resume', 'halt']);
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('that stands so already takes no further word', async () => {
    const { say } = journal();
    expect(await say('resume')).toEqual({ outcome: 'said-already' });
    await say('halt');
    expect(await say('halt', '7.4.2', { owner: 'two' })).toEqual({ outcome: 'said-already' });
  });

  test('is halted once by two at once', async () => {
    const { store, say } = journal();
    const said = await Promise.all(['one', 'two', 'three'].map((owner) => say('halt', '7.4.2', { owner })));
    expect(said.map(({ outcome }) => outcome).sort()).toEqual(['said', 'said-already', 'said-already']);
    expect(store.records.size).toBe(1);
  });

  test('is halted once after a lost answer', async () => {
    const { store, say, halts } = journal();
    let lost = 0;
    store.afterCreate = () => {
      if (lost++ === 0) throw new StoreError('Unreachable', 'lost', { maybeWritten: true });
    };
    expect((await say('halt')).outcome).toBe('said');
    expect((await halts()).size).toBe(1);
  });

  test('of any spelling is a version of its own', async () => {
    const { say, halts } = journal();
    for (const version of ['7.4.2', '7.4.20', '7.4/2', '版本 7']) await say('halt', version);
    expect(new Set((await halts()).keys())).toEqual(new Set(['7.4.2', '7.4.20', '7.4/2', '版本 7']));
  });
});

test.each([
  ['of an unknown kind', 'pause', { by: 'li.wei', because: 'x' }],
  ['without a reason', 'halt', { by: 'li.wei' }],
  ['of nobody', 'halt', { because: 'x' }],
])('a word %s may be a halt: that version is halted, and no other, until somebody resumes it', async (_what, kind, body) => {
  const { store, say, halts } = journal();
  await say('halt', '8');
  await say('resume', '8');
  await store.create('halts/7.4.2/00000000', encodeRecord({ kind, atMs: nowMs, owner: 'x', prev: null, body }));
  expect([...(await halts())]).toMatchObject([['7.4.2', { damage: { code: 'MalformedRecord', key: 'halts/7.4.2/00000000' } }]]);
  expect((await say('resume')).outcome).toBe('said');
  expect((await halts()).size).toBe(0);
});
