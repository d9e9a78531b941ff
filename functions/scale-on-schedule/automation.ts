import { modifyNodePoolAttribute } from '../../shared/client/operations/modify-node-pool-attribute.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import { rulesCheck } from '../../shared/engine/policy-format.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { readNodePrice } from '../../shared/fleet/node-price.ts';
import { observeDeliveryGroups, rereadDeliveryGroup } from '../../shared/fleet/observe-delivery-groups.ts';
import { sessionUsers } from '../../shared/fleet/session-users.ts';
import { compiledScaleRule } from './compiled-rule.ts';
import { highestTotal } from './levels.ts';
import { planner } from './plan.ts';
import { usageOfGroup } from './strategy-value.ts';

/** Keeps the nodes of delivery groups at what the schedules of the policy want. */
export const scaleOnSchedule: Automation<DeliveryGroup> = {
  name: 'scale-on-schedule',
  rules: rulesCheck('scale-on-schedule', compiledScaleRule),
  operations: { ModifyNodePoolAttribute: modifyNodePoolAttribute },
  planner,
  observe: (client, target, signal) => observeDeliveryGroups(client, signal, target),
  reread: (client, _target, { id }, signal) => rereadDeliveryGroup(client, id, signal),
  nodesOf: highestTotal,
  facts: (client) => ({ read: (need, signal) => readNodePrice(client, need, signal) }),
  sessionUsers: (client, _target, { id }, signal) => sessionUsers(client, id, signal),
  usageOf: usageOfGroup,
};
