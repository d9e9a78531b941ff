import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlClient, controlClient } from '../../simulator/front/control-client.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { exchange, send } from './signed-request.ts';
import { accountId, key, oneGroup, renewal, startMs, startSmall } from './small-service.ts';

let simulator: Simulator;
let control: ControlClient;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 24, 12);
  ({ simulator } = await startSmall({ wallNow: () => nowMs }));
  control = controlClient(simulator.url);
});

afterEach(() => simulator.close());

const renew = () => send(simulator.url, { action: 'RenewAppInstanceGroup', query: renewal, key, dateMs: nowMs });

describe('clocks', () => {
  test('the world stands still until told, whatever real time does', async () => {
    nowMs += 3_600_000;
    expect(await control.clock()).toEqual({
      worldMs: startMs,
      world: '2026-11-25T00:40:00.000Z',
      startMs,
      gatewayMs: nowMs,
      gatewayClock: 'wall',
      gatewayOffsetMs: 0,
      speed: 0,
    });
  });

  test('it moves by a duration or to an instant, and runs what is due', async () => {
    const due: number[] = [];
    simulator.world.clock.after(5000, (atMs) => due.push(atMs));
    expect((await control.setClock({ advanceMs: 4999 })).worldMs).toBe(startMs + 4999);
    expect(due).toEqual([]);
    expect((await control.setClock({ toMs: startMs + 60_000 })).worldMs).toBe(startMs + 60_000);
    expect(due).toEqual([startMs + 5000]);
  });

  test('with a speed the world has moved on when somebody looks', async () => {
    await control.setClock({ speed: 60 });
    nowMs += 1000;
    expect((await control.clock()).worldMs).toBe(startMs + 60_000);
    await control.setClock({ advanceMs: 1 });
    nowMs += 500;
    await renew();
    expect(simulator.ledger.records[0]?.executedAtMs).toBe(startMs + 60_001 + 30_000);
    await control.setClock({ speed: 0 });
    nowMs += 10_000;
    expect((await control.clock()).worldMs).toBe(startMs + 90_001);
  });

  test.each([
    [{ toMs: 5 }, /cannot go back/],
    [{ advanceMs: -1 }, /advanceMs: write a number of at least 0/],
    [{ advanceMs: 1, toMs: 2 }, /not both/],
    [{ speed: -1 }, /speed/],
    [{ until: 'noon' }, /until: this key is not known/],
  ])('%j is refused', async (command, message) => {
    await expect(control.setClock(command as never)).rejects.toThrow(message);
    expect((await control.clock()).worldMs).toBe(startMs);
  });
});

test('faults are added, listed, removed one by one and all together', async () => {
  const ids = await control.addFaults({ kind: 'drop', action: '*' }, { kind: 'throttle', action: 'RenewAppInstanceGroup', times: 2 });
  expect(ids).toEqual(['fault-1', 'fault-2']);
  await control.removeFaults('fault-1');
  expect((await renew()).json.Code).toBe('Throttling.User');
  expect(await control.faults()).toMatchObject([{ id: 'fault-2', struck: 1, live: true, fault: { kind: 'throttle' } }]);
  await control.removeFaults();
  expect((await renew()).status).toBe(200);
  await expect(control.removeFaults('fault-9')).rejects.toThrow(/no fault fault-9/);
  await expect(control.addFaults({ kind: 'explode' } as never)).rejects.toThrow(/kind/);
});

test('the ledger tells counts and records of other processes\u2019 calls, and forgets on request', async () => {
  await renew();
  await renew();
  await send(simulator.url, { action: 'GetAppInstanceGroup', query: oneGroup, key, dateMs: nowMs });
  const { counts, records } = await control.ledger({ records: true, action: 'RenewAppInstanceGroup', after: 1 });
  expect(counts.RenewAppInstanceGroup).toEqual({ received: 2, executed: 2, refused: 0, answered: 2 });
  expect(counts['*']).toMatchObject({ received: 3 });
  expect(records).toMatchObject([{ seq: 2, accountId, input: { Period: 1, AutoPay: true } }]);
  expect((await control.ledger()).records).toEqual([]);
  await control.clearLedger();
  expect(await control.ledger({ records: true })).toEqual({ counts: {}, records: [] });
});

test('the world is told in short', async () => {
  const summary = await control.world();
  expect(summary).toMatchObject({ id: simulator.world.id, accounts: [{ id: accountId, accessKeyId: key.accessKeyId, groups: 0 }, {}] });
});

test('node times in what is told of the world go up to the present instant', async () => {
  const group = { id: 'aig-1', name: 'office', region: 'cn-hangzhou', pool: { strategy: { fixed: 3 } } };
  const world = buildWorld({ start: '2026-06-02T12:00:00+08:00', accounts: [{ id: accountId, groups: [group] }] });
  const running = await startSimulator({ world });
  const ours = controlClient(running.url);
  await ours.setClock({ advanceMs: 7_200_000 });
  const { accounts } = await ours.world();
  await running.close();
  expect(accounts[0]?.statistics).toMatchObject({ payAsYouGoNodeMs: 3 * 7_200_000 });
});

test('shutdown ends the simulator after its answer', async () => {
  await control.shutdown();
  await simulator.closed;
  await expect(control.clock()).rejects.toMatchObject({ code: 'ControlFailed' });
});

test.each([
  ['from a web page', { origin: 'http://evil.example' }],
  ['for another host', { host: 'evil.example' }],
])('a control request %s is refused', async (_name, headers) => {
  const answer = await exchange(simulator.url, 'POST', '/_simulator/clock', headers, '{"advanceMs":1}');
  expect(answer.status).toBe(403);
  expect(simulator.world.clock.nowMs).toBe(startMs);
});

test.each([
  ['GET', '/_simulator/nothing', '', 404],
  ['PUT', '/_simulator/clock', '', 404],
  ['POST', '/_simulator/clock', '{', 400],
])('%s %s with body %j answers %i with a reason', async (method, path, body, status) => {
  const answer = await exchange(simulator.url, method, path, {}, body);
  expect(answer.status).toBe(status);
  expect(answer.json.error).toEqual(expect.any(String));
});
