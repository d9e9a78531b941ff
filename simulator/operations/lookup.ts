import { type HandlerContext, ServiceFault } from '../handler.ts';
import type { DeliveryGroupEntity } from '../world/delivery-group.ts';

/** The delivery group that a call names. @throws ServiceFault InvalidAppInstanceGroup.NotFound when the account has none with that id */
export function groupOf(context: HandlerContext, id: string | undefined): DeliveryGroupEntity {
  const group = id === undefined ? undefined : context.account.groups.get(id);
  if (!group) throw new ServiceFault('InvalidAppInstanceGroup.NotFound', `The specified delivery group ${id ?? ''} does not exist.`);
  return group;
}

/** Refuses a call whose region is not the resource's own. @throws ServiceFault InvalidRegion.NotMatch */
export function checkRegion(given: string | undefined, own: string): void {
  if (given !== undefined && given !== own) {
    throw new ServiceFault('InvalidRegion.NotMatch', `The specified region ${given} does not match the region of the resource.`);
  }
}
