import { describe, expect, it } from 'vitest';
import { browserGroupId } from '../../simulator/world/browser-group.ts';
import { type Estate, estate } from './estate.ts';

const browsers = (place: Estate) => place.account.browserGroups.get(browserGroupId(place.account.id));

describe('the account', () => {
  it('lists regions, spelt with a small r', () => {
    const { RegionModels } = estate().call('ListRegions');
    expect(RegionModels).toContainEqual({ regionId: 'cn-hangzhou' });
    expect(RegionModels).toContainEqual({ regionId: 'ap-southeast-1' });
  });

  it('switches its reminder, and leaves it when nothing is said', () => {
    const place = estate();
    const remind = () => place.call('ListTenantConfig').TenantConfigModel.AppInstanceGroupExpireRemind;
    expect(remind()).toBe(true);
    place.call('ModifyTenantConfig', { AppInstanceGroupExpireRemind: false });
    expect(remind()).toBe(false);
    place.call('ModifyTenantConfig');
    expect(remind()).toBe(false);
  });
});

describe('a cloud browser group', () => {
  const change = (place: Estate, rest: object) => ({ BrowserInstanceGroupId: browserGroupId(place.account.id), ...rest });
  const bookmark = { BookmarkName: 'Wiki', BookmarkURL: 'https://wiki.example' };

  it.each([
    ['adds', 2],
    ['replaces', 1],
  ])('where a repeated bookmark %s, has %i of it', (repeatedBookmark, count) => {
    const place = estate({}, { repeatedBookmark });
    for (let i = 0; i < 2; i += 1) place.call('ModifyBrowserInstanceGroup', change(place, { BrowserConfig: { Bookmarks: [bookmark] } }));
    expect(browsers(place)?.bookmarks).toHaveLength(count);
  });

  it('edits and removes entries by id', () => {
    const place = estate();
    place.call(
      'ModifyBrowserInstanceGroup',
      change(place, { BrowserConfig: { Bookmarks: [bookmark] }, Network: { RestrictedURLs: [{ URL: 'a.example' }] } }),
    );
    const [first] = browsers(place)?.bookmarks ?? [];
    place.call(
      'ModifyBrowserInstanceGroup',
      change(place, { BrowserConfig: { Bookmarks: [{ ...bookmark, BookmarkId: first?.id, BookmarkName: 'New' }] } }),
    );
    expect(browsers(place)?.bookmarks).toEqual([{ id: first?.id, values: { ...bookmark, BookmarkName: 'New' } }]);
    expect(browsers(place)?.restrictedUrls).toHaveLength(1);
    place.call('ModifyBrowserInstanceGroup', change(place, { BrowserConfig: { RemoveBookmarks: [first?.id] } }));
    expect(browsers(place)?.bookmarks).toEqual([]);
  });

  it('refuses an entry and a group that do not exist, and changes nothing then', () => {
    const place = estate();
    const wrong = change(place, { BrowserConfig: { Bookmarks: [bookmark, { ...bookmark, BookmarkId: 'be-none' }] }, MaxAmount: 5 });
    expect(place.refusal('ModifyBrowserInstanceGroup', wrong)).toBe('InvalidParameter.BookmarkId');
    expect([browsers(place)?.bookmarks, browsers(place)?.settings]).toEqual([[], {}]);
    expect(place.refusal('ModifyBrowserInstanceGroup', { BrowserInstanceGroupId: 'big-none' })).toBe(
      'InvalidBrowserInstanceGroup.NotFound',
    );
  });
});
