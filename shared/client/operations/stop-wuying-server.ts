// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag, list, optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Stops workstations, and sessions on them with that. Force cuts the power and can lose data: leave it out.
 * The answer tells nothing per workstation: poll Status.
 */
export const stopWuyingServer = operation({
  action: 'StopWuyingServer',
  group: 'Workstations',
  effect: 'disruptive',
  ram: { level: 'update' },
  params: {
    Force: body(optional(flag)),
    ProductType: body(optional(text)),
    /** Demanded here: an empty list could mean all. */
    WuyingServerIdList: insist(body.flat(list(text))),
  },
  output: answer({}),
  // The largest batch is not documented; this one is small enough to look over.
  batch: { param: 'WuyingServerIdList', max: 20 },
});
