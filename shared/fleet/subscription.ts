import type { DeliveryGroup } from './delivery-group.ts';
import type { Workstation } from './workstation.ts';

/** What can be a subscription, and so can expire and be renewed. */
export type Subscribable = DeliveryGroup | Workstation;

/** The field of the service's answer that carries the expiry, as `unreadable` names it. */
const expiryField = 'ExpiredTime';

/**
 * True where a resource is a subscription, or may be one: the answer did not say how it is paid, and carries an expiry. Whether a
 * pay-as-you-go resource has an expiry, and what it would mean, is not documented; its charge decides (service notes, Delivery groups).
 */
export function mayExpire({ charge, expiresAtMs, unreadable }: Subscribable): boolean {
  return charge === 'subscription' || (charge === undefined && (expiresAtMs !== undefined || unreadable.includes(expiryField)));
}
