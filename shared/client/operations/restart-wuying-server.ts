import { list, optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Restarts workstations, and ends sessions on them. A repeat restarts again.
 * The answer tells nothing per workstation: poll Status.
 */
export const restartWuyingServer = operation({
  action: 'RestartWuyingServer',
  group: 'Workstations',
  access: 'write',
  effect: 'disruptive',
  ram: { action: 'appstreaming:RestartWuyingServer', level: 'update' },
  params: {
    ProductType: body(optional(text)),
    WuyingServerIdList: insist(body.flat(list(text))),
  },
  output: answer({}),
  // The largest batch is not documented; this one is small enough to look over.
  batch: { param: 'WuyingServerIdList', max: 20 },
});
