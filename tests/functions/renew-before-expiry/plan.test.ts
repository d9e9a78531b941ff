import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planner } from '../../../functions/renew-before-expiry/plan.ts';
import { reasonCodes } from '../../../functions/renew-before-expiry/reasons.ts';
import { ruleModule } from '../../../functions/renew-before-expiry/rule.ts';
import type {
  ClaimFacts,
  OpenClaim,
  RenewalContext,
  RenewalFacts,
  RenewalStep,
} from '../../../functions/renew-before-expiry/run/planner.ts';
import type { DeliveryGroup } from '../../../shared/fleet/delivery-group.ts';
import type { Workstation } from '../../../shared/fleet/workstation.ts';
import { noAnswers } from '../../../shared/journal/people/approvals.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { cny } from '../../fixtures/money.ts';
import { dayMs } from '../../fixtures/times.ts';

const nowMs = Date.parse('2026-11-10T12:00:00+08:00');
const expiresAtMs = nowMs + 5 * dayMs;

function contextOf(rules: string, regions = ''): RenewalContext {
  const text = `version: 1
timezone: Asia/Shanghai
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai${regions}}}
limits: {spendPerMonth: [1000 CNY]}
approvers: {finance: [li.wei]}
rules:
  renew-before-expiry:
${rules
  .split('\n')
  .map((line) => `    - ${line}`)
  .join('\n')}
`;
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  if (!document) throw new Error(problems.map((problem) => problem.text).join('\n'));
  const policy = compile(document, nowMs - dayMs, 400, [ruleModule]);
  return { policy, target: policy.targets['home'] as CompiledTarget, nowMs };
}

const order = '{name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
const asking = order.replace('}', ', ask: {above: 200 CNY, who: finance}}');

function group(change: Partial<DeliveryGroup> = {}): DeliveryGroup {
  return {
    kind: 'delivery-group',
    id: 'aig-1',
    name: 'ledger',
    region: 'cn-hangzhou',
    status: 'PUBLISHED',
    resourceStatus: 'AVAILABLE',
    charge: 'subscription',
    createdAtMs: nowMs - 90 * dayMs,
    expiresAtMs,
    tags: {},
    pools: undefined,
    officeSiteId: undefined,
    imageId: undefined,
    unreadable: [],
    ...change,
  };
}

const claims = (change: Partial<ClaimFacts> = {}): ClaimFacts => ({
  open: undefined,
  spent: false,
  movedBackFromMs: undefined,
  lastPaid: () => undefined,
  lastWasUnasked: false,
  ...change,
});
const quote = (units: bigint, currency = 'CNY') =>
  new Map([['1 Month', { original: { currency, micros: units * 1_000_000n }, trade: undefined }]]);
const open = (change: Partial<OpenClaim> = {}): ClaimFacts =>
  claims({ open: { n: 0, atMs: nowMs - dayMs, answer: 'ordered', orderId: 'O-1', ...change } });

/** What a step comes to: what it asks for, or `verdict code`. */
function told(step: RenewalStep): string {
  return 'need' in step ? `needs ${step.need.kind}` : `${step.decision.verdict} ${step.decision.because[0]?.code}`;
}

const decide = (resource: DeliveryGroup | Workstation, facts: RenewalFacts, context = contextOf(order)) =>
  told(planner.decide(resource, facts, context));
const nothing: RenewalFacts = { quotes: new Map() };

describe('what looking alone decides', () => {
  const inRegions = contextOf(order, ', regions: [cn-hangzhou]');
  test.each<[string, Partial<DeliveryGroup>, RenewalContext | undefined, string]>([
    ['a region outside the target', { region: 'cn-beijing' }, inRegions, 'keep not-covered'],
    ['a region that is not known, where the target is limited', { region: undefined as never }, inRegions, 'hold region-unknown'],
    [
      'tags that are not known, where the rule goes by them',
      { tags: undefined },
      contextOf(order.replace('all', '{tags: {a: b}}')),
      'hold selector-unknown',
    ],
    ['a charge that is not known', { charge: undefined }, undefined, 'hold charge-unknown'],
    ['an expiry that cannot be read', { expiresAtMs: undefined, unreadable: ['ExpiredTime'] }, undefined, 'hold expiry-unknown'],
    [
      'a rule that cannot be judged before one that covers',
      {},
      contextOf(`${order.replace('all', '{status: [X], firstSeen: over 1d ago}')}\n${order.replace('r,', 's,')}`),
      'needs claims',
    ],
    ['an expiry exactly at the lead', { expiresAtMs: nowMs + 7 * dayMs }, undefined, 'needs claims'],
    ['an expiry a moment beyond the lead', { expiresAtMs: nowMs + 7 * dayMs + 1 }, undefined, 'keep not-due'],
  ])('%s', (_name, change, context, expected) => expect(decide(group(change), nothing, context)).toBe(expected));

  test('a policy whose time is over holds everything', () => {
    const context = contextOf(order);
    expect(decide(group(), nothing, { ...context, nowMs: context.policy.untilMs })).toBe('hold policy-horizon');
  });

  test('the first rule that matches decides, by kind of resource', () => {
    const context = contextOf(`{name: let-go, groups: {tags: {lifecycle: retire}}, renew: never}\n${order}`);
    expect(decide(group({ tags: { lifecycle: 'retire' } }), nothing, context)).toBe('keep lets-lapse');
    expect(decide(group(), nothing, context)).toBe('needs claims');
    const station = {
      ...group(),
      kind: 'workstation',
      spot: false,
      instanceType: 't',
      memory: undefined,
      users: undefined,
    } as unknown as Workstation;
    expect(decide(station, nothing, context)).toBe('keep not-covered');
  });

  test('what is let go is announced from the lead until the expiry', () => {
    const context = contextOf('{name: let-go, groups: all, renew: never, daysBefore: 2}');
    const announced = (change: Partial<DeliveryGroup>) => 'letsLapse' in planner.decide(group(change), nothing, context);
    expect([
      announced({}),
      announced({ expiresAtMs: nowMs + 2 * dayMs }),
      announced({ expiresAtMs: nowMs }),
      announced({ expiresAtMs: undefined }),
    ]).toEqual([false, true, false, false]);
  });
});

describe('what was ordered before comes first', () => {
  test.each<[string, ClaimFacts, string]>([
    ['an order a moment ago', open({ atMs: nowMs - 14 * 60_000 }), 'hold order-under-way'],
    ['an order that was begun a moment ago', open({ atMs: nowMs, answer: undefined, orderId: undefined }), 'hold order-begun'],
    ['an order that a moment ago became unclear', open({ atMs: nowMs, answer: 'unclear', orderId: undefined }), 'hold order-unclear'],
    ['an order that has not moved the expiry', open(), 'hold order-unpaid'],
    ['an order without an answer', open({ answer: undefined, orderId: undefined }), 'hold order-unclear'],
    ['an order whose answer is unclear', open({ answer: 'unclear', orderId: undefined }), 'hold order-unclear'],
    ['an order that was refused and is being closed', open({ answer: 'rejected', orderId: undefined }), 'hold order-closing'],
    ['an expiry that was renewed before', claims({ spent: true }), 'hold expiry-claimed'],
    ['an expiry that moved back', claims({ spent: true, movedBackFromMs: nowMs + 30 * dayMs }), 'hold expiry-claimed'],
  ])('%s', (_name, facts, expected) => {
    expect(decide(group(), { ...nothing, claims: facts })).toBe(expected);
    // Even where the status or the rule would hold as well: a person has to hear of the order.
    expect(decide(group({ status: 'CEASED' }), { ...nothing, claims: facts }, contextOf(order.replace('disabled', 'enabled')))).toBe(
      expected,
    );
  });
});

describe('asking', () => {
  const known = (facts: Partial<RenewalFacts> = {}): RenewalFacts => ({ quotes: quote(300n), claims: claims(), ...facts });
  const dearer = contextOf(order.replace('}', ', ask: {dearerThanLastTimeBy: 10%, who: finance}}'));

  test.each([
    [110n, 'act due'],
    [111n, 'hold needs-approval'],
    [90n, 'act due'],
  ])('after 100 CNY last time, %s CNY: %s', (units, expected) => {
    const facts = { quotes: quote(units), claims: claims({ lastPaid: () => ({ currency: 'CNY', micros: 100_000_000n }) }) };
    expect(decide(group(), { ...facts, approvals: noAnswers }, dearer)).toBe(expected);
  });

  test('without a last price, or with one in another currency, a rule that only compares asks', () => {
    const asked = (facts: Partial<RenewalFacts> = {}) => decide(group(), known({ approvals: noAnswers, ...facts }), dearer);
    expect(asked()).toBe('hold needs-approval');
    for (const micros of [1n, 900_000_000_000n]) {
      expect(asked({ claims: claims({ lastPaid: () => ({ currency: 'USD', micros }) }) })).toBe('hold needs-approval');
    }
  });

  test('a price of nothing asks, below whatever amount and however much it cost last time', () => {
    const facts = {
      quotes: quote(0n),
      approvals: noAnswers,
      claims: claims({ lastPaid: () => ({ currency: 'CNY', micros: 100_000_000n }) }),
    };
    for (const rule of [dearer, contextOf(asking)]) expect(decide(group(), facts, rule)).toBe('hold needs-approval');
  });

  test('answers are read wherever a rule asks, since a refusal holds at any price, and no price where a claim forbids the order', () => {
    expect(decide(group(), { quotes: quote(200n), claims: claims() }, contextOf(asking))).toBe('needs approvals');
    expect(decide(group(), { quotes: quote(200n), claims: claims(), approvals: noAnswers }, contextOf(asking))).toBe('act due');
    expect(decide(group(), { quotes: quote(200n), claims: claims() }, contextOf(order))).toBe('act due');
    expect(decide(group(), { quotes: new Map(), claims: claims() }, contextOf(asking))).toBe('needs quote');
    expect(decide(group(), { quotes: new Map([['1 Month', null]]), claims: claims() }, contextOf(asking))).toBe('hold price-unknown');
  });

  test('approvals are bound to target, period, price and time, and a refusal to none of them', () => {
    const answer = fc.record({
      verdict: fc.constantFrom('approve' as const, 'approve' as const, 'refuse' as const),
      target: fc.constantFrom('home', 'elsewhere'),
      period: fc.constantFrom({ count: 1, unit: 'Month' }, { count: 1, unit: 'Year' }),
      highest: fc.constantFrom(299n, 300n).map((units) => ({ currency: 'CNY', micros: units * 1_000_000n })),
      untilMs: fc.constantFrom(nowMs, nowMs + 1),
    });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), (answers) => {
        // One person answers again and again: an oracle from the other end looks at what stands behind the last refusal.
        const behind = answers.slice(answers.findLastIndex(({ verdict }) => verdict === 'refuse') + 1);
        const mine = behind.filter(({ target, period }) => target === 'home' && period.unit === 'Month');
        const inTime = mine.filter(({ untilMs }) => untilMs > nowMs);
        const expected = inTime.some(({ highest }) => highest.micros === 300_000_000n)
          ? 'act due'
          : inTime.length > 0
            ? 'hold approval-too-low'
            : mine.length > 0
              ? 'hold approval-over'
              : behind.length === 0 && answers.length > 0
                ? 'hold refused'
                : 'hold needs-approval';
        const given = answers.map((each, sequence) => ({
          ...{ ...each, sequence, by: 'li.wei', person: undefined, voice: 'li', seen: {}, key: `${sequence}`, atMs: 0 },
          ...{ source: 'approvals' as const, because: undefined, withdrawsLinks: false },
        }));
        expect(decide(group(), known({ approvals: { ...noAnswers, given } }), contextOf(asking))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what forbids an order, to the millisecond', () => {
  const ready: RenewalFacts = { quotes: quote(233n), claims: claims() };

  test.each([
    ['as far ahead as its rule allows', 0, 'act due'],
    ['a moment further', 1, 'hold too-far-ahead'],
  ])('a renewal that reaches %s', (_name, moreMs, expected) => {
    const context = contextOf(order.replace('}', ', renewAheadAtMost: 35d}'));
    expect(decide(group({ expiresAtMs: expiresAtMs + moreMs }), ready, context)).toBe(expected);
  });

  const changeMs = Date.parse('2026-12-01T00:00:00+08:00');
  const minute = 60_000;
  test.each([
    ['a moment before the last hour of a month', -60 * minute - 1, 3 * dayMs, 'act due'],
    ['as that hour begins', -60 * minute, 3 * dayMs, 'hold month-change'],
    ['in the last moment of the quarter of an hour after the change', 15 * minute - 1, 3 * dayMs, 'hold month-change'],
    ['as that is over', 15 * minute, 3 * dayMs, 'act due'],
    ['near the change, for what expires a day after it', 0, dayMs, 'hold month-change'],
    ['near the change, for what expires a moment sooner', 0, dayMs - 1, 'act due'],
  ])('%s', (_name, atMs, expiresMs, expected) => {
    const context = { ...contextOf(order), nowMs: changeMs + atMs };
    expect(decide(group({ expiresAtMs: changeMs + expiresMs }), ready, context)).toBe(expected);
  });
});

describe('an order', () => {
  const ordered = (
    resource: DeliveryGroup | Workstation,
    rules: string,
    facts: RenewalFacts = { quotes: quote(233n), claims: claims() },
  ) => {
    const step = planner.decide(resource, facts, contextOf(rules));
    if (!('order' in step)) throw new Error(told(step));
    return step;
  };

  test('spells out everything, and leaves out what the service does not explain', () => {
    const { decision, order: placed } = ordered(group(), order);
    expect(decision.action).toMatchObject({
      key: `renew/aig-1/${expiresAtMs / 1000}`,
      operation: 'RenewAppInstanceGroup',
      effect: 'purchase',
      change: [{ field: 'expiry', from: '2026-11-15 12:00', to: '2026-12-15 12:00' }],
      cost: { kind: 'quote', amount: { currency: 'CNY', micros: 233_000_000n }, per: 'for 1 Month' },
    });
    expect(decision.action.input).toEqual({
      AppInstanceGroupId: 'aig-1',
      ProductType: 'CloudApp',
      Period: 1,
      PeriodUnit: 'Month',
      AutoPay: true,
    });
    expect(placed).toMatchObject({ period: { count: 1, unit: 'Month' }, autoPay: true, approvedBy: undefined, unasked: false });
  });

  test('that is not paid by itself says so in its call and in its reasons', () => {
    const { decision } = ordered(group(), order.replace('true', 'false'));
    expect(decision.action.input).toMatchObject({ AutoPay: false });
    expect(decision.because.map(({ code }) => code)).toEqual(['due', 'waits-for-payment']);
  });

  test('sets aside the original price, however large the discount', () => {
    const facts = { quotes: new Map([['1 Month', { original: cny(900n), trade: cny(1n) }]]), claims: claims() };
    const { order: placed, decision } = ordered(group(), order, facts);
    expect(placed.reserve).toEqual(cny(900n));
    expect(decision.because[0]?.text).toContain('900.00 CNY (1.00 CNY with discounts)');
  });

  test('of a workstation costs the price of the policy times its months', () => {
    const station = {
      ...group(),
      kind: 'workstation',
      id: 'ws-1',
      status: 'RUNNING',
      spot: false,
      instanceType: 't',
    } as unknown as Workstation;
    const rules = '{name: r, workstations: all, consoleAutoRenew: disabled, period: 2 Month, pricePerMonth: {t: 98.50 CNY}}';
    const { decision, order: placed } = ordered(station, rules, { quotes: new Map(), claims: claims() });
    expect(placed.reserve).toEqual({ currency: 'CNY', micros: 197_000_000n });
    expect(decision.action).toMatchObject({
      operation: 'RenewWuyingServer',
      input: { WuyingServerId: 'ws-1', Period: 2, PeriodUnit: 'Month', AutoPay: false },
    });
  });
});

test('every code that a decision can carry is documented', () => {
  for (const [code, meaning] of Object.entries(reasonCodes)) {
    expect(code).toMatch(/^[a-z][a-z-]*$/);
    expect(meaning).toMatch(/\.$/);
  }
});
