import type { Client } from '../client/client.ts';
import { getAppInstanceGroup } from '../client/operations/get-app-instance-group.ts';
import { listAppInstanceGroup } from '../client/operations/list-app-instance-group.ts';
import { flagOf, objectOf } from './answer-fields.ts';
import type { DeliveryGroup } from './delivery-group.ts';
import { mapDeliveryGroup } from './map-delivery-group.ts';
import { unshown } from './read-list.ts';

/** How a session timeout says that sessions are kept for ever (service notes, Delivery groups). */
export const timeoutNever = -1;

/** Shortest and longest session timeout besides never, in minutes (service notes, Delivery groups). */
export const timeoutRange = { least: 3, most: 300 } as const;

/** A delivery group with the attributes that a policy can hold it to. Undefined always means unknown. */
export interface GovernedGroup extends DeliveryGroup {
  /** Minutes that a disconnected session is kept, or `timeoutNever`; a value outside what is known to exist is unknown. */
  readonly sessionTimeoutMinutes: number | undefined;
  readonly skipUserAuthCheck: boolean | undefined;
  /**
   * Sessions whose user is not connected, as far as the service says: those that a shorter timeout may end at once. Absent: nobody has looked, or
   * they could not be read.
   */
  readonly lingering?: number;
  /** True where who may use the group is decided as a part of its own. Absent: that was not read. */
  readonly accessApart?: true;
}

/** A row or an object of an answer as a governed group; undefined where its id cannot be read. */
export function mapGovernedGroup(answer: unknown): GovernedGroup | undefined {
  const group = mapDeliveryGroup(answer);
  if (group === undefined) return undefined;
  const row = objectOf(answer) ?? {};
  return { ...group, sessionTimeoutMinutes: timeoutOf(row.SessionTimeout), skipUserAuthCheck: flagOf(row.SkipUserAuthCheck) };
}

/** Answers carry text (service notes, Delivery groups). */
function timeoutOf(value: unknown): number | undefined {
  const minutes = typeof value === 'string' && /^-?\d{1,4}$/.test(value) ? Number(value) : value;
  if (typeof minutes !== 'number' || !Number.isSafeInteger(minutes)) return undefined;
  const known = minutes === timeoutNever || (minutes >= timeoutRange.least && minutes <= timeoutRange.most);
  return known ? minutes : undefined;
}

/** A page of groups in the order of the service. */
export interface GovernedGroupPage {
  readonly resources: readonly GovernedGroup[];
  /** How many groups the service says there are; undefined where it does not say. */
  readonly total: number | undefined;
}

/**
 * All delivery groups that the endpoint shows, page by page, as `observeDeliveryGroups` does, with their attributes.
 * @throws ApiError when the service does not answer
 */
export async function* observeGovernedGroups(client: Client, signal?: AbortSignal): AsyncIterable<GovernedGroupPage> {
  const options = signal === undefined ? {} : { signal };
  for await (const page of client.pages(listAppInstanceGroup, { ProductType: 'CloudApp' }, options)) {
    yield { resources: page.rows.map(mapGovernedGroup).filter((group) => group !== undefined), total: page.total };
  }
}

/** A group as it is right now, by one read; undefined when there is none of this id. @throws ApiError for any other failure */
export async function rereadGovernedGroup(client: Client, id: string, signal?: AbortSignal): Promise<GovernedGroup | undefined> {
  try {
    const input = { AppInstanceGroupId: id, ProductType: 'CloudApp' as const };
    const answer = await client.call(getAppInstanceGroup, input, signal === undefined ? {} : { signal });
    const group = mapGovernedGroup(answer.AppInstanceGroupModels);
    if (group?.id !== id) throw unshown(getAppInstanceGroup, id);
    return group;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'InvalidAppInstanceGroup.NotFound') return undefined;
    throw error;
  }
}
