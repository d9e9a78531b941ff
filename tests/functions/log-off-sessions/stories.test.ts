import { describe, expect, onTestFinished, test } from 'vitest';
import type { Explanation } from '../../../cli/explain/explanation.ts';
import { explanationLines } from '../../../cli/explain/explanation-lines.ts';
import { styleFor } from '../../../cli/render/style.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { pastWrites } from '../../../shared/journal/intents/past-writes.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as worldHandlers } from '../../../simulator/operations/index.ts';
import { accountId, type LiveFunction } from '../../e2e/live-function.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { minuteMs } from '../../fixtures/times.ts';
import { type Fixture, fixedSeed, groupOf, groupSeed, logOffLive, processOn, sessionsOf } from './log-off-fixture.ts';

const everyone = '{name: r, groups: all, after: {schedule: office, wait: 30m}, who: everyone}';
const unbinding = everyone.replace(/}$/, ', resetAfterUnbind: disabled}');
const disconnected = unbinding.replace('everyone', 'disconnected');

const outcomes = ({ outcomes: all }: RunReport) =>
  all.map(({ resource, outcome, because }) => `${resource.id} ${outcome}${because ? ` ${because.code}` : ''}`);
const holds = ({ decisions }: RunReport) =>
  decisions.filter(({ verdict }) => verdict === 'hold').map(({ resource, because }) => `${resource.id} ${because[0]?.code}`);

async function fixture(rules: readonly string[], groups: Parameters<typeof logOffLive>[1], more: Fixture = {}): Promise<LiveFunction> {
  const live = await logOffLive(rules, groups, more);
  onTestFinished(() => live.close());
  return live;
}

/** A world in which something happens right before the n-th look at sessions. */
function beforeLook(nth: number, happens: (group: ReturnType<typeof groupOf>, nowMs: number) => void): Readonly<Record<string, Handler>> {
  let looks = 0;
  return {
    ListAppInstances: (input, context) => {
      looks += 1;
      const group = context.account.groups.get('g');
      if (looks === nth && group) happens(group, context.nowMs);
      return worldHandlers['ListAppInstances']?.(input, context) ?? {};
    },
  };
}

describe('what changes between the plan and the call', () => {
  test('a user who has connected again is not unbound', async () => {
    const handlers = beforeLook(2, (group, nowMs) => void group.connect('ben', nowMs));
    const live = await fixture([disconnected], [fixedSeed()], { handlers });
    expect(outcomes(await live.run())).toEqual(['g/ben held changed-since-plan']);
    expect([live.writes(), sessionsOf(live)]).toEqual([[], ['ann', 'ben']]);
    await live.run('plan');
    expect(live.decided).toEqual(['g keep nobody-to-log-off', 'g/ann keep connected', 'g/ben keep connected']);
  });

  test('a user who has gone needs no unbinding', async () => {
    const handlers = beforeLook(2, (group, nowMs) => {
      const session = group.sessions.get('ben');
      if (session) group.end(session, 'left', nowMs);
    });
    const live = await fixture([disconnected], [fixedSeed()], { handlers });
    expect(outcomes(await live.run())).toEqual(['g/ben held resource-gone']);
    expect(live.writes()).toEqual([]);
  });

  test('a user who moved to another app instance is not unbound from it', async () => {
    const handlers = beforeLook(2, (group, nowMs) => {
      const [ann, ben] = [group.sessions.get('ann'), group.sessions.get('ben')];
      if (!ann || !ben) return;
      group.end(ann, 'left', nowMs);
      group.end(ben, 'left', nowMs);
      group.connect('ben', nowMs);
    });
    const live = await fixture([unbinding], [fixedSeed()], { handlers });
    expect(outcomes(await live.run()).sort()).toEqual(['g/ann held resource-gone', 'g/ben held changed-since-plan']);
    expect(sessionsOf(live)).toEqual(['ben']);
  });

  test.each([
    ['the whole group', [everyone], groupSeed()],
    ['one by one', [unbinding], fixedSeed()],
  ] as const)('the end of the window keeps everyone: %s', async (_name, rules, group) => {
    let live: LiveFunction | undefined;
    const handlers = beforeLook(2, () => live?.simulator.advance(minuteMs));
    live = await fixture(rules, [group], { handlers, at: '2026-11-24 22:29' });
    const report = await live.run();
    expect(new Set(report.outcomes.map(({ because }) => because?.data?.['code']))).toEqual(new Set(['window-over']));
    expect([live.writes(), sessionsOf(live).length]).toEqual([[], 2]);
  });

  test('one more connected user keeps the whole group until the next run', async () => {
    const handlers = beforeLook(2, (group, nowMs) => void group.connect('ben', nowMs));
    const live = await fixture([everyone], [groupSeed()], { handlers });
    expect(outcomes(await live.run())).toEqual(['g held changed-since-plan']);
    expect(outcomes(await live.run())).toEqual(['g done']);
    expect(sessionsOf(live)).toEqual([]);
  });

  test('a protected user who has come keeps the whole group', async () => {
    const handlers = beforeLook(2, (group, nowMs) => {
      const instance = group.sessions.get('ben')?.instance;
      const session = group.sessions.get('ben');
      if (session) group.end(session, 'left', nowMs);
      group.connect('board-1', nowMs, instance ? { instance } : {});
    });
    const live = await fixture([everyone], [groupSeed()], { handlers, sections: 'limits: {}\nprotect: {users: [board-*]}' });
    expect(outcomes(await live.run())).toEqual(['g held changed-since-plan']);
    expect(sessionsOf(live)).toEqual(['ann', 'board-1']);
  });
});

describe('a call that fails', () => {
  test('without an answer is never made again, and told', async () => {
    const live = await fixture([unbinding], [fixedSeed({ sessions: [{ user: 'ann' }] })], {
      faults: [{ kind: 'drop', action: 'Unbind', times: 'always' }],
    });
    expect(outcomes(await live.run())).toEqual(['g/ann unknown call-unknown']);
    const sent = live.simulator.ledger.count('Unbind', 'received');
    const next = await live.run();
    expect([outcomes(next), holds(next)]).toEqual([[], ['g/ann log-off-unclear']]);
    expect([live.simulator.ledger.count('Unbind', 'received'), sessionsOf(live)]).toEqual([sent, ['ann']]);
  });

  test('after the service has executed it leaves nothing to do', async () => {
    const live = await fixture([everyone], [groupSeed()], {
      faults: [{ kind: 'lose-answer', action: 'LogOffAllSessionsInAppInstanceGroup', times: 'always' }],
    });
    expect(outcomes(await live.run())).toEqual(['g unknown call-unknown']);
    expect((await live.run()).counts).toMatchObject({ act: 0, hold: 0 });
    expect(sessionsOf(live)).toEqual([]);
  });

  test('because it was refused is made once more in the window, then told', async () => {
    const live = await fixture([unbinding], [fixedSeed({ sessions: [{ user: 'ann' }] })], {
      faults: [{ kind: 'deny', action: 'Unbind', times: 'always' }],
    });
    expect(outcomes(await live.run())).toEqual(['g/ann failed call-refused']);
    expect(outcomes(await live.run())).toEqual(['g/ann failed call-refused']);
    const third = await live.run();
    expect([outcomes(third), holds(third)]).toEqual([[], ['g/ann log-off-failed']]);
    expect(live.simulator.ledger.count('Unbind', 'received')).toBe(2);
  });

  test('for the whole group without having run is followed by unbinding one by one', async () => {
    const faults = [{ kind: 'deny', action: 'LogOffAllSessionsInAppInstanceGroup', times: 'always' }] as const;
    const live = await fixture([unbinding], [groupSeed()], { faults });
    expect(outcomes(await live.run())).toEqual(['g failed call-refused']);
    expect(outcomes(await live.run())).toEqual(['g failed call-refused']);
    expect(outcomes(await live.run()).sort()).toEqual(['g/ann done', 'g/ben done']);
    expect(sessionsOf(live)).toEqual([]);
  });

  test('with a code that nobody has described is not taken for harmless: it is told, and nobody is cut after it', async () => {
    // The service reads its times in another zone than the policy believes, so that a period runs there.
    const live = await fixture([unbinding], [groupSeed({ sessions: [] })], { assumptions: { scheduleZone: 'UTC' } });
    for (const user of ['ann', 'ben']) groupOf(live.simulator).connect(user, live.simulator.world.clock.nowMs);
    expect(outcomes(await live.run())).toEqual(['g unknown call-unknown']);
    const next = await live.run();
    expect([outcomes(next), holds(next), sessionsOf(live)]).toEqual([[], ['g log-off-unclear'], ['ann', 'ben']]);
  });

  test('to read a session again leaves it for the next run', async () => {
    const live = await fixture([disconnected], [fixedSeed()], {
      faults: [{ kind: 'deny', action: 'ListAppInstances', skip: 1, times: 'always' }],
    });
    expect(outcomes(await live.run())).toEqual(['g/ben failed reread-failed']);
    live.simulator.faults.clear();
    expect(outcomes(await live.run())).toEqual(['g/ben done']);
  });
});

test('two processes at once unbind each session once', async () => {
  const live = await fixture([unbinding], [fixedSeed()]);
  const [one, other] = [processOn(live, [unbinding]), processOn(live, [unbinding])];
  await Promise.all([one.run(), other.run()]);
  await one.run();
  const users = live.writes().map(({ input }) => input['EndUserId']);
  expect(new Set(users).size).toBe(users.length);
  expect(sessionsOf(live)).toEqual([]);
  expect((await verifyJournal(live.store)).problems).toEqual([]);
});

test('a change of the rule within a window does not log off anybody again', async () => {
  const live = await fixture([unbinding], [fixedSeed()]);
  await live.run();
  live.simulator.advance(5 * minuteMs);
  groupOf(live.simulator).connect('ann', live.simulator.world.clock.nowMs);
  await processOn(live, [unbinding.replace('name: r', 'name: renamed').replace('wait: 30m', 'wait: 35m')]).run();
  expect(sessionsOf(live)).toEqual(['ann']);
});

describe('calls', () => {
  test('beyond the pages are made only while a log-off is due', async () => {
    const groups = [fixedSeed(), fixedSeed({ id: 'h', name: 'other' })];
    const live = await fixture([unbinding.replace('all', '{name: ledger}')], groups, { at: '2026-11-24 20:29' });
    expect((await live.run()).calls.byOperation).toEqual({ GetCallerIdentity: 1, ListAppInstanceGroup: 1 });
    live.simulator.advance(minuteMs);
    // Per session that is ended: the group, its persistent sessions and those of the user, then the call.
    expect((await live.run()).calls.byOperation).toEqual({
      ...{
        ListAppInstanceGroup: 1,
        GetAppInstanceGroup: 2,
        ListPersistentAppInstances: 3,
        ListAppInstances: 3,
        Unbind: 2,
      },
    });
    live.simulator.advanceTo(shanghai('2026-11-24 22:30'));
    expect((await live.run()).calls.byOperation).toEqual({ ListAppInstanceGroup: 1 });
  });

  test.each([
    ['the whole group', [everyone], groupSeed()],
    ['one by one', [unbinding], fixedSeed()],
  ] as const)('that change something are not made where the function observes: %s', async (_name, rules, group) => {
    const live = await fixture(rules, [group], { mode: 'observe' });
    const report = await live.run();
    expect(report.counts.act).toBeGreaterThan(0);
    expect([live.writes(), sessionsOf(live).length]).toEqual([[], 2]);
    expect([...live.store.records.keys()].filter((key) => key.startsWith('claims/'))).toEqual([]);
  });
});

test('a week of evenings: users come and go, each day’s sessions are ended once, and nobody is kept out in the morning', async () => {
  const rule = unbinding.replace(/}$/, ', drain: 30m}');
  const live = await fixture([rule], [fixedSeed({ users: [{ prefix: 'user', count: 6, profile: 'studio' }], sessions: [] })], {
    at: '2026-11-24 19:00',
  });
  for (let run = 0; run < 7 * 24 * 2; run++) {
    const nowMs = live.simulator.world.clock.nowMs;
    const hour = new Date(nowMs + 8 * 3_600_000).getUTCHours();
    if (hour >= 19) {
      const report = await live.run();
      expect(report.errors).toEqual([]);
    }
    if (hour >= 21 || hour < 20) expect([hour, groupOf(live.simulator).drained]).toEqual([hour, false]);
    live.simulator.advance(30 * minuteMs);
  }
  const perDay = new Map<string, number>();
  for (const { action, input, atDate } of datedWrites(live)) {
    if (action !== 'Unbind') continue;
    const key = `${atDate} ${input['EndUserId']}`;
    perDay.set(key, (perDay.get(key) ?? 0) + 1);
  }
  expect(perDay.size).toBeGreaterThan(10);
  expect(Math.max(...perDay.values())).toBe(1);
  expect((await verifyJournal(live.store)).problems).toEqual([]);
});

function datedWrites({ simulator }: LiveFunction) {
  return simulator.ledger.records
    .filter(({ executed }) => executed)
    .map(({ action, input = {}, receivedAtMs }) => ({
      action,
      input,
      atDate: new Date(receivedAtMs + 8 * 3_600_000).toISOString().slice(0, 10),
    }));
}

test('what was written to the sessions of a group is told of the group', async () => {
  const live = await fixture([unbinding], [fixedSeed()]);
  await live.run();
  const written = await pastWrites(live.store, 'log-off-sessions', accountId, 'g');
  expect(written.map(({ part, setting, outcome }) => `${part} ${setting} ${outcome}`).sort()).toEqual([
    'ann sessions done',
    'ben sessions done',
  ]);
  const [resource, rule] = [groupOf(live.simulator), 'r'];
  const decision = { rule, resource: { id: 'g' }, verdict: 'keep', because: [] } as const;
  const story = { function: 'log-off-sessions', target: 'home', functionMode: 'act', written, renewals: [], decision } as const;
  const observed = { id: resource.id, kind: 'delivery-group', region: resource.region } as Explanation['resource'];
  const lines = explanationLines({ ...story, resource: observed }, styleFor(), () => 'then');
  expect(lines).toContain('    then  ann: sessions = after-office 2026-11-24  done');
});
