import { poolSamples } from '../../shared/billing/usage.ts';
import { logOffAllSessionsInAppInstanceGroup } from '../../shared/client/operations/log-off-all-sessions-in-app-instance-group.ts';
import { tagCloudResources } from '../../shared/client/operations/tag-cloud-resources.ts';
import { unbind } from '../../shared/client/operations/unbind.ts';
import { untagCloudResources } from '../../shared/client/operations/untag-cloud-resources.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import { rulesCheck } from '../../shared/engine/policy-format.ts';
import { observeDeliveryGroups } from '../../shared/fleet/observe-delivery-groups.ts';
import type { SessionResource } from '../../shared/fleet/session.ts';
import { lookAtSessions, rereadSessionResource, usersOf } from '../../shared/fleet/session-observe.ts';
import { sessionUsers } from '../../shared/fleet/session-users.ts';
import { compiledLogOffRule } from './compiled-rule.ts';
import { planner } from './plan.ts';

/** Logs off the sessions of delivery groups once their day is over, and keeps new users out shortly before where a rule says so. */
export const logOffSessions: Automation<SessionResource> = {
  name: 'log-off-sessions',
  // A drain that it set is lifted, whatever rules there are by then.
  withoutRules: true,
  rules: rulesCheck('log-off-sessions', compiledLogOffRule),
  operations: {
    LogOffAllSessionsInAppInstanceGroup: logOffAllSessionsInAppInstanceGroup,
    Unbind: unbind,
    TagCloudResources: tagCloudResources,
    UntagCloudResources: untagCloudResources,
  },
  planner,
  observe: (client, target, signal) => observeDeliveryGroups(client, signal, target),
  fetchDetail: async (client, _target, resource, signal) =>
    resource.kind === 'delivery-group' ? lookAtSessions(client, resource, signal) : [resource],
  reread: (client, _target, resource, signal) => rereadSessionResource(client, resource, signal),
  async sessionUsers(client, _target, resource, signal) {
    if (resource.kind === 'session') return resource.user === undefined ? undefined : [resource.user];
    const group = resource.kind === 'drain' ? resource.partOf : resource;
    return group.sessions === undefined ? sessionUsers(client, group.id, signal) : usersOf(group);
  },
  usageOf: (resource) => (resource.kind === 'delivery-group' ? poolSamples(resource) : []),
};
