import type { Client } from '../client/client.ts';
import { listAuthorizedUserGroups } from '../client/operations/list-authorized-user-groups.ts';
import { objectOf, textOf } from './answer-fields.ts';
import type { DeliveryGroup } from './delivery-group.ts';
import { readList } from './read-list.ts';
import type { Resource } from './resource.ts';

/** Which user groups may use a delivery group: a part of it with a decision of its own. */
export interface GroupAccess extends Resource {
  readonly kind: 'group-access';
  readonly partOf: DeliveryGroup;
  /** Ids of the user groups; undefined where one, or the whole list, could not be read. Users who have access by themselves are not among them. */
  readonly userGroups: readonly string[] | undefined;
}

/** Ends the id of a group's access, behind the id of the group. */
const partName = 'user-groups';

/** The group's id where an id is that of a group's access; undefined for any other. */
export function accessOf(id: string): string | undefined {
  return id.endsWith(`/${partName}`) ? id.slice(0, -partName.length - 1) : undefined;
}

/** Which user groups may use a delivery group. One read per hundred of them. @throws ApiError when the service does not answer */
export async function readAccess(client: Client, group: DeliveryGroup, signal?: AbortSignal): Promise<GroupAccess> {
  const { id, name, region } = group;
  const options = signal === undefined ? {} : { signal };
  const rows = await readList(client, listAuthorizedUserGroups, { AppInstanceGroupId: id, ProductType: 'CloudApp' }, options);
  const ids = rows?.map((row) => textOf(objectOf(row)?.GroupId));
  return {
    kind: 'group-access',
    id: `${id}/${partName}`,
    ...(name === undefined ? {} : { name }),
    ...(region === undefined ? {} : { region }),
    partOf: group,
    userGroups: ids?.every((each) => each !== undefined && each !== '') ? [...new Set(ids as readonly string[])] : undefined,
  };
}
