import { afterEach, expect, test } from 'vitest';
import { exceptionOfFlags } from '../../../cli/run/exception-flags.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import { noAnswers, recordApproval } from '../../../shared/journal/people/approvals.ts';
import { addException, endException } from '../../../shared/journal/people/exceptions.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { AccountSeed, GroupSeed } from '../../../simulator/world/seed.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { accounts, type DigestFixture, digestFixture, digestPolicy, partOf } from './digest-fixture.ts';

const scale = '{name: r, groups: {charge: pay-as-you-go}, schedule: always, method: fixed}';
const renew = '{name: subs, groups: {charge: subscription}, consoleAutoRenew: disabled, daysBefore: 10, period: 1 Month, autoPay: true}';
const region = 'cn-hangzhou';
const group = (more: Partial<GroupSeed> = {}): GroupSeed => ({
  id: 'g',
  name: 'ledger',
  region,
  pool: { strategy: { fixed: 1 } },
  ...more,
});
const bought = (expiresAt: string, more: Partial<GroupSeed> = {}): GroupSeed => group({ charge: 'PrePaid', expiresAt, ...more });

interface Situation {
  readonly home: Omit<AccountSeed, 'id'>;
  readonly rules?: Parameters<typeof digestPolicy>[0];
  readonly sections?: string;
  /** What happens before 09:00. Default: scale-on-schedule and renew-before-expiry run. */
  readonly before?: (fixture: DigestFixture) => Promise<unknown>;
}

let fixture: DigestFixture | undefined;
afterEach(() => fixture?.close());

/** Lets a situation come about, and gives the digest of 09:00. */
async function digestOf({ home, rules = { scale, renew }, sections, before = functionsRun }: Situation) {
  fixture = await digestFixture(home, digestPolicy(rules, sections));
  await before(fixture);
  fixture.simulator.advance(31 * minuteMs);
  const report = await fixture.run('digest');
  return { report, message: fixture.digests()[0] };
}

async function functionsRun({ run }: DigestFixture) {
  await run('scale');
  await run('renew');
}

const situations: readonly (readonly [title: string, situation: Situation, part: string, says: string])[] = [
  [
    'a group that was scaled',
    { home: { groups: [group()] } },
    'Done (1)',
    '✓ ledger: nodes: fixed at 1 node → fixed at 2 nodes (scale-on-schedule)',
  ],
  [
    'a write that the service refused',
    {
      home: { groups: [group()] },
      before: (each) => {
        each.simulator.faults.add({ kind: 'deny', action: 'ModifyNodePoolAttribute' });
        return functionsRun(each);
      },
    },
    'Done (0)',
    '✗ ledger: nodes: fixed at 1 node → fixed at 2 nodes — failed',
  ],
  [
    'a run that could not read',
    {
      home: { groups: [group()] },
      before: async (each) => {
        each.simulator.faults.add({ kind: 'deny', action: 'ListAppInstanceGroup', times: 1 });
        await each.run('scale');
      },
    },
    'Done (0)',
    '✗ scale-on-schedule: the run failed: NoPermission',
  ],
  [
    'a group that is held',
    { home: { groups: [group({ status: 'DEPLOYING' })] } },
    'Held (1)',
    '! ledger: the group is DEPLOYING, not PUBLISHED',
  ],
  [
    'a renewal that was ordered',
    {
      home: { groups: [bought('2026-12-01T00:00:00+08:00')] },
      before: async (each) => {
        await each.run('renew');
        each.simulator.advance(5 * minuteMs);
        await each.run('renew');
      },
    },
    'Orders (1)',
    '✓ ledger: 1 Month, 233.28 CNY, renewed, order',
  ],
  [
    'a budget',
    { home: { groups: [bought('2026-12-01T00:00:00+08:00')] } },
    'Orders (1)',
    '· Budget 2026-11: 233.28 CNY of 100,000.00 CNY used',
  ],
  [
    'an order that waits to be paid',
    { home: { groups: [bought('2026-12-01T00:00:00+08:00')] }, rules: { scale, renew: renew.replace('autoPay: true', 'autoPay: false') } },
    'Orders (1)',
    '! ledger: 1 Month, 233.28 CNY, ordered, order',
  ],
  [
    'an order whose answer was lost',
    {
      home: { groups: [bought('2026-12-01T00:00:00+08:00')] },
      before: (each) => {
        each.simulator.faults.add({ kind: 'lose-answer', action: 'RenewAppInstanceGroup' });
        return functionsRun(each);
      },
    },
    'Orders (1)',
    '✗ ledger: 1 Month, 233.28 CNY, unclear',
  ],
  [
    'a subscription that is to be renewed',
    { home: { groups: [bought('2026-12-10T00:00:00+08:00')] } },
    'Expiring in 30 days (1)',
    '· ledger: is to be renewed (rule subs), Thu 2026-12-10 00:00 (15 days)',
  ],
  [
    'a subscription whose order waits for payment',
    { home: { groups: [bought('2026-11-30T00:00:00+08:00')] }, rules: { scale, renew: renew.replace('autoPay: true', 'autoPay: false') } },
    'Expiring in 30 days (1)',
    '· ledger: is ordered, not in effect yet (rule subs)',
  ],
  [
    'a subscription that may lapse',
    { home: { groups: [bought('2026-12-10T00:00:00+08:00')] }, rules: { scale, renew: '{name: let-go, groups: all, renew: never}' } },
    'Expiring in 30 days (1)',
    '! ledger: lapses, as the policy wants (rule let-go)',
  ],
  [
    'a subscription that no rule covers, whose alarms went out',
    {
      home: { groups: [bought('2026-11-25T08:00:00+08:00')] },
      rules: { renew: '{name: subs, groups: {name: other}, renew: never}' },
      before: ({ run }) => run('renew'),
    },
    'Expiring in 30 days (1)',
    '✗ ledger: no rule covers it: nobody renews it unless you do; people were told at 24h',
  ],
  [
    'a subscription that somebody approved',
    {
      home: { groups: [bought('2026-12-10T00:00:00+08:00')] },
      rules: { renew: renew.replace('autoPay: true', 'autoPay: true, ask: {above: [1 CNY], who: finance}') },
      sections: 'approvers: {finance: [li.wei]}',
      before: ({ store, simulator }) => {
        const nowMs = simulator.world.clock.nowMs;
        const expiresAtMs = Date.parse('2026-12-10T00:00:00+08:00');
        const word = {
          verdict: 'approve' as const,
          by: { account: accounts.home, user: 'li.wei', userId: '1' },
          target: 'home',
          period: { count: 1, unit: 'Month' },
          atMs: nowMs,
          untilMs: expiresAtMs,
        };
        const subject = { circle: 'finance', account: accounts.home, resource: 'g', expiresAtMs };
        return runStoring(store, recordApproval(subject, 'li', { ...word, highest: { currency: 'CNY', micros: 500_000_000n } }, noAnswers));
      },
    },
    'Expiring in 30 days (1)',
    '· ledger: is to be renewed (rule subs); approved up to 500.00 CNY by li.wei',
  ],
  [
    'a workstation that no rule covers',
    { home: { workstations: [{ id: 'w', name: 'render', region, charge: 'PostPaid' }] } },
    'Not covered (1)',
    '· render: workstation (w)',
  ],
  [
    'a function that never ran',
    { home: {}, before: async () => {} },
    'Silent (0)',
    '! scale-on-schedule: has not run yet (expected every 12h, which is assumed)',
  ],
  [
    'a function that never ran, more than a day after the policy was compiled',
    { home: {}, before: async ({ simulator }) => simulator.advance(25 * hourMs) },
    'Silent (2)',
    '✗ scale-on-schedule: did not run in the last days (expected every 12h, which is assumed)',
  ],
  [
    'a function that stopped',
    {
      home: {},
      rules: { scale },
      before: async ({ run, simulator }) => {
        for (let count = 0; count < 5; count++) {
          simulator.advance(5 * minuteMs);
          await run('scale');
        }
        simulator.advance(11 * hourMs);
      },
    },
    'Silent (1)',
    '✗ scale-on-schedule: did not run since Tue 2026-11-24 08:55 (expected every 5m), 11 hours',
  ],
  [
    'a function that did not run for a while and runs again',
    {
      home: {},
      rules: { scale, digest: '{name: daily, to: ops, targets: [home], days: everyday, at: "21:00", show: [silent]}' },
      before: async ({ run, simulator }) => {
        for (const pause of [5, 5, 5, 300, 5, 5, 5, 5, 395]) {
          await run('scale');
          simulator.advance(pause * minuteMs);
        }
        await run('scale');
      },
    },
    'Silent (0)',
    '! scale-on-schedule: did not run from Tue 2026-11-24 08:45 to Tue 2026-11-24 13:45 (expected every 5m), 5 hours',
  ],
  [
    "a person's change that stands",
    {
      home: { groups: [group({ pool: { id: 'p', strategy: { fixed: 1 } } })] },
      rules: { scale: '{name: r, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 2, atMost: 100}, method: fixed}' },
      before: async (each) => {
        await each.run('scale');
        await each.run('scale');
        await each.clients.get('home')?.call(modifyNodePoolAttribute, {
          ...{ ProductType: 'CloudApp', BizRegionId: region, PoolId: 'p' },
          NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: 7 },
        });
        each.simulator.advance(15 * minuteMs);
        await each.run('scale');
      },
    },
    'Drift (1)',
    '! ledger: node-pool:p is fixed 7 (scale-on-schedule), seen Tue 2026-11-24 08:45',
  ],
  [
    'what a group cost that no rule scales',
    {
      home: { groups: [group({ name: 'lab', pool: { id: 'p', instanceType: 'appstreaming.general.4c8g', strategy: { fixed: 2 } } })] },
      rules: { scale: '{name: r, groups: {name: other}, schedule: office, peak: {tag: peak-nodes, otherwise: 2, atMost: 100}}' },
      before: async (each) => {
        for (let look = 0; look < 4; look += 1) {
          await each.run('scale');
          each.simulator.advance(10 * minuteMs);
        }
      },
    },
    'Costs by department',
    // Two nodes at 0.72 CNY an hour, from the first look at 08:30 until 09:00.
    '(no tag department): 0.72 CNY, 100.00 %: 0.72 CNY by the hour',
  ],
  [
    'two exceptions for one reason, each by itself',
    {
      home: {},
      sections: `exceptions:
  - {because: Launch, groups: all, from: 2026-11-20, until: 2026-11-26, never: [tag]}
  - {because: Launch, groups: {name: "x*"}, from: 2026-11-20, until: 2026-11-26, never: [tag]}`,
    },
    'Exceptions ending (2)',
    '! Launch: never tag on home, ends ',
  ],
  [
    'an exception that ends',
    { home: {}, sections: 'exceptions: [{because: Launch night, groups: all, from: 2026-11-20, until: 2026-11-26, keepAtLeast: 100%}]' },
    'Exceptions ending (1)',
    '! Launch night: at least 100% on home, ends Thu 2026-11-26 00:00 (1 day)',
  ],
  [
    'what was saved by nobody: no run looked',
    {
      home: { groups: [group()] },
      rules: { scale: '{name: r, groups: all, schedule: office, peak: {tag: n, otherwise: 4, atMost: 100}, method: fixed}' },
    },
    'Saved',
    'No nodes by the hour were measured, so nothing is known of savings.',
  ],
  [
    'what a subscription costs a day, by the value of a tag',
    { home: { groups: [bought('2026-12-01T00:00:00+08:00', { tags: { department: 'legal' } })] } },
    'Costs by department',
    // A month at 233.28 CNY, in its part of a day.
    '· legal: 7.78 CNY, 100.00 %: 7.78 CNY for subscriptions',
  ],
  ['the heads of the journal', { home: { groups: [group()] } }, 'Journal head', '· head 0: covers '],
];

test.each(situations)('%s is told', async (_title, situation, part, says) => {
  const { report, message } = await digestOf(situation);
  expect(report.errors).toEqual([]);
  const block = message?.text.split('\n\n').find((each) => each.startsWith(part)) ?? message?.text;
  expect(block).toContain(says);
  expect(message?.title).toBe('Streamwarden daily digest');
});

test('without any run recorded it says so, and calls nothing healthy', async () => {
  const { message } = await digestOf({ home: { groups: [group()] }, before: async () => {} });
  const text = message?.text ?? '';
  expect(text).toMatch(/No run is recorded: what was done, is held or is silent cannot be told/);
  for (const claim of [/Nothing is held/, /Nothing was changed/, /0 silent|silent 0/, /as they should\./]) expect(text).not.toMatch(claim);
});

test('where one function has not run yet, what it holds is said to be unknown', async () => {
  const { message } = await digestOf({ home: { groups: [group()] }, before: ({ run }) => run('scale') });
  const text = message?.text ?? '';
  expect(text).toContain('Nothing is held. Not known of renew-before-expiry, which never ran.');
  expect(text).toContain('These have not run yet:');
  expect(text).not.toMatch(/No run is recorded/);
});

test.each([
  ['ended at its time within the stretch', -3 * hourMs, -hourMs, undefined, 'ended'],
  ['was ended by somebody within it', -3 * hourMs, 24 * hourMs, -hourMs, 'ended'],
  ['began and ended within it', -2 * hourMs, -hourMs, undefined, 'ended'],
  ['ends soon', -hourMs, 24 * hourMs, undefined, 'ends'],
  ['was over before it', -72 * hourMs, -48 * hourMs, undefined, undefined],
  ['was ended by somebody before it', -72 * hourMs, 24 * hourMs, -48 * hourMs, undefined],
] as const)('an exception of the journal that %s', async (_, fromMs, untilMs, endedMs, word) => {
  const text = (ms: number) => new Date(ms + 8 * hourMs).toISOString().slice(0, 16);
  const { message } = await digestOf({
    home: { groups: [group()] },
    before: async (each) => {
      const nowMs = each.simulator.world.clock.nowMs;
      const atMs = nowMs + fromMs;
      const flags = { because: 'Launch', from: text(atMs), until: text(nowMs + untilMs), groups: ['all'], never: ['scale-down' as const] };
      const { id, body } = exceptionOfFlags(flags, each.policy, atMs);
      await runStoring(each.store, addException(id, { owner: 'x', atMs }, { ...body, by: 'li.wei' }));
      if (endedMs !== undefined) await runStoring(each.store, endException(id, { owner: 'y', atMs: nowMs + endedMs }, { by: 'li.wei' }));
      await functionsRun(each);
    },
  });
  const line = partOf(message, 'Exceptions ending').find((each) => each.includes('Launch'));
  if (word === undefined) expect(line).toBeUndefined();
  else expect(line).toMatch(new RegExp(`\\b${word}\\b`));
});
