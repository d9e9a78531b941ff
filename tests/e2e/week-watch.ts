import type { DeliveryGroupEntity } from '../../simulator/world/delivery-group.ts';
import { hourMs } from '../fixtures/times.ts';
import type { Play } from './automations-week.ts';
import { groupNamed } from './week-story.ts';

/** Nodes without which people would wait, on workdays between noon and six; and at any time. */
const neededByDay = {
  'fin-ledger': 6,
  'hr-portal': 3,
  'sales-crm': 8,
  'sales-north': 5,
  'service-hotline': 12,
  'service-chat': 6,
  'sg-desk': 4,
};
const neededAlways = { 'service-hotline': 3, 'service-chat': 2, 'fin-treasury': 4, 'exam-hall': 4 };
/** What somebody who looks at the world at each instant sees. */
export interface Seen {
  readonly drained: Set<string>;
  readonly short: string[];
  /** Cuts of connected sessions: the group, and the instants between which it was. */
  readonly cuts: { readonly group: string; readonly fromMs: number; readonly toMs: number }[];
  /** The last instant. */
  atMs: number;
  looks: number;
}

/** Nothing seen yet. */
export const nothingSeen = (): Seen => ({ drained: new Set(), short: [], cuts: [], atMs: 0, looks: 0 });

/** Watches a play. */
export function looking(seen: Seen): NonNullable<Play['inspect']> {
  const interrupted = new Map<DeliveryGroupEntity, number>();
  return (simulator, nowMs) => {
    const local = new Date(nowMs + 8 * hourMs);
    const byDay = local.getUTCHours() >= 12 && local.getUTCHours() < 18 && local.getUTCDay() % 6 !== 0;
    const needed = byDay ? { ...neededAlways, ...neededByDay } : neededAlways;
    for (const [name, count] of Object.entries(needed)) {
      const nodes = groupNamed(simulator, name).pools.flatMap((pool) => pool.nodes.filter(({ state }) => state === 'ready')).length;
      if (nodes < count) seen.short.push(`${local.toISOString()} ${name}: ${nodes} of ${count}`);
    }
    for (const { groupList } of simulator.world.accounts.values()) {
      for (const group of groupList) {
        if (group.drained) seen.drained.add(group.name);
        const { sessionsInterrupted } = group.statistics;
        if (sessionsInterrupted > (interrupted.get(group) ?? 0)) seen.cuts.push({ group: group.name, fromMs: seen.atMs, toMs: nowMs });
        interrupted.set(group, sessionsInterrupted);
      }
    }
    seen.atMs = nowMs;
    seen.looks += 1;
  };
}
