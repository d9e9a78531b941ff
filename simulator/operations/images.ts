import type { EpochMs } from '../../shared/client/clock.ts';
import type { InputOf } from '../../shared/client/operation.ts';
import type { createImageByInstance } from '../../shared/client/operations/create-image-by-instance.ts';
import type { listImage } from '../../shared/client/operations/list-image.ts';
import type { startTaskForDistributeImage } from '../../shared/client/operations/start-task-for-distribute-image.ts';
import { defaultPageSizes } from '../../shared/client/shapes/page-sizes.ts';
import { BodyFault, type Handler, type HandlerContext } from '../handler.ts';
import { type ImageEntity, makeImage } from '../world/image.ts';
import { beijingOffsetMs } from '../world/local-time.ts';
import { businessRegions } from '../world/region.ts';
import { pageOf } from './page.ts';

/** What the four image calls say when they succeed. */
const success = { Code: '200', Success: true, Message: 'success' };

/** Refuses an image call in the way of its own: HTTP 200, and a code that is no 200. */
function refuse(message: string): never {
  throw new BodyFault('400', message);
}

function imageOf({ account }: HandlerContext, id: string | undefined): ImageEntity {
  return account.images.get(id ?? '') ?? refuse(`The specified image ${id ?? ''} does not exist.`);
}

function wanted(input: InputOf<typeof listImage>, image: ImageEntity): boolean {
  const among = (list: readonly string[] | undefined, value: string) => list === undefined || list.includes(value);
  return (
    (input.ImageId === undefined || image.id === input.ImageId) &&
    (input.ImageName === undefined || image.name.includes(input.ImageName)) &&
    (input.ImageType === undefined || image.type === input.ImageType) &&
    (input.ProductType === undefined || image.productType === input.ProductType) &&
    among(input.ProductTypeList, image.productType) &&
    (input.Status === undefined || image.status === input.Status) &&
    (input.OsType === undefined || input.OsType === 'Windows') &&
    (input.BizRegionIdList === undefined || input.BizRegionIdList.some((region) => image.copies.has(region))) &&
    (input.TagList ?? []).every(({ Key, Value }) => {
      const value = Key === undefined ? undefined : image.tags.get(Key);
      return value !== undefined && (Value === undefined || value === Value);
    })
  );
}

/** All images that are not deleted; ten to a page where nothing is said. */
function list(input: InputOf<typeof listImage>, context: HandlerContext): Record<string, unknown> {
  const images = [...context.account.images.values()].filter((image) => wanted(input, image));
  const page = pageOf(images, input, defaultPageSizes.ListImage);
  const Data = page.rows.map((image) => imageModel(image, context));
  return { ...success, Count: page.total, PageNumber: page.number, PageSize: page.size, Data };
}

/** Begins to make an image from a workstation; this world has no cloud desktops. */
function createByInstance(input: Partial<InputOf<typeof createImageByInstance>>, context: HandlerContext): Record<string, unknown> {
  const { world, account } = context;
  if (input.InstanceId === undefined) refuse('InstanceId is required.');
  if (input.InstanceType === undefined) refuse('InstanceType is required.');
  const workstation = account.workstations.get(input.InstanceId);
  if (input.InstanceType !== 'WuyingServer' || !workstation) refuse(`The specified instance ${input.InstanceId} does not exist.`);
  const image = makeImage(world, account, {
    name: input.ImageName ?? `image of ${workstation.name}`,
    region: workstation.region,
    productType: 'WuyingServer',
    description: input.Description,
    parentId: workstation.imageId,
  });
  for (const { Key, Value } of input.TagList ?? []) if (Key !== undefined) image.tags.set(Key, Value ?? '');
  return { ...success, Data: { ImageId: image.id, VersionId: image.versionId, TaskId: world.newId('task') } };
}

/** Begins to copy an image to the regions that lack it. */
function distribute(input: Partial<InputOf<typeof startTaskForDistributeImage>>, context: HandlerContext): Record<string, unknown> {
  const { world } = context;
  const image = imageOf(context, input.ImageId);
  const regions = input.DestinationRegionList ?? [];
  if (regions.length === 0 && world.assumptions.distributeWithoutRegions === 'refuse') refuse('DestinationRegionList is required.');
  if (image.status !== 'AVAILABLE') refuse(`The image ${image.id} is ${image.status} and cannot be distributed.`);
  if (input.VersionId !== undefined && input.VersionId !== image.versionId) refuse(`The image has no version ${input.VersionId}.`);
  if (input.SourceRegion !== undefined && !image.usableIn(input.SourceRegion)) refuse(`The image is not in ${input.SourceRegion}.`);
  const unknown = regions.find((region) => !businessRegions.includes(region));
  if (unknown !== undefined) refuse(`The specified region ${unknown} does not exist.`);
  for (const region of regions.length > 0 ? regions : businessRegions) image.distribute(world, region);
  return { ...success, Data: world.newId('task') };
}

/** Deletes an image of the account's own that nothing uses, in every region. */
function remove(input: { readonly ImageId?: string }, context: HandlerContext): Record<string, unknown> {
  const { account, world } = context;
  const image = imageOf(context, input.ImageId);
  if (image.type !== 'User') refuse(`The image ${image.id} is not a custom image of the account.`);
  if (image.status === 'INIT' || image.status === 'CREATING') refuse(`The image ${image.id} is ${image.status}.`);
  const groups = account.groupList.some(({ imageId }) => imageId === image.id);
  const used = groups || [...account.workstations.values()].some(({ imageId }) => imageId === image.id);
  if (used && world.assumptions.imageInUse === 'data-false') return { ...success, Data: false };
  if (used) refuse(`The image ${image.id} is in use.`);
  account.images.delete(image.id);
  return { ...success, Data: true };
}

/** Images. */
export const handlers: Readonly<Record<string, Handler>> = {
  ListImage: list,
  CreateImageByInstance: createByInstance,
  StartTaskForDistributeImage: distribute,
  DeleteImage: remove,
};

/** Time of an image as `2025-04-25 15:13:57`: no zone, no milliseconds. */
function imageTime(ms: EpochMs, offsetMs: number): string {
  return new Date(ms + offsetMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** An image in the words of ListImage. */
function imageModel(image: ImageEntity, { account, world, nowMs }: HandlerContext): Record<string, unknown> {
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
