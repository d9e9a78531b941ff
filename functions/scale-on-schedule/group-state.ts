import { waiting } from '../../shared/engine/reasons.ts';
import { type Charge, type DeliveryGroup, type NodePool, type Strategy, servesSoon } from '../../shared/fleet/delivery-group.ts';
import { found, held, type Outcome } from '../../shared/planning/result.ts';
import { nearKey } from '../../shared/policy/selector.ts';
import { mostNodes } from '../../shared/policy/values/level.ts';
import type { CompiledScaleRule } from './compiled-rule.ts';
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

/**
 * What 100 % means for a group. `needed` says whether anything is a part of it: without need a rule without `peak` gives 0.
 * A tag that is there but is not a whole number from 1 to 100 holds; guessing a peak could be dear or leave people out.
 */
export function peakOf(rule: CompiledScaleRule, group: DeliveryGroup, needed: boolean): Outcome<number> {
  const { peak } = rule;
  if (peak === undefined) {
    if (!needed) return found(0);
    return held(reason('peak-missing', `rule ${rule.name} has no peak, and a percentage needs one; add peak to the rule`));
  }
  if ('extraNodes' in peak) return found(peak.extraNodes);
  if (group.tags === undefined) {
    return held(reason('unreadable', 'the answer carried no tags, so the peak is unknown', { fields: ['Tags'] }));
  }
  const value = Object.hasOwn(group.tags, peak.tag) ? group.tags[peak.tag] : undefined;
  if (value === undefined) {
    const near = nearKey(peak.tag)(group.tags);
    if (near !== undefined) {
      const text = `the group has the tag ${near} and not ${peak.tag}, which carries the peak; set ${peak.tag}, or remove ${near}`;
      return held(reason('peak-missing', text, { tag: peak.tag, near }));
    }
    if (peak.otherwise !== undefined) return found(peak.otherwise);
    return held(
      reason('peak-missing', `the group has no tag ${peak.tag}, and the rule says nothing otherwise; set the tag`, { tag: peak.tag }),
    );
  }
  const nodes = /^[1-9]\d{0,2}$/.test(value) ? Number(value) : Number.NaN;
  if (!(nodes >= 1 && nodes <= mostNodes)) {
    const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
    return held(
      reason('peak-unreadable', `the tag ${peak.tag} is "${shown}"; set it to a whole number from 1 to ${mostNodes}`, {
        tag: peak.tag,
        value: shown,
      }),
    );
  }
  if (peak.atMost !== undefined && nodes > peak.atMost) {
    const text = `the tag ${peak.tag} asks for ${nodes} nodes, and the rule allows at most ${peak.atMost}`;
    return found(peak.atMost, reason('peak-capped', text, { tag: peak.tag, asked: nodes, allowed: peak.atMost }));
  }
  return found(nodes);
}
