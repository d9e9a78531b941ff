import type { Action } from '../../../shared/planning/decision.ts';

/** A row of the list as the service sends it. */
export type Fields = Record<string, unknown>;

/**
 * What the service keeps of a request, as a page of its documentation would put it: the strategy sent replaces the one before, answers
 * spell the recurrence with a capital, and a schedule has no nodes of its own outside its periods.
 */
export function applied(row: Fields, action: Action): Fields {
  const [pool] = row.NodePool as [Fields];
  const { NodePoolStrategy: strategy, PoolId } = action.input as { NodePoolStrategy: Fields; PoolId: string };
  if (PoolId !== pool.NodePoolId) throw new Error('a pool that is not there');
  const counts = Object.fromEntries(
    Object.entries(pool).filter(([name]) =>
      ['NodePoolId', 'NodeInstanceType', 'NodeCapacity', 'NodeUsed', 'ScalingNodeAmount', 'ScalingNodeUsed'].includes(name),
    ),
  );
  const schedules = strategy.RecurrenceSchedules as Fields[] | undefined;
  const nodes =
    row.ChargeType === 'PrePaid' ? pool.NodeAmount : strategy.StrategyType === 'NODE_SCALING_BY_SCHEDULE' ? 0 : strategy.NodeAmount;
  const after = {
    ...counts,
    ...strategy,
    NodeAmount: nodes,
    ...(schedules === undefined ? {} : { RecurrenceSchedules: schedules.map((each) => ({ ...each, RecurrenceType: 'Weekly' })) }),
  };
  return { ...row, NodePool: [after] };
}
