import type { EpochMs } from '../../shared/client/clock.ts';
import type { HandlerContext } from '../handler.ts';
import type { ImageEntity } from '../world/image.ts';
import { beijingOffsetMs } from '../world/local-time.ts';

/** Time of an image as `2025-04-25 15:13:57`: no zone, no milliseconds. */
function imageTime(ms: EpochMs, offsetMs: number): string {
  return new Date(ms + offsetMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** An image in the words of ListImage. */
export function imageModel(image: ImageEntity, { account, world, nowMs }: HandlerContext): Record<string, unknown> {
  const offsetMs = world.assumptions.imageTimeZone === 'UTC' ? 0 : beijingOffsetMs;
  const regions = [...image.copies.keys()];
  return {
    AliUid: Number(account.id),
    ImageId: image.id,
    ImageName: image.name,
    ImageType: image.type,
    Description: image.description ?? '',
    ProductType: image.productType,
    Status: image.status,
    OsType: 'Windows',
    // Which number stands for which platform is not published.
    Platform: world.assumptions.imagePlatform === 'text' ? 'Windows Server 2022' : 7,
    PlatformName: 'Windows Server 2022',
    ProtocolType: 'ASP',
    PackageType: 'Ecs',
    SessionType: 'MULTIPLE_SESSION',
    SystemDiskSize: 80,
    DataDiskSize: 0,
    GmtCreate: imageTime(image.createdMs, offsetMs),
    GmtModified: imageTime(image.modifiedMs, offsetMs),
    ImageCreateMode: image.parentId === undefined ? 'BUILDER_MANUAL' : 'BY_INSTANCE_ID',
    ...(image.parentId === undefined ? {} : { ParentImageId: image.parentId }),
    VersionId: image.versionId,
    LatestVersionId: image.versionId,
    OnlineVersion: true,
    OnlineVersionId: image.versionId,
    ImageRegionList: regions,
    ImageRegionDistributeList: regions.map((RegionId) => ({
      RegionId,
      ImageId: image.id,
      VersionId: image.versionId,
      Status: image.copies.get(RegionId)?.status,
      Progress: image.progress(RegionId, nowMs),
    })),
    TagList: [...image.tags].map(([Key, Value]) => ({ Key, Value })),
  };
}
