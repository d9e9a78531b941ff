import type { Client } from '../../shared/client/client.ts';
import { getAppInstanceGroup } from '../../shared/client/operations/get-app-instance-group.ts';
import { getResourcePrice } from '../../shared/client/operations/get-resource-price.ts';
import { getResourceRenewPrice } from '../../shared/client/operations/get-resource-renew-price.ts';
import { listAppInstanceGroup } from '../../shared/client/operations/list-app-instance-group.ts';
import { listAppInstances } from '../../shared/client/operations/list-app-instances.ts';
import { listAuthorizedUserGroups } from '../../shared/client/operations/list-authorized-user-groups.ts';
import { listOtaTask } from '../../shared/client/operations/list-ota-task.ts';
import { listPersistentAppInstances } from '../../shared/client/operations/list-persistent-app-instances.ts';
import { listTagCloudResources } from '../../shared/client/operations/list-tag-cloud-resources.ts';
import { listTenantConfig } from '../../shared/client/operations/list-tenant-config.ts';
import { listWuyingServer } from '../../shared/client/operations/list-wuying-server.ts';
import { listOf } from '../../shared/fleet/answer-fields.ts';
import { mapGroup } from '../../shared/fleet/map-group.ts';

/** A delivery group to ask about. */
interface SampleGroup {
  readonly id: string;
  readonly region: string;
}

/** Asks one thing of the service that changes nothing. */
type Probe = (client: Client, group: SampleGroup) => Promise<unknown>;

const cloudApp = { ProductType: 'CloudApp' } as const;
const firstPage = { PageNumber: 1, PageSize: 1 } as const;
const month = { Period: 1, PeriodUnit: 'Month' } as const;

/** Reads that need no group. */
export const accountProbes: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  ListWuyingServer: (client) => client.call(listWuyingServer, firstPage),
  ListTenantConfig: (client) => client.call(listTenantConfig, {}),
};

/** Reads about a group that exists. */
export const groupProbes: Readonly<Record<string, Probe>> = {
  GetAppInstanceGroup: (client, { id }) => client.call(getAppInstanceGroup, { AppInstanceGroupId: id, ...cloudApp }),
  GetResourcePrice: (client, { region }) =>
    client.call(getResourcePrice, {
      ...{ ...cloudApp, ...month, BizRegionId: region, Amount: 1, ChargeType: 'PostPaid', NodeInstanceType: 'appstreaming.general.4c8g' },
    } as Parameters<typeof client.call<typeof getResourcePrice>>[1]),
  GetResourceRenewPrice: (client, { id }) => client.call(getResourceRenewPrice, { AppInstanceGroupId: id, ...cloudApp, ...month }),
  ListAppInstances: (client, { id }) => client.call(listAppInstances, { AppInstanceGroupId: id, ...firstPage }),
  ListAuthorizedUserGroups: (client, { id }) =>
    client.call(listAuthorizedUserGroups, { AppInstanceGroupId: id, ...cloudApp, ...firstPage }),
  ListOtaTask: (client, { id }) => client.call(listOtaTask, { AppInstanceGroupId: id, OtaType: 'Fota', ...firstPage }),
  ListPersistentAppInstances: (client, { id }) =>
    client.call(listPersistentAppInstances, { AppInstanceGroupId: id, ...cloudApp, ...firstPage }),
  ListTagCloudResources: (client, { id }) =>
    client.call(listTagCloudResources, { ResourceType: 'AppInstanceGroupId', ResourceIds: [id], MaxResults: 10 }),
};

/** Groups of an account to ask about: any one, and a subscription, which alone can be renewed. */
export interface Samples {
  readonly any: SampleGroup | undefined;
  readonly subscription: SampleGroup | undefined;
}

/** Groups of the first page. @throws ApiError as the service refuses */
export async function sampleGroups(client: Client): Promise<Samples> {
  const { AppInstanceGroupModels } = await client.call(listAppInstanceGroup, { ...cloudApp, PageNumber: 1, PageSize: 100 });
  const groups = (listOf(AppInstanceGroupModels) ?? []).flatMap((row) => {
    const { id, region, charge } = mapGroup(row) ?? {};
    return id === undefined || region === undefined ? [] : [{ id, region, subscription: charge === 'subscription' }];
  });
  return { any: groups[0], subscription: groups.find(({ subscription }) => subscription) };
}
