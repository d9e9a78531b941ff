import { test } from 'vitest';
import { listedAs } from './ota-answers.ts';
import { rings } from './ota-fixture.ts';
import { expectSituation, members, type Situation } from './situation-fixture.ts';

const early = { id: 'e', name: 'early', tags: { 'ota-ring': 'early' } };
const everyone = { id: 'x', name: 'everyone', tags: {} };

const situations: Readonly<Record<string, Situation>> = {
  'a later ring waits for the one before it': {
    start: '2026-11-25T21:05:00+08:00',
    groups: members({}, early),
    decides: ['c hold waits-for-window', 'e hold ring-waits'],
  },
  'a ring without a group holds those after it': {
    start: '2026-11-25T21:05:00+08:00',
    groups: members(early),
    decides: ['e hold ring-empty'],
  },
  'a ring in which the version came by itself holds those after it': {
    start: '2026-11-25T21:05:00+08:00',
    groups: members({ ota: { current: '7.4.0' } }, early),
    decides: ['c keep no-offer', 'e hold ring-empty'],
  },
  'a ring that is finished and does not soak opens the next at once': {
    keys: rings.replace('soak: 48h', 'soak: 0m'),
    before: ({ byHand, until }) => {
      byHand('c', '2026-11-25 12:30');
      until('2026-11-25 21:05');
    },
    groups: members({}, early),
    decides: ['c keep no-offer', 'e act due'],
    approvals: 1,
  },
  'a ring whose updates finished just now soaks': {
    before: ({ byHand, until }) => {
      byHand('c', '2026-11-25 12:30');
      until('2026-11-25 21:05');
    },
    groups: members({}, early),
    decides: ['c keep no-offer', 'e hold ring-soaks'],
  },
  'a group that may belong to an earlier ring holds those after it': {
    keys: rings.replace('soak: 48h', 'soak: 0m'),
    before: ({ byHand, until }) => {
      byHand('c', '2026-11-25 12:30');
      until('2026-11-25 21:05');
    },
    groups: members({}, { ...everyone, id: 'dim', name: 'dim' }, early),
    handlers: listedAs((group) => (group.AppInstanceGroupId === 'dim' ? { ...group, Tags: undefined, ResourceTags: undefined } : group)),
    decides: ['c keep no-offer', 'dim hold selector-unknown', 'e hold ring-unknown'],
  },
  'an update that failed halts the version for all': {
    assumptions: { otaOutcome: 'FAILED' },
    start: '2026-11-24T12:05:00+08:00',
    before: ({ byHand, until }) => {
      byHand('c', '2026-11-24 12:30');
      until('2026-11-25 12:05');
    },
    groups: members({}, { id: 'c2', name: 'canary-2' }),
    decides: ['c hold update-failed', 'c2 hold version-failed'],
  },
  'an update that finished in part halts the version for all': {
    assumptions: { otaOutcome: 'PART_FINISHED' },
    start: '2026-11-24T12:05:00+08:00',
    before: ({ byHand, until }) => {
      byHand('c', '2026-11-24 12:30');
      until('2026-11-25 12:05');
    },
    groups: members({}, { id: 'c2', name: 'canary-2' }),
    decides: ['c hold update-failed', 'c2 hold version-failed'],
  },
  'a failure does not halt a newer version': {
    assumptions: { otaOutcome: 'PART_FINISHED' },
    start: '2026-11-24T12:05:00+08:00',
    before: ({ byHand, until, offer }) => {
      byHand('c', '2026-11-24 12:30');
      until('2026-11-25 12:05');
      offer('c', '7.5.0');
      offer('c2', '7.5.0');
    },
    groups: members({}, { id: 'c2', name: 'canary-2' }),
    decides: ['c act due', 'c2 act due'],
    approvals: 2,
  },
};

test.each(Object.entries(situations))('%s', (_name, situation) => expectSituation(situation));
