import { poolSamples } from '../../shared/billing/usage.ts';
import { tagCloudResources } from '../../shared/client/operations/tag-cloud-resources.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import { rulesCheck } from '../../shared/engine/policy-format.ts';
import { countDeliveryGroups } from '../../shared/fleet/count-delivery-groups.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { observeDeliveryGroups } from '../../shared/fleet/observe-delivery-groups.ts';
import { rereadTaggable, withTags } from '../../shared/fleet/taggable.ts';
import { compiledTagRule } from './compiled-rule.ts';
import { planner } from './plan.ts';

/** Operations whose events begin a run: those by which a group comes to be, loses tags, or gets a name by which rules go. */
export const subscribedOperations: readonly string[] = [
  'CreateAppInstanceGroup',
  'Create',
  'UntagCloudResources',
  'ModifyAppInstanceGroupAttribute',
];

/** Gives delivery groups the tags that the policy wants on them. */
export const tagNewResources: Automation<DeliveryGroup> = {
  name: 'tag-new-resources',
  neverWord: 'tag',
  rules: rulesCheck('tag-new-resources', compiledTagRule),
  operations: { TagCloudResources: tagCloudResources },
  planner,
  observe: (client, target, signal) => observeDeliveryGroups(client, signal, target),
  fetchDetail: async (client, _target, group, signal) => [await withTags(client, group, signal)],
  count: (client, target, signal) => countDeliveryGroups(client, signal, target),
  reread: (client, _target, { id }, signal) => rereadTaggable(client, id, signal),
  usageOf: poolSamples,
};
