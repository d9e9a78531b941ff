import type { EpochMs } from '../../shared/client/clock.ts';
import type { InputOf } from '../../shared/client/operation.ts';
import type { createAppInstanceGroup } from '../../shared/client/operations/create-app-instance-group.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { DeliveryGroupEntity } from '../world/delivery-group.ts';
import { planPublication } from '../world/lifecycle.ts';
import { minuteMs } from '../world/local-time.ts';
import { nodeTypes } from '../world/node-type.ts';
import { addPeriod, isLegalPeriod, nextDayBoundary, type PeriodUnit } from '../world/period.ts';
import { currencyOf, subscriptionPrice } from '../world/price.ts';
import type { StrategySettings } from '../world/strategy.ts';
import { checkCapacity } from './node-pools.ts';
import { checkStrategy } from './strategy-rules.ts';

type Input = InputOf<typeof createAppInstanceGroup>;

/** The type of a new pool that names none. */
const defaultType = 'appstreaming.general.4c8g';

/** @throws ServiceFault StockError.… when the nodes cannot be had */
function checkStock(type: string, { world }: HandlerContext): void {
  if (!nodeTypes.has(type)) throw new ServiceFault('StockError.InvalidResourceRequest', `The node type ${type} is not on sale.`, 500);
  if (world.outOfStock.has(type)) throw new ServiceFault('StockError.NoStock', `No nodes of type ${type} are in stock.`);
}

/** @throws BodyFault when the pool's settings cannot be */
function newGroup(input: Input, type: string, context: HandlerContext): DeliveryGroupEntity {
  const { account, world, nowMs } = context;
  const { NodeCapacity: capacity = 1, NodeInstanceType: _type, ...settings } = input.NodePool ?? {};
  const strategy = { StrategyType: 'NODE_FIXED', NodeAmount: 1, ...settings } as StrategySettings;
  const group = new DeliveryGroupEntity(world, account, {
    id: world.newId('aig'),
    name: input.AppInstanceGroupName ?? '',
    region: input.BizRegionId,
    charge: input.ChargeType,
    status: 'DEPLOYING',
    createdMs: nowMs,
    expiresMs: undefined,
    pools: [{ instanceType: type, capacity }],
    users: [{ ids: input.Users ?? [] }],
  });
  const [pool] = group.pools;
  if (pool) {
    checkCapacity(pool, capacity);
    const bySchedule = strategy.StrategyType === 'NODE_SCALING_BY_SCHEDULE';
    const { NodeAmount: _amount, ...withoutAmount } = strategy;
    const wanted = bySchedule ? withoutAmount : strategy;
    checkStrategy(group, input.ChargeType === 'PrePaid' ? withoutAmount : wanted, wanted, {} as StrategySettings);
    pool.prepare(wanted);
  }
  group.imageId = input.AppCenterImageId;
  group.policyId = input.AppPolicyId ?? world.newId('pg');
  group.authMode = input.AuthMode ?? 'App';
  group.officeSiteId = input.Network?.OfficeSiteId ?? '';
  group.sessionTimeoutMinutes = input.SessionTimeout;
  group.skipUserAuthCheck = input.SecurityPolicy?.SkipUserAuthCheck ?? false;
  if (input.SecurityPolicy) group.writeOnly = { SecurityPolicy: input.SecurityPolicy };
  group.debug = input.RuntimePolicy?.DebugMode === 'ON';
  for (const id of input.UserGroupIds ?? []) group.userGroups.set(id, id);
  return group;
}

function launch(group: DeliveryGroupEntity, nowMs: EpochMs): void {
  if (!group.account.groups.has(group.id)) group.account.addGroup(group);
  for (const pool of group.pools) pool.start(nowMs, false);
  planPublication(group, nowMs);
}

/** Buys a delivery group. There is no token: each call buys another one. */
function create(input: Input, context: HandlerContext): Record<string, unknown> {
  const { account, nowMs, world } = context;
  const type = input.NodePool?.NodeInstanceType ?? defaultType;
  const subscription = input.ChargeType === 'PrePaid';
  const legal = isLegalPeriod(input.Period, input.PeriodUnit);
  if (subscription && !legal && world.assumptions.wrongPeriodPair === 'refused') {
    throw new ServiceFault('InvalidParameter.Period', `${input.Period} ${input.PeriodUnit} cannot be ordered.`);
  }
  checkStock(type, context);
  const group = newGroup(input, type, context);
  const amount = subscription
    ? subscriptionPrice(type, group.region, input.NodePool?.NodeAmount ?? 1, input.Period, input.PeriodUnit as PeriodUnit)?.original
    : undefined;
  const order = account.orders.place(world, {
    kind: 'purchase',
    resourceIds: [group.id],
    region: group.region,
    charge: input.ChargeType,
    currency: currencyOf(group.region),
    amount: amount ?? 0n,
    autoPay: !subscription || input.AutoPay === true,
    legal: !subscription || legal,
    deliver: (atMs) => {
      const fromMs = nextDayBoundary(atMs);
      const untilMs = subscription ? addPeriod(fromMs, input.Period, input.PeriodUnit as PeriodUnit) : undefined;
      if (untilMs !== undefined) group.renewUntil(untilMs, atMs);
      launch(group, atMs);
      return untilMs === undefined ? undefined : { fromMs, untilMs };
    },
  });
  if (world.assumptions.unpaidGroup === 'waits' || order.status === 'paid') account.addGroup(group);
  if (order.status === 'refused') {
    world.clock.schedule(nowMs + world.assumptions.deployMinutes * minuteMs, () => {
      group.status = 'FAILED';
    });
  }
  return { AppInstanceGroupModel: { AppInstanceGroupId: group.id, NodePoolId: group.pools[0]?.id, OrderId: order.id } };
}

/** The purchase of delivery groups. */
export const handlers: Readonly<Record<string, Handler>> = { CreateAppInstanceGroup: create };
