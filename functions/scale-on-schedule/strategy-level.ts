import type { NativeWeek, NodePool, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import { offsetAt } from '../../shared/policy/zones.ts';
import { amountAt } from './day-levels.ts';
import type { ServiceDay } from './service-day.ts';
import type { Span } from './steps.ts';

/** Nodes that a weekly schedule gives at the moment of a service's day. */
export function nodesOfWeek(week: NativeWeek, { weekday, minute }: ServiceDay): number {
  return amountAt(week[weekday] ?? [], minute);
}

/**
 * Nodes that a pay-as-you-go pool has by its strategy at this moment. For usage scaling it is the highest that it may have when the
 * answer does not say how many there are. A schedule that has not begun or has ended gives none.
 */
export function nodesOfStrategy(strategy: Strategy, pool: NodePool, day: ServiceDay): number {
  if (strategy.type === 'fixed') return strategy.nodes;
  if (strategy.type === 'usage') return (strategy.nodes ?? 0) + (pool.scalingNodeAmount ?? strategy.maxScaling ?? 0);
  const begun = strategy.enableDate === undefined || strategy.enableDate <= day.date;
  const ended = strategy.disableDate !== undefined && strategy.disableDate <= day.date;
  return begun && !ended ? nodesOfWeek(strategy.week, day) : 0;
}

/** Nodes with sessions in the whole pool, elastic ones included; undefined when a part of it is unknown. */
export function nodesInUse(pool: NodePool): number | undefined {
  const bought = pool.nodeUsed ?? (pool.nodeAmount === 0 ? 0 : undefined);
  const elastic = pool.scalingNodeUsed ?? (pool.scalingNodeAmount === 0 ? 0 : undefined);
  return bought === undefined || elastic === undefined ? undefined : bought + elastic;
}

/**
 * Node-milliseconds that a weekly schedule gives in a span, as if it ran throughout. The offset at the start of the span is taken for
 * all of it: a shift of the service's clock would move periods, not lengthen them.
 */
export function nodeMsOfWeek(week: NativeWeek, zone: ZoneTable, span: Span): number {
  const offsetMs = offsetAt(zone, span.fromMs);
  let sum = 0;
  for (let day = Math.floor((span.fromMs + offsetMs) / dayMs); day * dayMs - offsetMs < span.untilMs; day++) {
    const midnightMs = day * dayMs - offsetMs;
    // Day 0 was a Thursday.
    for (const period of week[(((day + 3) % 7) + 1) as IsoWeekday] ?? []) {
      const fromMs = Math.max(span.fromMs, midnightMs + period.startMinute * 60_000);
      const untilMs = Math.min(span.untilMs, midnightMs + period.endMinute * 60_000);
      sum += Math.max(0, untilMs - fromMs) * period.amount;
    }
  }
  return sum;
}

/** Node-milliseconds that a strategy gives, or for usage scaling may give at most, in a span. Dates of a schedule are not looked at. */
export function nodeMsOfStrategy(strategy: Strategy, zone: ZoneTable, span: Span): number {
  if (strategy.type === 'schedule') return nodeMsOfWeek(strategy.week, zone, span);
  const nodes = strategy.type === 'fixed' ? strategy.nodes : (strategy.nodes ?? 0) + (strategy.maxScaling ?? 0);
  return nodes * (span.untilMs - span.fromMs);
}
