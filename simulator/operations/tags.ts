import type { InputOf } from '../../shared/client/operation.ts';
import type { listTagCloudResources } from '../../shared/client/operations/list-tag-cloud-resources.ts';
import type { tagCloudResources } from '../../shared/client/operations/tag-cloud-resources.ts';
import type { untagCloudResources } from '../../shared/client/operations/untag-cloud-resources.ts';
import { defaultPageSizes } from '../../shared/client/shapes/page-sizes.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { drainTag, type TagEntity } from '../world/delivery-group.ts';
import { tokenPageOf } from './token-page.ts';

/** Most tags of their own that people can put on a resource (service notes). */
const customTagsMax = 20;

/** The system tags that people may set; they steer the service (service notes). */
const settableSystemTags: ReadonlySet<string> = new Set([drainTag, 'System/Scheduler/GRAYSCALE']);

interface Tag {
  readonly Key: string;
  readonly Value?: string;
}

interface Failure {
  readonly Code: string;
  readonly Message: string;
}

function idsOf(input: { readonly ResourceType: string; readonly ResourceIds?: readonly string[] | undefined }, context: HandlerContext) {
  if (input.ResourceType === 'AliUid') return [context.account.id];
  if (!input.ResourceIds?.length) throw new ServiceFault('MissingResourceIds', 'ResourceIds is mandatory for this action.');
  return [...new Set(input.ResourceIds)];
}

/** Runs an edit per resource; the failures of some leave the others done, and the answer is HTTP 200 all the same. */
function eachResource(
  kind: TaggedKind,
  ids: readonly string[],
  tags: readonly Tag[],
  edit: (id: string) => Failure | undefined,
): Record<string, unknown> {
  const failed = ids.flatMap((id) => {
    const failure = edit(id);
    const shown = tags.map((tag) => ({ ...tag, Scope: tag.Key.startsWith('System/') ? 'System' : 'Custom' }));
    return failure ? [{ ResourceId: id, ResourceType: kind, ...failure, Tags: shown }] : [];
  });
  return { FailedResources: failed };
}

function systemFailure(kind: TaggedKind, keys: readonly string[]): Failure | undefined {
  const wrong = keys.find((key) => key.startsWith('System/') && !(kind === 'AppInstanceGroupId' && settableSystemTags.has(key)));
  return wrong === undefined ? undefined : { Code: 'TAG_KEY_INVALID', Message: `The key ${wrong} is reserved for the service.` };
}

function tagFailure(kind: TaggedKind, id: string, tags: readonly Tag[], context: HandlerContext): Failure | undefined {
  const present = readTags(context, kind, id);
  if (!present) return { Code: 'RESOURCE_NOT_FOUND', Message: `The resource ${id} does not exist.` };
  const keys = tags.map(({ Key }) => Key);
  if (new Set(keys).size < keys.length) return { Code: 'TAG_KEY_DUPLICATED', Message: 'A key occurs twice.' };
  const reserved = systemFailure(kind, keys);
  if (reserved) return reserved;
  const custom = new Set([...present].filter(([, { scope }]) => scope === 'Custom').map(([key]) => key));
  for (const key of keys) if (!key.startsWith('System/')) custom.add(key);
  if (custom.size > customTagsMax) return { Code: 'TAG_QUOTA_EXCEEDED', Message: `A resource has at most ${customTagsMax} tags.` };
  return undefined;
}

/** Adds tags, or overwrites the values of keys that are there. */
function tag(input: InputOf<typeof tagCloudResources>, context: HandlerContext): Record<string, unknown> {
  const { ResourceType: kind, Tags: tags } = input;
  const { tagsPerCall } = context.world.assumptions;
  if (tags.length > tagsPerCall) throw new ServiceFault('InvalidParameter.Tags', `At most ${tagsPerCall} tags can be sent at a time.`);
  return eachResource(kind, idsOf(input, context), tags, (id) => {
    const failure = tagFailure(kind, id, tags, context);
    if (!failure) for (const { Key, Value } of tags) writeTag(context, kind, id, Key, Value);
    return failure;
  });
}

/** Removes tags by key. */
function untag(input: InputOf<typeof untagCloudResources>, context: HandlerContext): Record<string, unknown> {
  const { ResourceType: kind, TagKeys: keys } = input;
  const tags = keys.map((Key) => ({ Key }));
  return eachResource(kind, idsOf(input, context), tags, (id) => {
    const present = readTags(context, kind, id);
    if (!present) return { Code: 'RESOURCE_NOT_FOUND', Message: `The resource ${id} does not exist.` };
    const reserved = systemFailure(kind, keys);
    if (reserved) return reserved;
    const missing = keys.find((key) => !present.has(key));
    if (missing !== undefined && context.world.assumptions.untagMissingKey === 'fails') {
      return { Code: 'UNTAG_RESOURCE_FAILED', Message: `The resource ${id} has no tag ${missing}.` };
    }
    for (const key of keys) removeTag(context, kind, id, key);
    return undefined;
  });
}

/** Tags of resources of one kind; resources without any are left out. */
function list(input: InputOf<typeof listTagCloudResources>, context: HandlerContext): Record<string, unknown> {
  const { ResourceType: kind, Scope = 'All', MaxResults = defaultPageSizes.ListTagCloudResources, NextToken } = input;
  if (kind !== 'AliUid' && !input.ResourceIds && context.world.assumptions.listTagsWithoutIds === 'refuse') {
    throw new ServiceFault('MissingResourceIds', 'ResourceIds is mandatory for this action.');
  }
  const ids = kind === 'AliUid' ? [context.account.id] : (input.ResourceIds ?? taggedIds(context, kind));
  const rows = [...new Set(ids)].flatMap((id) => {
    const shown = tagsOf(context, kind, id).filter((one) => Scope === 'All' || one.Scope === Scope);
    return shown.length > 0 ? [{ ResourceId: id, ResourceType: kind, Tags: shown }] : [];
  });
  const page = tokenPageOf(rows, NextToken, MaxResults);
  return { ResourceTags: page.rows, TotalCount: rows.length, ...(page.next === undefined ? {} : { NextToken: page.next }) };
}

/** Tags of resources. */
export const handlers: Readonly<Record<string, Handler>> = {
  ListTagCloudResources: list,
  TagCloudResources: tag,
  UntagCloudResources: untag,
};

/** Kinds of resources that take tags. */
type TaggedKind = 'AppId' | 'WyId' | 'AppInstanceGroupId' | 'AliUid' | 'CenterImageId';

/**
 * The tags of a resource by key; undefined where it does not exist. Apps and users live in other products, so any id of theirs counts
 * as there.
 */
function readTags({ account }: HandlerContext, kind: TaggedKind, id: string): ReadonlyMap<string, TagEntity> | undefined {
  if (kind === 'AppInstanceGroupId') return account.groups.get(id)?.tags;
  if (kind === 'CenterImageId') {
    const image = account.images.get(id);
    return image && new Map([...image.tags].map(([key, value]) => [key, { value, scope: 'Custom' }]));
  }
  return account.resourceTags.get(`${kind}/${id}`) ?? new Map();
}

/** Sets a tag of a resource that exists. */
function writeTag({ account, world }: HandlerContext, kind: TaggedKind, id: string, key: string, value: string): void {
  if (kind === 'AppInstanceGroupId') account.groups.get(id)?.setTag(key, value);
  else if (kind === 'CenterImageId') {
    if (world.assumptions.imageTagsShown) account.images.get(id)?.tags.set(key, value);
  } else {
    const tags = account.resourceTags.get(`${kind}/${id}`) ?? new Map<string, TagEntity>();
    tags.set(key, { value, scope: 'Custom' });
    account.resourceTags.set(`${kind}/${id}`, tags);
  }
}

/** Removes a tag of a resource; a key that is not there stays away. */
function removeTag({ account }: HandlerContext, kind: TaggedKind, id: string, key: string): void {
  if (kind === 'AppInstanceGroupId') account.groups.get(id)?.tags.delete(key);
  else account.resourceTags.get(`${kind}/${id}`)?.delete(key);
}

/** Ids of the resources of a kind that may carry tags. */
function taggedIds({ account }: HandlerContext, kind: TaggedKind): string[] {
  if (kind === 'AppInstanceGroupId') return account.groupList.map(({ id }) => id);
  return [...account.resourceTags.keys()].filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(kind.length + 1));
}

/** Tags of a resource in the service's words. */
function tagsOf(context: HandlerContext, kind: TaggedKind, id: string) {
  return [...(readTags(context, kind, id) ?? [])].map(([Key, { value, scope }]) => ({ Key, Value: value, Scope: scope }));
}
