import { text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/** Deletes a workstation for good. Whether a subscription can be deleted or is refunded is documented nowhere. */
export const deleteWuyingServer = operation({
  action: 'DeleteWuyingServer',
  group: 'Workstations',
  access: 'write',
  effect: 'destructive',
  ram: { action: 'appstreaming:DeleteWuyingServer', level: 'delete' },
  params: {
    WuyingServerId: body(text),
  },
  output: answer({}),
});
