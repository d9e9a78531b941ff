import type { describeInstanceBill } from '../../../shared/client/billing/describe-instance-bill.ts';
import type { queryAccountBill } from '../../../shared/client/billing/query-account-bill.ts';
import type { queryBillOverview } from '../../../shared/client/billing/query-bill-overview.ts';
import type { querySettleBill } from '../../../shared/client/billing/query-settle-bill.ts';
import type { InputOf } from '../../../shared/client/operation.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../../handler.ts';
import { amountText } from '../../world/amount.ts';
import { dayMs } from '../../world/local-time.ts';
import { regionName } from '../../world/region.ts';
import { pageOf } from '../page.ts';
import { tokenPageOf } from '../token-page.ts';
import { BillCalendar } from './calendar.ts';
import { instanceIdOf } from './instance-id.ts';
import { type BillLine, billLines } from './lines.ts';
import { moneyFields } from './money-fields.ts';
import { meansOwnProduct, ownProduct } from './product.ts';

/** Size of a page of billing where none is named. */
export const usualSize = 20;

/** What queries of a bill have in common. */
interface BillQuery {
  readonly BillingCycle: string;
  readonly BillingDate?: string | undefined;
  readonly Granularity?: 'MONTHLY' | 'DAILY' | undefined;
  readonly ProductCode?: string | undefined;
  readonly SubscriptionType?: 'Subscription' | 'PayAsYouGo' | undefined;
}

/** The lines that a query is about. @throws ServiceFault for days without a date, where the switch says so */
function linesOf(query: BillQuery, context: HandlerContext): readonly BillLine[] {
  const { BillingCycle, BillingDate, Granularity, ProductCode, SubscriptionType } = query;
  const calendar = new BillCalendar(context.world);
  if (Granularity === 'DAILY' && BillingDate === undefined && context.world.assumptions.dailyWithoutDate === 'refuse') {
    throw new ServiceFault('MissingBillingDate', 'BillingDate is mandatory for this action.');
  }
  if (!meansOwnProduct(context, ProductCode)) return [];
  return billLines(context, BillingCycle).filter(
    (line) =>
      (SubscriptionType === undefined || (SubscriptionType === 'Subscription') === line.subscription) &&
      (Granularity !== 'DAILY' || BillingDate === undefined || calendar.dateOf(line.dayMs) === BillingDate),
  );
}

/** Lines that a bill shows as one row, in the order of their first. */
function rowsBy(
  lines: readonly BillLine[],
  keyOf: (line: BillLine) => readonly unknown[],
): readonly (readonly [BillLine, ...BillLine[]])[] {
  const rows = new Map<string, [BillLine, ...BillLine[]]>();
  for (const line of lines) {
    const key = JSON.stringify([line.currency, ...keyOf(line)]);
    const row = rows.get(key);
    if (row) row.push(line);
    else rows.set(key, [line]);
  }
  return [...rows.values()];
}

const subscriptionOf = ({ subscription }: BillLine): string => (subscription ? 'Subscription' : 'PayAsYouGo');
const isCharged = (row: readonly BillLine[]): boolean => row.reduce((sum, { micros }) => sum + micros, 0n) !== 0n;

function ofAccount({ account }: HandlerContext): Record<string, unknown> {
  return { AccountID: account.id, AccountName: `account-${account.id.slice(-4)}` };
}

function accountBill(query: InputOf<typeof queryAccountBill>, context: HandlerContext): Record<string, unknown> {
  const daily = query.Granularity === 'DAILY';
  const byProduct = query.IsGroupByProduct === true;
  const calendar = new BillCalendar(context.world);
  const rows = rowsBy(linesOf(query, context), (line) => [daily && line.dayMs, byProduct && line.subscription]);
  const page = pageOf(rows, { PageNumber: query.PageNum, PageSize: query.PageSize }, usualSize);
  const { code, name } = ownProduct(context);
  const item = (row: readonly [BillLine, ...BillLine[]]) => ({
    ...moneyFields(row, context.world.assumptions.billNumbers),
    ...{ OwnerID: context.account.id, BillAccountID: context.account.id },
    ...(daily ? { BillingDate: calendar.dateOf(row[0].dayMs) } : {}),
    ...(byProduct ? { ProductCode: code, PipCode: code, ProductName: name, SubscriptionType: subscriptionOf(row[0]) } : {}),
  });
  return {
    ...{ BillingCycle: query.BillingCycle, ...ofAccount(context) },
    ...{ PageNum: page.number, PageSize: page.size, TotalCount: page.total, Items: { Item: page.rows.map(item) } },
  };
}

function overview(query: InputOf<typeof queryBillOverview>, context: HandlerContext): Record<string, unknown> {
  const { code, name } = ownProduct(context);
  const rows = rowsBy(linesOf(query, context), ({ subscription, item }) => [subscription, item]);
  const item = (row: readonly [BillLine, ...BillLine[]]) => {
    const money = moneyFields(row, context.world.assumptions.billNumbers);
    return {
      ...{ ...money, Tax: 0, AfterTaxAmount: money['PretaxAmount'], Item: row[0].item, SubscriptionType: subscriptionOf(row[0]) },
      ...{ ProductCode: code, PipCode: code, ProductName: name, OwnerID: context.account.id, BillAccountID: context.account.id },
    };
  };
  return { BillingCycle: query.BillingCycle, ...ofAccount(context), Items: { Item: rows.map(item) } };
}

const hourMs = 3_600_000;

/** After so long the name, the tags and the like of an instance are in its rows. */
const detailsShownMs = 48 * hourMs;

function details(line: BillLine, context: HandlerContext): Record<string, unknown> {
  const { resource } = line;
  if (!resource || context.nowMs < line.dayMs + dayMs + detailsShownMs) return { NickName: '', Tag: '' };
  const tags = context.world.assumptions.billTags === 'shown' ? [...(resource.tags ?? [])] : [];
  return { NickName: resource.name, Tag: tags.map(([key, { value }]) => `key:${key} value:${value}`).join('; ') };
}

/** What `IsBillingItem` adds: how much was used, at which price. */
function usage(row: readonly [BillLine, ...BillLine[]]): Record<string, unknown> {
  const [{ hourly, currency, subscription }] = row;
  if (subscription) return {};
  const heldMs = row.reduce((sum, line) => sum + line.heldMs, 0);
  return {
    ...{ BillingItem: 'Node hours', BillingItemCode: 'node_hours', Usage: String(heldMs / hourMs), UsageUnit: 'Hour' },
    ...(hourly === undefined ? {} : { ListPrice: amountText(hourly, 4), ListPriceUnit: `${currency}/Hour` }),
  };
}

/** What a total of a list by token counts. */
export function totalOf(rows: readonly unknown[], shown: readonly unknown[], { world }: HandlerContext): number {
  return (world.assumptions.billTotalCount === 'all' ? rows : shown).length;
}

function instanceBill(query: InputOf<typeof describeInstanceBill>, context: HandlerContext): Record<string, unknown> {
  const daily = query.Granularity === 'DAILY';
  const calendar = new BillCalendar(context.world);
  const idOf = (line: BillLine): string => instanceIdOf(line.resourceId, context.world.assumptions.billInstanceIds);
  const rows = rowsBy(
    linesOf(query, context).filter((line) => query.InstanceID === undefined || idOf(line) === query.InstanceID),
    // A correction stays a row of its own.
    ({ resourceId, subscription, item, dayMs: day, recordId }) => [
      resourceId,
      subscription,
      item,
      daily && day,
      item.endsWith('Bill') || recordId,
    ],
  ).filter((row) => query.IsHideZeroCharge !== true || isCharged(row));
  const { MaxResults = usualSize, NextToken } = query;
  const { rows: shown, next } = tokenPageOf(rows, NextToken, MaxResults);
  const { code, name } = ownProduct(context);
  const item = (row: readonly [BillLine, ...BillLine[]]) => {
    const [first] = row;
    const last = row.at(-1) ?? first;
    const money = moneyFields(row, context.world.assumptions.billNumbers);
    const heldMs = row.reduce((sum, line) => sum + line.heldMs, 0);
    return {
      ...{
        ...money,
        AfterDiscountAmount: money['PretaxAmount'],
        InstanceID: idOf(first),
        Region: regionName(first.region),
        Item: first.item,
      },
      ...{ SubscriptionType: subscriptionOf(first), ...details(last, context), ResourceGroup: '', CostUnit: '', Zone: '' },
      ...{ ProductCode: code, PipCode: code, ProductName: name, CommodityCode: code, OwnerID: context.account.id },
      ...{ ServicePeriod: String(Math.round(heldMs / 1000)), ServicePeriodUnit: 'Second', BillAccountID: context.account.id },
      ...(daily ? { BillingDate: calendar.dateOf(first.dayMs) } : {}),
      ...(query.IsBillingItem === true ? usage(row) : {}),
    };
  };
  return {
    ...{ BillingCycle: query.BillingCycle, ...ofAccount(context), Items: shown.map(item) },
    ...{ MaxResults, TotalCount: totalOf(rows, shown, context), ...(next === undefined ? {} : { NextToken: next }) },
  };
}

function settleBill(query: InputOf<typeof querySettleBill>, context: HandlerContext): Record<string, unknown> {
  const { settleRecordIds, billNumbers } = context.world.assumptions;
  const idOf = ({ recordId }: BillLine): string => (settleRecordIds === 'order' ? recordId : `r${recordId}`);
  const rows = rowsBy(
    linesOf(query, context).filter(
      (line) => (query.RecordID === undefined || idOf(line) === query.RecordID) && (query.Type === undefined || line.item === query.Type),
    ),
    ({ recordId, item, subscription }) => [recordId, item, subscription],
  ).filter((row) => query.IsHideZeroCharge !== true || isCharged(row));
  const { MaxResults = usualSize, NextToken } = query;
  const { rows: shown, next } = tokenPageOf(rows, NextToken, MaxResults);
  const { code, name } = ownProduct(context);
  const item = (row: readonly [BillLine, ...BillLine[]]) => {
    const money = moneyFields(row, billNumbers);
    return {
      ...{ ...money, Tax: 0, AfterTaxAmount: money['PretaxAmount'], RecordID: idOf(row[0]), Item: row[0].item, Status: 'PayFinish' },
      ...{ SubscriptionType: subscriptionOf(row[0]), ProductCode: code, PipCode: code, ProductName: name, OwnerID: context.account.id },
    };
  };
  return {
    ...{ BillingCycle: query.BillingCycle, ...ofAccount(context), Items: { Item: shown.map(item) } },
    ...{ MaxResults, TotalCount: totalOf(rows, shown, context), ...(next === undefined ? {} : { NextToken: next }) },
  };
}

/** The bills of an account. */
export const handlers: Readonly<Record<string, Handler>> = {
  QueryAccountBill: accountBill,
  QueryBillOverview: overview,
  DescribeInstanceBill: instanceBill,
  QuerySettleBill: settleBill,
};
