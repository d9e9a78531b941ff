// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/** Deletes a workstation for good. Whether a subscription can be deleted or is refunded is documented nowhere. */
export const deleteWuyingServer = operation({
  action: 'DeleteWuyingServer',
  group: 'Workstations',
  effect: 'destructive',
  ram: { level: 'delete' },
  params: {
    WuyingServerId: body(text),
  },
  output: answer({}),
});
