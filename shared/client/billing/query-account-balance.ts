// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { checkedAnswer, readAmount, readFlag, readObject, readText } from '../answer.ts';
import { service } from '../billing-shapes/service.ts';
import { decimalsAsText } from '../json-numbers.ts';
import { operation } from '../operation.ts';

/**
 * What the account can spend. Free.
 * Amounts are text; its `Code` of success is `200`.
 */
export const queryAccountBalance = operation({
  action: 'QueryAccountBalance',
  group: 'Billing',
  effect: 'none',
  ram: { action: 'bssapi:QueryAccountBalance', assumed: true },
  params: {},
  output: checkedAnswer({
    Data: readObject({
      AvailableAmount: readAmount,
      AvailableCashAmount: readAmount,
      CreditAmount: readAmount,
      Currency: readText,
      MybankCreditAmount: readAmount,
      QuotaLimit: readAmount,
    }),
    Success: readFlag,
  }),
  verdict: { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' },
  service,
  readJson: decimalsAsText,
});
