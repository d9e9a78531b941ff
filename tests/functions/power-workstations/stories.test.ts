import { afterEach, describe, expect, test } from 'vitest';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as workstationHandlers } from '../../../simulator/operations/workstations.ts';
import type { WorkstationSeed } from '../../../simulator/world/seed.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId, type PowerFixture, type PowerWorld, policyFrom, policyText, powerFixture, verdicts } from './power-fixture.ts';

const morning = '2026-11-25 09:30';
const night = '2026-11-25 23:30';
const follow = '- {name: r, workstations: all, schedule: studio}';

const fleet = (count: number, more: Partial<WorkstationSeed> = {}): readonly WorkstationSeed[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ id: `w-${index}`, name: `artist-${index}`, region: 'cn-hangzhou', charge: 'PostPaid', status: 'STOPPED' },
    ...more,
  }));

let fixture: PowerFixture;
const open = async (seed: PowerWorld, text: string, handlers: Readonly<Record<string, Handler>> = {}): Promise<PowerFixture> => {
  fixture = await powerFixture(seed, text, { handlers });
  return fixture;
};
afterEach(() => fixture.close());

const sizes = (calls: readonly (readonly string[])[]) => calls.map(({ length }) => length);
/** Somebody's session begins. */
const join = (id: string): void => {
  fixture.workstation(id).sessions = [{ user: 'amy', startedMs: fixture.simulator.world.clock.nowMs }];
};
const statuses = (ids: readonly string[]) => ids.map((id) => fixture.workstation(id).status);

describe('batches', () => {
  test('forty-five due workstations are three calls, each of them read again before', async () => {
    await open({ start: morning, workstations: fleet(45) }, policyText(follow));
    const { calls } = await fixture.run();
    expect(sizes(fixture.calls('StartWuyingServer')).sort((a, b) => b - a)).toEqual([20, 20, 5]);
    expect(calls.byOperation).toEqual({ GetCallerIdentity: 1, ListWuyingServer: 1 + 45, StartWuyingServer: 3 });
  });

  test('no more than atOnce are under way, and the next follow once the list shows that those are there', async () => {
    await open(
      { start: morning, workstations: fleet(7), assumptions: { workstationStartMinutes: 10 } },
      policyText(follow.replace('}', ', atOnce: 3}')),
    );
    const first = await fixture.run();
    expect(verdicts(first).filter((each) => each.includes('waits-for-batch'))).toHaveLength(4);
    fixture.simulator.advance(5 * minuteMs);
    await fixture.run();
    expect(sizes(fixture.calls('StartWuyingServer'))).toEqual([3]);
    // One of the three is there: there is room for one.
    fixture.workstation('w-1').status = 'RUNNING';
    await fixture.run();
    expect(sizes(fixture.calls('StartWuyingServer'))).toEqual([3, 1]);
    fixture.simulator.advance(15 * minuteMs);
    await fixture.run();
    fixture.simulator.advance(15 * minuteMs);
    await fixture.run();
    expect(fixture.calls('StartWuyingServer').flat().sort()).toEqual(fleet(7).map(({ id }) => id));
    expect(Math.max(...sizes(fixture.calls('StartWuyingServer')))).toBe(3);
  });

  test('those that never get there do not keep the next from their turn, and are a hold of their own', async () => {
    const silent: Handler = () => ({});
    await open({ start: morning, workstations: fleet(4) }, policyText(follow.replace('}', ', atOnce: 2}')), { StartWuyingServer: silent });
    await fixture.run();
    fixture.simulator.advance(15 * minuteMs);
    const second = await fixture.run();
    expect(verdicts(second)).toEqual(['w-0 hold not-reached', 'w-1 hold not-reached', 'w-2 act schedule-on', 'w-3 act schedule-on']);
    expect(second.newHolds).toEqual(['w-0', 'w-1']);
  });

  test('after a list that was not read to its end nobody knows how many are under way, so a rule with atOnce waits', async () => {
    await open({ start: morning, workstations: fleet(120) }, policyText(follow.replace('}', ', atOnce: 3}')));
    fixture.simulator.faults.add({ kind: 'deny', action: 'ListWuyingServer', skip: 1 });
    const report = await fixture.run();
    expect(report.totals).toMatchObject({ observed: 100, complete: false });
    expect(new Set(verdicts(report).map((each) => each.split(' ').slice(1).join(' ')))).toEqual(new Set(['hold waits-for-batch']));
    expect(fixture.calls('StartWuyingServer')).toEqual([]);
  });
});

describe('right before the call', () => {
  /** Changes the world at the first read of a single workstation, which is the look right before the call. */
  const changing = (change: () => void): Partial<Parameters<PowerFixture['run']>[1]> => {
    let done = false;
    return {
      onProgress: ({ phase }) => {
        if (phase !== 'observing' || done) return;
        done = true;
        change();
      },
    };
  };

  const changes: Readonly<Record<string, readonly [change: () => void, outcome: string]>> = {
    'a session has begun': [() => join('w-0'), 'held changed-since-plan'],
    'somebody has stopped it': [() => fixture.workstation('w-0').stop(false), 'held changed-since-plan'],
    'it is gone': [() => fixture.simulator.world.accounts.get(accountId)?.workstations.delete('w-0'), 'held resource-gone'],
    'its status is another': [() => fixture.rows.set('w-0', { Status: 'MIGRATING' }), 'held changed-since-plan'],
    'its sessions cannot be told': [() => fixture.rows.set('w-0', { Sessions: undefined }), 'held changed-since-plan'],
    'it was stopped and is there': [() => fixture.rows.set('w-0', { Status: 'STOPPED' }), 'already as-wanted'],
  };
  test.each(Object.entries(changes))('%s: nothing is sent for it, and the others of its call go on', async (_name, [change, expected]) => {
    await open({ start: night, workstations: fleet(3, { status: 'RUNNING' }) }, policyText(follow));
    const { outcomes } = await fixture.run('apply', changing(change));
    expect(outcomes.map(({ outcome, because }) => `${outcome} ${because?.code ?? ''}`.trim())).toEqual([expected, 'done', 'done']);
    expect(fixture.calls('StopWuyingServer')).toEqual([['w-1', 'w-2']]);
  });

  describe('where each of them is read slowly', () => {
    /** When each was read last, in the world's time. */
    const readMs = new Map<string, number>();
    /** Reads of one workstation take so long, and `after` is what happens once it was read. */
    const slow = (ms: number | ((id: string) => number), after: (id: string) => void = () => {}): Readonly<Record<string, Handler>> => ({
      ListWuyingServer(input, context) {
        const answer = workstationHandlers['ListWuyingServer']?.(input, context) ?? {};
        const [id] = (input as { readonly WuyingServerIdList?: readonly string[] }).WuyingServerIdList ?? [];
        if (id === undefined) return answer;
        readMs.set(id, context.nowMs);
        fixture.simulator.advance(typeof ms === 'number' ? ms : ms(id));
        after(id);
        return answer;
      },
    });
    const stopped = () => fixture.calls('StopWuyingServer').flat();

    test('nobody is stopped on what was known more than ten seconds before, save by one read that took long itself', async () => {
      const agesMs: number[] = [];
      const stop: Handler = (input, context) => {
        for (const id of (input as { readonly WuyingServerIdList: readonly string[] }).WuyingServerIdList)
          agesMs.push(context.nowMs - (readMs.get(id) ?? Number.NaN));
        return workstationHandlers['StopWuyingServer']?.(input, context) ?? {};
      };
      await open({ start: night, workstations: fleet(20, { status: 'RUNNING' }) }, policyText(follow), {
        ...slow(4000),
        StopWuyingServer: stop,
      });
      await fixture.run();
      expect(stopped().sort()).toEqual(
        fleet(20)
          .map(({ id }) => id)
          .sort(),
      );
      expect(Math.max(...agesMs)).toBeLessThanOrEqual(14_000);
    });

    test('who comes in while the others are read is not cut', async () => {
      const later = (id: string) => (id === 'w-19' ? join('w-0') : undefined);
      const slowAtTheEnd = (id: string) => (id === 'w-19' ? 30_000 : 100);
      await open({ start: night, workstations: fleet(20, { status: 'RUNNING' }) }, policyText(follow), slow(slowAtTheEnd, later));
      const { outcomes } = await fixture.run();
      expect(
        outcomes.filter(({ outcome }) => outcome !== 'done').map(({ resource, because }) => `${resource.id} ${because?.code}`),
      ).toEqual(['w-0 changed-since-plan']);
      expect(stopped()).not.toContain('w-0');
    });

    test('nothing is sent once the run was told to stop, or has no time left for a call', async () => {
      const stop = new AbortController();
      const halfway = (id: string) => (id === 'w-2' ? stop.abort() : undefined);
      await open({ start: night, workstations: fleet(4, { status: 'RUNNING' }) }, policyText(follow), slow(100, halfway));
      const told = await fixture.run('apply', { signal: stop.signal });
      expect(told.outcomes.map(({ because }) => because?.code)).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
      await fixture.close();
      await open(
        { start: night, workstations: fleet(4, { status: 'RUNNING' }) },
        policyText(follow),
        slow((id) => (id === 'w-3' ? 9000 : 100)),
      );
      const late = await fixture.run('apply', {
        deadlineMs: fixture.simulator.world.clock.nowMs + 30_000 + 350,
        rules: { callMs: 25_000 },
      });
      expect(late.outcomes.map(({ because }) => because?.code)).toEqual(Array(4).fill('deadline-near'));
      expect(stopped()).toEqual([]);
    });
  });

  test('an old answer that says that it is there already counts for one run only', async () => {
    await open({ start: morning, workstations: fleet(1) }, policyText(follow));
    const first = await fixture.run(
      'apply',
      changing(() => fixture.rows.set('w-0', { Status: 'RUNNING' })),
    );
    expect(first.outcomes.map(({ outcome }) => outcome)).toEqual(['already']);
    fixture.rows.clear();
    fixture.simulator.advance(minuteMs);
    expect(verdicts(await fixture.run())).toEqual(['w-0 act schedule-on']);
    expect(fixture.calls('StartWuyingServer')).toEqual([['w-0']]);
  });

  test('where all of a call fall away no call is made: an empty list is never sent', async () => {
    await open(
      { start: night, workstations: fleet(2, { status: 'RUNNING' }), assumptions: { workstationEmptyList: 'all' } },
      policyText(follow),
    );
    await fixture.run(
      'apply',
      changing(() => {
        join('w-0');
        join('w-1');
      }),
    );
    expect(fixture.simulator.ledger.count('StopWuyingServer', 'received')).toBe(0);
    expect(statuses(['w-0', 'w-1'])).toEqual(['RUNNING', 'RUNNING']);
  });
});

describe('calls that fail', () => {
  test('a refused call is a failure of each, and made again in the next run', async () => {
    await open({ start: morning, workstations: fleet(2) }, policyText(follow));
    fixture.simulator.faults.add({ kind: 'deny', action: 'StartWuyingServer' });
    const first = await fixture.run();
    expect([first.failed, ...first.outcomes.map(({ outcome }) => outcome)]).toEqual([true, 'failed', 'failed']);
    fixture.simulator.advance(minuteMs);
    const second = await fixture.run();
    expect([second.failed, ...second.outcomes.map(({ outcome }) => outcome)]).toEqual([false, 'done', 'done']);
  });

  test('a lost answer leaves open what happened, and the list tells: on its way because of us', async () => {
    await open({ start: morning, workstations: fleet(2), assumptions: { workstationStartMinutes: 10 } }, policyText(follow));
    fixture.simulator.faults.add({ kind: 'lose-answer', action: 'StartWuyingServer', times: 'always' });
    const first = await fixture.run();
    expect(first.outcomes.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    fixture.simulator.advance(minuteMs);
    const second = await fixture.run();
    expect([second.counts, second.failed]).toEqual([{ act: 0, hold: 0, keep: 2, notCovered: 0 }, false]);
  });

  test('a run that was cut off after the call does not take its own doing for somebody else’s', async () => {
    await open({ start: morning, workstations: fleet(1), assumptions: { workstationStartMinutes: 10 } }, policyText(follow));
    const { store } = fixture;
    let created = 0;
    store.beforeCreate = (key) => {
      created += key.startsWith('written/') ? 1 : 0;
      if (created > 1) throw new TypeError('the process ends here');
    };
    await expect(fixture.run()).rejects.toThrow('the process ends here');
    store.beforeCreate = () => {};
    fixture.simulator.advance(minuteMs);
    expect((await fixture.run()).counts).toMatchObject({ act: 0, hold: 0, keep: 1 });
  });
});

test('a function that observes writes nothing to the service, and neither does a plan', async () => {
  const workstations = [
    ...fleet(3),
    ...fleet(2, { status: 'RUNNING' }).map((each) => ({ ...each, id: `${each.id}-on`, name: `on-${each.id}` })),
  ];
  await open({ start: morning, workstations }, policyText(follow, { mode: 'mode: {default: observe}' }));
  for (let hour = 0; hour < 48; hour++) {
    const report = await fixture.run(hour % 3 === 0 ? 'plan' : 'apply');
    expect(report.outcomes).toEqual([]);
    fixture.simulator.advance(hourMs);
  }
  const { ledger } = fixture.simulator;
  expect(new Set(ledger.records.map(({ action }) => action))).toEqual(new Set(['ListWuyingServer', 'GetCallerIdentity']));
});

test('a week by the hour is on in its hours and off outside, does nothing twice, and tells each hold once', async () => {
  await open({ start: '2026-11-25 00:00', workstations: fleet(3) }, policyText(follow));
  const told: string[] = [];
  // Somebody works on into the night, and somebody comes in on Saturday morning.
  const people: Readonly<Record<string, () => void>> = {
    '2026-11-26 20:00': () => {
      fixture.workstation('w-0').sessions = [{ user: 'amy', startedMs: shanghai('2026-11-26 20:00') }];
    },
    '2026-11-27 02:00': () => {
      fixture.workstation('w-0').sessions = [];
    },
    '2026-11-28 08:00': () => fixture.workstation('w-1').start(),
  };
  const expected: Readonly<Record<string, readonly string[]>> = {
    '2026-11-25 10:00': ['STARTING', 'STARTING', 'STARTING'],
    '2026-11-25 11:00': ['RUNNING', 'RUNNING', 'RUNNING'],
    '2026-11-27 01:00': ['RUNNING', 'STOPPED', 'STOPPED'],
    '2026-11-27 02:00': ['RUNNING', 'STOPPED', 'STOPPED'],
    '2026-11-27 03:00': ['STOPPING', 'STOPPED', 'STOPPED'],
    '2026-11-28 09:00': ['STOPPED', 'RUNNING', 'STOPPED'],
    '2026-11-28 13:00': ['STARTING', 'RUNNING', 'STARTING'],
    '2026-11-28 20:00': ['STOPPING', 'STOPPING', 'STOPPING'],
  };
  for (let hour = 0; hour < 7 * 24; hour++) {
    const report = await fixture.run();
    expect(report.errors).toEqual([]);
    told.push(...report.newHolds);
    const now = new Date(fixture.simulator.world.clock.nowMs + 8 * hourMs).toISOString().slice(0, 16).replace('T', ' ');
    if (expected[now]) expect([now, ...statuses(['w-0', 'w-1', 'w-2'])]).toEqual([now, ...expected[now]]);
    people[now]?.();
    fixture.simulator.advance(hourMs);
  }
  // That somebody still works is no news: the session ends by itself.
  expect(told).toEqual(['w-1']);
  expect(fixture.simulator.world.accounts.get(accountId)?.statistics.sessionsInterrupted).toBe(0);
  // Wednesday to Friday and Monday, Tuesday in the morning; Saturday, without the one that ran, and Sunday at noon.
  expect(sizes(fixture.calls('StartWuyingServer'))).toEqual([3, 3, 3, 2, 3, 3, 3]);
  expect(fixture.calls('StopWuyingServer').flat()).toHaveLength(3 * 7 - 3);
}, 30_000);

test('a new policy with another step takes up what a person changed under the old one', async () => {
  await open({ start: night, workstations: fleet(1) }, policyText(follow));
  await fixture.run();
  fixture.workstation('w-0').start();
  fixture.simulator.advance(hourMs);
  expect(verdicts(await fixture.run())).toEqual(['w-0 hold manual-change']);
  const text = policyText(follow).replace('09:30-23:30', '09:30-24:00');
  fixture.policy = policyFrom(text, fixture.simulator.world.clock.nowMs);
  expect(verdicts(await fixture.run())).toEqual(['w-0 act schedule-off']);
});

test('one that we stopped is started for an exception that comes minutes later, though the list still shows it running', async () => {
  const text = policyText(follow);
  await open({ start: night, workstations: fleet(1, { status: 'RUNNING' }) }, text);
  await fixture.run();
  expect(fixture.calls('StopWuyingServer')).toEqual([['w-0']]);
  fixture.simulator.advance(4 * minuteMs);
  const exception = 'exceptions: [{because: Night render, workstations: all, from: 2026-11-25, until: 2026-11-27, keepAtLeast: 100%}]';
  fixture.policy = policyFrom(policyText(follow, { exceptions: exception }), shanghai(night));
  fixture.rows.set('w-0', { Status: 'RUNNING' });
  expect((await fixture.run()).decisions).toEqual([]);
  fixture.rows.clear();
  fixture.simulator.advance(5 * minuteMs);
  expect(verdicts(await fixture.run())).toEqual(['w-0 act schedule-on']);
  expect(fixture.calls('StartWuyingServer')).toEqual([['w-0']]);
});

test('an exception in the night is named where it keeps one on, and the schedule with its own step before and after', async () => {
  const exceptions =
    'exceptions: [{because: Night render, workstations: all, from: 2026-11-25 23:40, until: 2026-11-26 02:00, keepAtLeast: 1%}]';
  await open({ start: night, workstations: fleet(1, { status: 'RUNNING' }) }, policyText(follow, { exceptions }));
  const says = async (at: string): Promise<string | undefined> => {
    fixture.simulator.advanceTo(shanghai(at));
    const said: (string | undefined)[] = [];
    await fixture.run('apply', { onDecision: (_workstation, { because }) => void said.push(because[0]?.text) });
    return said.at(-1);
  };
  expect(await says('2026-11-25 23:31')).toBe('schedule studio wants it off since 2026-11-25 23:30, and it runs');
  expect(await says('2026-11-25 23:45')).toBe('an exception keeps it on until 2026-11-26 02:00: Night render; it is stopped');
  expect(await says('2026-11-26 00:30')).toBe('an exception keeps it on until 2026-11-26 02:00: Night render');
  expect(await says('2026-11-26 02:00')).toBe('schedule studio wants it off since 2026-11-25 23:30, and it runs');
  expect(await says('2026-11-26 02:30')).toBe('it is off as schedule studio wants');
});

test('a step between two levels above zero is none: what a person stopped stays so until the evening is over', async () => {
  const levels = (text: string): string => text.replace('09:30-23:30: 100%', '09:30-12:00: 40%, 12:00-23:30: 100%');
  await open({ start: morning, workstations: fleet(1) }, levels(policyText(follow)));
  await fixture.run();
  fixture.simulator.advance(10 * minuteMs);
  await fixture.run();
  fixture.workstation('w-0').status = 'STOPPED';
  for (const at of ['2026-11-25 11:00', '2026-11-25 12:00', '2026-11-25 18:00']) {
    fixture.simulator.advanceTo(shanghai(at));
    const { decisions } = await fixture.run();
    expect(decisions[0]?.because[0]?.text).toBe('a person has stopped it; it stands until 2026-11-25 23:30');
  }
  fixture.simulator.advanceTo(shanghai('2026-11-26 09:30'));
  await fixture.run();
  expect(fixture.calls('StartWuyingServer')).toHaveLength(2);
});
