import type { Simulator } from '../../simulator/simulator.ts';
import type { WantedCapacity } from './wanted.ts';

/**
 * Gives every group exactly what its schedule wants, at the very instant, with nodes that are ready at once: what no engine can do that has to
 * ask the service and wait for nodes to boot.
 */
export function exactCapacity(wanted: WantedCapacity): (simulator: Simulator, nowMs: number) => void {
  return ({ world }, nowMs) => {
    for (const { groupList } of world.accounts.values()) {
      for (const group of groupList) {
        const want = wanted.of(group, nowMs);
        const [pool] = group.pools;
        if (!want || !pool) continue;
        const { settings } = pool;
        if (want.of === 'nodes') {
          if (settings.StrategyType === 'NODE_FIXED' && settings.NodeAmount === want.count) continue;
          pool.prepare({ StrategyType: 'NODE_FIXED', NodeAmount: want.count });
          pool.start(nowMs, true);
        } else if (settings.MaxScalingAmount !== want.count) {
          pool.setStrategy({ ...settings, StrategyType: 'NODE_SCALING_BY_USAGE', MaxScalingAmount: want.count }, nowMs);
        }
      }
    }
  };
}
