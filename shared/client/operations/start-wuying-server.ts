// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { list, optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Starts workstations. Metering may begin for those that are not subscribed.
 * The answer tells nothing per workstation: poll Status.
 */
export const startWuyingServer = operation({
  action: 'StartWuyingServer',
  group: 'Workstations',
  effect: 'write',
  ram: { level: 'update' },
  params: {
    ProductType: body(optional(text)),
    /** Demanded here: an empty list could mean all. */
    WuyingServerIdList: insist(body.flat(list(text))),
  },
  output: answer({}),
  // The largest batch is not documented; this one is small enough to look over.
  batch: { param: 'WuyingServerIdList', max: 20 },
});
