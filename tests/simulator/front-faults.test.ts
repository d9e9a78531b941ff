import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Fault, FaultPlan, parseFault } from '../../simulator/faults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { send, type TestCall } from './signed-request.ts';
import { accountId, key, oneGroup, renewal, type SmallState, startSmall } from './small-service.ts';

let simulator: Simulator;
let state: SmallState;

beforeEach(async () => {
  ({ simulator, state } = await startSmall());
});

afterEach(() => simulator.close());

const renew = (more: Partial<TestCall> = {}) => send(simulator.url, { action: 'RenewAppInstanceGroup', query: renewal, key, ...more });
const get = () => send(simulator.url, { action: 'GetAppInstanceGroup', query: oneGroup, key });
const renewals = async () => ((await get()).json.AppInstanceGroupModels as { Renewals: number }).Renewals;
const action = 'RenewAppInstanceGroup';

describe('faults that refuse: an answer arrives and nothing ran', () => {
  const cases: [string, Fault, number, string | undefined][] = [
    ['fail, by default', { kind: 'fail', action }, 500, 'InternalError'],
    ['fail, as told', { kind: 'fail', action, httpStatus: 503, code: 'ServiceUnavailable' }, 503, 'ServiceUnavailable'],
    ['throttle, by default', { kind: 'throttle', action }, 400, 'Throttling.User'],
    ['throttle, as told', { kind: 'throttle', action, httpStatus: 429, code: 'Throttling.Api' }, 429, 'Throttling.Api'],
    ['deny', { kind: 'deny', action }, 403, 'NoPermission'],
    ['body-code', { kind: 'body-code', action, code: 'Order.Failed' }, 200, 'Order.Failed'],
    ['html', { kind: 'html', action }, 503, undefined],
    ['redirect', { kind: 'redirect', action }, 302, undefined],
    ['empty without execution', { kind: 'empty', action, execute: false }, 200, undefined],
  ];

  test.each(cases)('%s', async (_name, fault, status, code) => {
    simulator.faults.add(fault);
    const answer = await renew();
    expect([answer.status, answer.json.Code]).toEqual([status, code]);
    expect(answer.headers['x-acs-request-id']).toBeDefined();
    expect(await renewals()).toBe(0);
    expect(simulator.ledger.count(action, 'executed')).toBe(0);
    expect(simulator.ledger.records[0]).toMatchObject({ action, fault: fault.kind, executed: false });
  });

  test('throttling says in both headers when to come back', async () => {
    simulator.faults.add({ kind: 'throttle', action, retryAfterMs: 1500, retryAfterSeconds: 2 });
    expect((await renew()).headers).toMatchObject({ 'x-acs-retry-after': '1500', 'retry-after': '2' });
  });

  test('a refusal by RAM names the permission, which is not always the operation', async () => {
    simulator.faults.add({ kind: 'deny', action: '*', ram: 'appstreaming:ModifyAppInstanceGroupAttribute', times: 'always' });
    expect((await renew()).status).toBe(200);
    const form = { AppInstanceGroupId: 'a', BizRegionId: 'r', OtaType: 'Fota', StartTime: '2026-11-25T00:00:00Z', TaskId: 't' };
    const denied = await send(simulator.url, { action: 'ApproveOtaTask', form, key });
    expect([denied.status, denied.json.AccessDeniedDetail]).toMatchObject([
      403,
      { AuthAction: 'appstreaming:ModifyAppInstanceGroupAttribute' },
    ]);
  });

  test('a dropped connection gives no answer', async () => {
    simulator.faults.add({ kind: 'drop', action });
    await expect(renew()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await renewals()).toBe(0);
  });
});

describe('faults that spoil the answer after the operation ran', () => {
  test('a lost answer', async () => {
    simulator.faults.add({ kind: 'lose-answer', action });
    await expect(renew()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await renewals()).toBe(1);
    expect(simulator.ledger.records[0]).toMatchObject({ executed: true, answered: undefined });
  });

  test.each([[undefined], [5], [0]])('a body cut after %s bytes', async (keepBytes) => {
    simulator.faults.add({ kind: 'cut-body', action, ...(keepBytes === undefined ? {} : { keepBytes }) });
    await expect(renew()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await renewals()).toBe(1);
  });

  test('a body that is not JSON', async () => {
    simulator.faults.add({ kind: 'malformed', action });
    const answer = await renew();
    expect(answer.status).toBe(200);
    expect(() => JSON.parse(answer.text)).toThrow(SyntaxError);
    expect(await renewals()).toBe(1);
  });

  test('an empty body', async () => {
    simulator.faults.add({ kind: 'empty', action });
    expect(await renew()).toMatchObject({ status: 200, text: '' });
    expect(await renewals()).toBe(1);
  });

  test('a page of a proxy although it ran', async () => {
    simulator.faults.add({ kind: 'html', action, httpStatus: 500, execute: true });
    const answer = await renew();
    expect([answer.status, answer.headers['content-type']]).toEqual([500, 'text/html']);
    expect(await renewals()).toBe(1);
  });
});

describe('delay', () => {
  test('a request whose caller gave up runs all the same', async () => {
    simulator.faults.add({ kind: 'delay', action });
    const patience = new AbortController();
    const call = renew({ signal: patience.signal });
    await simulator.ledger.reached(action, 'received');
    expect(state.renewals).toBe(0);
    patience.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await simulator.ledger.reached(action, 'executed');
    expect(state.renewals).toBe(1);
    expect(simulator.ledger.records[0]).toMatchObject({ executed: true, answered: undefined });
  });

  test('a held request runs when the world has moved on far enough, and is answered', async () => {
    simulator.faults.add({ kind: 'delay', action, worldMs: 60_000 });
    const call = renew();
    await simulator.ledger.reached(action, 'received');
    simulator.advance(59_999);
    expect([simulator.held, state.renewals]).toEqual([1, 0]);
    simulator.advance(1);
    expect((await call).status).toBe(200);
    expect([simulator.held, state.renewals]).toEqual([0, 1]);
    expect(simulator.ledger.records[0]).toMatchObject({
      receivedAtMs: simulator.world.startMs,
      executedAtMs: simulator.world.startMs + 60_000,
    });
  });

  test('a held request runs when the real time that it was given has passed', async () => {
    simulator.faults.add({ kind: 'delay', action, realMs: 0 });
    expect((await renew()).status).toBe(200);
    expect(state.renewals).toBe(1);
  });

  test('closing ends a held request without running it', async () => {
    simulator.faults.add({ kind: 'delay', action });
    const call = renew();
    const rejected = expect(call).rejects.toMatchObject({ code: 'ECONNRESET' });
    await simulator.ledger.reached(action, 'received');
    await simulator.close();
    await rejected;
    expect(state.renewals).toBe(0);
  });
});

describe('reads from another time', () => {
  test('a stale read answers what it answered before the write', async () => {
    simulator.faults.add({ kind: 'stale', action: 'GetAppInstanceGroup', skip: 1 });
    expect(await renewals()).toBe(0);
    await renew();
    expect(await renewals()).toBe(0);
    expect(await renewals()).toBe(1);
  });

  test('staleness has an age in world time', async () => {
    await simulator.close();
    ({ simulator, state } = await startSmall({ remembersAnswers: true }));
    await get();
    simulator.advance(60_000);
    await renew();
    await get();
    simulator.advance(30_000);
    await renew();
    const seen = [];
    for (const ageMs of [90_000, 60_000, 30_000, 0]) {
      simulator.faults.add({ kind: 'stale', action: 'GetAppInstanceGroup', ageMs });
      seen.push(await renewals());
    }
    expect(seen).toEqual([0, 0, 1, 1]);
    expect(await renewals()).toBe(2);
  });

  test('nothing old to tell: the read answers as it is', async () => {
    simulator.faults.add({ kind: 'stale', action: 'GetAppInstanceGroup', ageMs: 1 });
    await renew();
    expect(await renewals()).toBe(1);
  });

  const page = async (PageNumber: number) => {
    const query = { ProductType: 'CloudApp', PageSize: '4', PageNumber: String(PageNumber) };
    const { json } = await send(simulator.url, { action: 'ListAppInstanceGroup', query, key });
    return (json.AppInstanceGroupModels as { AppInstanceGroupId: string }[]).map(({ AppInstanceGroupId }) =>
      Number(AppInstanceGroupId.slice(4)),
    );
  };

  test.each([
    [undefined, [0, 1, 2, 3], [3, 4, 5, 6], [7, 8, 9]],
    [-2, [0, 1, 2, 3], [2, 3, 4, 5], [6, 7, 8, 9]],
    [1, [0, 1, 2, 3], [5, 6, 7, 8], [9]],
  ])(
    'a list that moves by %s rows between pages repeats or skips rows',
    async (rows: number | undefined, first: number[], second: number[], third: number[]) => {
      simulator.faults.add({
        kind: 'shifted-page',
        action: 'ListAppInstanceGroup',
        times: 'always',
        ...(rows === undefined ? {} : { rows }),
      });
      expect(await page(1)).toEqual(first);
      expect(await page(2)).toEqual(second);
      expect(await page(3)).toEqual(third);
    },
  );
});

describe('which calls a fault meets', () => {
  const target = { action: 'A', access: 'read', accountId, ramAction: 'appstreaming:A' } as const;
  const struck = (plan: FaultPlan, calls: number, more: Partial<typeof target> = {}) =>
    Array.from({ length: calls }, () => (plan.next({ ...target, ...more } as never) ? 1 : 0)).join('');
  const planOf = (...faults: object[]) => {
    const plan = new FaultPlan(1);
    plan.add(...faults.map((fault) => parseFault({ kind: 'drop', action: 'A', ...fault })));
    return plan;
  };

  test.each([
    ['once by default', {}, '10000'],
    ['as often as told', { times: 2 }, '11000'],
    ['always', { times: 'always' }, '11111'],
    ['after some have passed', { skip: 2, times: 2 }, '00110'],
    ['all operations', { action: '*' }, '10000'],
    ['never another operation', { action: 'B' }, '00000'],
    ['never another access', { access: 'write' }, '00000'],
    ['never another account', { account: '2' }, '00000'],
    ['never another permission', { ram: 'appstreaming:B' }, '00000'],
    ['with probability 1', { probability: 1 }, '11111'],
    ['with probability 0', { probability: 0 }, '00000'],
    ['with probability, but not for ever', { probability: 1, times: 3 }, '11100'],
  ])('%s', (_name, fault, expected) => {
    expect(struck(planOf(fault), 5)).toBe(expected);
  });

  test('in the order of the list, one fault for each call', () => {
    const plan = new FaultPlan(1);
    plan.add(
      parseFault({ kind: 'drop', action: 'A' }),
      parseFault({ kind: 'empty', action: '*', times: 2 }),
      parseFault({ kind: 'deny', action: 'A' }),
    );
    const kinds = Array.from({ length: 5 }, () => plan.next(target)?.kind);
    expect(kinds).toEqual(['drop', 'empty', 'empty', 'deny', undefined]);
    expect(plan.list().map(({ struck, live }) => [struck, live])).toEqual([
      [1, false],
      [2, false],
      [1, false],
    ]);
  });

  test('by chance: the same with the same seed, another with another, about as often as told', () => {
    const run = (seed: number) => {
      const plan = new FaultPlan(seed);
      plan.add(parseFault({ kind: 'drop', action: 'A', probability: 0.3 }));
      return struck(plan, 1000);
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
    const hits = run(1).replaceAll('0', '').length;
    expect(hits).toBeGreaterThan(250);
    expect(hits).toBeLessThan(350);
  });

  test('a refused request uses up no fault', async () => {
    simulator.faults.add({ kind: 'drop', action });
    await renew({ query: { ...renewal, ProductType: 'x' } });
    await expect(renew()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test.each([
    [{ action: 'A' }, /kind/],
    [{ kind: 'explode', action: 'A' }, /kind/],
    [{ kind: 'drop' }, /action/],
    [{ kind: 'drop', action: 'A', tmies: 2 }, /tmies: this key is not known/],
    [{ kind: 'drop', action: 'A', probability: 2 }, /probability: write a number of at most 1/],
    [{ kind: 'fail', action: 'A', httpStatus: 'x' }, /httpStatus: write/],
  ])('%j is no fault, and the message says why', (fault, message) => {
    expect(() => parseFault(fault)).toThrow(message);
  });
});
