import { service } from './billing-shapes/service.ts';
import type { AnyOperation } from './operation.ts';

/**
 * The sites of the vendor. An account belongs to one of them, and its bills are there, wherever its resources are (inferred; service notes, Billing).
 */
export const billingSites = { china: service.host, international: 'business.ap-southeast-1.aliyuncs.com' } as const;

/** Name of a site. */
export type BillingSite = keyof typeof billingSites;

/** A row of billing as accounts of a site call it; rows themselves go to the site of China. */
export function atSite<T extends AnyOperation>(site: BillingSite, operation: T): T {
  return { ...operation, service: { ...service, host: billingSites[site] } };
}
