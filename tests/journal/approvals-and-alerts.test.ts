import { describe, expect, test } from 'vitest';
import { alertId, alertKey, expirySegment, readMark, recordTold } from '../../shared/journal/alerts.ts';
import { type ApprovalSubject, approvalStream, type NewApproval, readApprovals, recordApproval } from '../../shared/journal/approvals.ts';
import { encodeRecord } from '../../shared/journal/record.ts';
import { runStoring } from '../../shared/journal/store-effect.ts';
import { StoreError } from '../../shared/journal/store-error.ts';
import { verifyJournal } from '../../shared/journal/verify.ts';
import { memoryStore } from './memory-store.ts';

const nowMs = Date.UTC(2026, 10, 24, 4);
const expiresAtMs = Date.parse('2026-12-01T16:00:00.000Z');
const subject: ApprovalSubject = { circle: 'finance', account: '1', resource: 'aig-1', expiresAtMs };
const word: NewApproval = {
  verdict: 'approve',
  by: 'li.wei',
  target: 'home',
  period: { count: 1, unit: 'Month' },
  highest: { currency: 'CNY', micros: 6_000_000_001n },
  atMs: nowMs,
  untilMs: expiresAtMs,
};

describe('approvals', () => {
  test('come back as they were said, oldest first, and chain', async () => {
    const store = memoryStore();
    const first = await runStoring(store, recordApproval(subject, 'one', word));
    await runStoring(
      store,
      recordApproval(subject, 'two', { ...word, verdict: 'refuse', by: 'tan.mei', because: 'too dear', atMs: nowMs + 1 }),
    );
    expect(first).toBe(`approvals/finance/1/aig-1/${expiresAtMs / 1000}/00000000`);
    expect(await runStoring(store, readApprovals(subject, false))).toEqual([
      { ...word, source: 'approvals', key: first },
      {
        ...word,
        verdict: 'refuse',
        by: 'tan.mei',
        because: 'too dear',
        atMs: nowMs + 1,
        source: 'approvals',
        key: first.replace(/0$/, '1'),
      },
    ]);
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('by link lie apart, and count among the others by time where they are asked for', async () => {
    const store = memoryStore();
    await runStoring(store, recordApproval(subject, 'one', { ...word, atMs: nowMs + 5 }));
    await runStoring(store, recordApproval(subject, 'two', { ...word, source: 'approvals-link', verdict: 'refuse' }));
    const verdicts = async (links: boolean) => (await runStoring(store, readApprovals(subject, links))).map(({ verdict }) => verdict);
    expect([await verdicts(false), await verdicts(true)]).toEqual([['approve'], ['refuse', 'approve']]);
  });

  test('of another expiry, resource, account or circle are others', async () => {
    const store = memoryStore();
    await runStoring(store, recordApproval(subject, 'one', word));
    for (const other of [{ expiresAtMs: expiresAtMs + 1000 }, { resource: 'aig-2' }, { account: '2' }, { circle: 'it' }]) {
      expect(await runStoring(store, readApprovals({ ...subject, ...other }, true))).toEqual([]);
    }
  });

  test('said by two at once are both there', async () => {
    const store = memoryStore();
    await Promise.all(['one', 'two', 'three'].map((owner) => runStoring(store, recordApproval(subject, owner, { ...word, by: owner }))));
    expect((await runStoring(store, readApprovals(subject, false))).map(({ by }) => by).sort()).toEqual(['one', 'three', 'two']);
  });

  test('that cannot be read are never taken for a word', async () => {
    const store = memoryStore();
    const body = {
      verdict: 'approve',
      by: 'li.wei',
      target: 'home',
      period: { count: 1, unit: 'Month' },
      highest: { currency: 'CNY', micros: '-1' },
      until: 'soon',
    };
    await store.create(
      `${approvalStream(subject)}/00000000`,
      encodeRecord({ kind: 'approval', atMs: nowMs, owner: 'x', prev: null, body }),
    );
    await expect(runStoring(store, readApprovals(subject, false))).rejects.toMatchObject({ code: 'MalformedRecord' });
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
