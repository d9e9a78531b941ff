import type { EpochMs } from '../../shared/client/clock.ts';
import type { InputOf } from '../../shared/client/operation.ts';
import type { modifyNodePoolAmount } from '../../shared/client/operations/modify-node-pool-amount.ts';
import type { renewAppInstanceGroup } from '../../shared/client/operations/renew-app-instance-group.ts';
import { BodyFault, type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import type { DeliveryGroupEntity } from '../world/delivery-group.ts';
import type { NodePool } from '../world/node-pool.ts';
import { addPeriod, isLegalPeriod, nextDayBoundary, type PeriodUnit } from '../world/period.ts';
import { currencyOf, type Price, subscriptionPrice } from '../world/price.ts';
import { groupOf } from './lookup.ts';

function subscribedNodes(pool: NodePool): number {
  return pool.settings.NodeAmount ?? 0;
}

/** What renewing a group for a period costs: the subscription nodes of all its pools. A type not on sale any more costs nothing. */
export function renewalPrice(group: DeliveryGroupEntity, period: number, unit: PeriodUnit): Price {
  const nothing: Price = { currency: currencyOf(group.region), original: 0n, discount: 0n, promotionId: undefined };
  return group.pools
    .map((pool) => subscriptionPrice(pool.instanceType, group.region, subscribedNodes(pool), period, unit) ?? nothing)
    .reduce(
      (sum, price) => ({
        currency: sum.currency,
        original: sum.original + price.original,
        discount: sum.discount + price.discount,
        promotionId: sum.promotionId ?? price.promotionId,
      }),
      nothing,
    );
}

/** What an order costs: a discount only counts where its promotion is named, unless the assumption says otherwise. */
export function dueAmount(price: Price, promotionId: string | undefined, discounted: boolean): bigint {
  const counts = price.promotionId !== undefined && (promotionId === price.promotionId || discounted);
  return counts ? price.original - price.discount : price.original;
}

/** Where a renewal begins: at the end of what is there, or at the next day boundary when that has passed. */
function renewalStart(expiresMs: EpochMs, nowMs: EpochMs, fromNow: boolean): EpochMs {
  return expiresMs < nowMs && fromNow ? nextDayBoundary(nowMs) : expiresMs;
}

function checkRenewable(group: DeliveryGroupEntity, context: HandlerContext): EpochMs {
  const { repeatedRenewal, renewalWhileRecycling } = context.world.assumptions;
  if (group.charge !== 'PrePaid' || group.expiresMs === undefined) {
    throw new BodyFault('InvalidParameter.ChargeType', `The delivery group ${group.id} is not a subscription and cannot be renewed.`);
  }
  if (group.status === 'EXPIRED_RECYCLING' && renewalWhileRecycling === 'refuse') {
    throw new BodyFault('OperationDenied.Recycling', `The delivery group ${group.id} is being reclaimed.`);
  }
  const open = context.account.orders.all.some(
    ({ kind, status, resourceIds }) => kind === 'renewal' && status === 'unpaid' && resourceIds.includes(group.id),
  );
  if (open && repeatedRenewal === 'refuse') {
    throw new BodyFault('OperationDenied.OrderExists', `An order for the delivery group ${group.id} waits for payment.`);
  }
  return group.expiresMs;
}

/** Orders a renewal. The expiry moves only once the order is paid, and a little later. */
function renew(input: InputOf<typeof renewAppInstanceGroup>, context: HandlerContext): Record<string, unknown> {
  const { world, account } = context;
  const { Period: period, PeriodUnit: unit, AutoPay = false, PromotionId } = input;
  const { wrongPeriodPair, discountWithoutPromotion, autoPayWithoutFunds, renewalAfterExpiry } = world.assumptions;
  const group = groupOf(context, input.AppInstanceGroupId);
  checkRenewable(group, context);
  const legal = isLegalPeriod(period, unit);
  if (!legal && wrongPeriodPair === 'refused') {
    throw new BodyFault('InvalidParameter.Period', `A period of ${period} ${unit} cannot be ordered.`);
  }
  const price = renewalPrice(group, legal ? period : 1, legal ? unit : 'Month');
  const order = account.orders.place(world, {
    kind: 'renewal',
    resourceIds: [group.id],
    region: group.region,
    charge: 'PrePaid',
    currency: price.currency,
    amount: dueAmount(price, PromotionId, discountWithoutPromotion),
    autoPay: AutoPay,
    legal,
    deliver: (nowMs) => {
      if (account.groups.get(group.id) !== group || group.expiresMs === undefined) return undefined;
      const fromMs = renewalStart(group.expiresMs, nowMs, renewalAfterExpiry === 'from-now');
      const untilMs = addPeriod(fromMs, period, unit);
      group.renewUntil(untilMs, nowMs);
      return { fromMs, untilMs };
    },
  });
  if (AutoPay && order.status === 'unpaid' && autoPayWithoutFunds === 'refuse') {
    account.orders.cancel(order.id);
    throw new BodyFault('OperationDenied.InsufficientBalance', 'The balance of the account is not sufficient.');
  }
  return { OrderId: order.id };
}

function checkNodes(pool: NodePool, input: InputOf<typeof modifyNodePoolAmount>['NodePool']): readonly string[] {
  const ids = input.PrePaidNodeAmountModifyNodeIds ?? [];
  const convertible = new Set(pool.nodes.filter(({ charge }) => charge === 'PostPaid').map(({ id }) => id));
  const unknown = ids.find((id) => !convertible.has(id));
  if (unknown !== undefined) {
    throw new ServiceFault(
      'InvalidParameter.PrePaidNodeAmountModifyNodeIds',
      `The node ${unknown} is not a pay-as-you-go node of the group.`,
    );
  }
  if (input.NodeAmount < subscribedNodes(pool)) {
    throw new ServiceFault(
      'InvalidParameter.NodeAmount',
      `The group has ${subscribedNodes(pool)} subscription nodes; their number only grows.`,
    );
  }
  return ids;
}

/** Orders more subscription nodes, until the end of the subscription that is there; the nodes change once the order is paid. */
function expand(input: InputOf<typeof modifyNodePoolAmount>, context: HandlerContext): Record<string, unknown> {
  const { world, account } = context;
  const { expansionIsPaid, expansionToSameTotal } = world.assumptions;
  const group = groupOf(context, input.AppInstanceGroupId);
  const [pool] = group.pools;
  if (group.charge !== 'PrePaid' || !pool) {
    throw new ServiceFault('InvalidParameter.ChargeType', `The delivery group ${group.id} is not a subscription.`);
  }
  const ids = checkNodes(pool, input.NodePool);
  const total = input.NodePool.NodeAmount;
  const more = total - subscribedNodes(pool);
  if (more === 0 && expansionToSameTotal === 'no-order') return { Data: {} };
  const price = subscriptionPrice(pool.instanceType, group.region, more, 1, 'Month');
  const order = account.orders.place(world, {
    kind: 'expansion',
    resourceIds: [group.id],
    region: group.region,
    charge: 'PrePaid',
    currency: currencyOf(group.region),
    amount: price?.original ?? 0n,
    autoPay: expansionIsPaid === 'at-once',
    deliver: (nowMs) => {
      pool.setSubscriptionNodes(Math.max(total, subscribedNodes(pool)), nowMs, ids);
      return group.expiresMs === undefined ? undefined : { fromMs: nowMs, untilMs: group.expiresMs };
    },
  });
  return { Data: { OrderId: order.id } };
}

/** Orders for delivery groups that are there already. */
export const handlers: Readonly<Record<string, Handler>> = { RenewAppInstanceGroup: renew, ModifyNodePoolAmount: expand };
