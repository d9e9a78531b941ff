import { describe, expect, it } from 'vitest';
import { drainTag } from '../../simulator/world/delivery-group.ts';
import { type Estate, estate, groups } from './estate.ts';

const onGroups = (Tags: readonly object[], ...ResourceIds: string[]) => ({ ResourceType: 'AppInstanceGroupId', ResourceIds, Tags });
const tag = (Key: string, Value = 'x') => ({ Key, Value });
const tags = ({ call }: Estate, id: string, more: object = {}) =>
  call('ListTagCloudResources', { ResourceType: 'AppInstanceGroupId', ResourceIds: [id], ...more }).ResourceTags[0]?.Tags ?? [];
const twenty = Array.from({ length: 20 }, (_, index) => tag(`key-${index}`));

describe('tagging', () => {
  it('adds keys and overwrites the value of one that is there: a repeat changes nothing', () => {
    const place = estate({ groups });
    for (const value of ['a', 'b', 'b'])
      expect(place.call('TagCloudResources', onGroups([tag('owner', value)], 'aig-sub')).FailedResources).toEqual([]);
    expect(tags(place, 'aig-sub')).toEqual([{ Key: 'owner', Value: 'b', Scope: 'Custom' }]);
  });

  it('tells upper from lower case', () => {
    const place = estate({ groups });
    place.call('TagCloudResources', onGroups([tag('Owner'), tag('owner')], 'aig-sub'));
    expect(tags(place, 'aig-sub')).toHaveLength(2);
  });

  it('fails for one resource and works for the other, with no error', () => {
    const place = estate({ groups });
    const { FailedResources } = place.call('TagCloudResources', onGroups([tag('a')], 'aig-none', 'aig-sub'));
    expect(FailedResources).toMatchObject([{ ResourceId: 'aig-none', ResourceType: 'AppInstanceGroupId', Code: 'RESOURCE_NOT_FOUND' }]);
    expect(tags(place, 'aig-sub')).toHaveLength(1);
  });

  it('names a key that occurs twice', () => {
    const { FailedResources } = estate({ groups }).call('TagCloudResources', onGroups([tag('a', '1'), tag('a', '2')], 'aig-sub'));
    expect(FailedResources[0].Code).toBe('TAG_KEY_DUPLICATED');
  });

  it('stops at twenty tags of their own per resource, but lets values change and system tags come', () => {
    const place = estate({ groups });
    place.call('TagCloudResources', onGroups(twenty, 'aig-sub'));
    expect(place.call('TagCloudResources', onGroups([tag('one-more')], 'aig-sub')).FailedResources[0].Code).toBe('TAG_QUOTA_EXCEEDED');
    expect(place.call('TagCloudResources', onGroups([tag('key-3', 'new'), tag(drainTag, 'true')], 'aig-sub')).FailedResources).toEqual([]);
    expect(tags(place, 'aig-sub')).toHaveLength(21);
  });

  it('takes ten tags per call where that is assumed', () => {
    expect(estate({ groups }, { tagsPerCall: 10 }).refusal('TagCloudResources', onGroups(twenty, 'aig-sub'))).toBe('InvalidParameter.Tags');
  });

  it('needs ids, except for the account itself', () => {
    const place = estate({ groups });
    expect(place.refusal('TagCloudResources', { ResourceType: 'WyId', Tags: [tag('a')] })).toBe('MissingResourceIds');
    place.call('TagCloudResources', { ResourceType: 'AliUid', Tags: [tag('a')] });
    expect(place.call('ListTagCloudResources', { ResourceType: 'AliUid' }).ResourceTags).toEqual([
      { ResourceId: '1234567890123456', ResourceType: 'AliUid', Tags: [{ Key: 'a', Value: 'x', Scope: 'Custom' }] },
    ]);
  });

  it('of an image shows in the list of images, unless assumed otherwise', () => {
    const images = [{ id: 'img-1', name: 'one' }];
    const input = { ResourceType: 'CenterImageId', ResourceIds: ['img-1'], Tags: [tag('a')] };
    for (const [imageTagsShown, shown] of [
      [true, [tag('a')]],
      [false, []],
    ] as const) {
      const place = estate({ images }, { imageTagsShown });
      expect(place.call('TagCloudResources', input).FailedResources).toEqual([]);
      expect(place.call('ListImage', { ImageId: 'img-1' }).Data[0].TagList).toEqual(shown);
    }
  });
});

describe('system tags', () => {
  it('drain a group while they are there', () => {
    const place = estate({ groups });
    const drained = () => place.account.groups.get('aig-sub')?.drained;
    place.call('TagCloudResources', onGroups([tag(drainTag, 'true')], 'aig-sub'));
    expect(drained()).toBe(true);
    expect(tags(place, 'aig-sub', { Scope: 'System' })).toEqual([{ Key: drainTag, Value: 'true', Scope: 'System' }]);
    expect(tags(place, 'aig-sub', { Scope: 'Custom' })).toEqual([]);
    place.call('UntagCloudResources', { ResourceType: 'AppInstanceGroupId', ResourceIds: ['aig-sub'], TagKeys: [drainTag] });
    expect(drained()).toBe(false);
  });

  it.each([
    ['of another name', 'AppInstanceGroupId', 'aig-sub', 'System/Other'],
    ['on a user', 'WyId', 'alice', drainTag],
  ])('%s are refused for people', (_, ResourceType, id, Key) => {
    const place = estate({ groups });
    const named = { ResourceType, ResourceIds: [id] };
    expect(place.call('TagCloudResources', { ...named, Tags: [tag(Key)] }).FailedResources[0].Code).toBe('TAG_KEY_INVALID');
    expect(place.call('UntagCloudResources', { ...named, TagKeys: [Key] }).FailedResources[0].Code).toBe('TAG_KEY_INVALID');
  });
});

describe('untagging', () => {
  const untag = (...TagKeys: string[]) => ({ ResourceType: 'AppInstanceGroupId', ResourceIds: ['aig-sub'], TagKeys });

  it('removes keys and leaves the others', () => {
    const place = estate({ groups });
    place.call('TagCloudResources', onGroups([tag('a'), tag('b')], 'aig-sub'));
    expect(place.call('UntagCloudResources', untag('a')).FailedResources).toEqual([]);
    expect(tags(place, 'aig-sub')).toEqual([{ Key: 'b', Value: 'x', Scope: 'Custom' }]);
  });

  it('of a key that is not there does nothing, or fails where that is assumed', () => {
    expect(estate({ groups }).call('UntagCloudResources', untag('a')).FailedResources).toEqual([]);
    const { FailedResources } = estate({ groups }, { untagMissingKey: 'fails' }).call('UntagCloudResources', untag('a'));
    expect(FailedResources[0].Code).toBe('UNTAG_RESOURCE_FAILED');
  });
});

describe('listing tags', () => {
  it('goes on by token to the end, each resource once', () => {
    const many = Array.from({ length: 7 }, (_, index) => ({
      id: `aig-${index}`,
      name: `g${index}`,
      region: 'cn-hangzhou',
      tags: { n: `${index}` },
    }));
    const place = estate({ groups: many });
    const seen: string[] = [];
    let NextToken: string | undefined;
    let calls = 0;
    do {
      const page = place.call('ListTagCloudResources', {
        ResourceType: 'AppInstanceGroupId',
        MaxResults: 3,
        ...(NextToken ? { NextToken } : {}),
      });
      seen.push(...page.ResourceTags.map(({ ResourceId }: { ResourceId: string }) => ResourceId));
      expect(page.TotalCount).toBe(7);
      NextToken = page.NextToken;
      calls += 1;
    } while (NextToken);
    expect([seen, calls]).toEqual([many.map(({ id }) => id), 3]);
  });

  it('refuses a token that is not its own, and a list without ids where that is assumed', () => {
    const input = { ResourceType: 'AppInstanceGroupId' };
    expect(estate({ groups }).refusal('ListTagCloudResources', { ...input, NextToken: 'abc' })).toBe('InvalidParameter.NextToken');
    expect(estate({ groups }, { listTagsWithoutIds: 'refuse' }).refusal('ListTagCloudResources', input)).toBe('MissingResourceIds');
  });
});
