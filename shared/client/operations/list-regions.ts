// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { optional, text } from '../../schema/schema.ts';
import { answer, readList, readObject, readText } from '../answer.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * The regions that the service supports; not each of them is open for purchases. Free.
 * The rows spell `regionId` with a small r, as no other operation does.
 */
export const listRegions = operation({
  action: 'ListRegions',
  group: 'Regions',
  effect: 'none',
  ram: { level: 'get' },
  params: {
    /** The service keeps it for its own callers. */
    BizSource: query(optional(text)),
    ProductType: query(optional(cloudApp)),
  },
  output: answer({ RegionModels: readList(readObject({ regionId: readText })) }),
});
