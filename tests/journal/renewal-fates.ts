import { encodeRecord, linkOf } from '../../shared/journal/log/record.ts';
import { renewalKey, renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

/** The stream that `filled` fills. */
export const stream = renewalStream('1', 'g-1');
/** What became of a claim; `rejected` ended as void, by its answer. */
export type Fate = 'moved' | 'void' | 'rejected' | 'open' | 'answered' | 'slot';

/** Writes claims with these fates, chained as the protocol chains them. */
export function filled(fates: readonly Fate[]): MemoryStore {
  const store = memoryStore();
  let prev: string | null = null;
  const put = (n: number, part: 'claim' | 'answer' | 'end', kind: string, link: string | null, body: Record<string, unknown>): string => {
    const bytes = encodeRecord({ kind, atMs: 1_000, owner: 'run', prev: link, body });
    store.records.set(renewalKey(stream, n, part), bytes);
    return linkOf(bytes);
  };
  for (const [n, fate] of fates.entries()) {
    if (fate === 'slot') {
      prev = put(n, 'claim', 'slot', prev, { expiry: 100 + n, by: 'lin' });
      continue;
    }
    const claim = put(n, 'claim', 'claim', prev, {
      expiry: 100 + n,
      period: { count: 1, unit: 'Week' },
      autoPay: true,
      price: { currency: 'CNY', micros: '1' },
      reservation: `1/g-1/${n}`,
      month: '2026-11',
      token: `t${n}`,
      t: 1_000,
      target: 'cn',
      operation: 'RenewAppInstanceGroup',
    });
    if (fate === 'open') continue;
    const answer = put(
      n,
      'answer',
      'answer',
      claim,
      fate === 'rejected' ? { outcome: 'rejected', code: 'NoMoney' } : { outcome: 'ordered', orderId: `o${n}` },
    );
    if (fate !== 'answered') prev = put(n, 'end', 'end', claim, { outcome: fate === 'moved' ? 'moved' : 'void', by: 'run', answer });
  }
  return store;
}
