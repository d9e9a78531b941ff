// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, list, oneOf, open, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { body, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { tagFilter } from '../shapes/tag.ts';

/**
 * The images of the account in all their states. Free.
 * It does not say which groups or workstations use an image, and times carry no zone.
 */
export const listImage = operation({
  action: 'ListImage',
  group: 'Images',
  effect: 'none',
  params: {
    BizRegionIdList: body.flat(optional(list(text))),
    /** The service keeps it for its own callers. Default of the service: 1. */
    BizType: body(optional(oneOf(1))),
    /** The service keeps it for its own callers. */
    BizTypeList: body.flat(optional(list(int()))),
    Distro: query(optional(text)),
    FeatureList: body.flat(optional(list(text))),
    FotaVersion: body(optional(text)),
    ImageId: body(optional(text)),
    ImageName: body(optional(text)),
    ImageType: body(optional(oneOf('User', 'Shared', 'System', 'Community'))),
    LanguageType: body(optional(oneOf('en-US', 'zh-HK', 'zh-CN', 'ja-JP'))),
    OsType: body(optional(oneOf('Linux', 'Unknown', 'Windows', 'Android'))),
    PackageType: body(optional(oneOf('Ecs_Container', 'Ecs'))),
    PageNumber: body(optional(int(1))),
    /** Default of the service: 10. */
    PageSize: body(optional(int(undefined, 100))),
    PlatformName: body(
      optional(open('Ubuntu', 'Debian', 'Windows Server 2022', 'Windows Server 2019', 'Windows Server 2016', 'Windows 11', 'Windows 10')),
    ),
    PlatformNameList: body.flat(
      optional(
        list(open('Ubuntu', 'Debian', 'Windows Server 2022', 'Windows Server 2019', 'Windows Server 2016', 'Windows 11', 'Windows 10')),
      ),
    ),
    ProductType: body(optional(open('CloudDesktop', 'CloudApp', 'WuyingServer'))),
    ProductTypeList: body.flat(optional(list(text))),
    ProtocolType: body(optional(oneOf('HDX', 'ASP'))),
    ResourceInstanceType: body(optional(text)),
    Status: body(optional(oneOf('AVAILABLE', 'INIT', 'CREATE_FAILED', 'CREATING'))),
    TagList: query.flat(optional(list(tagFilter))),
  },
  output: checkedAnswer({
    Count: readInt,
    Data: readList(
      readObject({
        AliUid: readInt,
        AppList: readList(readObject({ AppId: readText, AppName: readText })),
        BaseImageId: readText,
        BaseImageVersion: readText,
        BizType: readInt,
        CompatibleMode: readFlag,
        DataDiskSize: readInt,
        Description: readText,
        Distro: readText,
        DriverList: readList(readText),
        EnvironmentId: readText,
        FeatureList: readList(readText),
        FotaChannel: readText,
        FotaVersion: readText,
        GmtCreate: readText,
        GmtModified: readText,
        ImageCreateMode: readOneOf<'BY_SNAPSHOT_ID' | 'BUILDER_MANUAL' | 'INSTANCE_AUTO' | 'BY_INSTANCE_ID'>(),
        ImageIconUrl: readText,
        ImageId: readText,
        ImageName: readText,
        ImageRegionDistributeList: readList(
          readObject({ ImageId: readText, Progress: readText, RegionId: readText, Status: readText, VersionId: readText }),
        ),
        ImageRegionList: readList(readText),
        ImageType: readOneOf<'User' | 'Shared' | 'System' | 'Community'>(),
        Language: readText,
        LatestVersionId: readText,
        OnlineVersion: readFlag,
        OnlineVersionId: readText,
        OsType: readText,
        PackageType: readText,
        ParentImageId: readText,
        ParentImageVersion: readText,
        Platform: readInt,
        PlatformName: readText,
        ProductType: readText,
        ProtocolType: readText,
        Rating: readInt,
        ResourceInstanceCategory: readText,
        Scene: readText,
        SessionType: readOneOf<'SINGLE_SESSION' | 'MULTIPLE_SESSION'>(),
        SnapshotList: readList(
          readObject({
            BindType: readText,
            DiskCategory: readText,
            DiskSubType: readText,
            DiskType: readText,
            Size: readInt,
            SnapshotId: readText,
            VersionId: readText,
          }),
        ),
        Status: readOneOf<'AVAILABLE' | 'INIT' | 'CREATE_FAILED' | 'CREATING'>(),
        SupportedLanguageList: readList(readText),
        SystemDiskSize: readInt,
        TagList: readList(readObject({ Key: readText, Value: readText })),
        VersionId: readText,
        VersionName: readText,
        VolumeEncryptionEnabled: readFlag,
        VolumeEncryptionKey: readText,
      }),
    ),
    PageNumber: readInt,
    PageSize: readInt,
    Success: readFlag,
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNumber',
    sizeParam: 'PageSize',
    items: 'Data',
    total: 'Count',
    maxSize: 100,
    id: ['ImageId', 'VersionId'],
  },
  verdict: { codes: ['200'], flags: ['Success'] },
});
