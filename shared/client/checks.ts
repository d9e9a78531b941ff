import { faultIf } from './fields.ts';
import type { Fault } from './operation.ts';
import { type StrategyInput, strategyFaults } from './scaling-rules.ts';

/**
 * Rules over several parameters of one operation that the definition does not express (service notes); stricter than the service in places. The overlay
 * names the rule of an operation. Each is a function of its own, so that a bundle carries only those of the operations that it calls.
 */

/** Somebody to add or to remove. */
export function namesSomebody(input: {
  readonly AuthorizeUserIds?: unknown;
  readonly UnAuthorizeUserIds?: unknown;
  readonly AuthorizeUserGroupIds?: unknown;
  readonly UnAuthorizeUserGroupIds?: unknown;
}): readonly Fault[] {
  return faultIf(
    !input.AuthorizeUserIds && !input.UnAuthorizeUserIds && !input.AuthorizeUserGroupIds && !input.UnAuthorizeUserGroupIds,
    'AuthorizeUserIds',
    'name at least one user or user group to add or remove',
  );
}

/** The strategy of a group that is bought. */
export function strategyOfNewGroup(input: { readonly NodePool?: StrategyInput | undefined }): readonly Fault[] {
  return input.NodePool ? strategyFaults(input.NodePool, ['NodePool']) : [];
}

/** The strategy of a node pool, whole. */
export function wholeStrategy({ NodePoolStrategy: strategy }: { readonly NodePoolStrategy?: StrategyInput | undefined }): readonly Fault[] {
  return [
    ...faultIf(
      strategy !== undefined && strategy.StrategyType === undefined,
      'NodePoolStrategy.StrategyType',
      'name the strategy: what becomes of fields left out is not documented',
    ),
    ...strategyFaults(strategy ?? {}, ['NodePoolStrategy']),
  ];
}

/** Something that has a price. */
export function namesAType(input: { readonly NodeInstanceType?: unknown; readonly AppInstanceType?: unknown }): readonly Fault[] {
  return faultIf(
    input.NodeInstanceType === undefined && input.AppInstanceType === undefined,
    'NodeInstanceType',
    'name a node type or an app instance type',
  );
}

/** Deleted instances are found by id only. */
export function deletedByIdOnly(input: {
  readonly IncludeDeleted?: boolean | undefined;
  readonly AppInstanceIdList?: unknown;
}): readonly Fault[] {
  return faultIf(
    input.IncludeDeleted === true && input.AppInstanceIdList === undefined,
    'AppInstanceIdList',
    'name the instances: IncludeDeleted has no effect without them',
  );
}

/** Attributes of a group that need another one. */
export function attributesTogether(input: {
  readonly PreOpenMode?: string | undefined;
  readonly PreOpenAppId?: unknown;
  readonly NodePool?: { readonly NodeCapacity?: unknown; readonly NodePoolId?: unknown } | undefined;
}): readonly Fault[] {
  return [
    ...faultIf(
      input.PreOpenMode === 'SINGLE_APP' && input.PreOpenAppId === undefined,
      'PreOpenAppId',
      'name the app that SINGLE_APP opens',
    ),
    ...faultIf(
      input.NodePool?.NodeCapacity !== undefined && input.NodePool.NodePoolId === undefined,
      'NodePool.NodePoolId',
      'name the node pool whose capacity changes',
    ),
  ];
}

/** The nodes that become subscription nodes, and how. */
export function modeWithNodes({
  NodePool: pool,
}: {
  readonly NodePool: { readonly PrePaidNodeAmountModifyMode?: unknown; readonly PrePaidNodeAmountModifyNodeIds?: unknown };
}): readonly Fault[] {
  return faultIf(
    (pool.PrePaidNodeAmountModifyMode === undefined) !== (pool.PrePaidNodeAmountModifyNodeIds === undefined),
    'NodePool.PrePaidNodeAmountModifyNodeIds',
    'send the mode and the ids of the nodes to convert together',
  );
}

/** A new name or password of a workstation. */
export function changesSomething(input: { readonly WuyingServerName?: unknown; readonly Password?: unknown }): readonly Fault[] {
  return faultIf(
    input.WuyingServerName === undefined && input.Password === undefined,
    'WuyingServerName',
    'give a new name or a new password',
  );
}

/** The resources whose tags change; the account itself has no id. */
export function idsUnlessAccount(input: { readonly ResourceType: string; readonly ResourceIds?: unknown }): readonly Fault[] {
  return faultIf(
    input.ResourceType === 'AliUid' ? input.ResourceIds !== undefined : input.ResourceIds === undefined,
    'ResourceIds',
    'name the resources; leave it out only for AliUid, the account itself',
  );
}

/** The one session that ends. */
export function namesASession(input: { readonly AppInstanceId?: unknown; readonly AppInstancePersistentId?: unknown }): readonly Fault[] {
  return faultIf(
    input.AppInstanceId === undefined && input.AppInstancePersistentId === undefined,
    'AppInstanceId',
    'name the app instance or the persistent session, or more than one session could end',
  );
}
