import type { CompiledDigestRule } from '../../../functions/digest/compiled-rule.ts';
import { composePage } from '../../../functions/digest/compose.ts';
import type { DigestPage } from '../../../functions/digest/digest-page.ts';
import type { DigestFacts, TargetFacts } from '../../../functions/digest/facts/digest-facts.ts';
import type { FleetFacts } from '../../../functions/digest/facts/fleet-facts.ts';
import type { PastOrder } from '../../../functions/digest/facts/past-orders.ts';
import { plotsOf } from '../../../functions/digest/plots.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';

/** The time of all facts here. */
export const now = shanghai('2026-11-24 09:05');
const slot = shanghai('2026-11-24 09:00');

/** Names that would break a page or a message which took them as they are. */
export const hostile = `<script>alert(1)</script>"><img src=x onerror='x'>&amp;\u202e\nowned`;

/** A rule that shows everything. */
export function ruleOf(change: Partial<CompiledDigestRule> = {}): CompiledDigestRule {
  return {
    ...{ name: 'daily', to: ['ops'], timezone: 'Asia/Shanghai', slotsMs: [slot - dayMs, slot], runsEvery: {} },
    show: [
      ...(['done', 'held', 'orders', 'expiring-30d', 'not-covered', 'drift', 'exceptions-ending', 'silent'] as const),
      ...(['spend-by-tag:department', 'saved', 'heads'] as const),
    ],
    ...change,
  };
}

/** A fleet of which nothing is to be told. */
export function fleetOf(target: string, change: Partial<FleetFacts> = {}): FleetFacts {
  return {
    ...{ target, atMs: now, groups: 3, workstations: 1, failures: [], expiring: [], expiringMore: 0, expiryUnknown: [] },
    ...{ notCovered: { count: 0, first: [] }, leftAlone: {}, changes: [], changesMore: 0, ordered: {} },
    capacity: { fromMs: shanghai('2026-11-24 00:00'), stepMs: hourMs / 2, wanted: [], set: [], groups: 0, unknown: 0 },
    ...change,
  };
}

/** A target on which nothing happened. */
export function targetOf(name: string, change: Partial<TargetFacts> = {}): TargetFacts {
  return {
    ...{ name, fleet: fleetOf(name), expiring: [], held: [], would: [], life: [] },
    done: { counts: {}, lines: [], more: 0, errors: [] },
    ...change,
  };
}

/** Facts of a quiet day. */
export function factsOf(change: Partial<DigestFacts> = {}): DigestFacts {
  return {
    ...{ rule: ruleOf(), zone: { transitions: [{ atMs: 0, offsetMs: 8 * hourMs }] }, nowMs: now },
    span: { fromMs: slot - dayMs, untilMs: slot },
    ...{ targets: [targetOf('cn-office')], spending: { orders: [], budgets: [] }, exceptions: [], unreadable: [] },
    ...change,
  };
}

/** An order of yesterday that took effect. */
export function orderOf(change: Partial<PastOrder> = {}): PastOrder {
  return {
    ...{ account: '1', target: 'cn-office', resource: 'aig-1', atMs: slot - 2 * hourMs, period: '1 Month', state: 'renewed' },
    amount: { currency: 'CNY', micros: 466_560_000n },
    ...change,
  };
}

const capacity = (peak: number): FleetFacts['capacity'] => {
  const stepsOf = (level: (hour: number, day: number) => number) =>
    Array.from({ length: 336 }, (_, step) => level((step / 2) % 24, Math.floor(step / 48)));
  return {
    ...{ fromMs: shanghai('2026-11-24 00:00'), stepMs: hourMs / 2, groups: 14, unknown: 2 },
    wanted: stepsOf((hour, day) =>
      day === 4 || day === 5 || hour < 8 || hour >= 21 ? 0 : hour < 9 || hour >= 18.5 ? Math.ceil(peak * 0.4) : peak,
    ),
    set: stepsOf((hour, day) => (day === 5 || hour < 8 || hour >= 21 ? 2 : peak)),
  };
};

/** Facts of a day on which everything happened, with names that nobody should have given. */
export function busyFacts(): DigestFacts {
  const life = {
    watchedFromMs: now - 9 * dayMs,
    firstRunMs: now - 9 * dayMs,
    intervalMs: hourMs / 4,
    intervalBy: 'evidence' as const,
    lastRunMs: now - 60_000,
    lastSuccessMs: now - 60_000,
    gaps: [],
  };
  const held = (index: number) => ({
    ...{
      functionName: 'scale-on-schedule',
      rule: 'office',
      resource: { id: `aig-${index}`, name: index === 0 ? hostile : `fin-${index}` },
    },
    ...{ code: 'nodes-in-use', text: 'this would lower 4 nodes to 2, and 3 are in use', identity: `i${index}` },
    ...{ sinceMs: now - index * 7 * hourMs, orBefore: index > 12 },
  });
  const expiring = (index: number) => ({
    ...{
      id: `sub-${index}`,
      name: `studio-${index}`,
      kind: 'delivery-group',
      expiresAtMs: now + index * 21 * hourMs + 5 * hourMs,
      told: index === 0 ? ['72h', '24h'] : [],
    },
    ...(index % 5 === 3
      ? { plan: 'not-covered' as const }
      : index % 5 === 4
        ? { plan: 'lapse' as const, rule: 'let-go' }
        : { plan: 'renew' as const, rule: 'groups' }),
  });
  const line = (index: number, outcome = 'done') => ({
    ...{
      functionName: 'scale-on-schedule',
      atMs: slot - index * hourMs,
      resource: { id: `aig-${index}`, name: `sales-${index}` },
      outcome,
    },
    text: 'nodes: weekly schedule: Mon–Fri 08:30–18:30 5 nodes → weekly schedule: Mon–Fri 08:00–21:00 5 nodes',
  });
  const office = targetOf('cn-office', {
    done: {
      counts: { 'scale-on-schedule': { done: 17, failed: 1 } },
      lines: [
        { ...line(1, 'failed'), because: 'ServiceUnavailable: try again' },
        ...Array.from({ length: 17 }, (_, index) => line(index + 2)),
      ],
      more: 3,
      errors: [
        { functionName: 'renew-before-expiry', code: 'Throttling.User', message: 'Request was denied due to user flow control.', times: 4 },
      ],
    },
    held: Array.from({ length: 15 }, (_, index) => held(index)),
    expiring: Array.from({ length: 24 }, (_, index) => expiring(index)),
    life: [
      {
        ...life,
        functionName: 'scale-on-schedule',
        target: 'cn-office',
        gaps: [{ fromMs: slot - 9 * hourMs, untilMs: slot - 6 * hourMs }],
      },
      { ...life, functionName: 'renew-before-expiry', target: 'cn-office', lastRunMs: now - 5 * hourMs, lastSuccessMs: now - 9 * hourMs },
    ],
    fleet: fleetOf('cn-office', {
      notCovered: {
        count: 41,
        first: [
          { id: 'aig-x', name: 'aurora-launch', kind: 'delivery-group', subscription: false },
          {
            id: 'ws-y',
            name: 'a-workstation-with-a-name-that-somebody-made-far-too-long-for-any-table',
            kind: 'workstation',
            subscription: true,
          },
        ],
      },
      leftAlone: { 'scale-on-schedule': 13, 'renew-before-expiry': 2 },
      changes: [
        { id: 'aig-7', name: 'fin-ledger', function: 'scale-on-schedule', setting: 'nodes', value: 'fixed 9', sinceMs: now - 30 * hourMs },
      ],
      expiryUnknown: [{ id: 'aig-q', name: 'legal-odd' }],
      ordered: { 'aig-1': { name: 'legal-contracts', tags: { department: 'legal' } } },
      costs: {
        all: [costOf({ measured: 5_794, counterfactual: 10_627, amortized: 1_696 })],
        byTag: { department: { finance: [costOf({ measured: 5_794, amortized: 1_437 })], '': [costOf({ amortized: 259 })] } },
        unknown: [{ because: 'not-metered', ms: 24 * hourMs, count: 1, first: [{ id: 'ws-y', name: 'render' }] }],
      },
      capacity: capacity(96),
    }),
  });
  const orders = Array.from({ length: 26 }, (_, index) =>
    orderOf({
      atMs: slot - index * 26 * hourMs - hourMs,
      amount: { currency: index % 7 === 3 ? 'USD' : 'CNY', micros: BigInt((index % 5) + 1) * 1_466_560_000n },
      ...(index === 1 ? { state: 'unclear' } : {}),
      ...(index === 0 ? { orderId: '123456000000001', approvedBy: 'li.wei' } : {}),
    }),
  );
  return factsOf({
    targets: [
      office,
      targetOf('cn-studio', { fleet: undefined }),
      targetOf('singapore', {
        fleet: fleetOf('singapore', { failures: ['the workstations could not be read: NoPermission'], capacity: capacity(20) }),
      }),
    ],
    spending: {
      orders: orders.sort((a, b) => a.atMs - b.atMs),
      budgets: [
        { month: '2026-11', used: { currency: 'CNY', micros: 372_000_000_000n }, limit: { currency: 'CNY', micros: 400_000_000_000n } },
      ],
    },
    exceptions: [
      {
        because: 'Launch night of Aurora',
        untilMs: now + 3 * dayMs,
        ended: false,
        targets: ['cn-office'],
        keepAtLeastPercent: 100,
        never: [],
      },
      {
        because: 'Closing',
        untilMs: now - 2 * hourMs,
        ended: true,
        targets: ['cn-office', 'singapore'],
        keepAtLeastPercent: undefined,
        never: ['cut-sessions'],
      },
    ],
    heads: {
      head: { sequence: 12, hash: '0a5fadc1f6dba435'.repeat(4), total: 12_345, atMs: now },
      ...{ fresh: 312, left: 0 },
      problems: [
        { key: 'budget/all/CNY/2026-11/00000003', code: 'MissingRecord', text: 'It was removed: a head of the journal covers it.' },
      ],
      comparedWithMs: slot - dayMs,
    },
    unreadable: ['the run runs/2026/11/23/x'],
  });
}

/** A digest with its plots, as it is set on a page. */
export function pageOf(facts: DigestFacts): DigestPage {
  return composePage(facts, plotsOf(facts));
}

/** Costs of a digest's facts, in whole yuan. Default: nothing of any kind. */
export function costOf({ measured = 0, amortized = 0, counterfactual = measured, potential = 0 }: Partial<Record<CostName, number>>) {
  const cny = (yuan: number) => ({ currency: 'CNY', micros: String(yuan * 1_000_000) });
  return { measured: cny(measured), amortized: cny(amortized), counterfactual: cny(counterfactual), potential: cny(potential) };
}

type CostName = 'measured' | 'amortized' | 'counterfactual' | 'potential';
