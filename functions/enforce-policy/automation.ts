import { poolSamples } from '../../shared/billing/usage.ts';
import { authorizeInstanceGroup } from '../../shared/client/operations/authorize-instance-group.ts';
import { modifyAppInstanceGroupAttribute } from '../../shared/client/operations/modify-app-instance-group-attribute.ts';
import { modifyTenantConfig } from '../../shared/client/operations/modify-tenant-config.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import { rulesCheck } from '../../shared/engine/policy-format.ts';
import { readAccess } from '../../shared/fleet/authorization.ts';
import { countDeliveryGroups } from '../../shared/fleet/count-delivery-groups.ts';
import { type GovernedGroup, observeGovernedGroups } from '../../shared/fleet/governed-group.ts';
import { rereadGoverned } from '../../shared/fleet/reread-governed.ts';
import { sessionUsers, withLingering } from '../../shared/fleet/session-users.ts';
import { readTenant, unreadTenant } from '../../shared/fleet/tenant.ts';
import { compiledEnforceRule } from './compiled-rule.ts';
import { loadOf } from './drift.ts';
import { desiredOf, type Governed, planner } from './plan.ts';

/** Operations whose events begin a run: those that make a group, and those that can change what rules ask for. */
export const subscribedOperations: readonly string[] = [
  ...['CreateAppInstanceGroup', 'Create', 'ModifyAppInstanceGroupAttribute', 'ModifyNodePoolAttribute', 'AuthorizeInstanceGroup'],
  ...['TagCloudResources', 'UntagCloudResources', 'ModifyTenantConfig'],
];

/** Holds delivery groups and the account itself to the settings of the policy. */
export const enforcePolicy: Automation<Governed> = {
  name: 'enforce-policy',
  neverWord: 'enforce',
  rules: rulesCheck('enforce-policy', compiledEnforceRule),
  operations: {
    ModifyAppInstanceGroupAttribute: modifyAppInstanceGroupAttribute,
    AuthorizeInstanceGroup: authorizeInstanceGroup,
    ModifyTenantConfig: modifyTenantConfig,
  },
  planner,
  async *observe(client, { account }, signal) {
    for await (const { resources, total } of observeGovernedGroups(client, signal)) {
      yield { resources, total: total === undefined ? undefined : total + 1 };
    }
    // The account itself is one more; it is read only where a rule is for it.
    yield { resources: [unreadTenant(account)], total: undefined };
  },
  async fetchDetail(client, { account }, resource, signal) {
    if (resource.kind === 'tenant') return [await readTenant(client, account, signal)];
    if (resource.kind !== 'delivery-group') return [resource];
    const { access, sessions } = desiredOf(resource);
    const seen = sessions ? await withLingering(client, resource, signal) : resource;
    if (!access) return [seen];
    const group: GovernedGroup = { ...seen, accessApart: true };
    return [group, await readAccess(client, group, signal)];
  },
  async count(client, _target, signal) {
    const groups = await countDeliveryGroups(client, signal);
    return groups === undefined ? undefined : groups + 1;
  },
  async reread(client, { account }, { id }, signal) {
    if (id === account) return readTenant(client, account, signal);
    const governed = await rereadGoverned(client, id, signal);
    // Where it is in use, who is away is read again: it changes most.
    const inUse = governed?.kind === 'delivery-group' && loadOf(governed) !== undefined;
    return inUse ? withLingering(client, governed, signal) : governed;
  },
  sessionUsers: async (client, _target, { kind, id }, signal) => (kind === 'delivery-group' ? sessionUsers(client, id, signal) : []),
  usageOf: (resource) => (resource.kind === 'delivery-group' ? poolSamples(resource) : []),
};
