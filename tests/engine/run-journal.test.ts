import { describe, expect, test } from 'vitest';
import { waiting } from '../../shared/engine/reasons.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { minuteMs } from '../fixtures/times.ts';
import { type Dial, policyWith } from './dial.ts';

import { apiError, codes, fixture, kindsOf } from './run-fixture.ts';

describe('the journal of runs', () => {
  test('a run with nothing to do leaves one sign of life and nothing else', async () => {
    const b = fixture();
    b.service.put('a', 'new');
    b.wishes.set('a', { value: 'new' });
    expect((await b.run('apply')).record).toBeUndefined();
    expect([...b.store.records.keys()]).toEqual(['heartbeats/dials/cn/20261124T0400Z']);
  });

  test('a hold is told once, again when it was away for a day, and another one by itself', async () => {
    const b = fixture();
    b.service.put('a', 'x').put('b', 'x');
    b.wishes.set('a', { value: 'HOLD' }).set('b', { value: 'x' });
    const news: (readonly string[])[] = [];
    const next = async () => {
      b.later(5 * minuteMs);
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
    b.later(24 * 60 * minuteMs);
    b.wishes.set('a', { value: 'HOLD' });
    await next();
    await next();
    expect(news).toEqual([['a'], [], ['b'], [], ['a'], []]);
    expect(kindsOf(b.store, 'runs/')).toHaveLength(4);
  });

  test('a hold is not told again when only the reasons behind the first change', async () => {
    const b = fixture();
    b.service.put('a', 'x');
    const policy = policyWith({ limits: { actionsPerRun: 0 } });
    b.wishes.set('a', { value: 'y', action: { harms: ['lower'] } });
    expect((await b.run('apply', { policy })).newHolds).toEqual(['a']);
    const { planner } = b.automation;
    const automation: typeof b.automation = {
      ...b.automation,
      planner: {
        ...planner,
        decide: (dial, context) => {
          const decision = planner.decide(dial, context);
          return { ...decision, because: [...decision.because, { code: 'price-unknown', text: 'no price today' }] };
        },
      },
    };
    const again = await b.run('apply', { policy, automation });
    expect(again.decisions[0]?.because.map(({ code }) => code)).toEqual(['limit-actions-run', 'wish', 'price-unknown']);
    expect([again.newHolds, again.holdsChanged]).toEqual([[], false]);
  });

  /** A run in which `a` and its parts hold for these causes. */
  async function holding(b: ReturnType<typeof fixture>, ...held: readonly (readonly [id: string, code: string, data?: object])[]) {
    for (const [id] of held) b.service.put(id, 'x');
    const decide = ({ id }: { readonly id: string }) => {
      const [, code, data] = held.find(([each]) => each === id) ?? [];
      const resource = { id };
      if (code === undefined) return { rule: 'r', resource, verdict: 'keep', because: [{ code: 'as-wanted', text: 'as wanted' }] };
      return { rule: 'r', resource, verdict: 'hold', because: [{ code, text: `${code} holds it`, ...(data ? { data } : {}) }] };
    };
    const automation = { ...b.automation, planner: { needs: () => [], decide } } as unknown as typeof b.automation;
    return (await b.run('apply', { automation })).newHolds;
  }

  test('causes that take turns are each told once, and again only after a day without', async () => {
    const b = fixture();
    const news: (readonly string[])[] = [];
    for (let turn = 0; turn < 6; turn++) {
      news.push(await holding(b, ['a', turn % 2 === 0 ? 'one' : 'other']));
      b.later(60 * minuteMs);
    }
    expect(news).toEqual([['a'], ['a'], [], [], [], []]);
    await holding(b);
    b.later(24 * 60 * minuteMs - 1);
    expect(await holding(b, ['a', 'other'])).toEqual([]);
    await holding(b);
    b.later(24 * 60 * minuteMs);
    expect(await holding(b, ['a', 'other'])).toEqual(['a']);
  });

  test('a hold that comes back is no news although a clock was far ahead when it ended', async () => {
    const b = fixture();
    await holding(b, ['a', 'one']);
    b.later(365 * 24 * 60 * minuteMs);
    await holding(b);
    b.later(-365 * 24 * 60 * minuteMs);
    expect(await holding(b, ['a', 'one'])).toEqual(['a']);
    b.later(5 * minuteMs);
    expect(await holding(b, ['a', 'one'])).toEqual([]);
  });

  test('a resource and its parts are one hold for one cause', async () => {
    const b = fixture();
    expect(await holding(b, ['a', 'status'], ['a/access', 'status'], ['a/ann', 'protected-user'])).toEqual(['a', 'a/ann']);
    b.later(5 * minuteMs);
    expect(await holding(b, ['a', 'status'], ['a/access', 'status'], ['a/ann', 'protected-user'], ['a/bo', 'protected-user'])).toEqual([]);
  });

  test('what waits for the ordinary course of things is no news', async () => {
    const b = fixture();
    expect(await holding(b, ['a', 'nodes-in-use', waiting], ['b', 'other'])).toEqual(['b']);
    b.later(5 * minuteMs);
    expect(await holding(b, ['a', 'one'], ['b', 'other'])).toEqual(['a']);
  });

  test('a hold that an incomplete observation did not show is not told again when it shows', async () => {
    const b = fixture();
    b.service.put('a', 'x').put('b', 'x');
    b.wishes.set('a', { value: 'HOLD' });
    expect((await b.run('apply')).newHolds).toEqual(['a']);
    b.service.dials.delete('a');
    b.service.announced = 2;
    expect(await b.run('apply')).toMatchObject({ totals: { complete: false }, newHolds: [], holdsChanged: false });
    b.service.put('a', 'x');
    expect((await b.run('apply')).newHolds).toEqual([]);
  });

  test('what holds because the run was told to stop is not told', async () => {
    const b = fixture();
    b.service.put('a', 'x');
    b.wishes.set('a', { value: 'y', action: { effect: 'disruptive', sessionsAtRisk: 1 } });
    const stop = new AbortController();
    const automation = {
      ...b.automation,
      sessionUsers: async () => {
        stop.abort();
        throw apiError('no');
      },
    };
    const policy = policyWith({ protect: { users: ['board-*'] } });
    const report = await b.run('apply', { automation, policy, signal: stop.signal });
    expect(codes(report)).toEqual(['a hold protection-unknown']);
    expect(report).toMatchObject({ newHolds: [], holdsChanged: false });
  });

  test('a plan compares with what was told, and tells the journal nothing', async () => {
    const b = fixture();
    b.service.put('a', 'x');
    b.wishes.set('a', { value: 'HOLD' });
    expect((await b.run('plan')).newHolds).toEqual(['a']);
    expect((await b.run('plan')).newHolds).toEqual(['a']);
    await b.run('apply');
    expect((await b.run('plan')).newHolds).toEqual([]);
  });

  test('a failed run is recorded with its failure', async () => {
    const b = fixture();
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
    const b = fixture();
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
    const b = fixture({ manual: true });
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'night' });
    await b.run('apply');
    b.later(5 * minuteMs);
    b.service.put('a', 'by hand');
    return b;
  }

  test('stands from when it was first seen, is told once, and ends on its own', async () => {
    const b = await changedByHand();
    const first = await b.run('apply');
    expect(codes(first)).toEqual(['a hold manual-change']);
    expect(first.newHolds).toEqual(['a']);
    b.later(59 * minuteMs);
    const second = await b.run('apply');
    expect(codes(second)).toEqual(['a hold manual-change']);
    expect(second.newHolds).toEqual([]);
    b.later(1 * minuteMs);
    expect((await b.run('apply')).outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test('a failed write of ours at its end does not make it stand anew', async () => {
    const b = await changedByHand();
    await b.run('apply');
    b.later(60 * minuteMs);
    b.service.onSet = () => {
      throw apiError('no');
    };
    expect((await b.run('apply')).outcomes).toMatchObject([{ outcome: 'failed' }]);
    b.service.onSet = () => {};
    b.later(5 * minuteMs);
    expect((await b.run('apply')).outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test('taken back and made again stands anew', async () => {
    const b = await changedByHand();
    await b.run('apply');
    b.later(10 * minuteMs);
    b.service.put('a', 'night');
    expect((await b.run('apply')).counts.keep).toBe(1);
    b.later(120 * minuteMs);
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
    const b = fixture({ manual: true });
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'night' });
    b.service.afterSet = () => {
      throw apiError('unknown');
    };
    await b.run('apply');
    b.service.afterSet = () => {};
    b.wishes.set('a', { value: 'day' });
    b.later(5 * minuteMs);
    expect((await b.run('apply')).outcomes).toMatchObject([{ outcome: 'done' }]);
  });
});

describe('protection', () => {
  const cutting = { value: 'new', action: { effect: 'disruptive' as const, sessionsAtRisk: 1 } };

  test('asks for the users of those resources only on which something could cut', async () => {
    const b = fixture();
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

  test("an owner's tag that was taken away, or set to something else, protects anew when it is set again", async () => {
    const day = 24 * 60 * minuteMs;
    const policy = policyWith({ protect: { users: [], ownerTag: { key: 'keep', atMostMs: 3 * day } } });
    for (const meanwhile of [{}, { keep: 'other' }] as Record<string, string>[]) {
      for (const wish of [{ value: 'old' }, { value: 'HOLD' }, undefined]) {
        const b = fixture();
        const tag = (tags: Record<string, string>) => b.service.put('a', 'old', { kind: 'delivery-group' as 'dial', tags });
        tag({ keep: 'please' });
        b.wishes.set('a', cutting);
        expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protected-owner']);
        b.later(1 * day);
        tag(meanwhile);
        if (wish) b.wishes.set('a', wish);
        else b.wishes.delete('a');
        await b.run('apply', { policy });
        b.later(60 * day);
        tag({ keep: 'please' });
        b.wishes.set('a', cutting);
        expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protected-owner']);
      }
    }
  });

  test("an owner's tag that cannot be read for a while is not taken for one that is gone", async () => {
    const policy = policyWith({ protect: { users: [], ownerTag: { key: 'keep', atMostMs: 60 * minuteMs } } });
    const b = fixture();
    b.service.put('a', 'old', { kind: 'delivery-group' as 'dial', tags: { keep: '2030-01-01' } });
    b.wishes.set('a', cutting);
    await b.run('apply', { policy });
    b.later(30 * minuteMs);
    b.service.dials.set('a', { id: 'a', kind: 'delivery-group' as 'dial', value: 'old' });
    expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protection-unknown']);
    b.later(30 * minuteMs);
    b.service.put('a', 'old', { kind: 'delivery-group' as 'dial', tags: { keep: '2030-01-01' } });
    expect((await b.run('apply', { policy })).outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test("an owner's tag protects for at most the time allowed from when its value was first seen", async () => {
    const b = fixture();
    const policy = policyWith({ protect: { users: [], ownerTag: { key: 'keep', atMostMs: 60 * minuteMs } } });
    // Only delivery groups have owners' tags.
    b.service.put('a', 'old', { kind: 'delivery-group' as 'dial', tags: { keep: '2030-01-01' } });
    b.wishes.set('a', cutting);
    expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protected-owner']);
    b.later(60 * minuteMs - 1);
    expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protected-owner']);
    b.later(1);
    expect((await b.run('apply', { policy })).outcomes).toMatchObject([{ outcome: 'done' }]);
  });
});

describe("an owner's tag protects from when a run first saw it, whatever was wanted of the resource then", () => {
  const policy = policyWith({ protect: { users: [], ownerTag: { key: 'keep', atMostMs: 60 * minuteMs } } });
  const cutting = { value: 'new', action: { effect: 'disruptive', sessionsAtRisk: 1 } } as const;
  const tagged = (b: ReturnType<typeof fixture>, value = '2030-01-01') =>
    b.service.put('a', 'old', { kind: 'delivery-group' as 'dial', tags: { keep: value } });

  test.each([
    ['as it is', { value: 'old' }],
    ['held', { value: 'HOLD' }],
    ['something that cuts nobody', { value: 'other' }],
    ['not covered by any rule', undefined],
  ])('%s', async (_what, wish) => {
    const b = fixture();
    tagged(b);
    if (wish) b.wishes.set('a', wish);
    await b.run('apply', { policy });
    b.later(60 * minuteMs - 1);
    b.wishes.set('a', cutting);
    expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protected-owner']);
    b.later(1);
    expect((await b.run('apply', { policy })).outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test('also where the function only observed then', async () => {
    const b = fixture();
    tagged(b);
    b.wishes.set('a', { value: 'old' });
    await b.run('apply', { policy: { ...policy, mode: { default: 'observe', act: [] } } });
    b.later(60 * minuteMs);
    b.wishes.set('a', cutting);
    expect((await b.run('apply', { policy })).outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test('a plan is no sight that the journal keeps', async () => {
    const b = fixture();
    tagged(b);
    await b.run('plan', { policy });
    expect([...b.store.records.keys()]).toEqual([]);
  });

  test('it is written once, however many runs see it', async () => {
    const b = fixture();
    tagged(b);
    for (let run = 0; run < 4; run++) {
      await b.run('apply', { policy });
      b.later(5 * minuteMs);
    }
    expect(kindsOf(b.store, 'written/')).toEqual(['foreign']);
  });

  test('the sight of a run whose clock was years ahead protects no longer than a right one', async () => {
    const b = fixture();
    const years = 5 * 365 * 24 * 60 * minuteMs;
    tagged(b);
    b.later(years);
    await b.run('apply', { policy: { ...policy, untilMs: Number.MAX_SAFE_INTEGER } });
    b.later(-years);
    b.wishes.set('a', cutting);
    expect(codes(await b.run('apply', { policy }))).toEqual(['a hold protected-owner']);
    b.later(60 * minuteMs);
    expect((await b.run('apply', { policy })).outcomes).toMatchObject([{ outcome: 'done' }]);
  });
});

test('a run whose clock was a day ahead makes no count of the last 24 hours vanish', async () => {
  const b = fixture();
  const policy = policyWith({ limits: { actionsPer24h: 2 } });
  b.service.put('a', '1').put('b', '1').put('c', '1');
  b.wishes.set('a', { value: '2' }).set('b', { value: '2' });
  await b.run('apply', { policy });
  b.later(25 * 60 * minuteMs);
  b.wishes.set('c', { value: '2' });
  expect((await b.run('apply', { policy })).outcomes).toMatchObject([{ outcome: 'done' }]);
  b.later(-25 * 60 * minuteMs + 1);
  b.wishes.set('a', { value: '3', action: { harms: ['lower'] } });
  expect(codes(await b.run('apply', { policy }))).toEqual(['a hold limit-actions-24h']);
});

test.each(['heartbeats/', 'runs/'])('a run that cannot write %s at its end fails, and people are told of that once', async (folder) => {
  const b = fixture();
  b.service.put('a', 'old');
  b.wishes.set('a', { value: 'new' });
  const store = {
    ...b.store,
    create: async (key: string, bytes: Uint8Array) => {
      if (key.startsWith(folder)) throw new StoreError('Unreachable', 'The store is down.');
      return b.store.create(key, bytes);
    },
  };
  const told: RunReport[] = [];
  const tell = async (each: RunReport) => {
    told.push(each);
    return { warnings: [], untold: [] };
  };
  const report = await b.run('apply', { store, tell });
  expect([report.failed, report.errors.map(({ code }) => code)]).toEqual([true, ['Unreachable']]);
  expect(told.map(({ failed, outcomes }) => [failed, outcomes.length])).toEqual([
    [false, 1],
    [true, 0],
  ]);
});
