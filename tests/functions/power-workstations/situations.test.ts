import { expect, test } from 'vitest';
import type { Decision } from '../../../shared/planning/decision.ts';
import type { WorkstationSeed } from '../../../simulator/world/seed.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { type PowerFixture, policyText, powerFixture } from './power-fixture.ts';

/** A Wednesday; the schedule of these rules is on from 09:30 to 23:30. */
const day = '2026-11-25 10:00';
const night = '2026-11-26 01:00';

const station = (more: Partial<WorkstationSeed> = {}): WorkstationSeed => ({
  ...{
    id: 'w',
    name: 'artist',
    region: 'cn-hangzhou',
    charge: 'PostPaid',
    status: 'STOPPED',
    officeSite: 'cn-hangzhou+dir-1',
    users: ['amy'],
  },
  ...more,
});
const running = (more: Partial<WorkstationSeed> = {}) => station({ status: 'RUNNING', ...more });
const busy = (...sessions: string[]) => running({ sessions });

const follow = '{name: r, workstations: all, schedule: studio}';
const cutting = '{name: r, workstations: all, schedule: studio, stopOnlyWithoutSession: false}';
const exception = (more: string) => ({
  exceptions: `exceptions: [{because: Night render, workstations: all, from: 2026-11-20, until: 2026-11-30, ${more}}]`,
});

interface Situation {
  readonly rule?: string;
  readonly sections?: Readonly<Record<string, string>>;
  readonly start?: string;
  readonly workstations?: readonly WorkstationSeed[];
  readonly assumptions?: Readonly<Record<string, string | number | boolean>>;
  readonly rows?: Readonly<Record<string, unknown>>;
  readonly before?: (fixture: PowerFixture) => unknown;
  /** `id verdict code`, every observed workstation. */
  readonly decides: readonly string[];
  /** Ids that this run starts and stops; default none. */
  readonly starts?: readonly string[];
  readonly stops?: readonly string[];
}

const apply = (fixture: PowerFixture) => fixture.run('apply');

const situations: Readonly<Record<string, Situation>> = {
  'one that is stopped is started in the hours of its schedule': { decides: ['w act schedule-on'], starts: ['w'] },
  'one that runs is stopped outside': { start: night, workstations: [running()], decides: ['w act schedule-off'], stops: ['w'] },
  'a subscription is stopped too, which saves nothing': {
    start: night,
    workstations: [running({ charge: 'PrePaid' })],
    decides: ['w act schedule-off saves-nothing'],
    stops: ['w'],
  },
  'one that runs in its hours is as wanted': { workstations: [running()], decides: ['w keep as-wanted'] },
  'one that is stopped outside is as wanted': { start: night, decides: ['w keep as-wanted'] },
  'any level above zero is on': { start: '2026-11-28 13:00', decides: ['w act schedule-on'], starts: ['w'] },
  'the end of a period is outside it': {
    start: '2026-11-25 23:30',
    workstations: [running()],
    decides: ['w act schedule-off'],
    stops: ['w'],
  },
  'one on which somebody has a session is not stopped': { start: night, workstations: [busy('amy')], decides: ['w hold in-use'] },
  'it is stopped once the session has ended': {
    start: night,
    workstations: [busy('amy')],
    before: async (fixture) => {
      await apply(fixture);
      fixture.workstation('w').sessions = [];
    },
    decides: ['w act schedule-off'],
    stops: ['w'],
  },
  'where the rule says so it is stopped under sessions': {
    rule: cutting,
    start: night,
    workstations: [busy('amy')],
    decides: ['w act schedule-off'],
    stops: ['w'],
  },
  'a limit on cut sessions holds that': {
    rule: cutting,
    sections: { limits: 'limits: {sessionsCutPerRun: 1}' },
    start: night,
    workstations: [busy('amy', 'ben')],
    decides: ['w hold limit-sessions-run'],
  },
  'a protected user is not cut': {
    rule: cutting,
    sections: { protect: 'protect: {users: ["BOARD-*"]}' },
    start: night,
    workstations: [busy('amy', 'board-2')],
    decides: ['w hold protected-user'],
  },
  'where users are protected, a session that names nobody is not cut': {
    rule: cutting,
    sections: { protect: 'protect: {users: [board-*]}' },
    start: night,
    workstations: [running()],
    rows: { ResourceSessionStatus: 'Connected' },
    decides: ['w hold protection-unknown'],
  },
  'somebody who is connected but not listed has a session': {
    start: night,
    workstations: [running()],
    rows: { ResourceSessionStatus: 'connected', Sessions: undefined },
    decides: ['w hold in-use'],
  },
  'sessions that the answer leaves out are unknown': {
    start: night,
    workstations: [running()],
    rows: { Sessions: undefined },
    decides: ['w hold sessions-unknown'],
  },
  'a state of sessions that nobody has described is unknown': {
    rule: cutting,
    start: night,
    workstations: [running()],
    rows: { ResourceSessionStatus: 'Disconnected' },
    decides: ['w hold sessions-unknown'],
  },
  'starting needs no look at sessions': { rows: { Sessions: undefined }, decides: ['w act schedule-on'], starts: ['w'] },
  'a rule above that leaves alone wins': {
    rule: `{name: farm, workstations: {name: "art*"}, power: leave-alone}\n- ${follow}`,
    start: night,
    workstations: [running()],
    decides: ['w keep left-alone'],
  },
  'what no rule matches is left alone': {
    rule: '{name: r, workstations: {officeNetwork: cn-hangzhou+dir-2}, schedule: studio}',
    decides: ['w keep not-covered'],
  },
  'what is outside the regions of the target is left alone': {
    workstations: [station({ region: 'cn-shanghai' })],
    decides: ['w keep not-covered'],
  },
  'a missing region holds': { rows: { BizRegionId: undefined }, decides: ['w hold region-unknown'] },
  'a value that a selector needs and that is missing holds': {
    rule: '{name: r, workstations: {user: amy}, schedule: studio}',
    rows: { Users: undefined },
    decides: ['w hold selector-unknown'],
  },
  'one that a timer of the service switches belongs to that timer': { rows: { TimerGroupId: 'ccg-1' }, decides: ['w keep service-timer'] },
  'a status that is not known holds': { rows: { Status: 'HIBERNATED' }, decides: ['w hold status'] },
  'a missing status holds': { rows: { Status: undefined }, decides: ['w hold status'] },
  'a status without power in it holds': { workstations: [station({ status: 'REBUILDING' })], decides: ['w hold status'] },
  'one that has run out holds': { workstations: [station({ status: 'UNAVAILABLE' })], decides: ['w hold status'] },
  'the case of a status plays no part': {
    assumptions: { workstationStatusCase: 'capitalized' },
    decides: ['w act schedule-on'],
    starts: ['w'],
  },
  'one that we have just started is on its way': {
    assumptions: { workstationStartMinutes: 10 },
    before: async (fixture) => {
      await apply(fixture);
      fixture.simulator.advance(5 * minuteMs);
    },
    decides: ['w keep in-transit'],
  },
  'one that still starts after a quarter of an hour has not got there': {
    before: async (fixture) => {
      await apply(fixture);
      fixture.rows.set('w', { Status: 'STARTING' });
      fixture.simulator.advance(15 * minuteMs);
    },
    decides: ['w hold not-reached'],
  },
  'one that still stops after a quarter of an hour has not got there': {
    start: night,
    workstations: [running()],
    before: async (fixture) => {
      await apply(fixture);
      fixture.rows.set('w', { Status: 'STOPPING' });
      fixture.simulator.advance(20 * minuteMs);
    },
    decides: ['w hold not-reached'],
  },
  'a service that took the call and did nothing has not got there': {
    rows: { Status: 'STOPPED' },
    before: async (fixture) => {
      await apply(fixture);
      fixture.simulator.advance(15 * minuteMs);
    },
    decides: ['w hold not-reached'],
  },
  'one that starts because of somebody else is left to them': {
    workstations: [station({ status: 'STARTING' })],
    decides: ['w hold moved-by-others'],
  },
  'one that was started by hand in the night stays on': {
    start: night,
    before: async (fixture) => {
      await apply(fixture);
      fixture.workstation('w').start();
      fixture.simulator.advance(2 * hourMs);
    },
    decides: ['w hold manual-change'],
  },
  'until the schedule has taken its next step': {
    start: night,
    before: async (fixture) => {
      await apply(fixture);
      fixture.workstation('w').start();
      fixture.simulator.advance(2 * hourMs);
      await apply(fixture);
      fixture.simulator.advance(12 * hourMs);
      await apply(fixture);
      fixture.simulator.advance(9 * hourMs);
    },
    decides: ['w act schedule-off'],
    stops: ['w'],
  },
  'one that was stopped by hand in the day stays off': {
    workstations: [running()],
    before: async (fixture) => {
      await apply(fixture);
      fixture.workstation('w').stop(false);
      fixture.simulator.advance(hourMs);
    },
    decides: ['w hold manual-change'],
  },
  'a freeze does not hold a start': {
    sections: { limits: 'limits: {freezes: [{from: 2026-11-20, until: 2026-12-01, because: Closing}]}' },
    decides: ['w act schedule-on'],
    starts: ['w'],
  },
  'a freeze holds a stop': {
    sections: { limits: 'limits: {freezes: [{from: 2026-11-20, until: 2026-12-01, because: Closing}]}' },
    start: night,
    workstations: [running()],
    decides: ['w hold frozen'],
  },
  'an exception forbids powering off': {
    sections: exception('never: [power-off]'),
    start: night,
    workstations: [running()],
    decides: ['w hold exception-never'],
  },
  'an exception that forbids cutting sessions holds a stop under them': {
    rule: cutting,
    sections: exception('never: [cut-sessions]'),
    start: night,
    workstations: [busy('amy')],
    decides: ['w hold exception-never'],
  },
  'and lets a stop without any pass': {
    sections: exception('never: [cut-sessions]'),
    start: night,
    workstations: [running()],
    decides: ['w act schedule-off'],
    stops: ['w'],
  },
  'on a day of a year that is not published it is switched as on an ordinary day': {
    start: '2027-01-04 10:00',
    decides: ['w act schedule-on'],
    starts: ['w'],
  },
  'an exception that keeps capacity up keeps it on at night': {
    sections: exception('keepAtLeast: 100%'),
    start: night,
    workstations: [running()],
    decides: ['w keep as-wanted'],
  },
  'and starts one that is off': {
    sections: exception('keepAtLeast: 100%'),
    start: night,
    decides: ['w act schedule-on'],
    starts: ['w'],
  },
  'no limit holds starts': {
    sections: { limits: 'limits: {shareOfRulePerRun: 0%, actionsPerRun: 0}' },
    workstations: [station({ id: 'a' }), station({ id: 'b', name: 'b' })],
    decides: ['a act schedule-on', 'b act schedule-on'],
    starts: ['a', 'b'],
  },
  'no limit holds planned stops without a session': {
    sections: { limits: 'limits: {shareOfRulePerRun: 0%, actionsPerRun: 0, sessionsCutPerRun: 0}' },
    start: night,
    workstations: [running({ id: 'a' }), running({ id: 'b', name: 'b' })],
    decides: ['a act schedule-off', 'b act schedule-off'],
    stops: ['a', 'b'],
  },
  'stops under sessions are held beyond a share of the rule, and those without a session are made': {
    rule: cutting,
    sections: { limits: 'limits: {shareOfRulePerRun: 50%}' },
    start: night,
    workstations: [{ ...busy('amy'), id: 'a' }, { ...busy('bob'), id: 'b' }, { ...busy('cat'), id: 'c' }, running({ id: 'd', name: 'd' })],
    decides: ['a hold limit-share-run', 'b hold limit-share-run', 'c hold limit-share-run', 'd act schedule-off'],
    stops: ['d'],
  },
  'what may not be stopped takes no place of what may': {
    rule: '{name: r, workstations: all, schedule: studio, atOnce: 2}',
    sections: {
      exceptions:
        'exceptions: [{because: The lab stays on, workstations: {name: "lab-*"}, from: 2026-11-20, until: 2026-11-30, never: [power-off]}]',
    },
    start: night,
    workstations: ['lab-1', 'lab-2', 'lab-3', 'desk-1', 'desk-2', 'desk-3'].map((name) => running({ id: name, name })),
    decides: [
      ...['lab-1', 'lab-2', 'lab-3'].map((id) => `${id} hold exception-never`),
      ...['desk-1', 'desk-2'].map((id) => `${id} act schedule-off`),
      'desk-3 hold waits-for-batch',
    ],
    stops: ['desk-1', 'desk-2'],
  },
};

test.each(Object.entries(situations))('%s', async (_name, { rule = follow, sections, rows, before, decides, ...more }) => {
  const { starts = [], stops = [], start = day, workstations = [station()], assumptions = {} } = more;
  const fixture = await powerFixture({ start, workstations, assumptions }, policyText(`- ${rule}`, sections));
  try {
    if (rows) fixture.rows.set('w', rows);
    await before?.(fixture);
    const seen = new Map<string, string>();
    const note = ({ resource, verdict, because }: Decision) =>
      seen.set(resource.id, `${resource.id} ${verdict} ${because.map(({ code }) => code).join(' ')}`);
    const plan = await fixture.run('plan', { onDecision: (_workstation, decision) => note(decision) });
    // As the guard left them.
    for (const decision of plan.decisions) note(decision);
    expect([...seen.values()].map((each) => each.split(' ').slice(0, 3).join(' '))).toEqual(
      decides.map((each) => each.split(' ').slice(0, 3).join(' ')),
    );
    for (const expected of decides) {
      const [id = '', ...words] = expected.split(' ');
      expect(seen.get(id)?.split(' ')).toEqual(expect.arrayContaining(words));
    }
    const earlier = { starts: fixture.calls('StartWuyingServer').length, stops: fixture.calls('StopWuyingServer').length };
    const applied = await fixture.run('apply');
    expect(applied.errors).toEqual([]);
    expect(fixture.calls('StartWuyingServer').slice(earlier.starts).flat()).toEqual(starts);
    expect(fixture.calls('StopWuyingServer').slice(earlier.stops).flat()).toEqual(stops);
    expect(applied.outcomes.map(({ outcome }) => outcome)).toEqual([...starts, ...stops].map(() => 'done'));
    // What was done is not done again.
    expect((await fixture.run('plan')).counts.act).toBe(0);
  } finally {
    await fixture.close();
  }
});
