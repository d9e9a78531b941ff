import type { cancelOrder } from '../../../shared/client/billing/cancel-order.ts';
import type { getOrderDetail } from '../../../shared/client/billing/get-order-detail.ts';
import type { queryOrders } from '../../../shared/client/billing/query-orders.ts';
import type { InputOf } from '../../../shared/client/operation.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../../handler.ts';
import { amountText } from '../../world/amount.ts';
import { minuteMs } from '../../world/local-time.ts';
import type { Order } from '../../world/order.ts';
import { pageOf } from '../page.ts';
import { usualSize } from './bills.ts';
import { utcText } from './calendar.ts';
import { instanceIdOf } from './instance-id.ts';
import { meansOwnProduct, ownProduct } from './product.ts';

const statuses = { unpaid: 'Unpaid', paid: 'Paid', done: 'Paid', cancelled: 'Cancelled' } as const;
const types = { renewal: 'Renew', purchase: 'New', expansion: 'Upgrade' } as const;

/** Orders that billing knows by now; what the ordering system did not take is none. */
function listed({ account, world, nowMs }: HandlerContext): readonly Order[] {
  const lagMs = world.assumptions.orderListingMinutes * minuteMs;
  return account.orders.all.filter(({ status, placedMs }) => status !== 'refused' && placedMs + lagMs <= nowMs);
}

function statusOf({ status }: Order): string {
  return status === 'refused' ? '' : statuses[status];
}

function orderFields(order: Order, context: HandlerContext): Record<string, unknown> {
  const amount = amountText(order.amount, 2);
  const { code } = ownProduct(context);
  return {
    ...{ OrderId: order.id, OrderType: types[order.kind], PaymentStatus: statusOf(order), CreateTime: utcText(order.placedMs) },
    ...(order.paidMs === undefined ? {} : { PaymentTime: utcText(order.paidMs) }),
    ...{
      ProductCode: code,
      ProductType: '',
      CommodityCode: code,
      SubscriptionType: order.charge === 'PrePaid' ? 'Subscription' : 'PayAsYouGo',
    },
    ...{ Currency: order.currency, PretaxGrossAmount: amount, PretaxAmount: amount, PretaxAmountLocal: amount },
    ...{ Tax: '0.00', AfterTaxAmount: amount, PaymentCurrency: order.currency },
  };
}

const hourMs = 3_600_000;

/** Orders of a window, the newest first. Without a window those of the last hour. */
function query(input: InputOf<typeof queryOrders>, context: HandlerContext): Record<string, unknown> {
  const { nowMs, world } = context;
  const { CreateTimeStart, CreateTimeEnd, OrderType, PaymentStatus, SubscriptionType } = input;
  const endMs = CreateTimeEnd === undefined ? nowMs : Date.parse(CreateTimeEnd);
  const fromMs = CreateTimeStart === undefined ? endMs - hourMs : Date.parse(CreateTimeStart);
  if (Number.isNaN(fromMs) || Number.isNaN(endMs)) throw new ServiceFault('InvalidParameter', 'A time of the window is not valid.');
  // Times are compared as they are shown, to the second.
  const second = (ms: number): number => Math.floor(ms / 1000);
  const isInside = (ms: number): boolean =>
    second(ms) >= second(fromMs) &&
    (world.assumptions.orderWindowEnd === 'included' ? second(ms) <= second(endMs) : second(ms) < second(endMs));
  const own = meansOwnProduct(context, input.ProductCode);
  const found = listed(context).filter(
    (order) =>
      own &&
      isInside(order.placedMs) &&
      (OrderType === undefined || types[order.kind] === OrderType) &&
      (PaymentStatus === undefined || statusOf(order) === PaymentStatus) &&
      (SubscriptionType === undefined || (SubscriptionType === 'Subscription') === (order.charge === 'PrePaid')),
  );
  const page = pageOf([...found].reverse(), { PageNumber: input.PageNum, PageSize: input.PageSize }, usualSize);
  const rows = page.rows.map((order) => orderFields(order, context));
  return { PageNum: page.number, PageSize: page.size, TotalCount: page.total, OrderList: { Order: rows } };
}

function detail({ OrderId }: InputOf<typeof getOrderDetail>, context: HandlerContext): Record<string, unknown> {
  const order = listed(context).find(({ id }) => id === OrderId);
  const { unknownOrder, orderInstanceIds } = context.world.assumptions;
  if (!order && unknownOrder === 'refuse') throw new ServiceFault('InvalidOrderId.NotFound', 'The specified order does not exist.');
  const rows = (order ? [order] : []).map((found) => ({
    ...orderFields(found, context),
    ...{ SubOrderId: `${found.id}1`, OrderSubType: 'ProductSubOrder', Region: found.region, Quantity: String(found.resourceIds.length) },
    InstanceIDs: JSON.stringify(found.resourceIds.map((id) => instanceIdOf(id, orderInstanceIds))),
    ...(found.term ? { UsageStartTime: utcText(found.term.fromMs), UsageEndTime: utcText(found.term.untilMs) } : {}),
  }));
  return { PageNum: 1, PageSize: usualSize, TotalCount: rows.length, OrderList: { Order: rows } };
}

/** Cancels an order that waits for payment. */
function cancel({ OrderId }: InputOf<typeof cancelOrder>, context: HandlerContext): Record<string, unknown> {
  if (!context.account.orders.cancel(OrderId)) {
    throw new ServiceFault(context.world.assumptions.cancelRefusalCode, 'The order cannot be canceled.');
  }
  return { HostId: 'business' };
}

/** The orders of an account. */
export const handlers: Readonly<Record<string, Handler>> = { QueryOrders: query, GetOrderDetail: detail, CancelOrder: cancel };
