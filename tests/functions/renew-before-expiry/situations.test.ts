import { expect, test } from 'vitest';
import type { Decision } from '../../../shared/planning/decision.ts';
import type { GroupSeed, WorkstationSeed } from '../../../simulator/world/seed.ts';
import { cny } from '../../fixtures/money.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const start = '2026-11-24T12:00:00+08:00';
const soon = '2026-11-28T00:00:00+08:00';
const group = (more: Partial<GroupSeed> = {}): GroupSeed => ({
  ...{ id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt: soon },
  ...more,
});
const workstation = (more: Partial<WorkstationSeed> = {}): WorkstationSeed => ({
  ...{ id: 'w', name: 'render', region: 'cn-hangzhou', expiresAt: soon },
  ...more,
});

/** A month of a group of one node costs 233.28 CNY in this world, a week 69.98 CNY. */
const month = '{name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
const asking = month.replace('}', ', ask: {above: 200 CNY, who: finance}}');
const silent = month.replace('}', ', ask: {above: 200 CNY, who: finance}, unanswered: renew 1 Week}');
const station = (price: string) =>
  `{name: r, workstations: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, pricePerMonth: {${price}}}`;
const flagship = 'eds.proworkstation_flagship_elite.32c64g.48g1x';
const limit = (text: string) => `limits: {spendPerMonth: ${text}}`;
const approval = { resource: 'g', expiresAtMs: Date.parse(soon), highest: cny(300n) };

interface Situation {
  readonly rule: string;
  readonly sections?: string;
  readonly start?: string;
  readonly groups?: readonly GroupSeed[];
  readonly workstations?: readonly WorkstationSeed[];
  readonly assumptions?: Readonly<Record<string, string | number | boolean>>;
  readonly before?: (fixture: RenewalFixture) => unknown;
  /** `id verdict code`, every observed resource. */
  readonly decides: readonly string[];
  /** Orders that the run places. */
  readonly orders?: number;
}

const situations: Readonly<Record<string, Situation>> = {
  'an expiry within the lead is ordered': { rule: month, decides: ['g act due'], orders: 1 },
  'an expiry beyond the lead waits': {
    rule: month,
    groups: [group({ expiresAt: '2026-12-20T00:00:00+08:00' })],
    decides: ['g keep not-due'],
  },
  'the lead is the rule’s own': {
    rule: month.replace('}', ', daysBefore: 25}').replace('1 Month', '2 Month'),
    groups: [group({ expiresAt: '2026-12-18T00:00:00+08:00' })],
    decides: ['g act due'],
    orders: 1,
  },
  'what no rule covers is left alone': { rule: month.replace('all', '{name: "other-*"}'), decides: ['g keep not-covered'] },
  'what the rule lets go is kept': { rule: '{name: r, groups: all, renew: never}', decides: ['g keep lets-lapse'] },
  'pay-as-you-go does not expire': { rule: month, groups: [group({ charge: 'PostPaid' })], decides: ['g keep not-a-subscription'] },
  'automatic renewal in the console holds': { rule: month.replace('disabled', 'enabled'), decides: ['g hold console-auto-renew'] },
  'a group under maintenance holds': { rule: month, groups: [group({ status: 'MAINTAINING' })], decides: ['g hold status'] },
  'what has run out holds': {
    rule: month,
    groups: [group({ expiresAt: '2026-11-24T16:00:00+08:00' })],
    before: ({ simulator }) => simulator.advance(5 * hourMs),
    decides: ['g hold expired'],
  },
  'a price over the maximum holds, and no approval helps': {
    rule: month.replace('}', ', maxPrice: 200 CNY, ask: {above: 100 CNY, who: finance}}'),
    before: (fixture) => fixture.say(approval),
    decides: ['g hold price-over-maximum'],
  },
  'a price just at the maximum is ordered': { rule: month.replace('}', ', maxPrice: 233.28 CNY}'), decides: ['g act due'], orders: 1 },
  'a currency without a limit holds': {
    rule: month,
    sections: limit('1000 CNY'),
    groups: [group({ region: 'ap-southeast-1' })],
    decides: ['g hold no-spending-limit'],
  },
  'a price that cannot be read holds': {
    rule: month,
    before: ({ simulator }) =>
      simulator.faults.add({ kind: 'fail', action: 'GetResourceRenewPrice', times: 'always', httpStatus: 403, code: 'Forbidden.RAM' }),
    decides: ['g hold price-unknown'],
  },
  'a renewal that reaches too far holds': { rule: month.replace('}', ', renewAheadAtMost: 30d}'), decides: ['g hold too-far-ahead'] },
  'a price above the threshold asks': { rule: asking, decides: ['g hold needs-approval'] },
  'a price just at the threshold does not ask': { rule: asking.replace('200', '233.28'), decides: ['g act due'], orders: 1 },
  'a currency that the threshold does not list asks': {
    rule: asking,
    groups: [group({ region: 'ap-southeast-1' })],
    decides: ['g hold needs-approval'],
  },
  'an approval lets it pass': { rule: asking, before: (fixture) => fixture.say(approval), decides: ['g act due'], orders: 1 },
  'a refusal holds': { rule: asking, before: (fixture) => fixture.say({ ...approval, verdict: 'refuse' }), decides: ['g hold refused'] },
  'a later refusal overrules an approval': {
    rule: asking,
    before: async (fixture) => {
      await fixture.say(approval);
      fixture.simulator.advance(minuteMs);
      await fixture.say({ ...approval, by: 'tan.mei', verdict: 'refuse', atMs: fixture.simulator.world.clock.nowMs });
    },
    decides: ['g hold refused'],
  },
  'an approval of a lower price asks again': {
    rule: asking,
    before: (fixture) => fixture.say({ ...approval, highest: cny(233n) }),
    decides: ['g hold approval-too-low'],
  },
  'an approval whose time is over asks again': {
    rule: asking,
    before: async (fixture) => {
      await fixture.say({ ...approval, untilMs: shanghai('2026-11-24 13:00') });
      fixture.simulator.advance(hourMs);
    },
    decides: ['g hold approval-over'],
  },
  'an approval for another period does not count': {
    rule: asking,
    before: (fixture) => fixture.say({ ...approval, period: { count: 1, unit: 'Year' } }),
    decides: ['g hold needs-approval'],
  },
  'an approval for another target does not count': {
    rule: asking,
    before: (fixture) => fixture.say({ ...approval, target: 'elsewhere' }),
    decides: ['g hold needs-approval'],
  },
  'an approval for another expiry does not count': {
    rule: asking,
    before: (fixture) => fixture.say({ ...approval, expiresAtMs: Date.parse(soon) - dayMs }),
    decides: ['g hold needs-approval'],
  },
  'the word of somebody who is no approver does not count': {
    rule: asking,
    before: (fixture) => fixture.say({ ...approval, by: 'mallory' }),
    decides: ['g hold needs-approval'],
  },
  'an approval by link does not count': {
    rule: asking,
    before: (fixture) => fixture.say({ ...approval, source: 'approvals-link' }),
    decides: ['g hold needs-approval'],
  },
  'an approval by link counts where the rule says so': {
    rule: asking.replace('who: finance', 'who: finance, links: true'),
    before: (fixture) => fixture.say({ ...approval, source: 'approvals-link' }),
    decides: ['g act due'],
    orders: 1,
  },
  'silence orders a week on the last day': {
    rule: silent,
    before: async (fixture) => {
      await fixture.run();
      fixture.messages.length = 0;
      fixture.simulator.advance(2 * dayMs + 13 * hourMs);
    },
    decides: ['g act due'],
    orders: 1,
  },
  'silence of those whom nobody asked is no answer': {
    rule: silent,
    before: ({ simulator }) => simulator.advance(2 * dayMs + 13 * hourMs),
    decides: ['g hold needs-approval'],
  },
  'silence waits until the last day': { rule: silent, decides: ['g hold needs-approval'] },
  'a refusal is no silence': {
    rule: silent,
    before: async (fixture) => {
      await fixture.say({ ...approval, verdict: 'refuse' });
      fixture.simulator.advance(2 * dayMs + 13 * hourMs);
    },
    decides: ['g hold refused'],
  },
  'nothing is ordered right before a change of month': {
    rule: month,
    start: '2026-11-30T23:00:00+08:00',
    groups: [group({ expiresAt: '2026-12-04T00:00:00+08:00' })],
    decides: ['g hold month-change'],
  },
  'nothing is ordered right after a change of month': {
    rule: month,
    start: '2026-12-01T00:14:59+08:00',
    groups: [group({ expiresAt: '2026-12-04T00:00:00+08:00' })],
    decides: ['g hold month-change'],
  },
  'an hour before a change of month is early enough': {
    rule: month,
    start: '2026-11-30T22:59:59+08:00',
    groups: [group({ expiresAt: '2026-12-04T00:00:00+08:00' })],
    decides: ['g act due'],
    orders: 1,
  },
  'a quarter past a change of month is late enough': {
    rule: month,
    start: '2026-12-01T00:15:00+08:00',
    groups: [group({ expiresAt: '2026-12-04T00:00:00+08:00' })],
    decides: ['g act due'],
    orders: 1,
  },
  'under a scarce budget the nearest expiry comes first': {
    rule: month,
    sections: limit('300 CNY'),
    groups: [group({ id: 'late' }), group({ id: 'early', name: 'b', expiresAt: '2026-11-26T00:00:00+08:00' })],
    decides: ['early act due', 'late hold budget-short'],
    orders: 1,
  },
  'a budget of nothing orders nothing': { rule: month, sections: limit('0 CNY'), decides: ['g hold budget-short'] },
  'a freeze that leaves a day for the order holds': {
    rule: month,
    sections: 'limits: {spendPerMonth: 1000 CNY, freezes: [{from: 2026-11-20, until: 2026-11-26, because: Closing}]}',
    decides: ['g hold frozen'],
  },
  'a freeze that excepts renewals does not hold': {
    rule: month,
    sections:
      'limits: {spendPerMonth: 1000 CNY, freezes: [{from: 2026-11-20, until: 2026-12-01, except: [renew-before-expiry], because: Closing}]}',
    decides: ['g act due'],
    orders: 1,
  },
  'an exception forbids renewing': {
    rule: month,
    sections: `${limit('1000 CNY')}\nexceptions: [{because: Sold, groups: all, from: 2026-11-20, until: 2026-12-01, never: [renew]}]`,
    decides: ['g hold exception-never'],
  },
  'a limit on actions does not stop orders': {
    rule: month,
    sections: 'limits: {spendPerMonth: 1000 CNY, actionsPerRun: 1}',
    groups: [group({ id: 'a' }), group({ id: 'b', name: 'b' })],
    decides: ['a act due', 'b act due'],
    orders: 2,
  },
  'a workstation of a listed type is ordered': {
    rule: station(`${flagship}: 1980 CNY`),
    workstations: [workstation()],
    groups: [],
    decides: ['w act due'],
    orders: 1,
  },
  'a workstation whose status is spelled otherwise is ordered': {
    rule: station(`${flagship}: 1980 CNY`),
    workstations: [workstation()],
    groups: [],
    assumptions: { workstationStatusCase: 'capitalized' },
    decides: ['w act due'],
    orders: 1,
  },
  'a workstation of a type that is not listed holds': {
    rule: station('other.type: 1980 CNY'),
    workstations: [workstation()],
    groups: [],
    decides: ['w hold type-not-priced'],
  },
  'a workstation in an unknown state holds': {
    rule: station(`${flagship}: 1980 CNY`),
    workstations: [workstation({ status: 'UNAVAILABLE' })],
    groups: [],
    decides: ['w hold status'],
  },
};

test.each(Object.entries(situations))('%s', async (_name, { rule, sections, decides, orders: placed = 0, ...more }) => {
  const { groups = [group()], workstations = [], before, ...world } = more;
  const fixture = await renewalFixture({ start, ...world, groups, workstations }, policyText(`- ${rule}`, sections));
  try {
    await before?.(fixture);
    const collect = async (mode: 'plan' | 'apply') => {
      const seen: string[] = [];
      const onDecision = (_resource: unknown, { resource, verdict, because }: Decision) =>
        seen.push(`${resource.id} ${verdict} ${because[0]?.code}`);
      const report = await fixture.run(mode, { onDecision });
      return { seen: seen.sort(), report };
    };
    const sizeBefore = fixture.store.records.size;
    const plan = await collect('plan');
    expect(plan.seen).toEqual([...decides].sort());
    expect([fixture.store.records.size, orders(fixture).length, fixture.messages]).toEqual([sizeBefore, 0, []]);
    const apply = await collect('apply');
    expect(apply.seen).toEqual(plan.seen);
    expect(apply.report.errors).toEqual([]);
    expect(orders(fixture)).toHaveLength(placed);
    expect(apply.report.purchases?.orders.map(({ outcome }) => outcome)).toEqual(Array(placed).fill('ordered'));
  } finally {
    await fixture.close();
  }
});
