import { oneOf, text } from '../../schema/schema.ts';
import { answer, readText } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/** Puts another image on a workstation. What becomes of its disks is documented nowhere, so count on their loss. */
export const updateWuyingServerImage = operation({
  action: 'UpdateWuyingServerImage',
  group: 'Workstations',
  access: 'write',
  effect: 'destructive',
  ram: { action: 'appstreaming:UpdateWuyingServerImage', level: 'update', contested: true },
  params: {
    ImageId: insist(body(text)),
    ProductType: insist(body(oneOf('WuyingServer'))),
    WuyingServerId: insist(body(text)),
  },
  output: answer({ TaskId: readText }),
});
