import { describe, expect, test } from 'vitest';
import { reportJson } from '../../shared/engine/report.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { minuteMs } from '../fixtures/times.ts';
import { type Dial, noon, policyWith, target } from './dial.ts';

import { apiError, codes, fixture } from './run-fixture.ts';

describe('a run', () => {
  test('in plan decides, writes nothing anywhere, and calls nothing', async () => {
    const b = fixture();
    b.service.put('a', 'old').put('b', 'new').put('c', 'x');
    b.wishes.set('a', { value: 'new' }).set('b', { value: 'new' });
    const report = await b.run('plan');
    expect(report).toMatchObject({
      mode: 'plan',
      functionMode: 'act',
      totals: { observed: 3, announced: 3, complete: true },
      counts: { act: 1, keep: 1, hold: 0, notCovered: 1 },
      kept: ['b'],
      notCovered: ['c'],
      outcomes: [],
      failed: false,
      at: '2026-11-24T04:00:00.000Z',
    });
    expect(codes(report)).toEqual(['a act wish']);
    expect(b.store.records.size).toBe(0);
    expect(b.service.calls).toEqual([]);
  });

  test('in apply does what the plan said; the next plan is empty', async () => {
    const b = fixture();
    b.service.put('a', 'old').put('b', 'old');
    b.wishes.set('a', { value: 'new' }).set('b', { value: 'new' });
    const report = await b.run('apply');
    expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    expect(report.calls).toEqual({ total: 3, byOperation: { GetCallerIdentity: 1, SetDial: 2 } });
    expect(report.record).toMatch(/^runs\/2026\/11\/24\/040000000-dials-/);
    expect((await b.run('plan')).counts).toMatchObject({ act: 0, keep: 2 });
    expect((await verifyJournal(b.store)).problems).toEqual([]);
  });

  test('of a function that only observes plans everything, does nothing, and says so', async () => {
    const b = fixture();
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'new' });
    const report = await b.run('apply', { policy: policyWith({ mode: { default: 'observe', act: [] } }) });
    expect(report).toMatchObject({ functionMode: 'observe', counts: { act: 1 }, outcomes: [], failed: false });
    expect(report.warnings).toMatchObject([{ code: 'observe-mode' }]);
    expect(b.service.calls).toEqual([]);
  });

  test('takes its time once: every decision is made at one instant', async () => {
    const b = fixture({ pageSize: 1 });
    for (let n = 0; n < 5; n++) b.service.put(`d${n}`, 'old');
    const instants: number[] = [];
    const { automation } = b;
    const planner = {
      ...automation.planner,
      decide: ((dial, context) => {
        instants.push(context.nowMs);
        b.later(1000);
        return automation.planner.decide(dial, context);
      }) as typeof automation.planner.decide,
    };
    const report = await b.run('plan', { automation: { ...automation, planner } });
    expect(instants).toEqual(Array(5).fill(noon));
    expect(report.durationMs).toBe(5000);
  });

  test('reads each fact once, and an unreadable one is unknown with a warning', async () => {
    const b = fixture({ pageSize: 2 });
    for (let n = 0; n < 6; n++) b.service.put(`d${n}`, 'old');
    const { automation } = b;
    const asked: string[] = [];
    const prices: (string | undefined)[] = [];
    const planner = {
      ...automation.planner,
      needs: ({ id }: Dial) => [
        { kind: 'node-price' as const, key: Number(id.slice(1)) % 2 ? 'odd' : 'even', region: 'r', instanceType: 't' },
      ],
      decide: ((dial, context) => {
        prices.push(context.facts.nodePricePerHour('odd')?.currency, context.facts.nodePricePerHour('even')?.currency);
        return automation.planner.decide(dial, context);
      }) as typeof automation.planner.decide,
    };
    const factReader = {
      read: async ({ key }: { key: string }) => {
        asked.push(key);
        if (key === 'odd') throw apiError('no');
        return { currency: 'CNY', micros: 5n };
      },
    };
    const report = await b.run('plan', { automation: { ...automation, planner }, factReader });
    expect(asked).toEqual(['even', 'odd']);
    expect(new Set(prices)).toEqual(new Set([undefined, 'CNY']));
    expect(report.warnings).toMatchObject([{ code: 'fact-unknown', data: { key: 'odd' } }]);
    expect(report.failed).toBe(false);
  });

  test('counts a resource once that two pages carry, and calls the observation incomplete', async () => {
    const b = fixture({ pageSize: 1 });
    b.service.put('a', 'old').put('b', 'old');
    b.wishes.set('a', { value: 'new' });
    const automation = {
      ...b.automation,
      async *observe() {
        const a = b.service.dials.get('a') as Dial;
        yield { resources: [a], total: 2 };
        yield { resources: [a, a], total: 2 };
      },
    };
    const report = await b.run('plan', { automation });
    expect(report.totals).toEqual({ observed: 1, announced: 2, complete: false });
    expect(report.counts.act).toBe(1);
  });

  test('whose observation breaks off still does what it could see, holds what goes by a share, and fails', async () => {
    const b = fixture({ pageSize: 1 });
    b.service.put('a', 'old').put('b', 'old');
    for (const id of ['a', 'b']) b.wishes.set(id, { value: 'new', action: { harms: ['lower'] } });
    b.service.breakAtPage = 1;
    b.service.breakWith = apiError('no');
    const held = await b.run('apply', { policy: policyWith({ limits: { shareOfRulePerRun: 100 } }) });
    expect(held).toMatchObject({ failed: true, errors: [{ code: 'Boom' }], totals: { observed: 1, complete: false }, newHolds: [] });
    expect(codes(held)).toEqual(['a hold limit-share-incomplete']);
    const report = await b.run('apply');
    expect(report).toMatchObject({ failed: true, warnings: [{ code: 'observation-failed' }] });
    expect(b.service.calls).toEqual(['SetDial a=new']);
  });

  test('a defect in a planner is thrown, not reported as a failure of the service', async () => {
    const b = fixture();
    b.service.put('a', 'old');
    const planner = {
      ...b.automation.planner,
      decide: () => {
        throw new TypeError('cannot read properties of undefined');
      },
    };
    await expect(b.run('plan', { automation: { ...b.automation, planner } })).rejects.toThrow(TypeError);
  });

  test('settle sees only what would act, with the totals, and can turn it into holds', async () => {
    const b = fixture();
    b.service.put('a', 'old').put('b', 'old').put('c', 'new');
    for (const id of ['a', 'b', 'c']) b.wishes.set(id, { value: 'new' });
    const planner: typeof b.automation.planner = {
      ...b.automation.planner,
      settle: (pending, totals) =>
        pending.map((decision, index) =>
          index === 0 ? { ...decision, verdict: 'hold' as const, because: [{ code: 'ring', text: `1 of ${totals.observed}` }] } : decision,
        ),
    };
    expect(codes(await b.run('plan', { automation: { ...b.automation, planner } }))).toEqual(['a hold ring', 'b act wish']);
  });

  test('a limit over 24 hours counts what earlier runs did', async () => {
    const b = fixture();
    const policy = policyWith({ limits: { actionsPer24h: 3 } });
    for (const id of ['a', 'b']) {
      b.service.put(id, 'old');
      b.wishes.set(id, { value: 'new' });
    }
    expect((await b.run('apply', { policy })).outcomes).toHaveLength(2);
    for (const id of ['a', 'b']) b.wishes.set(id, { value: 'newer', action: { harms: ['lower'] } });
    b.later(24 * 60 * minuteMs - 1);
    expect(codes(await b.run('apply', { policy }))).toEqual(['a hold limit-actions-24h', 'b hold limit-actions-24h']);
    b.later(1);
    expect((await b.run('apply', { policy })).outcomes).toHaveLength(2);
  });

  test('a limit over 24 hours counts what was done for a target under another name, and not what was done for others', async () => {
    const b = fixture();
    const policyOf = (...names: readonly string[]) =>
      policyWith({ limits: { actionsPer24h: 2 }, targets: Object.fromEntries(names.map((name) => [name, { ...target, name }])) });
    for (const id of ['a', 'b']) b.service.put(id, 'old');
    const wish = (id: string, value: string) => b.wishes.set(id, { value, action: { harms: ['lower'] } });
    for (const id of ['a', 'b']) wish(id, 'new');
    expect((await b.run('apply', { policy: policyOf('cn') })).outcomes).toHaveLength(2);
    wish('a', 'newer');
    const office = { ...target, name: 'office' };
    expect(codes(await b.run('plan', { policy: policyOf('office'), target: office }))).toEqual(['a hold limit-actions-24h']);
    expect(codes(await b.run('plan', { policy: policyOf('cn', 'office'), target: office }))).toEqual(['a act wish']);
  });

  test('sums the costs of what acts by currency and period', async () => {
    const b = fixture();
    const cost = (micros: bigint, currency = 'CNY') => ({
      action: { cost: { kind: 'estimate' as const, amount: { currency, micros }, per: 'per month' } },
    });
    b.service.put('a', 'old').put('b', 'old').put('c', 'old').put('d', 'old');
    b.wishes
      .set('a', { value: 'new', ...cost(7n) })
      .set('b', { value: 'new', ...cost(-2n) })
      .set('c', { value: 'new', ...cost(3n, 'USD') });
    b.wishes.set('d', { value: 'new' });
    const report = await b.run('plan');
    expect(report.estimates.map(({ amount }) => amount)).toEqual([
      { currency: 'CNY', micros: 5n },
      { currency: 'USD', micros: 3n },
    ]);
    expect(JSON.parse(reportJson(report)).estimates[0].amount).toEqual({ currency: 'CNY', micros: '5' });
  });

  test('tells the policy’s warnings of today', async () => {
    const b = fixture();
    const warnings = [
      { code: 'a', text: 'always' },
      { code: 'b', text: 'over', untilMs: noon },
      { code: 'c', text: 'not yet', fromMs: noon + 1 },
      { code: 'd', text: 'now', fromMs: noon, untilMs: noon + 1 },
    ];
    expect((await b.run('plan', { policy: policyWith({ warnings }) })).warnings.map(({ code }) => code)).toEqual(['a', 'd']);
  });

  test('tells how far it is', async () => {
    const b = fixture({ pageSize: 2 });
    for (let n = 0; n < 3; n++) {
      b.service.put(`d${n}`, 'old');
      b.wishes.set(`d${n}`, { value: 'new' });
    }
    const told: string[] = [];
    await b.run('apply', {
      onProgress: (p) => told.push(p.phase === 'observing' ? `${p.observed}/${p.announced}` : `did ${p.done}/${p.of}`),
    });
    expect(told).toEqual(['2/3', '3/3', 'did 1/3', 'did 2/3', 'did 3/3']);
  });
});

test('a fleet far larger than what acts leaves a small report', async () => {
  const b = fixture({ pageSize: 100 });
  const automation = {
    ...b.automation,
    async *observe() {
      for (let page = 0; page < 200; page++) {
        const resources = Array.from({ length: 100 }, (_, n): Dial => ({ id: `d${page * 100 + n}`, kind: 'dial', value: 'new' }));
        yield { resources, total: 20_000 };
      }
    },
  };
  for (let n = 0; n < 10_000; n++) b.wishes.set(`d${n}`, { value: 'new' });
  b.wishes.set('d17', { value: 'newer' });
  const report = await b.run('plan', { automation });
  expect(report.counts).toEqual({ act: 1, hold: 0, keep: 9_999, notCovered: 10_000 });
  expect([report.kept.length, report.notCovered.length, report.decisions.length]).toEqual([1000, 1000, 1]);
});
