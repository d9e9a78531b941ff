// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
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
  effect: 'purchase',
  ram: { level: 'update' },
  params: {
    /** Demanded here: decides about money. */
    AutoPay: insist(body(flag)),
    /** Which numbers can be ordered is not documented. Demanded here: decides about money. */
    Period: insist(body(int())),
    /** Demanded here: decides about money. */
    PeriodUnit: insist(body(oneOf('Month', 'Year'))),
    PromotionId: body(optional(text)),
    /** Demanded here: decides about money. */
    WuyingServerId: insist(body(text)),
  },
  output: answer({ OrderId: readText }),
});
