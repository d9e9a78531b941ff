// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import type { AnyOperation } from '../operation.ts';
import { cancelOrder } from './cancel-order.ts';
import { describeInstanceAmortizedCostByConsumePeriod } from './describe-instance-amortized-cost-by-consume-period.ts';
import { describeInstanceBill } from './describe-instance-bill.ts';
import { getOrderDetail } from './get-order-detail.ts';
import { queryAccountBalance } from './query-account-balance.ts';
import { queryAccountBill } from './query-account-bill.ts';
import { queryAvailableInstances } from './query-available-instances.ts';
import { queryBillOverview } from './query-bill-overview.ts';
import { queryOrders } from './query-orders.ts';
import { queryProductList } from './query-product-list.ts';
import { querySettleBill } from './query-settle-bill.ts';

/**
 * All operations by action, for programs that must know every one of them. A function imports the few rows that it
 * calls, so that its bundle carries no other.
 */
export const billingOperations = {
  CancelOrder: cancelOrder,
  DescribeInstanceAmortizedCostByConsumePeriod: describeInstanceAmortizedCostByConsumePeriod,
  DescribeInstanceBill: describeInstanceBill,
  GetOrderDetail: getOrderDetail,
  QueryAccountBalance: queryAccountBalance,
  QueryAccountBill: queryAccountBill,
  QueryAvailableInstances: queryAvailableInstances,
  QueryBillOverview: queryBillOverview,
  QueryOrders: queryOrders,
  QueryProductList: queryProductList,
  QuerySettleBill: querySettleBill,
} satisfies Record<string, AnyOperation>;
