// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import type { AnyOperation } from '../operation.ts';
import { approveOtaTask } from './approve-ota-task.ts';
import { authorizeInstanceGroup } from './authorize-instance-group.ts';
import { createAppInstanceGroup } from './create-app-instance-group.ts';
import { createImageByInstance } from './create-image-by-instance.ts';
import { createImageFromAppInstanceGroup } from './create-image-from-app-instance-group.ts';
import { createWuyingServer } from './create-wuying-server.ts';
import { deleteAppInstanceGroup } from './delete-app-instance-group.ts';
import { deleteAppInstances } from './delete-app-instances.ts';
import { deleteImage } from './delete-image.ts';
import { deleteWuyingServer } from './delete-wuying-server.ts';
import { describeWuyingServerEipInfo } from './describe-wuying-server-eip-info.ts';
import { getAppInstanceGroup } from './get-app-instance-group.ts';
import { getConnectionTicket } from './get-connection-ticket.ts';
import { getDebugAppInstance } from './get-debug-app-instance.ts';
import { getOtaTaskByTaskId } from './get-ota-task-by-task-id.ts';
import { getResourcePrice } from './get-resource-price.ts';
import { getResourceRenewPrice } from './get-resource-renew-price.ts';
import { listAppInstanceGroup } from './list-app-instance-group.ts';
import { listAppInstances } from './list-app-instances.ts';
import { listAuthorizedUserGroups } from './list-authorized-user-groups.ts';
import { listBindInfo } from './list-bind-info.ts';
import { listImage } from './list-image.ts';
import { listNodeInstanceType } from './list-node-instance-type.ts';
import { listNodes } from './list-nodes.ts';
import { listOtaTask } from './list-ota-task.ts';
import { listPersistentAppInstances } from './list-persistent-app-instances.ts';
import { listRegions } from './list-regions.ts';
import { listTagCloudResources } from './list-tag-cloud-resources.ts';
import { listTenantConfig } from './list-tenant-config.ts';
import { listWuyingServer } from './list-wuying-server.ts';
import { logOffAllSessionsInAppInstanceGroup } from './log-off-all-sessions-in-app-instance-group.ts';
import { modifyAppInstanceGroupAttribute } from './modify-app-instance-group-attribute.ts';
import { modifyAppPolicy } from './modify-app-policy.ts';
import { modifyBrowserInstanceGroup } from './modify-browser-instance-group.ts';
import { modifyNodePoolAmount } from './modify-node-pool-amount.ts';
import { modifyNodePoolAttribute } from './modify-node-pool-attribute.ts';
import { modifyTenantConfig } from './modify-tenant-config.ts';
import { modifyWuyingServerAttribute } from './modify-wuying-server-attribute.ts';
import { pageListAppInstanceGroupUser } from './page-list-app-instance-group-user.ts';
import { renewAppInstanceGroup } from './renew-app-instance-group.ts';
import { renewWuyingServer } from './renew-wuying-server.ts';
import { restartWuyingServer } from './restart-wuying-server.ts';
import { startTaskForDistributeImage } from './start-task-for-distribute-image.ts';
import { startWuyingServer } from './start-wuying-server.ts';
import { stopWuyingServer } from './stop-wuying-server.ts';
import { tagCloudResources } from './tag-cloud-resources.ts';
import { unbind } from './unbind.ts';
import { untagCloudResources } from './untag-cloud-resources.ts';
import { updateAppInstanceGroupImage } from './update-app-instance-group-image.ts';
import { updateWuyingServerImage } from './update-wuying-server-image.ts';

/**
 * All operations by action, for programs that must know every one of them. A function imports the few rows that it
 * calls, so that its bundle carries no other.
 */
export const operations = {
  ApproveOtaTask: approveOtaTask,
  AuthorizeInstanceGroup: authorizeInstanceGroup,
  CreateAppInstanceGroup: createAppInstanceGroup,
  CreateImageByInstance: createImageByInstance,
  CreateImageFromAppInstanceGroup: createImageFromAppInstanceGroup,
  CreateWuyingServer: createWuyingServer,
  DeleteAppInstanceGroup: deleteAppInstanceGroup,
  DeleteAppInstances: deleteAppInstances,
  DeleteImage: deleteImage,
  DeleteWuyingServer: deleteWuyingServer,
  DescribeWuyingServerEipInfo: describeWuyingServerEipInfo,
  GetAppInstanceGroup: getAppInstanceGroup,
  GetConnectionTicket: getConnectionTicket,
  GetDebugAppInstance: getDebugAppInstance,
  GetOtaTaskByTaskId: getOtaTaskByTaskId,
  GetResourcePrice: getResourcePrice,
  GetResourceRenewPrice: getResourceRenewPrice,
  ListAppInstanceGroup: listAppInstanceGroup,
  ListAppInstances: listAppInstances,
  ListAuthorizedUserGroups: listAuthorizedUserGroups,
  ListBindInfo: listBindInfo,
  ListImage: listImage,
  ListNodeInstanceType: listNodeInstanceType,
  ListNodes: listNodes,
  ListOtaTask: listOtaTask,
  ListPersistentAppInstances: listPersistentAppInstances,
  ListRegions: listRegions,
  ListTagCloudResources: listTagCloudResources,
  ListTenantConfig: listTenantConfig,
  ListWuyingServer: listWuyingServer,
  LogOffAllSessionsInAppInstanceGroup: logOffAllSessionsInAppInstanceGroup,
  ModifyAppInstanceGroupAttribute: modifyAppInstanceGroupAttribute,
  ModifyAppPolicy: modifyAppPolicy,
  ModifyBrowserInstanceGroup: modifyBrowserInstanceGroup,
  ModifyNodePoolAmount: modifyNodePoolAmount,
  ModifyNodePoolAttribute: modifyNodePoolAttribute,
  ModifyTenantConfig: modifyTenantConfig,
  ModifyWuyingServerAttribute: modifyWuyingServerAttribute,
  PageListAppInstanceGroupUser: pageListAppInstanceGroupUser,
  RenewAppInstanceGroup: renewAppInstanceGroup,
  RenewWuyingServer: renewWuyingServer,
  RestartWuyingServer: restartWuyingServer,
  StartTaskForDistributeImage: startTaskForDistributeImage,
  StartWuyingServer: startWuyingServer,
  StopWuyingServer: stopWuyingServer,
  TagCloudResources: tagCloudResources,
  Unbind: unbind,
  UntagCloudResources: untagCloudResources,
  UpdateAppInstanceGroupImage: updateAppInstanceGroupImage,
  UpdateWuyingServerImage: updateWuyingServerImage,
} satisfies Record<string, AnyOperation>;
