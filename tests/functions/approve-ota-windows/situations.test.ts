import { test } from 'vitest';
import { instancesAs, instancesWith, listedAs, updateMore, updatesAs } from './ota-answers.ts';
import { rings } from './ota-fixture.ts';
import { expectSituation, members, type Situation } from './situation-fixture.ts';

const one = 'rings: [{name: all, groups: all, window: {days: everyday, at: 12:30-13:30}}]';
const keyed = (key: string) => `${key}\n${rings.trim()}`;

const situations: Readonly<Record<string, Situation>> = {
  'half an hour before the window an update is approved': { decides: ['c act due'], approvals: 1 },
  'earlier it waits': { start: '2026-11-25T11:59:58+08:00', decides: ['c hold waits-for-window'] },
  'the first instant counts': { start: '2026-11-25T12:00:00+08:00', decides: ['c act due'], approvals: 1 },
  'once the window has begun it waits for the next': { start: '2026-11-25T12:30:00+08:00', decides: ['c hold window-missed'] },
  'the last instant before the window counts': { start: '2026-11-25T12:29:59+08:00', decides: ['c act due'], approvals: 1 },
  'after the window it waits for the next': { start: '2026-11-25T13:30:00+08:00', decides: ['c hold waits-for-window'] },
  'on a restday the window of workdays is none': { start: '2026-11-28T12:05:00+08:00', decides: ['c hold waits-for-window'] },
  'a make-up workday is a workday': { start: '2026-10-10T12:05:00+08:00', decides: ['c act due'], approvals: 1 },
  'a holiday is none': { start: '2026-10-01T12:05:00+08:00', decides: ['c hold waits-for-window'] },
  'a day of a year that is not published holds': { start: '2027-03-03T12:05:00+08:00', decides: ['c hold unpublished-day'] },
  'approvals may be given earlier': {
    keys: keyed('approveAhead: 2h'),
    start: '2026-11-25T10:30:00+08:00',
    decides: ['c act due'],
    approvals: 1,
  },
  'without an offer nothing is to be done': {
    groups: members({ ota: { current: '7.4.0' } }),
    decides: ['c keep no-offer'],
  },
  'a version that is in use already is no offer': {
    groups: members({ ota: { current: '7.4.0', offered: '7.4.0' } }),
    decides: ['c keep no-offer'],
  },
  'a group that no ring selects is left alone': {
    keys: 'rings: [{name: all, groups: {name: "other-*"}, window: {days: everyday, at: 12:30-13:30}}]',
    decides: ['c keep not-covered'],
  },
  'a group outside the regions of the target is left alone': {
    groups: members({ region: 'cn-shanghai' }),
    decides: ['c keep not-covered'],
  },
  'an answer without a region holds': {
    handlers: listedAs(({ RegionId: _, ...group }) => group),
    decides: ['c hold region-unknown'],
  },
  'tags that cannot be read hold': {
    handlers: listedAs((group) => ({ ...group, Tags: undefined, ResourceTags: undefined })),
    decides: ['c hold selector-unknown'],
  },
  'an answer without the offer holds': { handlers: listedAs(({ OtaInfo: _, ...group }) => group), decides: ['c hold offer-unknown'] },
  'an offer without a task holds': {
    handlers: listedAs(({ OtaInfo, ...group }) => ({ ...group, OtaInfo: { ...OtaInfo, TaskId: '' } })),
    decides: ['c hold task-id-unknown'],
  },
  'a group under maintenance holds': { groups: members({ status: 'MAINTAINING' }), decides: ['c hold status'] },
  'a state that nobody knows holds': {
    handlers: listedAs((group) => ({ ...group, Status: 'PONDERING' })),
    decides: ['c hold status'],
  },
  'a version that the rule refuses holds': { keys: keyed('neverVersions: ["7.4.0"]'), decides: ['c hold never-version'] },
  'a version that somebody halted holds': { before: ({ halt }) => halt('7.4.0'), decides: ['c hold halted'] },
  'a halt of another version does not': { before: ({ halt }) => halt('7.4.1'), decides: ['c act due'], approvals: 1 },
  'a halt that was resumed does not': {
    before: async ({ halt, resume }) => {
      await halt('7.4.0');
      await resume('7.4.0');
    },
    decides: ['c act due'],
    approvals: 1,
  },
  'what somebody approved by hand is approved': { before: ({ byHand }) => byHand('c', '2026-11-25 20:00'), decides: ['c keep approved'] },
  'a running update is approved': {
    start: '2026-11-24T09:00:00+08:00',
    before: ({ byHand, until }) => {
      byHand('c', '2026-11-25 12:00');
      until('2026-11-25 12:05');
    },
    decides: ['c keep approved'],
  },
  'an update that does not come to an end is told': {
    handlers: updateMore({ TaskDisplayStatus: 'RUNNING', TaskStartTime: '2026-11-25T08:05:00+08:00' }),
    decides: ['c hold update-overdue'],
  },
  ...Object.fromEntries(
    (
      [
        [
          'hours after it finished there, on a group that was put back, is told and not approved again',
          '2026-11-25 02:00',
          'hold put-back',
        ],
        ['soon after it finished there is an old one', '2026-11-25 11:00', 'keep finished'],
      ] as const
    ).map(([what, startText, decision]): [string, Situation] => [
      `an offer of a version ${what}`,
      {
        start: '2026-11-24T09:00:00+08:00',
        before: ({ byHand, until, offer, simulator }) => {
          byHand('c', startText);
          until('2026-11-25 12:05');
          const group = [...simulator.world.accounts.values()][0]?.groups.get('c');
          if (group) group.ota = { ...group.ota, version: '7.3.0' };
          offer('c', '7.4.0');
        },
        decides: [`c ${decision}`],
      },
    ]),
  ),
  'a newer version waits until the one that is approved has run': {
    before: ({ byHand, offer }) => {
      byHand('c', '2026-11-25 20:00');
      offer('c', '7.5.0');
    },
    decides: ['c hold other-update'],
  },
  'a row that shows a mere offer is no approval': { assumptions: { otaOfferIsTask: true }, decides: ['c act due'], approvals: 1 },
  'an update in a state that nobody knows holds': {
    handlers: updateMore({ TaskDisplayStatus: 'PAUSED' }),
    decides: ['c hold update-unclear'],
  },
  'an update with a start that cannot be read holds': {
    handlers: updateMore({ TaskStartTime: 'soon' }),
    decides: ['c hold update-unclear'],
  },
  'updates that cannot be read hold': {
    before: ({ simulator }) =>
      simulator.faults.add({ kind: 'fail', action: 'ListOtaTask', times: 'always', httpStatus: 403, code: 'Forbidden.RAM' }),
    decides: ['c hold tasks-unknown'],
  },
  'a list of updates that is shorter than announced holds': {
    handlers: updatesAs((answer) => ({ ...answer, TotalCount: 1 })),
    decides: ['c hold tasks-unknown'],
  },
  'connected sessions above the limit hold': {
    keys: keyed('onlyWithSessionsUpTo: 0'),
    groups: members({ sessions: [{ user: 'alice' }], users: [{ ids: ['alice'] }] }),
    decides: ['c hold sessions'],
  },
  'connected sessions at the limit do not': {
    keys: keyed('onlyWithSessionsUpTo: 1'),
    groups: members({ sessions: [{ user: 'alice' }], users: [{ ids: ['alice'] }] }),
    decides: ['c act due'],
    approvals: 1,
  },
  'disconnected sessions do not count': {
    keys: keyed('onlyWithSessionsUpTo: 0'),
    groups: members({ sessions: [{ user: 'alice', connected: false }], users: [{ ids: ['alice'] }] }),
    decides: ['c act due'],
    approvals: 1,
  },
  'a session that does not say whether it is connected holds': {
    groups: members({ sessions: [{ user: 'alice' }], users: [{ ids: ['alice'] }] }),
    handlers: instancesWith({ SessionStatus: undefined }),
    decides: ['c hold sessions-unknown'],
  },
  'an app instance in an unknown state holds': { handlers: instancesWith({ Status: 'DREAMING' }), decides: ['c hold sessions-unknown'] },
  'sessions that cannot be read hold': {
    handlers: instancesAs((answer) => ({ ...answer, AppInstanceModels: [], TotalCount: 3 })),
    decides: ['c hold sessions-unknown'],
  },
  'a protected user who is connected holds': {
    sections: 'protect: {users: [board-*]}\nlimits: {}',
    groups: members({ sessions: [{ user: 'board-1' }], users: [{ ids: ['board-1'] }] }),
    decides: ['c hold protected-user'],
  },
  'a protected group holds': { sections: 'protect: {groups: {name: canary}}\nlimits: {}', decides: ['c hold protected-group'] },
  'an owner’s tag holds': {
    sections: 'protect: {ownerTag: {key: keep-until, atMost: 7d}}\nlimits: {}',
    groups: members({ tags: { 'ota-ring': 'canary', 'keep-until': '2026-11-26' } }),
    decides: ['c hold protected-owner'],
  },
  'an exception that forbids updates now holds': {
    sections: 'exceptions: [{because: Launch, groups: all, from: 2026-11-25, until: 2026-11-25 12:20, never: [approve-ota]}]\nlimits: {}',
    decides: ['c hold exception-never'],
  },
  'an exception that begins within the window holds': {
    sections: 'exceptions: [{because: Launch, groups: all, from: 2026-11-25 13:00, until: 2026-11-26, never: [approve-ota]}]\nlimits: {}',
    decides: ['c hold exception-in-window'],
  },
  'an exception that forbids cutting within the window holds': {
    sections: 'exceptions: [{because: Launch, groups: all, from: 2026-11-25 13:00, until: 2026-11-26, never: [cut-sessions]}]\nlimits: {}',
    decides: ['c hold exception-in-window'],
  },
  'an exception that begins as the window ends does not': {
    sections: 'exceptions: [{because: Launch, groups: all, from: 2026-11-25 13:30, until: 2026-11-26, never: [approve-ota]}]\nlimits: {}',
    decides: ['c act due'],
    approvals: 1,
  },
  'a freeze that begins within the window holds': {
    sections: 'limits: {freezes: [{from: 2026-11-25 13:00, until: 2026-11-26, because: Closing}]}',
    decides: ['c hold frozen-in-window'],
  },
  'a freeze now holds': {
    sections: 'limits: {freezes: [{from: 2026-11-24, until: 2026-11-25 12:20, because: Closing}]}',
    decides: ['c hold frozen'],
  },
  'beyond the limit on sessions cut nothing is approved': {
    sections: 'limits: {sessionsCutPerRun: 0}',
    groups: members({ sessions: [{ user: 'alice' }], users: [{ ids: ['alice'] }] }),
    decides: ['c hold limit-sessions-run'],
  },
  'beyond the share of the fleet nothing is approved': {
    sections: 'limits: {shareOfRulePerRun: 50%}',
    decides: ['c hold limit-share-run'],
  },
  'an update that was terminated before it ran is approved again': {
    keys: one,
    start: '2026-11-25T09:00:00+08:00',
    handlers: {},
    before: async ({ simulator, byHand, until }) => {
      byHand('c', '2026-11-25 10:00');
      const group = [...simulator.world.accounts.values()][0]?.groups.get('c');
      group?.beginMaintenance(simulator.world.clock.nowMs);
      until('2026-11-25 11:00');
      group?.endMaintenance('PUBLISHED');
      until('2026-11-25 12:05');
    },
    decides: ['c act due'],
    approvals: 1,
  },
};

test.each(Object.entries(situations))('%s', (_name, situation) => expectSituation(situation));
