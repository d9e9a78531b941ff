import { describe, expect, test } from 'vitest';
import { alertId, alertKey, expirySegment, readMark, recordTold } from '../../shared/journal/log/alerts.ts';
import { encodeRecord, linkOf } from '../../shared/journal/log/record.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { mostAnswers } from '../../shared/journal/people/append-answer.ts';
import {
  type ApprovalSubject,
  approvalStream,
  type Electorate,
  linkVoice,
  type NewApproval,
  noAnswers,
  personVoice,
  readApprovals,
  recordApproval,
} from '../../shared/journal/people/approvals.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { memoryStore } from './memory-store.ts';

const nowMs = Date.UTC(2026, 10, 24, 4);
const expiresAtMs = Date.parse('2026-12-01T16:00:00.000Z');
const account = '1000000000000001';
const subject: ApprovalSubject = { circle: 'finance', account, resource: 'aig-1', expiresAtMs };
const li = { account, user: 'li.wei', userId: '21' };
const tan = { account, user: 'tan.mei', userId: '22' };
const electorate: Electorate = { voters: [li, tan], circles: ['finance', 'board'], links: true };
const approval: NewApproval = {
  ...{ verdict: 'approve', by: li, target: 'home', period: { count: 1, unit: 'Month' }, atMs: nowMs, untilMs: expiresAtMs },
  highest: { currency: 'CNY', micros: 6_000_000_001n },
};
type Store = ReturnType<typeof memoryStore>;

const read = (store: Store, about = subject, who = electorate) => runStoring(store, readApprovals(about, who));
/** Answers, having read everything before. */
async function give(store: Store, more: Partial<NewApproval> = {}, about = subject) {
  return await runStoring(store, recordApproval(about, `owner-${store.records.size}`, { ...approval, ...more }, await read(store, about)));
}
const stream = (who: typeof li, circle = 'finance') => approvalStream(personVoice(circle, who), subject);
/** Puts bytes where the next record of a stream would stand, as somebody does who does not go through the program. */
async function put(store: Store, name: string, body: object, { kind = 'approval', sequence = 0, prev = null as string | null } = {}) {
  const key = `${name}/${String(sequence).padStart(8, '0')}`;
  await store.create(key, encodeRecord({ kind, atMs: nowMs, owner: 'x', prev, body: body as Record<string, unknown> }));
  return key;
}
const bodyOf = (more: object = {}) => ({
  ...{ verdict: 'approve', by: li, target: 'home', period: { count: 1, unit: 'Month' }, until: '2099-01-01T00:00:00.000Z', seen: {} },
  ...{ highest: { currency: 'CNY', micros: '9'.repeat(30) }, ...more },
});

describe('answers', () => {
  test('stand below the person who gave them, name what had been read of the others, and chain', async () => {
    const store = memoryStore();
    const first = await give(store);
    const second = await give(store, { verdict: 'refuse', by: tan, because: 'too\u202e dear', atMs: nowMs - 1 });
    const third = await give(store);
    const at = `${account}/aig-1/${expiresAtMs / 1000}`;
    expect([first, second, third]).toEqual([
      { outcome: 'written', key: `approvals/finance/${account}.li.wei/${at}/00000000` },
      { outcome: 'written', key: `approvals/finance/${account}.tan.mei/${at}/00000000` },
      { outcome: 'written', key: `approvals/finance/${account}.li.wei/${at}/00000001` },
    ]);
    const { given, unusable } = await read(store);
    expect(unusable).toEqual([]);
    expect(given.map(({ by, verdict, seen }) => [by, verdict, seen])).toEqual([
      ['li.wei', 'approve', {}],
      ['li.wei', 'approve', { [personVoice('finance', tan)]: 0 }],
      ['tan.mei', 'refuse', { [personVoice('finance', li)]: 0 }],
    ]);
    expect(given[2]).toMatchObject({ because: 'too dear', person: tan, source: 'approvals', atMs: nowMs - 1, withdrawsLinks: false });
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('are read without a list, which may lag behind', async () => {
    const store = memoryStore();
    await give(store);
    store.list = () => {
      throw new Error('nothing is listed');
    };
    expect((await read(store)).given).toHaveLength(1);
  });

  test('of a voter count whatever circle was asked when they were given', async () => {
    const store = memoryStore();
    await give(store, { verdict: 'refuse' }, { ...subject, circle: 'board' });
    expect((await read(store)).given).toMatchObject([{ verdict: 'refuse', voice: personVoice('board', li) }]);
  });

  test('of another expiry, resource or account, and of those who are no voters, are others', async () => {
    const store = memoryStore();
    await give(store);
    for (const other of [{ expiresAtMs: expiresAtMs + 1000 }, { resource: 'aig-2' }, { account: '20000' }]) {
      expect((await read(store, { ...subject, ...other })).given).toEqual([]);
    }
    expect((await read(store, subject, { ...electorate, voters: [tan] })).given).toEqual([]);
    expect((await read(store, subject, { ...electorate, voters: [{ ...li, account: '2000000000000002' }] })).given).toEqual([]);
  });

  test('given by two at once are both there, and neither says that it had seen the other', async () => {
    const store = memoryStore();
    await Promise.all([give(store), give(store, { by: tan, verdict: 'refuse' })]);
    expect((await read(store)).given.map(({ seen }) => seen)).toEqual([{}, {}]);
  });

  test('of one person at two desks: an approval is not written behind what was not read, a refusal is', async () => {
    const store = memoryStore();
    await give(store, { verdict: 'refuse' });
    const late = (verdict: 'approve' | 'refuse') => runStoring(store, recordApproval(subject, 'late', { ...approval, verdict }, noAnswers));
    expect(await late('approve')).toEqual({ outcome: 'overtaken' });
    expect(await late('refuse')).toMatchObject({ outcome: 'written', key: expect.stringMatching(/00000001$/) });
  });

  test('survive lost answers of the store, and a failure before it wrote anything', async () => {
    const store = memoryStore();
    let calls = 0;
    store.afterCreate = () => {
      if (calls++ === 0) throw new StoreError('Unreachable', 'lost', { maybeWritten: true });
    };
    await give(store);
    expect((await read(store)).given).toHaveLength(1);
    store.afterCreate = () => {};
    store.beforeCreate = () => {
      throw new StoreError('Unreachable', 'away', { maybeWritten: false });
    };
    await expect(give(store, { verdict: 'refuse' })).rejects.toMatchObject({ code: 'Unreachable' });
    store.beforeCreate = () => {};
    expect((await read(store)).given).toHaveLength(1);
  });

  test('are 200 of a stream at most: no more are read, and none is written', async () => {
    const store = memoryStore();
    let prev: string | null = null;
    for (let sequence = 0; sequence < mostAnswers + 5; sequence++) {
      const key: string = await put(store, stream(li), bodyOf(), { sequence, prev });
      prev = linkOf(store.records.get(key) as Uint8Array);
    }
    const { given, unusable } = await read(store);
    expect([given.length, unusable.map(({ code }) => code)]).toEqual([mostAnswers, ['too-many']]);
    await expect(give(store, { verdict: 'refuse' })).rejects.toMatchObject({ code: 'StreamFull' });
    expect(await give(store, { by: tan, verdict: 'refuse' })).toMatchObject({ outcome: 'written' });
  });
});

describe('a record that is no answer', () => {
  test.each<[string, object]>([
    ['nothing', {}],
    ['another verdict', bodyOf({ verdict: 'maybe' })],
    ['nobody', bodyOf({ by: undefined })],
    ['a bare name', bodyOf({ by: 'li.wei' })],
    ['a name with a slash', bodyOf({ by: { ...li, user: 'li/wei' } })],
    ['no period', bodyOf({ period: '1 Month' })],
    ['a price below zero', bodyOf({ highest: { currency: 'CNY', micros: '-1' } })],
    ['no price', bodyOf({ highest: undefined })],
    ['an end that is no instant', bodyOf({ until: 'soon' })],
    ['an end that does not exist', bodyOf({ until: '2026-99-01T00:00:00.000Z' })],
    ['a reason that is no text', bodyOf({ because: { toString: 1 } })],
    ['nothing about what was seen', bodyOf({ seen: undefined })],
    ['something seen before the first', bodyOf({ seen: { x: -1 } })],
    ['a person and a link', bodyOf({ link: { payload: 'a', key: 'a', issued: 'a', signature: 'a' } })],
  ])('such as one with %s is named, and silences nobody else', async (_name, body) => {
    const store = memoryStore();
    const key = await put(store, stream(li), body);
    await give(store, { by: tan });
    const { given, unusable } = await read(store);
    expect(given.map(({ by }) => by)).toEqual(['tan.mei']);
    expect(unusable).toMatchObject([{ key, code: 'unreadable', suspends: true, text: expect.stringContaining(key) }]);
    // Its own stream goes on behind it.
    await give(store);
    expect((await read(store)).given.map(({ by, sequence }) => [by, sequence])).toEqual([
      ['li.wei', 1],
      ['tan.mei', 0],
    ]);
  });

  test.each<[string, Uint8Array | object]>([
    ['junk', new TextEncoder().encode('junk')],
    ['of another kind', { kind: 'alert' }],
    ['of a later version', new TextEncoder().encode(JSON.stringify({ v: 9 }))],
  ])('but bytes, %s, is named likewise', async (_name, bytes) => {
    const store = memoryStore();
    if (bytes instanceof Uint8Array) await store.create(`${stream(li)}/00000000`, bytes);
    else await put(store, stream(li), bodyOf(), bytes);
    expect(await read(store)).toMatchObject({ given: [], unusable: [{ code: 'unreadable', suspends: true }] });
  });

  test.each<[string, Uint8Array | object, boolean]>([
    ['junk', new TextEncoder().encode('junk'), false],
    ['of another kind', { kind: 'alert' }, false],
    ['of a later version, which may have known who it was', new TextEncoder().encode(JSON.stringify({ v: 9 })), true],
  ])(
    'among those by link, %s, may take back what came before it only where nobody else can have put it there',
    async (_name, bytes, suspends) => {
      const store = memoryStore();
      const links = approvalStream(linkVoice('finance'), subject);
      if (bytes instanceof Uint8Array) await store.create(`${links}/00000000`, bytes);
      else await put(store, links, bodyOf(), bytes);
      expect(await read(store)).toMatchObject({ given: [], unusable: [{ code: 'unreadable', suspends }] });
    },
  );

  test('by whom it does not name counts for nobody', async () => {
    const store = memoryStore();
    for (const by of [tan, { ...li, account: '2000000000000002' }]) {
      const inNameOf = memoryStore();
      await put(inNameOf, stream(li), bodyOf({ by }));
      expect(await read(inNameOf)).toMatchObject({ given: [], unusable: [{ code: 'forged', suspends: false }] });
    }
    // Where the answers of links lie, nobody is a person.
    await put(store, approvalStream(linkVoice('finance'), subject), bodyOf());
    expect(await read(store)).toMatchObject({ given: [], unusable: [{ code: 'unverified' }] });
  });

  test('that says it had read what does not exist approves nothing, and as a refusal counts without that', async () => {
    const store = memoryStore();
    const seen = { [personVoice('finance', tan)]: 0 };
    await put(store, stream(li), bodyOf({ seen }));
    expect(await read(store)).toMatchObject({ given: [], unusable: [{ code: 'forged' }] });
    const refusing = memoryStore();
    await put(refusing, stream(li), bodyOf({ seen, verdict: 'refuse' }));
    const { given, unusable } = await read(refusing);
    expect([given.map((each) => [each.verdict, each.seen]), unusable]).toEqual([[['refuse', {}]], []]);
  });

  test('that does not continue the one before it is named, and takes back the approvals up to it', async () => {
    const store = memoryStore();
    await give(store);
    await put(store, stream(li), bodyOf(), { sequence: 1, prev: 'f'.repeat(64) });
    expect(await read(store)).toMatchObject({ unusable: [{ code: 'altered', sequence: 1, suspends: true }] });
  });
});

describe('what people were told', () => {
  const name = { account: '1', resource: 'aig/1', expiresAtMs, step: 'order-unpaid/0/2026-11-24' };
  const signed = { owner: 'one', atMs: nowMs };
  const body = { severity: 'critical', title: 'x' };
  const reader = { functionName: 'renew', nowMs };
  const read = (store: ReturnType<typeof memoryStore>, of = name) => runStoring(store, readMark(reader, of));

  test('is known afterwards, with its time', async () => {
    const store = memoryStore();
    expect(await read(store)).toEqual({ toldAtMs: undefined, place: 1 });
    await runStoring(store, recordTold('renew', name, signed, body));
    await runStoring(store, recordTold('renew', name, { owner: 'two', atMs: nowMs + 1 }, body));
    expect(await read(store)).toEqual({ toldAtMs: nowMs, place: undefined });
  });

  test('is written again after a lost answer', async () => {
    const store = memoryStore();
    let lost = 0;
    store.afterCreate = () => {
      if (lost++ === 0) throw new StoreError('Unreachable', 'lost', { maybeWritten: true });
    };
    await runStoring(store, recordTold('renew', name, signed, body));
    expect((await read(store)).toldAtMs).toBe(nowMs);
  });

  test('has a key of encoded names below the function, by the instant of the expiry and not by its spelling', () => {
    expect(alertKey('renew', name)).toBe('alerts/renew/1/aig%2F1/1796140800/order-unpaid%2F0%2F2026-11-24');
    expect(alertId(name)).toBe('alerts/1/aig%2F1/1796140800/order-unpaid%2F0%2F2026-11-24');
    expect(expirySegment(Date.parse('2026-12-02T00:00:00.000+08:00'))).toBe(expirySegment(Date.parse('2026-12-01T16:00:00.000+00:00')));
    expect(expirySegment(undefined)).toBe('unknown');
  });

  const alarm = { ...name, step: '72h' };
  const mark = (body: Record<string, unknown>, atMs = expiresAtMs - 3_600_000, kind = 'alert') =>
    encodeRecord({ kind, atMs, owner: 'somebody', prev: null, body });
  const own = { function: 'renew', of: alertId(alarm), severity: 'info', title: 'x' };
  const forgeries: readonly [string, Uint8Array, RegExp][] = [
    ['of the old layout', mark({ severity: 'info', title: 'x' }), /does not name this function/],
    ['of another function', mark({ ...own, function: 'digest' }), /does not name this function/],
    ['about another matter, copied', mark({ ...own, of: alertId({ ...alarm, resource: 'aig-2' }) }), /names another matter/],
    ['dated in the future', mark(own, expiresAtMs + 86_400_000), /dated in the future/],
    ['dated before the alarm was due', mark(own, expiresAtMs - 80 * 3_600_000), /before the matter was due/],
    ['of another kind', mark(own, undefined, 'heartbeat'), /is no mark/],
    ['that is junk', new TextEncoder().encode('junk'), /cannot be read/],
  ];
  const later = { functionName: 'renew', nowMs: expiresAtMs - 1_800_000 };

  test.each(forgeries)('a mark %s silences nothing, is named, and leaves room for the true one', async (_name, bytes, because) => {
    const store = memoryStore();
    await store.create(alertKey('renew', alarm), bytes);
    const forged = await runStoring(store, readMark(later, alarm));
    expect(forged).toEqual({ toldAtMs: undefined, place: 2, forged: expect.stringMatching(because) });
    await runStoring(store, recordTold('renew', alarm, { owner: 'me', atMs: later.nowMs }, { ...body, place: forged.place }));
    expect(await runStoring(store, readMark(later, alarm))).toEqual({ toldAtMs: later.nowMs, place: undefined });
  });

  test('where every place is taken by forged marks nothing is silent, and nothing more is written', async () => {
    const store = memoryStore();
    for (const place of [1, 2, 3]) await store.create(alertKey('renew', alarm, place), mark({}));
    expect(await runStoring(store, readMark(later, alarm))).toMatchObject({ toldAtMs: undefined, place: undefined });
  });

  test('a genuine mark is believed through all of its time', async () => {
    for (const atMs of [expiresAtMs - 72 * 3_600_000, expiresAtMs - 1, later.nowMs + 10 * 60_000]) {
      const store = memoryStore();
      await store.create(alertKey('renew', alarm), mark(own, atMs));
      expect((await runStoring(store, readMark({ ...later, nowMs: Math.max(atMs - 600_000, later.nowMs) }, alarm))).toldAtMs).toBe(atMs);
    }
  });
});
