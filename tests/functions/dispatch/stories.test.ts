import { afterEach, describe, expect, test } from 'vitest';
import type { DispatchFailedError, DispatchSummary } from '../../../functions/dispatch/dispatcher.ts';
import { RunFailedError } from '../../../shared/fc/handle.ts';
import { accountOf, type FleetPlace, fleetPlace, regions, timerEvent } from './fleet-fixture.ts';

let place: FleetPlace | undefined;
afterEach(async () => {
  await place?.close();
  place = undefined;
});

const noon = '2026-11-24T08:30:00Z';
const all = Array.from({ length: 3 }, () => 3);
const none = Array.from({ length: 3 }, () => 1);
const scaling = { functions: ['scale-on-schedule'] };

test('twelve accounts in three regions, one refusing and one slow: all others are done, each region by a run of its own', async () => {
  place = await fleetPlace(12);
  const { simulator, delivery, answers, front } = place;
  const [refusing, slow] = [4, 7];
  simulator.faults.add(
    { kind: 'fail', action: '*', account: accountOf(refusing), httpStatus: 403, code: 'Forbidden.RAM', times: 'always' },
    { kind: 'delay', action: 'ListAppInstanceGroup', account: accountOf(slow), realMs: 400, times: 'always' },
  );
  const startMs = performance.now();
  const summary = (await place.dispatch(timerEvent(noon, scaling))) as DispatchSummary;
  await delivery.settle();
  const wallMs = performance.now() - startMs;

  expect(summary.tasks).toHaveLength(36);
  expect(new Set(summary.tasks.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
  const nodes = Array.from({ length: 12 }, (_, index) => place?.nodesOf(index));
  expect(nodes).toEqual(nodes.map((_, index) => (index === refusing ? none : all)));
  const failed = answers.flatMap((each) => ('error' in each ? [each] : []));
  expect(failed.map(({ target, region }) => `${target} ${region}`).sort()).toEqual(
    regions.map((region) => `t${refusing} ${region}`).sort(),
  );
  for (const { error } of failed) expect(error).toBeInstanceOf(RunFailedError);
  // One list for each run that is not refused: each sees its region only.
  const lists = simulator.ledger.records.filter(({ action, executed }) => action === 'ListAppInstanceGroup' && executed);
  expect(lists.map(({ input }) => input?.['BizRegionId']).sort()).toEqual([...Array(11)].flatMap(() => regions).sort());
  expect(delivery.count('done')).toBe(33);
  // No run was in the way of another.
  expect(JSON.stringify(answers)).not.toContain('another-run');
  const calls = simulator.ledger.count('*', 'received');
  console.info(
    `12 targets x 3 regions: 36 tasks, ${front.requests.length} invocations, ${calls} API calls, ${Math.round(wallMs)} ms of wall time`,
  );
});

describe('one timer event that is delivered twice', () => {
  test('begins each task once', async () => {
    const fleet = await fleetPlace(2);
    place = fleet;
    const outcomes = async () => {
      const { tasks } = (await fleet.dispatch(timerEvent(noon, scaling))) as DispatchSummary;
      return new Set(tasks.map(({ outcome }) => outcome));
    };
    expect(await outcomes()).toEqual(new Set(['accepted']));
    expect(await outcomes()).toEqual(new Set(['duplicate']));
    await fleet.delivery.settle();
    expect(fleet.answers).toHaveLength(6);
  });

  test('after an answer was lost, begins what was not yet begun', async () => {
    place = await fleetPlace(2);
    place.front.faults.push({ kind: 'lose-answer' }, { kind: 'refuse', status: 429 }, { kind: 'refuse', status: 503 });
    const { tasks } = (await place.dispatch(timerEvent(noon, scaling))) as DispatchSummary;
    expect(tasks.map(({ outcome }) => outcome).sort()).toEqual([...Array(5).fill('accepted'), 'duplicate']);
    await place.delivery.settle();
    expect(place.answers).toHaveLength(6);
  });
});

test('a run that comes twice, and one that comes hours late, change nothing that is as wanted', async () => {
  place = await fleetPlace(2, { arrivals: () => [0, 0, 3 * 3_600_000] });
  await place.dispatch(timerEvent(noon, scaling));
  await place.delivery.settle();
  expect([place.nodesOf(0), place.nodesOf(1)]).toEqual([all, all]);
  const writes = place.simulator.ledger.records.filter(({ action, executed }) => action === 'ModifyNodePoolAttribute' && executed);
  expect(writes).toHaveLength(6);
});

describe('what cannot be begun', () => {
  const failureOf = async (event: string) => {
    try {
      await place?.dispatch(event);
      return undefined;
    } catch (error) {
      return error as DispatchFailedError & { readonly code: string };
    }
  };

  test('is named at the end, after everything else was begun', async () => {
    place = await fleetPlace(2);
    const failure = await failureOf(timerEvent(noon, { functions: ['renew-before-expiry', 'scale-on-schedule', 'scale'] }));
    expect(failure).toMatchObject({
      code: 'DispatchFailed',
      summary: { refused: ['renew-before-expiry: not-spread', 'scale: unknown-function'] },
    });
    expect(failure?.message).toContain('renew-before-expiry: not-spread');
    await place.delivery.settle();
    expect([place.nodesOf(0), place.nodesOf(1)]).toEqual([all, all]);
  });

  test('a function that is not deployed fails for each target', async () => {
    place = await fleetPlace(2, { environment: { STREAMWARDEN_PREFIX: 'other' } });
    const failure = await failureOf(timerEvent(noon, scaling));
    expect(failure?.summary.tasks.map(({ outcome }) => outcome)).toEqual(Array(6).fill('failed'));
  });

  test.each<[string, string, string]>([
    ['an unknown target', timerEvent(noon, { target: 'nobody' }), 'UnknownTarget'],
    ['an event that is none', '{"id":"x"}', 'MalformedEvent'],
  ])('%s fails at once', async (_name, event, code) => {
    place = await fleetPlace(1);
    expect(await failureOf(event)).toMatchObject({ code });
    expect(place.front.requests).toEqual([]);
  });
});
