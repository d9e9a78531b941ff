import { test } from 'vitest';
import { minuteMs } from '../../fixtures/times.ts';
import { fixedSeed, groupOf, groupSeed, scheduled } from './log-off-fixture.ts';
import {
  bothUnbound,
  disconnected,
  ended,
  everyone,
  long,
  oneByOne,
  playSituation,
  type Situation,
  unbinding,
  whole,
} from './situation-fixture.ts';

const nightly = '{name: r, groups: all, at: "20:30", days: everyday, who: everyone, resetAfterUnbind: disabled}';

/** A weekly schedule that has ended, in a world where its last nodes stay: users can come back at night. */
const lapsed = { ...scheduled, strategy: { ...scheduled.strategy, disable: '2026-11-20' } };
const nodesAtNight = { groups: [groupSeed({ pool: lapsed })], assumptions: { lapsedSchedule: 'last-amount' } } as const;

const situations: Readonly<Record<string, Situation>> = {
  'after the end and the wait one call logs off everyone': { decides: whole, leaves: [], writes: [ended] },
  'the window begins when the wait is over': { at: '2026-11-24 20:30', decides: whole, leaves: [], writes: [ended] },
  'a minute before it nothing happens': { at: '2026-11-24 20:29', decides: ['g keep outside-window'] },
  'the window lapses two hours later': { at: '2026-11-24 22:30', decides: ['g keep outside-window'] },
  'nobody there needs no log-off': { groups: [groupSeed({ sessions: [] })], decides: ['g keep no-sessions'] },
  'what no rule matches is left alone': { rules: [everyone.replace('all', '{name: "other-*"}')], decides: ['g keep not-covered'] },
  'another region is left alone': { groups: [groupSeed({ region: 'cn-shanghai' })], decides: ['g keep not-covered'] },
  'a group that is not serving holds': {
    before: ({ simulator }) => {
      groupOf(simulator).status = 'MAINTAIN_FAILED';
    },
    decides: ['g hold status'],
  },
  'without the owner’s word on the reset nobody is unbound': {
    groups: [fixedSeed()],
    decides: ['g hold reset-unconfirmed, not-whole', 'g/ann keep with-group', 'g/ben keep with-group'],
  },
  'where unbinding would reset, nobody is unbound': {
    rules: [unbinding.replace('disabled', 'enabled')],
    groups: [fixedSeed()],
    decides: ['g hold reset-unconfirmed, not-whole', 'g/ann keep with-group', 'g/ben keep with-group'],
  },
  'with that word each session is unbound': { rules: [unbinding], groups: [fixedSeed()], decides: oneByOne, ...bothUnbound },
  'a subscription is unbound one by one': {
    rules: [unbinding],
    groups: [fixedSeed({ charge: 'PrePaid' })],
    decides: oneByOne,
    ...bothUnbound,
  },
  'a running period of the service’s schedule leaves only unbinding': {
    rules: [unbinding],
    groups: [
      groupSeed({
        pool: { ...groupSeed().pool, strategy: { schedule: { '1-7': { '08:00-21:00': 2 } }, enable: '2026-11-01', disable: '2027-10-01' } },
      }),
    ],
    decides: oneByOne,
    ...bothUnbound,
  },
  'shortly before a period of the service’s schedule nobody is logged off': {
    rules: [unbinding],
    groups: [
      groupSeed({
        pool: {
          ...groupSeed().pool,
          strategy: { schedule: { '1-7': { '08:00-20:00': 2, '20:45-22:00': 1 } }, enable: '2026-11-01', disable: '2027-10-01' },
        },
      }),
    ],
    decides: ['g keep period-near', 'g/ann keep period-near', 'g/ben keep period-near'],
  },
  'only the disconnected are logged off where the rule says so': {
    rules: [disconnected],
    decides: ['g keep one-by-one, not-whole', 'g/ann keep connected', 'g/ben act window-open'],
    leaves: ['ann'],
    writes: ['Unbind'],
  },
  'a session that still starts is not known to be disconnected': {
    rules: [disconnected],
    groups: [groupSeed({ sessions: [{ user: 'ann' }] })],
    before: ({ simulator }) => {
      const session = groupOf(simulator).sessions.get('ann');
      if (session) session.state = 'starting';
    },
    decides: ['g keep nobody-to-log-off', 'g/ann keep connection-unknown'],
    leaves: ['ann (starting)'],
  },
  'only sessions in use for long are logged off where the rule says so': {
    rules: [long],
    groups: [
      groupSeed({
        sessions: [
          { user: 'ann', sinceMinutes: 10 },
          { user: 'ben', connected: false },
        ],
      }),
    ],
    at: '2026-11-24 20:31',
    decides: ['g keep one-by-one, not-whole', 'g/ann act window-open', 'g/ben act window-open'],
    ...bothUnbound,
  },
  'a session that has not lasted long stays': {
    rules: [long],
    groups: [fixedSeed()],
    before: ({ simulator }) => void groupOf(simulator).connect('cid', simulator.world.clock.nowMs),
    decides: ['g keep one-by-one, not-whole', 'g/ann act window-open', 'g/ben act window-open', 'g/cid keep not-long-enough'],
    leaves: ['cid'],
    writes: ['Unbind', 'Unbind'],
  },
  'a protected user stays, and the others are unbound': {
    rules: [unbinding],
    sections: 'limits: {}\nprotect: {users: ["BOARD-*"]}',
    groups: [groupSeed({ sessions: [{ user: 'ann' }, { user: 'board-1' }] })],
    decides: ['g keep one-by-one, not-whole', 'g/ann act window-open', 'g/board-1 act window-open'],
    held: ['g/board-1 protected-user'],
    leaves: ['board-1'],
    writes: ['Unbind'],
  },
  'a protected user keeps everyone where nobody may be unbound': {
    sections: 'limits: {}\nprotect: {users: ["board-*"]}',
    groups: [groupSeed({ sessions: [{ user: 'ann' }, { user: 'board-1' }] })],
    decides: ['g hold reset-unconfirmed, not-whole', 'g/ann keep with-group', 'g/board-1 keep with-group'],
  },
  'a protected group is not cut': {
    sections: 'limits: {}\nprotect: {groups: {name: ledger}}',
    decides: whole,
    held: ['g protected-group'],
  },
  'an owner’s tag protects': {
    sections: 'limits: {}\nprotect: {ownerTag: {key: keep-until, atMost: 7d}}',
    groups: [groupSeed({ tags: { 'keep-until': '2026-11-24' } })],
    decides: whole,
    held: ['g protected-owner'],
  },
  'an exception keeps sessions': {
    sections: 'limits: {}\nexceptions: [{because: Closing, groups: all, from: 2026-11-24, until: 2026-11-26, never: [cut-sessions]}]',
    decides: whole,
    held: ['g exception-never'],
  },
  'a freeze keeps sessions': {
    sections: 'limits: {freezes: [{from: 2026-11-24, until: 2026-11-26, because: Closing}]}',
    decides: whole,
    held: ['g frozen'],
  },
  'a limit on cut sessions keeps all of them': {
    sections: 'limits: {sessionsCutPerRun: 0}',
    decides: whole,
    held: ['g limit-sessions-run'],
  },
  'disconnected sessions do not count as cut': {
    rules: [disconnected],
    sections: 'limits: {sessionsCutPerRun: 0}',
    decides: ['g keep one-by-one, not-whole', 'g/ann keep connected', 'g/ben act window-open'],
    leaves: ['ann'],
    writes: ['Unbind'],
  },
  'persistent sessions stay, and the others are unbound': {
    rules: [unbinding],
    groups: [groupSeed({ persistent: [{ id: 'p-1', name: 'desk', users: ['ben'] }] })],
    decides: ['g keep one-by-one, not-whole', 'g/ann act window-open', 'g/ben keep persistent-kept'],
    leaves: ['ben (disconnected)'],
    writes: ['Unbind'],
  },
  'persistent sessions are unbound where the rule says so': {
    rules: [unbinding.replace(/}$/, ', persistentSessions: log-off}')],
    groups: [groupSeed({ persistent: [{ id: 'p-1', name: 'desk', users: ['ben'] }] })],
    decides: oneByOne,
    ...bothUnbound,
  },
  'a log-off at a time of day works alike': { rules: [nightly], decides: whole, leaves: [], writes: [ended] },
  'on other days it does not happen': { rules: [nightly.replace('everyday', '[monday, sunday]')], decides: ['g keep outside-window'] },
  'who comes back in the same window stays': {
    ...nodesAtNight,
    before: async (live) => {
      await live.run();
      const { simulator } = live;
      simulator.advance(10 * minuteMs);
      groupOf(simulator).connect('ann', simulator.world.clock.nowMs);
    },
    decides: ['g keep logged-off', 'g/ann keep logged-off'],
    leaves: ['ann'],
  },
  'who was unbound and comes back stays, even where the whole group could be cut now': {
    rules: [unbinding],
    sections: 'limits: {}\nprotect: {users: ["board-*"]}',
    ...nodesAtNight,
    groups: [groupSeed({ pool: lapsed, sessions: [{ user: 'ann' }, { user: 'board-1' }] })],
    before: async (live) => {
      await live.run();
      const { simulator } = live;
      const group = groupOf(simulator);
      const board = group.sessions.get('board-1');
      if (board) group.end(board, 'left', simulator.world.clock.nowMs);
      simulator.advance(10 * minuteMs);
      group.connect('ann', simulator.world.clock.nowMs);
      group.connect('cid', simulator.world.clock.nowMs);
    },
    decides: ['g keep one-by-one, not-whole', 'g/ann keep logged-off', 'g/cid act window-open'],
    leaves: ['ann'],
    writes: ['Unbind'],
  },
  'the next day’s window logs off anew': {
    ...nodesAtNight,
    before: async (live) => {
      await live.run();
      live.simulator.advance(24 * 60 * minuteMs);
      groupOf(live.simulator).connect('ann', live.simulator.world.clock.nowMs);
    },
    decides: ['g act whole-group, window-open', 'g/ann keep with-group'],
    leaves: [],
    writes: [ended],
  },
};

test.each(Object.entries(situations))('%s', (_name, situation) => playSituation(situation));
