import { renewAppInstanceGroup } from '../../shared/client/operations/renew-app-instance-group.ts';
import { renewWuyingServer } from '../../shared/client/operations/renew-wuying-server.ts';
import { observeSubscribedGroups, rereadSubscribedGroup } from '../../shared/fleet/observe-subscribed-groups.ts';
import { observeWorkstations, rereadWorkstation } from '../../shared/fleet/observe-workstations.ts';
import { readRenewPrice } from '../../shared/fleet/renew-price.ts';
import { compiledRenewRule } from './compiled-rule.ts';
import { planner } from './plan.ts';
import type { Renewing } from './run/planner.ts';

/** Renews delivery groups and workstations before their subscriptions end. */
export const renewBeforeExpiry: Renewing = {
  name: 'renew-before-expiry',
  neverWord: 'renew',
  operations: { RenewAppInstanceGroup: renewAppInstanceGroup, RenewWuyingServer: renewWuyingServer },
  rule: compiledRenewRule,
  planner,
  lists: [
    { what: 'delivery groups', observe: (client, _target, signal) => observeSubscribedGroups(client, signal) },
    { what: 'workstations', observe: (client, _target, signal) => observeWorkstations(client, signal) },
  ],
  reread: (client, _target, { kind, id }) => (kind === 'workstation' ? rereadWorkstation(client, id) : rereadSubscribedGroup(client, id)),
  // The planner prices workstations by the policy and asks for groups only: the service has no other price.
  quote: async (client, _target, { kind, id }, period) => (kind === 'delivery-group' ? readRenewPrice(client, id, period) : undefined),
};
