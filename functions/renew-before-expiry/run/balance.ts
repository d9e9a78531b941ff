import { reason } from '../../../shared/engine/reasons.ts';
import { dailyStep } from '../../../shared/journal/log/alerts.ts';
import { formatMoney } from '../../../shared/policy/money.ts';
import type { Chosen } from '../purchase/purchase-pass.ts';
import { message } from './announce.ts';
import type { DueResource } from './decide-due.ts';
import { balanceOf, type Renewal } from './effects.ts';
import type { RenewalRun } from './run-state.ts';

/**
 * Tells, before the first order is placed, that the balance of the account is lower than the orders of the run in its currency. It stops none of them: an order
 * that is not paid at once waits for payment, and a credit that billing does not show may cover it. Told once a day for the first of the orders.
 */
export function* compareBalance({ context, draft, notifier }: RenewalRun, chosen: readonly Chosen<DueResource>[]): Renewal<void> {
  const balance = yield* balanceOf();
  if ('unread' in balance) {
    draft.warn(reason('billing-unread', `The balance could not be read from billing: ${balance.unread}`));
    return;
  }
  const { currency } = balance;
  const drawn = chosen.filter(({ purchase: { reserve } }) => reserve.currency === currency);
  const total = { currency, micros: drawn.reduce((sum, { purchase: { reserve } }) => sum + reserve.micros, 0n) };
  const [first] = drawn;
  if (first === undefined || total.micros <= balance.micros) return;
  const { subject, expiresAtMs } = first.candidate.due;
  const text = `Billing shows ${formatMoney(balance)}, and the orders of this run (${drawn.length}) come to ${formatMoney(total)}. Top up the account, or the rest waits for payment.`;
  draft.warn(reason('balance-low', text, { orders: drawn.length }));
  const name = { account: context.target.account, resource: subject.id, expiresAtMs, step: dailyStep('balance-low', context.nowMs) };
  const told = message(name, 'warning', `The balance of ${context.target.name} is lower than its renewals`, text, context, {
    orders: drawn.length,
  });
  yield* notifier.once(name, 'balance-low', notifier.channelsFor('money'), told, subject);
}
