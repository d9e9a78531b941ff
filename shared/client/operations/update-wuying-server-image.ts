// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { oneOf, text } from '../../schema/schema.ts';
import { answer, readText } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/** Puts another image on a workstation. What becomes of its disks is documented nowhere, so count on their loss. */
export const updateWuyingServerImage = operation({
  action: 'UpdateWuyingServerImage',
  group: 'Workstations',
  effect: 'destructive',
  ram: { level: 'update', contested: true },
  params: {
    /** Demanded here: a change needs its value. */
    ImageId: insist(body(text)),
    /** Demanded here: the service demands this very spelling. */
    ProductType: insist(body(oneOf('WuyingServer'))),
    /** Demanded here: a change needs its object. */
    WuyingServerId: insist(body(text)),
  },
  output: answer({ TaskId: readText }),
});
