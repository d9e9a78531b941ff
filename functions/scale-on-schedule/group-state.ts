import { waiting } from '../../shared/engine/reasons.ts';
import { type Charge, type DeliveryGroup, type NodePool, type Strategy, servesSoon } from '../../shared/fleet/delivery-group.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';

/** A group of which everything is known that scaling needs. */
export interface GroupState {
  readonly group: DeliveryGroup;
  readonly pool: NodePool;
  readonly charge: Charge;
  readonly capacity: number;
  readonly strategy: Strategy;
}

/** Checks that a group is serving and that all that scaling needs could be read; each thing that is missing is a reason of its own. */
export function groupState(group: DeliveryGroup): Outcome<GroupState> {
  if (group.status !== 'PUBLISHED') {
    const text = group.status === undefined ? 'the answer named no status' : `the group is ${group.status}, not PUBLISHED`;
    const data = { status: group.status ?? null, ...(servesSoon(group.status) ? waiting : {}) };
    return held(reason('status', `${text}; it is left alone until it serves`, data));
  }
  const [pool] = group.pools ?? [];
  if (pool === undefined || group.pools?.length !== 1) {
    const pools = group.pools?.length;
    const text =
      pools === undefined ? 'the answer named no node pools' : `the group has ${pools} node pools, and scaling knows only groups with one`;
    return held(reason('pool-count', text, { pools: pools ?? null }));
  }
  const fields = group.unreadable.filter((field) => field === 'ChargeType' || field.startsWith('NodePool'));
  if (fields.length > 0) return held(reason('unreadable', `the answer has ${fields.join(', ')} in a form that is not known`, { fields }));
  const { charge } = group;
  const { strategy, capacity, instanceType } = pool;
  if (charge === undefined) return held(reason('charge-unknown', 'the answer did not say how the group is paid'));
  if (strategy === undefined) return held(reason('strategy-unknown', 'the answer did not say how the pool scales'));
  if (instanceType === undefined) return held(reason('instance-type-unknown', 'the answer did not name the type of the nodes'));
  if (capacity === undefined || capacity === 0)
    return held(reason('capacity-unknown', 'the answer did not say how many sessions a node has'));
  return found({ group, pool, charge, capacity, strategy });
}
