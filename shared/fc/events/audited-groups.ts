import { type Loose, listOf, objectOf, textOf } from '../../fleet/answer-fields.ts';
import { eventData } from './read-event.ts';

/** How deep parameters and answers are looked through: the id of a new group lies in an object of the answer. */
const depth = 3;

/** An id as the service gives them. A slash would name a part of a resource. */
const idShape = /^[A-Za-z0-9][A-Za-z0-9*._-]{0,63}$/;

/**
 * Ids of the delivery groups that a record is about: those it refers to, those of the parameters, and the one that the answer names. Which of
 * these fields the product fills is not verified (Function Compute facts, ActionTrail), so all are looked at.
 */
export function auditedGroups(data: Loose): readonly string[] {
  const ids = new Set<string>();
  const take = (value: unknown): void => {
    for (const id of Array.isArray(value) ? value : [value]) if (typeof id === 'string' && idShape.test(id)) ids.add(id);
  };
  for (const [type, referenced] of Object.entries(objectOf(data.referencedResources) ?? {})) if (isGroupType(type)) take(referenced);
  if (isGroupType(textOf(data.resourceType))) for (const id of textOf(data.resourceName)?.split(',') ?? []) take(id);

  const parameters = parametersOf(data);
  if (parameters.ResourceType === 'AppInstanceGroupId') {
    // A list travels flat, and either form may be what the trail shows.
    take(parameters.ResourceIds);
    for (const [name, value] of Object.entries(parameters)) if (/^ResourceIds?\.\d+$/.test(name)) take(value);
  }
  for (const id of groupIdsIn(parameters, depth)) take(id);
  for (const id of groupIdsIn(objectOf(data.responseElements), depth)) take(id);
  for (const order of ordersOf(data)) take(order);
  return [...ids];
}

/** True for the type by which records refer to delivery groups, whatever prefix the product has. */
function isGroupType(type: string | undefined): boolean {
  return type !== undefined && /(^|:)AppInstanceGroup$/i.test(type);
}

function parametersOf(data: Loose): Loose {
  const plain = objectOf(data.requestParameters);
  if (plain) return plain;
  try {
    return objectOf(eventData(textOf(data.requestParameterJson) ?? '{}', 'The parameters')) ?? {};
  } catch {
    return {};
  }
}

function groupIdsIn(fields: Loose | undefined, levels: number): readonly unknown[] {
  if (fields === undefined || levels === 0) return [];
  return Object.entries(fields).flatMap(([name, value]) => {
    if (name === 'AppInstanceGroupId') return [value];
    const inner = objectOf(value);
    return inner ? groupIdsIn(inner, levels - 1) : (listOf(value) ?? []).flatMap((item) => groupIdsIn(objectOf(item), levels - 1));
  });
}

/** What was bought without a call: the record names it by order. Ids of other kinds of resources are none of ours. */
function ordersOf(data: Loose): readonly unknown[] {
  return Object.values(objectOf(data.additionalEventData) ?? {}).flatMap((order) => {
    const id = objectOf(order)?.resourceId;
    return typeof id === 'string' && id.startsWith('aig-') ? [id] : [];
  });
}
