import type { describeInstanceAmortizedCostByConsumePeriod } from '../../../shared/client/billing/describe-instance-amortized-cost-by-consume-period.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import type { InputOf } from '../../../shared/client/operation.ts';
import type { Handler, HandlerContext } from '../../handler.ts';
import type { Term } from '../../world/order.ts';
import { regionName } from '../../world/region.ts';
import { tokenPageOf } from '../token-page.ts';
import { totalOf, usualSize } from './bills.ts';
import { BillCalendar } from './calendar.ts';
import { instanceIdOf } from './instance-id.ts';
import { type BillLine, billLines } from './lines.ts';
import { microsNumber } from './money-fields.ts';
import { meansOwnProduct, ownProduct } from './product.ts';

/** The part of an amount that falls before an instant, when it is spread evenly over a term; rounded down, so that months add up to the whole. */
function spentUntil(micros: bigint, { fromMs, untilMs }: Term, ms: EpochMs): bigint {
  const elapsedMs = Math.min(Math.max(ms - fromMs, 0), untilMs - fromMs);
  return (micros * BigInt(elapsedMs)) / BigInt(untilMs - fromMs);
}

/** The term that a line is spread over. What was paid and has none, such as the renewal of a group that was gone by then, is spent at once. */
function termOf({ dayMs }: BillLine, term: Term | undefined): Term {
  return term && term.fromMs < term.untilMs ? term : { fromMs: dayMs, untilMs: dayMs + 1 };
}

/** The months that a term touches. */
function monthsOf({ fromMs, untilMs }: Term, calendar: BillCalendar): readonly string[] {
  const months: string[] = [];
  for (
    let month = calendar.monthOf(fromMs);
    calendar.monthStart(month) < untilMs;
    month = calendar.monthOf(calendar.monthStart(month, 1))
  ) {
    months.push(month);
  }
  return months;
}

/** What subscriptions that were paid in a month cost in each month of their term. */
function amortized(query: InputOf<typeof describeInstanceAmortizedCostByConsumePeriod>, context: HandlerContext): Record<string, unknown> {
  const { account, world } = context;
  const calendar = new BillCalendar(world);
  const { AmortizationPeriodFilter, BillingCycle, InstanceIdList, MaxResults = usualSize, NextToken, SubscriptionType } = query;
  const idOf = ({ resourceId }: BillLine): string => instanceIdOf(resourceId, world.assumptions.billInstanceIds);
  const wanted = meansOwnProduct(context, query.ProductCode) && SubscriptionType !== 'PayAsYouGo';
  const lines = (wanted ? billLines(context, BillingCycle) : []).filter(
    (line) => line.item === 'SubscriptionOrder' && (InstanceIdList === undefined || InstanceIdList.includes(idOf(line))),
  );
  const { code, name } = ownProduct(context);
  const rows = lines.flatMap((line) => {
    const term = termOf(line, account.orders.get(line.recordId)?.term);
    return monthsOf(term, calendar)
      .filter((month) => AmortizationPeriodFilter === undefined || AmortizationPeriodFilter.includes(month))
      .map((month) => {
        const before = spentUntil(line.micros, term, calendar.monthStart(month));
        const after = spentUntil(line.micros, term, calendar.monthStart(month, 1));
        const parts = {
          ...{ PretaxAmount: line.micros, CurrentAmortizationPretaxAmount: after - before },
          ...{ PreviouslyAmortizedPretaxAmount: before, RemainingAmortizationPretaxAmount: line.micros - after },
        };
        return {
          ...{ AmortizationPeriod: month, ConsumePeriod: BillingCycle, InstanceID: idOf(line) },
          ...{
            AmortizationStatus: after === line.micros ? 'Amortized' : 'Amortizing',
            SubscriptionType: 'Subscription',
            Region: regionName(line.region),
          },
          ...{ ProductCode: code, ProductName: name, BillAccountID: Number(account.id), BillOwnerID: Number(account.id) },
          ...Object.fromEntries(Object.entries(parts).map(([field, micros]) => [field, microsNumber(micros)])),
        };
      });
  });
  const { rows: shown, next } = tokenPageOf(rows, NextToken, MaxResults);
  return {
    ...{ AccountID: account.id, AccountName: `account-${account.id.slice(-4)}`, Items: shown },
    ...{ MaxResults, TotalCount: totalOf(rows, shown, context), ...(next === undefined ? {} : { NextToken: next }) },
  };
}

/** What subscriptions cost month by month. */
export const handlers: Readonly<Record<string, Handler>> = { DescribeInstanceAmortizedCostByConsumePeriod: amortized };
