import { describe, expect, test } from 'vitest';
import { parseRecord } from '../../shared/journal/record.ts';
import { StoreError } from '../../shared/journal/store-error.ts';
import { type Dial, policyWith } from './dial.ts';

import { apiError, bench, codes, kindsOf, minutes } from './run-bench.ts';

describe('the journal of runs', () => {
  test('a run with nothing to do leaves one sign of life and nothing else', async () => {
    const b = bench();
    b.service.put('a', 'new');
    b.wishes.set('a', { value: 'new' });
    expect((await b.run('apply')).record).toBeUndefined();
    expect([...b.store.records.keys()]).toEqual(['heartbeats/dials/cn/20261124T0400Z']);
  });

  test('a hold is told once, again when it was away, and another one by itself', async () => {
    const b = bench();
    b.service.put('a', 'x').put('b', 'x');
    b.wishes.set('a', { value: 'HOLD' }).set('b', { value: 'x' });
    const news: (readonly string[])[] = [];
    const next = async () => {
      b.later(5 * minutes);
      const report = await b.run('apply');
      news.push(report.newHolds);
      return report;
    };
    expect((await next()).record).toBeDefined();
    expect((await next()).record).toBeUndefined();
    b.wishes.set('b', { value: 'HOLD' });
    await next();
    b.wishes.set('a', { value: 'x' });
    expect((await next()).record).toBeDefined();
    b.wishes.set('a', { value: 'HOLD' });
    await next();
    await next();
    expect(news).toEqual([['a'], [], ['b'], [], ['a'], []]);
    expect(kindsOf(b.store, 'runs/')).toHaveLength(4);
  });

  test('a plan compares with what was told, and tells the journal nothing', async () => {
    const b = bench();
    b.service.put('a', 'x');
    b.wishes.set('a', { value: 'HOLD' });
    expect((await b.run('plan')).newHolds).toEqual(['a']);
    expect((await b.run('plan')).newHolds).toEqual(['a']);
    await b.run('apply');
    expect((await b.run('plan')).newHolds).toEqual([]);
  });

  test('a failed run is recorded with its failure', async () => {
    const b = bench();
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'new' });
    b.service.onSet = () => {
      throw apiError('unknown');
    };
    const report = await b.run('apply');
    expect(report.failed).toBe(true);
    const bytes = b.store.records.get(report.record ?? '') as Uint8Array;
    expect(parseRecord('r', bytes).body).toMatchObject({ failed: true, outcomes: [{ outcome: 'unknown', requestId: 'R' }] });
  });

  test('an unreachable journal means that nothing is observed or done, and the run fails', async () => {
    const b = bench();
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'new' });
    const store = {
      ...b.store,
      list: () => {
        throw new StoreError('Unreachable', 'no answer');
      },
      create: async () => {
        throw new StoreError('Unreachable', 'no answer');
      },
    };
    const report = await b.run('apply', { store });
    expect(report).toMatchObject({ failed: true, totals: { observed: 0 }, outcomes: [] });
    expect(report.errors[0]).toEqual({ code: 'Unreachable', message: 'no answer' });
    expect(b.service.calls).toEqual([]);
  });
});

describe("a person's change", () => {
  async function changedByHand() {
    const b = bench({ manual: true });
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'night' });
    await b.run('apply');
    b.later(5 * minutes);
    b.service.put('a', 'by hand');
    return b;
  }

  test('stands from when it was first seen, is told once, and ends on its own', async () => {
    const b = await changedByHand();
    const first = await b.run('apply');
    expect(codes(first)).toEqual(['a hold manual-change']);
    expect(first.newHolds).toEqual(['a']);
    b.later(59 * minutes);
    const second = await b.run('apply');
    expect(codes(second)).toEqual(['a hold manual-change']);
    expect(second.newHolds).toEqual([]);
    b.later(1 * minutes);
    expect((await b.run('apply')).outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test('a failed write of ours at its end does not make it stand anew', async () => {
    const b = await changedByHand();
    await b.run('apply');
    b.later(60 * minutes);
    b.service.onSet = () => {
      throw apiError('no');
    };
    expect((await b.run('apply')).outcomes).toMatchObject([{ outcome: 'failed' }]);
    b.service.onSet = () => {};
    b.later(5 * minutes);
    expect((await b.run('apply')).outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test('taken back and made again stands anew', async () => {
    const b = await changedByHand();
    await b.run('apply');
    b.later(10 * minutes);
    b.service.put('a', 'night');
    expect((await b.run('apply')).counts.keep).toBe(1);
    b.later(120 * minutes);
    b.service.put('a', 'by hand');
    expect(codes(await b.run('apply'))).toEqual(['a hold manual-change']);
  });

  test('a plan sees it and writes nothing down', async () => {
    const b = await changedByHand();
    const size = b.store.records.size;
    expect(codes(await b.run('plan'))).toEqual(['a hold manual-change']);
    expect(b.store.records.size).toBe(size);
  });

  test('our own write whose answer was lost is not taken for one', async () => {
    const b = bench({ manual: true });
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'night' });
    b.service.afterSet = () => {
      throw apiError('unknown');
    };
    await b.run('apply');
    b.service.afterSet = () => {};
    b.wishes.set('a', { value: 'day' });
    b.later(5 * minutes);
    expect((await b.run('apply')).outcomes).toMatchObject([{ outcome: 'done' }]);
  });
});

describe('protection', () => {
  const cutting = { value: 'new', action: { effect: 'disruptive' as const, sessionsAtRisk: 1 } };

  test('asks for the users of those resources only on which something could cut', async () => {
    const b = bench();
    b.service.put('a', 'old').put('b', 'old').put('c', 'old');
    b.wishes.set('a', cutting).set('b', { value: 'new' }).set('c', cutting);
    const asked: string[] = [];
    const automation = {
      ...b.automation,
      sessionUsers: async (_client: unknown, _target: unknown, { id }: Dial) => {
        asked.push(id);
        if (id === 'c') throw apiError('no');
        return ['board-1'];
      },
    };
    const report = await b.run('plan', { automation, policy: policyWith({ protect: { users: ['board-*'] } }) });
    expect(asked).toEqual(['a', 'c']);
    expect(codes(report)).toEqual(['a hold protected-user', 'b act wish', 'c hold protection-unknown']);
  });

  test("an owner's tag protects for at most the time allowed from when its value was first seen", async () => {
    const b = bench();
    const policy = policyWith({ protect: { users: [], ownerTag: { key: 'keep', atMostMs: 60 * minutes } } });
    // Only delivery groups have owners' tags.
    b.service.put('a', 'old', { kind: 'delivery-group' as 'dial', tags: { keep: '2030-01-01' } });
    b.wishes.set('a', cutting);
    expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protected-owner']);
    b.later(60 * minutes - 1);
    expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protected-owner']);
    b.later(1);
    expect((await b.run('apply', { policy })).outcomes).toMatchObject([{ outcome: 'done' }]);
  });
});
