import type { EpochMs } from '../../shared/client/clock.ts';
import { minuteMs } from './local-time.ts';
import type { NodeEntity } from './node.ts';
import type { StrategySettings } from './strategy.ts';

function threshold(settings: StrategySettings): number {
  return Number(settings.ScalingUsageThreshold ?? '85');
}

/**
 * Elastic nodes that usage scaling adds at this load: one step when the used share of all app instances has reached the threshold,
 * up to the ceiling, and only while fewer instances are idle than the pool wants to have.
 */
export function nodesToAdd(
  settings: StrategySettings,
  nodes: readonly NodeEntity[],
  capacity: number,
  elasticNow: number,
  countBooting: boolean,
): number {
  const room = (settings.MaxScalingAmount ?? 0) - elasticNow;
  if (room <= 0) return 0;
  let places = 0;
  let used = 0;
  for (const node of nodes) {
    if (node.state === 'ready' || (countBooting && node.state === 'booting')) places += capacity;
    if (node.state === 'ready') used += node.used;
  }
  if (places > 0 && (used * 100) / places < threshold(settings)) return 0;
  if (settings.MaxIdleAppInstanceAmount !== undefined && places - used >= settings.MaxIdleAppInstanceAmount && places > used) return 0;
  return Math.min(settings.ScalingStep ?? 1, room);
}

/**
 * Elastic nodes that usage scaling gives back: idle for long enough, newest first, and never so many that the load on what remains
 * would call for them again.
 */
export function nodesToRelease(
  settings: StrategySettings,
  ready: readonly NodeEntity[],
  capacity: number,
  elasticNow: number,
  isElastic: (node: NodeEntity) => boolean,
  nowMs: EpochMs,
): NodeEntity[] {
  const waitMs = (settings.ScalingDownAfterIdleMinutes ?? 5) * minuteMs;
  const released: NodeEntity[] = [];
  let places = ready.length * capacity;
  let used = 0;
  for (const node of ready) used += node.used;
  for (let i = ready.length - 1; i >= 0 && released.length < elasticNow; i -= 1) {
    const node = ready[i] as NodeEntity;
    if (!isElastic(node) || node.used > 0 || nowMs - node.idleSinceMs < waitMs) continue;
    const left = places - capacity;
    if (left <= 0 || (used * 100) / left >= threshold(settings)) break;
    places = left;
    released.push(node);
  }
  return released;
}
