import type { EpochMs } from '../../shared/client/clock.ts';
import type { InputOf } from '../../shared/client/operation.ts';
import type { createWuyingServer } from '../../shared/client/operations/create-wuying-server.ts';
import type { renewWuyingServer } from '../../shared/client/operations/renew-wuying-server.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { systemImageId } from '../world/image.ts';
import { addPeriod, nextDayBoundary } from '../world/period.ts';
import { workstationPrice } from '../world/price.ts';
import { defaultWorkstationType, WorkstationEntity } from '../world/workstation.ts';
import { dueAmount } from './renewals.ts';
import { workstationOf } from './workstations.ts';

const hourMs = 3_600_000;

/** Buys workstations. They exist from the payment of the order on; until then their ids lead nowhere. */
function buy(input: InputOf<typeof createWuyingServer>, context: HandlerContext): Record<string, unknown> {
  const { world, account, nowMs } = context;
  const { Period: period = 1, BizRegionId: region = 'cn-hangzhou', ServerInstanceType: type = defaultWorkstationType } = input;
  const unit = input.PeriodUnit === 'Year' ? 'Year' : 'Month';
  const charge = input.ChargeType === 'PostPaid' ? 'PostPaid' : 'PrePaid';
  const image = account.images.get(input.ImageId ?? systemImageId);
  if (!image?.usableIn(region))
    throw new ServiceFault('InvalidImage.NotFound', `The image ${input.ImageId ?? ''} is not available in ${region}.`);
  const ids = Array.from({ length: input.Amount ?? 1 }, () => world.newId('ws'));
  const price = workstationPrice(type, region, period, unit);
  const each = dueAmount(price, input.PromotionId, world.assumptions.discountWithoutPromotion);
  const order = account.orders.place(world, {
    kind: 'purchase',
    resourceIds: ids,
    region,
    charge,
    currency: price.currency,
    amount: charge === 'PrePaid' ? each * BigInt(ids.length) : 0n,
    autoPay: input.AutoPay === true || charge === 'PostPaid',
    deliver: (atMs) => {
      const fromMs = nextDayBoundary(atMs);
      const untilMs = charge === 'PrePaid' ? addPeriod(fromMs, period, unit) : undefined;
      ids.forEach((id, index) => {
        const suffix = ids.length > 1 ? `-${index + 1}` : '';
        const workstation = new WorkstationEntity(world, account, {
          id,
          name: `${input.WuyingServerName ?? id}${suffix}`,
          region,
          charge,
          instanceType: type,
          officeSiteId: input.OfficeSiteId ?? `${region}+dir-100001`,
          imageId: image.id,
          createdMs: atMs,
          ...(input.SubPayType === undefined ? {} : { subPayType: input.SubPayType }),
          dataDisks: (input.DataDisk ?? []).map(({ DataDiskSize = 40 }) => DataDiskSize),
          expiresMs: untilMs,
        });
        account.workstations.set(id, workstation);
        workstation.start();
      });
      return untilMs === undefined ? undefined : { fromMs, untilMs };
    },
  });
  const answer = { Data: { OrderId: order.id, WuyingServerIdList: ids } };
  const untilMs = nowMs + world.assumptions.idempotenceTokenHours * hourMs;
  if (input.IdempotenceToken !== undefined) account.purchases.set(input.IdempotenceToken, { answer, untilMs });
  return answer;
}

/** A repeat with a token that is known still gives the first answer and buys nothing. */
function create(input: InputOf<typeof createWuyingServer>, context: HandlerContext): Record<string, unknown> {
  const earlier = context.account.purchases.get(input.IdempotenceToken ?? '');
  return earlier && context.nowMs < earlier.untilMs ? { ...earlier.answer } : buy(input, context);
}

function renewalEnd(workstation: WorkstationEntity, nowMs: EpochMs, fromNow: boolean): EpochMs {
  const endMs = workstation.expiresMs ?? nowMs;
  return endMs < nowMs && fromNow ? nextDayBoundary(nowMs) : endMs;
}

/** Orders a renewal of one workstation; each call is one more. */
function renew(input: Partial<InputOf<typeof renewWuyingServer>>, context: HandlerContext): Record<string, unknown> {
  const { world, account } = context;
  const { workstationRenewalPays, renewalAfterExpiry, discountWithoutPromotion } = world.assumptions;
  const workstation = workstationOf(context, input.WuyingServerId);
  const { Period: period, PeriodUnit: unit } = input;
  if (workstation.charge !== 'PrePaid') {
    throw new ServiceFault('InvalidParameter.ChargeType', `The workstation ${workstation.id} is not a subscription.`);
  }
  if (period === undefined || period < 1) throw new ServiceFault('InvalidParameter.Period', 'Period must be 1 at least.');
  if (unit === undefined) throw new ServiceFault('InvalidParameter.PeriodUnit', 'PeriodUnit must be Month or Year.');
  const price = workstationPrice(workstation.instanceType, workstation.region, period, unit);
  const order = account.orders.place(world, {
    kind: 'renewal',
    resourceIds: [workstation.id],
    region: workstation.region,
    charge: 'PrePaid',
    currency: price.currency,
    amount: dueAmount(price, input.PromotionId, discountWithoutPromotion),
    autoPay: input.AutoPay ?? workstationRenewalPays === 'by-default',
    deliver: (atMs) => {
      if (account.workstations.get(workstation.id) !== workstation) return undefined;
      const fromMs = renewalEnd(workstation, atMs, renewalAfterExpiry === 'from-now');
      const untilMs = addPeriod(fromMs, period, unit);
      workstation.renewUntil(untilMs);
      return { fromMs, untilMs };
    },
  });
  return { OrderId: order.id };
}

/** Deletes a workstation. */
function remove(input: { readonly WuyingServerId: string }, context: HandlerContext): Record<string, unknown> {
  const { account, world, nowMs } = context;
  const workstation = workstationOf(context, input.WuyingServerId);
  if (workstation.charge === 'PrePaid' && world.assumptions.deleteSubscribedWorkstation === 'refuse') {
    throw new ServiceFault('OperationDenied.PrePaid', `The workstation ${workstation.id} is a subscription and cannot be deleted.`);
  }
  account.statistics.sessionsInterrupted += workstation.sessions.length;
  workstation.settle(nowMs);
  account.workstations.delete(workstation.id);
  return {};
}

/** Workstations that come, stay and go. */
export const handlers: Readonly<Record<string, Handler>> = {
  CreateWuyingServer: create,
  RenewWuyingServer: renew,
  DeleteWuyingServer: remove,
};
