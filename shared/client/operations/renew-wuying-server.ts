import { flag, int, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readText } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Orders a renewal of one workstation. It costs money, and a second call renews a second time: no token guards it.
 * Nothing prices it beforehand. Nothing is required on paper; all that decides about money is required here.
 */
export const renewWuyingServer = operation({
  action: 'RenewWuyingServer',
  group: 'Workstations',
  access: 'write',
  effect: 'purchase',
  ram: { action: 'appstreaming:RenewWuyingServer', level: 'update' },
  params: {
    AutoPay: insist(body(flag)),
    /** Which numbers can be ordered is not documented. */
    Period: insist(body(int())),
    PeriodUnit: insist(body(oneOf('Month', 'Year'))),
    PromotionId: body(optional(text)),
    WuyingServerId: insist(body(text)),
  },
  output: answer({ OrderId: readText }),
});
