import type { queryAvailableInstances } from '../../../shared/client/billing/query-available-instances.ts';
import type { queryProductList } from '../../../shared/client/billing/query-product-list.ts';
import type { InputOf } from '../../../shared/client/operation.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../../handler.ts';
import { amountText } from '../../world/amount.ts';
import type { DeliveryGroupEntity } from '../../world/delivery-group.ts';
import { dayMs } from '../../world/local-time.ts';
import type { WorkstationEntity } from '../../world/workstation.ts';
import { pageOf } from '../page.ts';
import { usualSize } from './bills.ts';
import { utcText } from './calendar.ts';
import { instanceIdOf } from './instance-id.ts';
import { meansOwnProduct, ownProduct, products } from './product.ts';

/** What an account without a limit is shown to have, in ten-thousandths. */
const plenty = 10_000_000_000n;

function balance({ account }: HandlerContext): Record<string, unknown> {
  const currency = account.orders.fundsIn('CNY') === undefined && account.orders.fundsIn('USD') !== undefined ? 'USD' : 'CNY';
  const amount = amountText(account.orders.fundsIn(currency) ?? plenty, 2);
  const nothing = { CreditAmount: '0.00', MybankCreditAmount: '0.00', QuotaLimit: '0.00' };
  return { AvailableAmount: amount, AvailableCashAmount: amount, ...nothing, Currency: currency };
}

type Instance = DeliveryGroupEntity | WorkstationEntity;

function statusOf({ status, expiresMs }: Instance, nowMs: number): string {
  if (status === 'DEPLOYING' || status === 'PENDING') return 'Creating';
  return expiresMs !== undefined && expiresMs <= nowMs ? 'Expired' : 'Normal';
}

function instanceFields(instance: Instance, context: HandlerContext): Record<string, unknown> {
  const { account, nowMs, world } = context;
  const { id, region, createdMs, expiresMs, charge } = instance;
  const subscription = charge === 'PrePaid';
  return {
    ...{
      InstanceID: instanceIdOf(id, world.assumptions.billInstanceIds),
      ProductCode: ownProduct(context).code,
      ProductType: '',
      Region: region,
    },
    ...{
      SubscriptionType: subscription ? 'Subscription' : 'PayAsYouGo',
      Status: statusOf(instance, nowMs),
      CreateTime: utcText(createdMs),
    },
    ...(subscription ? { RenewStatus: account.billing.renewStatus.get(id) ?? 'ManualRenewal' } : {}),
    ...(expiresMs === undefined
      ? {}
      : { EndTime: utcText(expiresMs), ExpectedReleaseTime: utcText(expiresMs + world.assumptions.expiredRetentionDays * dayMs) }),
    ...{ Seller: '26842', SellerId: 26_842 },
  };
}

const mostIds = 100;

function inWindow(value: unknown, from: string | undefined, until: string | undefined): boolean {
  if (from === undefined && until === undefined) return true;
  return typeof value === 'string' && (from === undefined || value >= from) && (until === undefined || value <= until);
}

function instances(input: InputOf<typeof queryAvailableInstances>, context: HandlerContext): Record<string, unknown> {
  const { account, world } = context;
  if (world.assumptions.availableInstances === 'not-applicable') {
    throw new ServiceFault('NotApplicable', 'The API operation is not applicable for the caller or the product.');
  }
  if (input.Region !== undefined && input.ProductCode === undefined) {
    throw new ServiceFault('MissingProductCode', 'ProductCode is mandatory where Region is given.');
  }
  const ids = input.InstanceIDs?.split(',').map((id) => id.trim());
  if (ids && ids.length > mostIds) throw new ServiceFault('InvalidParameter.InstanceIDs', `At most ${mostIds} ids can be named.`);
  const own = meansOwnProduct(context, input.ProductCode);
  const rows = (own ? [...account.groupList, ...account.workstations.values()] : [])
    .map((instance) => instanceFields(instance, context))
    .filter(
      (row) =>
        (ids === undefined || ids.includes(row['InstanceID'] as string)) &&
        (input.Region === undefined || row['Region'] === input.Region) &&
        (input.RenewStatus === undefined || row['RenewStatus'] === input.RenewStatus) &&
        (input.SubscriptionType === undefined || row['SubscriptionType'] === input.SubscriptionType) &&
        inWindow(row['EndTime'], input.EndTimeStart, input.EndTimeEnd) &&
        inWindow(row['CreateTime'], input.CreateTimeStart, input.CreateTimeEnd),
    );
  const page = pageOf(rows, { PageNumber: input.PageNum, PageSize: input.PageSize }, usualSize);
  return { PageNum: page.number, PageSize: page.size, TotalCount: page.total, InstanceList: page.rows };
}

function productList(input: InputOf<typeof queryProductList>, context: HandlerContext): Record<string, unknown> {
  const rows = products(context).flatMap(({ code, name }) =>
    ['Subscription', 'PayAsYouGo'].map((type) => ({ ProductCode: code, ProductName: name, ProductType: '', SubscriptionType: type })),
  );
  const page = pageOf(rows, { PageNumber: input.PageNum, PageSize: input.PageSize }, usualSize);
  const total = input.QueryTotalCount === true ? { TotalCount: page.total } : {};
  return { PageNum: page.number, PageSize: page.size, ...total, ProductList: { Product: page.rows } };
}

/** What an account has: money, instances, products. */
export const handlers: Readonly<Record<string, Handler>> = {
  QueryAccountBalance: (_, context) => balance(context),
  QueryAvailableInstances: instances,
  QueryProductList: productList,
};
