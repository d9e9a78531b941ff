import type { InputOf } from '../../shared/client/operation.ts';
import type { modifyAppInstanceGroupAttribute } from '../../shared/client/operations/modify-app-instance-group-attribute.ts';
import type { modifyAppPolicy } from '../../shared/client/operations/modify-app-policy.ts';
import { BodyFault, type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { groupOf } from './lookup.ts';
import { checkCapacity } from './node-pools.ts';

/** Sets what is sent and leaves the rest; part of it no operation shows again. */
function modifyGroup(input: InputOf<typeof modifyAppInstanceGroupAttribute>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  const timeout = input.SessionTimeout;
  if (timeout !== undefined && timeout !== -1 && !(timeout >= 3 && timeout <= 300)) {
    throw new BodyFault('InvalidParameter.SessionTimeout', 'SessionTimeout must be -1 or from 3 to 300.');
  }
  if (input.PreOpenMode === 'SINGLE_APP' && input.PreOpenAppId === undefined) {
    throw new BodyFault('InvalidParameter.PreOpenAppId', 'PreOpenAppId is required when PreOpenMode is SINGLE_APP.');
  }
  const capacity = input.NodePool?.NodeCapacity;
  const pool = group.pools.find(({ id }) => id === input.NodePool?.NodePoolId);
  if (input.NodePool && !pool) throw new BodyFault('InvalidParameter.NodePoolId', 'NodePoolId names no node pool of the delivery group.');
  if (pool && capacity !== undefined) checkCapacity(pool, capacity);

  if (pool && capacity !== undefined) pool.capacity = capacity;
  if (timeout !== undefined) group.sessionTimeoutMinutes = timeout;
  if (input.AppInstanceGroupName !== undefined) group.name = input.AppInstanceGroupName;
  group.skipUserAuthCheck = input.SecurityPolicy?.SkipUserAuthCheck ?? group.skipUserAuthCheck;
  const { Network, PerSessionPerApp, PreOpenAppId, PreOpenMode, SecurityPolicy, StoragePolicy } = input;
  const sent = { Network, PerSessionPerApp, PreOpenAppId, PreOpenMode, SecurityPolicy, StoragePolicy };
  group.writeOnly = { ...group.writeOnly, ...Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)) };
  return {};
}

/** A policy belongs to every group that names it; no operation reads it back. */
function modifyPolicy(input: InputOf<typeof modifyAppPolicy>, { account }: HandlerContext): Record<string, unknown> {
  const { AppPolicyId: id, VideoPolicy: video } = input;
  if (!account.groupList.some((group) => group.policyId === id)) {
    throw new ServiceFault('InvalidParameter.AppPolicyId', `The specified policy ${id} does not exist.`);
  }
  if (video?.Webrtc === true && video.StreamingMode !== undefined && video.StreamingMode !== 'video') {
    throw new ServiceFault('InvalidParameter.VideoPolicy', 'With Webrtc the StreamingMode must be video.');
  }
  account.policies.set(id, { ...account.policies.get(id), ...video });
  return {};
}

/** Attributes of delivery groups and their policies. */
export const handlers: Readonly<Record<string, Handler>> = {
  ModifyAppInstanceGroupAttribute: modifyGroup,
  ModifyAppPolicy: modifyPolicy,
};
