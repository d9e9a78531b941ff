import type { InputOf } from '../../shared/client/operation.ts';
import type { createImageFromAppInstanceGroup } from '../../shared/client/operations/create-image-from-app-instance-group.ts';
import type { updateAppInstanceGroupImage } from '../../shared/client/operations/update-app-instance-group-image.ts';
import { BodyFault, type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { makeImage } from '../world/image.ts';
import { minuteMs } from '../world/local-time.ts';
import { checkRegion, groupOf } from './lookup.ts';

/** Begins to make an image of a group in debug mode. */
function create(input: InputOf<typeof createImageFromAppInstanceGroup>, context: HandlerContext): Record<string, unknown> {
  const { world, account } = context;
  const group = groupOf(context, input.AppInstanceGroupId);
  if (!group.debug) throw new ServiceFault(world.assumptions.debugOffCode, `The delivery group ${group.id} is not in debug mode.`);
  const image = makeImage(world, account, { name: input.AppCenterImageName, region: group.region, parentId: group.imageId });
  return { ImageId: image.id };
}

/** Puts another image on a group. Sessions end at once, and nobody gets in until the update is over. */
function update(input: InputOf<typeof updateAppInstanceGroupImage>, context: HandlerContext): Record<string, unknown> {
  const { world, account, nowMs } = context;
  const { imageUpdateMinutes, imageUpdateOutcome, sameImageAgain } = world.assumptions;
  const group = groupOf(context, input.AppInstanceGroupId);
  checkRegion(input.BizRegionId, group.region);
  const image = account.images.get(input.AppCenterImageId);
  if (!image?.usableIn(group.region)) {
    throw new BodyFault('InvalidImage.NotFound', `The image ${input.AppCenterImageId} is not available in ${group.region}.`);
  }
  if (group.status !== 'PUBLISHED' && group.status !== 'MAINTAIN_FAILED') {
    throw new BodyFault('OperationDenied.GroupStatus', `The delivery group ${group.id} is ${group.status} and cannot be updated.`);
  }
  if (group.imageId === image.id && group.status === 'PUBLISHED' && sameImageAgain === 'nothing') return {};
  const before = group.imageId;
  group.imageId = image.id;
  group.beginMaintenance(nowMs);
  world.clock.after(imageUpdateMinutes * minuteMs, () => {
    if (imageUpdateOutcome === 'MAINTAIN_FAILED') group.imageId = before;
    group.endMaintenance(imageUpdateOutcome);
  });
  return {};
}

/** Images of delivery groups. */
export const handlers: Readonly<Record<string, Handler>> = {
  CreateImageFromAppInstanceGroup: create,
  UpdateAppInstanceGroupImage: update,
};
