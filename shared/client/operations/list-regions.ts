import { optional, text } from '../../schema/schema.ts';
import { answer, readList, readObject, readText } from '../answer.ts';
import { cloudApp, query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The regions that the service supports; not each of them is open for purchases. Free.
 * The rows spell `regionId` with a small r, as no other operation does.
 */
export const listRegions = operation({
  action: 'ListRegions',
  group: 'Regions',
  access: 'read',
  effect: 'none',
  ram: { action: 'appstreaming:ListRegions', level: 'get' },
  params: {
    /** The service keeps it for its own callers. */
    BizSource: query(optional(text)),
    ProductType: query(optional(cloudApp)),
  },
  output: answer({ RegionModels: readList(readObject({ regionId: readText })) }),
});
