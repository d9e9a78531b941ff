import type { HandlerContext } from '../handler.ts';
import type { TagEntity } from '../world/delivery-group.ts';

/** Kinds of resources that take tags. */
export type TaggedKind = 'AppId' | 'WyId' | 'AppInstanceGroupId' | 'AliUid' | 'CenterImageId';

/**
 * The tags of a resource by key; undefined where it does not exist. Apps and users live in other products, so any id of theirs counts
 * as there.
 */
export function readTags({ account }: HandlerContext, kind: TaggedKind, id: string): ReadonlyMap<string, TagEntity> | undefined {
  if (kind === 'AppInstanceGroupId') return account.groups.get(id)?.tags;
  if (kind === 'CenterImageId') {
    const image = account.images.get(id);
    return image && new Map([...image.tags].map(([key, value]) => [key, { value, scope: 'Custom' }]));
  }
  return account.resourceTags.get(`${kind}/${id}`) ?? new Map();
}

/** Sets a tag of a resource that exists. */
export function writeTag({ account, world }: HandlerContext, kind: TaggedKind, id: string, key: string, value: string): void {
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
export function removeTag({ account }: HandlerContext, kind: TaggedKind, id: string, key: string): void {
  if (kind === 'AppInstanceGroupId') account.groups.get(id)?.tags.delete(key);
  else account.resourceTags.get(`${kind}/${id}`)?.delete(key);
}

/** Ids of the resources of a kind that may carry tags. */
export function taggedIds({ account }: HandlerContext, kind: TaggedKind): string[] {
  if (kind === 'AppInstanceGroupId') return account.groupList.map(({ id }) => id);
  return [...account.resourceTags.keys()].filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(kind.length + 1));
}

/** Tags of a resource in the service's words. */
export function tagsOf(context: HandlerContext, kind: TaggedKind, id: string) {
  return [...(readTags(context, kind, id) ?? [])].map(([Key, { value, scope }]) => ({ Key, Value: value, Scope: scope }));
}
