import { test } from 'vitest';
import { fixedSeed } from './log-off-fixture.ts';
import { bothUnbound, disconnected, everyone, long, oneByOne, playSituation, type Situation, unbinding } from './situation-fixture.ts';

/** What the service does not say, or says in words that nobody has described. */
const situations: Readonly<Record<string, Situation>> = {
  'a selector that cannot be judged holds': {
    rules: [everyone.replace('all', '{tags: {department: sales}}')],
    group: { Tags: undefined, ResourceTags: undefined },
    decides: ['g hold selector-unknown'],
  },
  'a region that is not named holds': { group: { RegionId: undefined, BizRegionId: undefined }, decides: ['g hold region-unknown'] },
  'a status that is not known holds': { group: { Status: 'HIBERNATED' }, decides: ['g hold status'] },
  'a charge that is not known leaves only unbinding': {
    group: { ChargeType: 'Spot' },
    decides: ['g hold reset-unconfirmed, not-whole', 'g/ann keep with-group', 'g/ben keep with-group'],
  },
  'a strategy that cannot be read leaves only unbinding': {
    rules: [unbinding],
    group: { NodePool: [{ NodePoolId: 'rg', StrategyType: 'NODE_SCALING_BY_MOOD' }] },
    decides: oneByOne,
    ...bothUnbound,
  },
  'a status of an app instance that is not known holds its session': {
    rules: [unbinding],
    instance: { Status: 'HIBERNATED' },
    groups: [fixedSeed({ pool: { capacity: 1, strategy: { fixed: 1 } }, sessions: [{ user: 'ann' }] })],
    decides: ['g keep one-by-one, not-whole', 'g/ann hold session-status'],
  },
  'a session whose user is not named holds': {
    rules: [unbinding],
    instance: { AppInstanceId: 'ai-1', BindInfo: undefined, SessionStatus: 'connect', Status: 'RUNNING' },
    groups: [fixedSeed({ pool: { capacity: 1, strategy: { fixed: 1 } }, sessions: [{ user: 'ann' }] })],
    decides: ['g keep one-by-one, not-whole', 'g/ai-1 hold user-unknown'],
  },
  'a length of use that is not named holds': {
    rules: [long],
    instance: { BindInfo: { EndUserId: 'ann' } },
    groups: [fixedSeed({ pool: { capacity: 1, strategy: { fixed: 1 } }, sessions: [{ user: 'ann' }] })],
    decides: ['g keep one-by-one, not-whole', 'g/ann hold usage-unknown'],
  },
  'a connection that is not named stays where only the disconnected go': {
    rules: [disconnected],
    instance: { SessionStatus: undefined },
    decides: ['g keep nobody-to-log-off', 'g/ann keep connection-unknown', 'g/ben keep connection-unknown'],
  },
  'a list of sessions that is not whole holds': {
    groups: [fixedSeed({ pool: { capacity: 120, strategy: { fixed: 2 } } })],
    before: ({ simulator }) => simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstances', rows: 1, times: 'always' }),
    decides: ['g hold sessions-unknown'],
  },
  'sessions that cannot be read hold': {
    before: ({ simulator }) => simulator.faults.add({ kind: 'deny', action: 'ListAppInstances', times: 'always' }),
    decides: ['g hold sessions-unknown'],
  },
  'persistent sessions that cannot be read hold': {
    before: ({ simulator }) => simulator.faults.add({ kind: 'deny', action: 'ListPersistentAppInstances', times: 'always' }),
    decides: ['g hold sessions-unknown'],
  },
};

test.each(Object.entries(situations))('%s', (_name, situation) => playSituation(situation));
