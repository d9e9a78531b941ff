import { afterEach, describe, expect, test } from 'vitest';
import { readLifeSigns } from '../../functions/digest/facts/heartbeats.ts';
import { isScopeOf, writtenScope } from '../../shared/journal/intents/intent-log.ts';
import { pastWrites } from '../../shared/journal/intents/past-writes.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { shardsOf, spreadOf } from '../../shared/policy/fan-out.ts';
import { accountOf, type FleetPlace, fleetPlace, regions, timerEvent } from '../functions/dispatch/fleet-fixture.ts';
import { deployer } from './invocation-place.ts';

let place: FleetPlace | undefined;
afterEach(async () => {
  await place?.close();
  place = undefined;
});

const noon = '2026-11-24T08:30:00Z';
const scaling = 'streamwarden-scale-on-schedule';

test('begun by a timer of its own, a function runs the regions of a target apart all the same, each on a journal of its own', async () => {
  place = await fleetPlace(1);
  const { delivery, answers, store } = place;
  delivery.enqueue(scaling, Buffer.from(timerEvent(noon)));
  await delivery.settle();
  expect(answers).toMatchObject([{ summary: { targets: regions.map((region) => ({ target: 't0', region, outcomes: { done: 1 } })) } }]);
  expect(place.nodesOf(0)).toEqual([3, 3, 3]);

  const account = accountOf(0);
  const { problems, streams } = await verifyJournal(store);
  expect(problems).toEqual([]);
  const written = streams.map(({ stream }) => stream).filter((stream) => stream.startsWith('written/'));
  expect(written.sort()).toEqual(regions.map((region) => `written/scale-on-schedule/${account}.${region}`).sort());
  for (const region of regions) {
    // Whoever asks for the story of a group finds it in whichever stream it is.
    expect(await pastWrites(store, 'scale-on-schedule', account, `aig-0-${region}-0`)).toMatchObject([{ outcome: 'done' }]);
  }
});

test('each region gives signs of life of its own, so that one that is missing is noticed', async () => {
  place = await fleetPlace(1);
  const { delivery, store, simulator } = place;
  const [first = '', second = ''] = regions;
  delivery.enqueue(scaling, Buffer.from(timerEvent(noon, { target: 't0', region: first })));
  await delivery.settle();
  const nowMs = simulator.world.clock.nowMs;
  const lastRun = async (region: string | undefined) =>
    (await readLifeSigns(store, { functionName: 'scale-on-schedule', target: 't0', region }, nowMs, { watchedFromMs: 0 })).lastRunMs;
  expect([await lastRun(first), await lastRun(second), await lastRun(undefined)]).toEqual([expect.any(Number), undefined, undefined]);
});

test('an instance takes the keys of each invocation: those of the one before may have ended', async () => {
  place = await fleetPlace(1);
  const { delivery, simulator, context } = place;
  for (const accessKeyId of ['first', 'second']) {
    const key = { accessKeyId, accessKeySecret: `secret-of-${accessKeyId}` };
    simulator.keys.add({ ...key, accountId: deployer });
    context.credentials = key;
    delivery.enqueue(scaling, Buffer.from(timerEvent(noon)));
    await delivery.settle();
    simulator.keys.add({ ...key, accountId: deployer, inactive: true });
  }
  expect(place.answers).toMatchObject([{ summary: {} }, { summary: {} }]);
  const assumed = simulator.ledger.records.filter(({ action }) => action === 'AssumeRole').map(({ accessKeyId }) => accessKeyId);
  expect([...new Set(assumed)]).toEqual(['first', 'second']);
});

test('a region that the target does not have is refused, with what to check', async () => {
  place = await fleetPlace(1);
  place.delivery.enqueue(scaling, Buffer.from(timerEvent(noon, { target: 't0', region: 'eu-central-1' })));
  await place.delivery.settle();
  expect(place.answers).toMatchObject([{ error: { code: 'UnknownRegion', message: expect.stringContaining('shardByRegion') } }]);
  expect(place.nodesOf(0)).toEqual([1, 1, 1]);
});

describe('parts of a target', () => {
  const target: CompiledTarget = {
    name: 'cn',
    account: '1',
    endpoint: 'cn-shanghai',
    timezone: 'UTC',
    shardByRegion: true,
    regions: ['a-1', 'b-1'],
  };
  const names = (functionName: string, more: Partial<CompiledTarget> = {}) =>
    shardsOf({ ...target, ...more }, functionName).map(({ shard }) => shard);

  test.each<[string, readonly (string | undefined)[]]>([
    ['scale-on-schedule', ['a-1', 'b-1']],
    ['log-off-sessions', ['a-1', 'b-1']],
    ['tag-new-resources', ['a-1', 'b-1']],
    ['power-workstations', ['a-1', 'b-1']],
    ['approve-ota-windows', [undefined]],
    ['enforce-policy', [undefined]],
    ['renew-before-expiry', [undefined]],
    ['digest', [undefined]],
    ['nothing', [undefined]],
  ])('of %s are %j', (name, expected) => {
    expect(names(name)).toEqual(expected);
  });

  test('are none more of a part', () => {
    const [part] = shardsOf(target, 'scale-on-schedule');
    expect(part).toMatchObject({ name: 'cn', regions: ['a-1'], shard: 'a-1' });
    expect(shardsOf(part as CompiledTarget, 'scale-on-schedule')).toEqual([part]);
  });

  test('have streams that no account shares with another', () => {
    expect([writtenScope(target), writtenScope({ ...target, shard: 'a-1' })]).toEqual(['1', '1.a-1']);
    expect(['1', '1.a-1', '11', '11.a-1', '10'].filter((scope) => isScopeOf(scope, '1'))).toEqual(['1', '1.a-1']);
  });

  test.each(['constructor', '__proto__', ''])('%j is no function', (name) => {
    expect(spreadOf(name)).toBeUndefined();
  });
});
