import { isGiven, type Loose, listOf, namesOf, objectOf, textOf } from './answer-fields.ts';
import type { Charge, DeliveryGroup, NodePool } from './delivery-group.ts';
import { mapCharge, mapTime } from './map-fields.ts';
import type { Unreadable } from './map-strategy.ts';

/**
 * A delivery group from a row of ListAppInstanceGroup or the object of GetAppInstanceGroup; undefined when not even its id can
 * be read. Never throws: what is missing or wrong is undefined, and what was there but could not be read is named in `unreadable`
 * (`ChargeType`, `NodePool[0].StrategyType` …). `mapPool` reads a pool of a group that is paid so; default: pools are not looked at, and unknown.
 */
export function mapGroup(
  answer: unknown,
  mapPool?: (pool: unknown, unreadable: Unreadable, charge: Charge | undefined) => NodePool,
): DeliveryGroup | undefined {
  const row = objectOf(answer);
  const id = textOf(row?.AppInstanceGroupId);
  if (row === undefined || id === undefined) return undefined;
  const unread: string[] = [];
  const unreadable: Unreadable = (field) => unread.push(field);
  const region = textOf(row.RegionId) ?? textOf(row.BizRegionId);
  const charge = mapCharge(row.ChargeType, unreadable);
  return {
    kind: 'delivery-group',
    id,
    ...namesOf(row.AppInstanceGroupName),
    ...(region === undefined ? {} : { region }),
    status: textOf(row.Status)?.toUpperCase(),
    resourceStatus: textOf(row.ResourceStatus)?.toUpperCase(),
    charge,
    createdAtMs: mapTime(row, 'GmtCreate', unreadable),
    expiresAtMs: mapTime(row, 'ExpiredTime', unreadable),
    tags: mapTags(row, unreadable),
    pools:
      mapPool && listOf(row.NodePool)?.map((pool, index) => mapPool(pool, (field) => unreadable(`NodePool[${index}].${field}`), charge)),
    officeSiteId: textOf(row.OfficeSiteId),
    imageId: textOf(row.AppCenterImageId),
    unreadable: unread,
  };
}

/** `Tags` and its older twin `ResourceTags`; where both carry a key, `Tags` wins (service notes, Delivery groups). */
function mapTags(row: Loose, unreadable: Unreadable): Readonly<Record<string, string>> | undefined {
  const lists = (['ResourceTags', 'Tags'] as const).filter((field) => isGiven(row[field]));
  if (lists.length === 0) return undefined;
  const tags: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const field of lists) {
    const list = listOf(row[field]);
    if (list === undefined) {
      unreadable(field);
      return undefined;
    }
    for (const entry of list) {
      const tag = objectOf(entry);
      const key = textOf(tag?.Key);
      if (key === undefined || !(tag?.Value === undefined || tag.Value === null || typeof tag.Value === 'string')) {
        unreadable(field);
        return undefined;
      }
      tags[key] = typeof tag?.Value === 'string' ? tag.Value : '';
    }
  }
  return tags;
}
