import { describe, expect, test } from 'vitest';
import { alertKey, expirySegment, recordTold, toldAt } from '../../shared/journal/alerts.ts';
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

  test('is known afterwards, with its time', async () => {
    const store = memoryStore();
    expect(await runStoring(store, toldAt(name))).toBeUndefined();
    await runStoring(store, recordTold(name, signed, body));
    await runStoring(store, recordTold(name, { owner: 'two', atMs: nowMs + 1 }, body));
    expect(await runStoring(store, toldAt(name))).toBe(nowMs);
  });

  test('is written again after a lost answer', async () => {
    const store = memoryStore();
    let lost = 0;
    store.afterCreate = () => {
      if (lost++ === 0) throw new StoreError('Unreachable', 'lost', { maybeWritten: true });
    };
    await runStoring(store, recordTold(name, signed, body));
    expect(await runStoring(store, toldAt(name))).toBe(nowMs);
  });

  test('has a key of encoded names, by the instant of the expiry and not by its spelling', () => {
    expect(alertKey(name)).toBe('alerts/1/aig%2F1/1796140800/order-unpaid%2F0%2F2026-11-24');
    expect(expirySegment(Date.parse('2026-12-02T00:00:00.000+08:00'))).toBe(expirySegment(Date.parse('2026-12-01T16:00:00.000+00:00')));
    expect(expirySegment(undefined)).toBe('unknown');
  });
});
