import { describe, expect, it } from 'vitest';
import { type Estate, estate, groups, hour, minute } from './estate.ts';

const images = [
  {
    id: 'img-own',
    name: 'office apps',
    createdAt: '2026-10-01T15:13:57+08:00',
    regions: ['cn-hangzhou', 'cn-shanghai'],
    tags: { env: 'test' },
  },
  { id: 'img-used', name: 'studio apps', regions: ['cn-hangzhou'] },
  { id: 'img-shared', name: 'shared apps', type: 'Shared' as const },
];
const workstations = [{ id: 'ws-1', name: 'render-1', region: 'cn-hangzhou' }];
const seed = {
  groups: [...groups, { id: 'aig-debug', name: 'debug', region: 'cn-hangzhou', debug: true, image: 'img-used' }],
  images,
  workstations,
};

const listed = ({ call }: Estate, ImageId: string) => call('ListImage', { ImageId }).Data[0];

describe('ListImage', () => {
  it('gives ten to a page where nothing is said, with the total as Count', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ id: `img-${index}`, name: `image ${index}` }));
    const answer = estate({ images: many }).call('ListImage', { ImageType: 'User' });
    expect([answer.Code, answer.Success, answer.Count, answer.Data.length]).toEqual(['200', true, 12, 10]);
    expect(answer.TotalCount).toBeUndefined();
  });

  it('says times without a zone, in UTC+8 unless assumed otherwise', () => {
    expect(listed(estate(seed), 'img-own').GmtCreate).toBe('2026-10-01 15:13:57');
    expect(listed(estate(seed, { imageTimeZone: 'UTC' }), 'img-own').GmtCreate).toBe('2026-10-01 07:13:57');
  });

  it.each([
    ['name', { ImageName: 'apps' }, ['img-own', 'img-used', 'img-shared']],
    ['kind', { ImageType: 'Shared' }, ['img-shared']],
    ['region', { BizRegionIdList: ['cn-shanghai'], ImageType: 'User' }, ['img-own']],
    ['tag', { TagList: [{ Key: 'env', Value: 'test' }] }, ['img-own']],
    ['tag with another value', { TagList: [{ Key: 'env', Value: 'live' }] }, []],
    ['status', { Status: 'CREATING' }, []],
    ['product', { ProductType: 'WuyingServer' }, []],
  ])('filters by %s', (_, filter, ids) => {
    expect(
      estate(seed)
        .call('ListImage', filter)
        .Data.map(({ ImageId }: { ImageId: string }) => ImageId),
    ).toEqual(ids);
  });
});

describe('making an image', () => {
  const make = { InstanceId: 'ws-1', InstanceType: 'WuyingServer', ImageName: 'render', TagList: [{ Key: 'env', Value: 'prod' }] };

  it('goes through INIT and CREATING to AVAILABLE, with progress in percent', () => {
    const place = estate(seed);
    const { Data } = place.call('CreateImageByInstance', make);
    const states = [0, 2, 8, 10].map((minutes) => {
      place.pass(minutes * minute);
      const { Status, ImageRegionDistributeList } = listed(place, Data.ImageId);
      return [Status, ImageRegionDistributeList[0].Progress];
    });
    expect(states).toEqual([
      ['INIT', '0%'],
      ['CREATING', '10%'],
      ['CREATING', '50%'],
      ['AVAILABLE', '100%'],
    ]);
    expect(listed(place, Data.ImageId)).toMatchObject({
      ImageName: 'render',
      ProductType: 'WuyingServer',
      TagList: [{ Key: 'env', Value: 'prod' }],
    });
  });

  it('twice makes two images', () => {
    const place = estate(seed);
    const ids = [place.call('CreateImageByInstance', make), place.call('CreateImageByInstance', make)].map(({ Data }) => Data.ImageId);
    expect(new Set(ids).size).toBe(2);
  });

  it('can fail where that is assumed', () => {
    const place = estate(seed, { imageCreation: 'fails' });
    const { ImageId } = place.call('CreateImageByInstance', make).Data;
    place.pass(hour);
    expect(listed(place, ImageId).Status).toBe('CREATE_FAILED');
  });

  it('of an instance that is not there, or of no instance, is refused in the body', () => {
    const place = estate(seed);
    for (const input of [{ ...make, InstanceId: 'ws-none' }, { InstanceType: 'WuyingServer' }, { ...make, InstanceType: 'CloudDesktop' }]) {
      expect(place.refusal('CreateImageByInstance', input)).toBe('400');
    }
  });

  it('of a delivery group needs debug mode', () => {
    const place = estate(seed);
    const from = (AppInstanceGroupId: string) => ({ AppInstanceGroupId, AppCenterImageName: 'new', ProductType: 'CloudApp' });
    expect(place.refusal('CreateImageFromAppInstanceGroup', from('aig-payg'))).toBe('InvalidParameter.DebugMode');
    const { ImageId } = place.call('CreateImageFromAppInstanceGroup', from('aig-debug'));
    place.pass(hour);
    expect(listed(place, ImageId)).toMatchObject({ Status: 'AVAILABLE', ParentImageId: 'img-used' });
  });
});

describe('distributing an image', () => {
  const to = (...regions: string[]) => ({ ImageId: 'img-used', DestinationRegionList: regions });
  const inRegion = (place: Estate, region: string) =>
    listed(place, 'img-used').ImageRegionDistributeList.find(({ RegionId }: { RegionId: string }) => RegionId === region);

  it('copies it to regions that lack it, bit by bit', () => {
    const place = estate(seed);
    expect(place.call('StartTaskForDistributeImage', to('cn-beijing', 'cn-hangzhou')).Data).toMatch(/^task-/);
    place.pass(21 * minute);
    expect(inRegion(place, 'cn-beijing')).toMatchObject({ Status: 'CREATING', Progress: '70%' });
    expect(inRegion(place, 'cn-hangzhou')).toMatchObject({ Status: 'AVAILABLE', Progress: '100%' });
    place.pass(9 * minute);
    expect(inRegion(place, 'cn-beijing')).toMatchObject({ Status: 'AVAILABLE', Progress: '100%' });
  });

  it.each([
    ['to nowhere', to()],
    ['to a region that does not exist', to('xx-nowhere')],
    ['from a region that lacks it', { ...to('cn-beijing'), SourceRegion: 'cn-shanghai' }],
    ['in a version that it does not have', { ...to('cn-beijing'), VersionId: 'iv-other' }],
    ['of an image that does not exist', { ...to('cn-beijing'), ImageId: 'img-none' }],
  ])('%s is refused', (_, input) => {
    expect(estate(seed).refusal('StartTaskForDistributeImage', input)).toBe('400');
  });

  it('goes everywhere without destinations where that is assumed', () => {
    const place = estate(seed, { distributeWithoutRegions: 'all-regions' });
    place.call('StartTaskForDistributeImage', to());
    place.pass(hour);
    expect(listed(place, 'img-used').ImageRegionList).toHaveLength(6);
  });
});

describe('DeleteImage', () => {
  it('deletes an own image that nothing uses', () => {
    const place = estate(seed);
    expect(place.call('DeleteImage', { ImageId: 'img-own' })).toMatchObject({ Code: '200', Success: true, Data: true });
    expect(listed(place, 'img-own')).toBeUndefined();
  });

  it.each([
    ['in use', 'img-used'],
    ['shared by somebody else', 'img-shared'],
    ['of the service', 'img-0windows2022base'],
    ['that does not exist', 'img-none'],
  ])('refuses an image %s', (_, ImageId) => {
    expect(estate(seed).refusal('DeleteImage', { ImageId })).toBe('400');
  });

  it('may say with a false Data alone that an image is in use, where that is assumed', () => {
    const place = estate(seed, { imageInUse: 'data-false' });
    expect(place.call('DeleteImage', { ImageId: 'img-used' })).toMatchObject({ Code: '200', Success: true, Data: false });
    expect(listed(place, 'img-used')).toBeDefined();
  });
});

describe('UpdateAppInstanceGroupImage', () => {
  const update = { AppInstanceGroupId: 'aig-payg', AppCenterImageId: 'img-own', BizRegionId: 'cn-hangzhou', ProductType: 'CloudApp' };
  const withSession = {
    ...seed,
    groups: [
      {
        id: 'aig-payg',
        name: 'studio',
        region: 'cn-hangzhou',
        image: 'img-used',
        users: [{ ids: ['alice'] }],
        sessions: [{ user: 'alice' }],
      },
    ],
  };
  const group = ({ account }: Estate) => account.groups.get('aig-payg');

  it('cuts sessions at once and maintains the group for a while', () => {
    const place = estate(withSession);
    expect(group(place)?.sessions.size).toBe(1);
    place.call('UpdateAppInstanceGroupImage', update);
    expect([group(place)?.status, group(place)?.sessions.size, place.account.statistics.sessionsInterrupted]).toEqual([
      'MAINTAINING',
      0,
      1,
    ]);
    expect(place.refusal('UpdateAppInstanceGroupImage', update)).toBe('OperationDenied.GroupStatus');
    place.pass(10 * minute);
    expect([group(place)?.status, group(place)?.imageId]).toEqual(['PUBLISHED', 'img-own']);
  });

  it('can fail, and the old image stays, where that is assumed', () => {
    const place = estate(withSession, { imageUpdateOutcome: 'MAINTAIN_FAILED' });
    place.call('UpdateAppInstanceGroupImage', update);
    place.pass(hour);
    expect([group(place)?.status, group(place)?.imageId]).toEqual(['MAINTAIN_FAILED', 'img-used']);
  });

  it.each([
    ['outage', 'MAINTAINING'],
    ['nothing', 'PUBLISHED'],
  ])('with the image that is there means %s', (sameImageAgain, status) => {
    const place = estate(withSession, { sameImageAgain });
    place.call('UpdateAppInstanceGroupImage', { ...update, AppCenterImageId: 'img-used' });
    expect(group(place)?.status).toBe(status);
  });

  it("refuses an image that is not in the region, and a region that is not the group's", () => {
    const place = estate(withSession);
    expect(place.refusal('UpdateAppInstanceGroupImage', { ...update, AppCenterImageId: 'img-none' })).toBe('InvalidImage.NotFound');
    expect(place.refusal('UpdateAppInstanceGroupImage', { ...update, BizRegionId: 'cn-shanghai' })).toBe('InvalidRegion.NotMatch');
  });
});
