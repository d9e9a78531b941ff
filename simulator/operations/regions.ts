import type { Handler } from '../handler.ts';
import { businessRegions } from '../world/region.ts';

/** The regions that the service supports. */
export const handlers: Readonly<Record<string, Handler>> = {
  ListRegions: () => ({ RegionModels: businessRegions.map((regionId) => ({ regionId })) }),
};
