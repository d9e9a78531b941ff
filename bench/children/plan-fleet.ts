/** Decides about 50 000 and about 100 000 groups by 100 rules, in memory, and prints the median times. */
import { performance } from 'node:perf_hooks';
import { planner } from '../../functions/scale-on-schedule/plan.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { fleetNowMs, fleetPolicy } from '../fleet-policy.ts';
import { median } from '../row.ts';

const policy = fleetPolicy(100);
const target = policy.targets['fleet'];
if (!target) throw new Error('the policy has no target');
const base: PlanContext = {
  policy,
  target,
  nowMs: fleetNowMs,
  written: { values: () => [], external: () => undefined },
  facts: { nodePricePerHour: () => undefined },
};

function group(index: number): DeliveryGroup {
  const peak = (index % 6) + 1;
  return {
    kind: 'delivery-group',
    id: `aig-${index}`,
    name: `fleet-${index}`,
    region: 'cn-hangzhou',
    status: 'PUBLISHED',
    resourceStatus: 'AVAILABLE',
    charge: 'pay-as-you-go',
    createdAtMs: Date.UTC(2026, 0, 1),
    expiresAtMs: undefined,
    tags: { department: `dept-${String(index % 100).padStart(3, '0')}`, 'peak-nodes': String(peak) },
    pools: [
      {
        id: `rg-${index}`,
        instanceType: 'appstreaming.general.4c8g',
        capacity: 2,
        nodeAmount: peak,
        nodeUsed: 0,
        scalingNodeAmount: 0,
        scalingNodeUsed: 0,
        strategy: { type: 'fixed', nodes: peak },
      },
    ],
    officeSiteId: undefined,
    imageId: undefined,
    unreadable: [],
  };
}

const pageSize = 100;

/** Time to decide about a fleet, page by page as a run does it; making the pages is not counted. */
function planMs(count: number): number {
  // A run of its own, so that nothing is remembered from the one before.
  const context = { ...base };
  let spentMs = 0;
  for (let first = 0; first < count; first += pageSize) {
    const page = Array.from({ length: pageSize }, (_, index) => group(first + index));
    const startMs = performance.now();
    for (const each of page) planner.needs(each, context);
    for (const each of page) planner.decide(each, context);
    spentMs += performance.now() - startMs;
  }
  return spentMs;
}

// What the first of a process costs, such as its compiler and a heap that still grows, is no part of the comparison.
planMs(100_000);
planMs(50_000);
const times = { half: [] as number[], full: [] as number[] };
for (let round = 0; round < 7; round += 1) {
  times.half.push(planMs(50_000));
  times.full.push(planMs(100_000));
}
process.stdout.write(`${JSON.stringify({ halfMs: median(times.half), fullMs: median(times.full) })}\n`);
