import type { EpochMs } from '../../shared/client/clock.ts';
import type { Ledger } from '../../simulator/front/ledger.ts';
import { type Handler, ServiceFault } from '../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../simulator/operations/renewals.ts';
import { handlers as workstationHandlers } from '../../simulator/operations/workstation-orders.ts';
import type { Account } from '../../simulator/world/account.ts';

/** An order as the service executed it. */
export interface Executed {
  readonly orderId: string;
  readonly resource: string;
  /** The expiry that the resource had then. */
  readonly expiresMs: EpochMs;
  /** When its request arrived: a late one is executed after that. */
  readonly arrivedMs: EpochMs;
}

/** The expiry of a resource as the service has it now. */
export function expiryOf({ groups, workstations }: Account, id: string): EpochMs | undefined {
  return (groups.get(id) ?? workstations.get(id))?.expiresMs;
}

/** Name under which an order and its claim meet. */
export function moveOf(resource: string, expiresMs: EpochMs): string {
  return `${resource} ${new Date(expiresMs).toISOString()}`;
}

const renewals = ['RenewAppInstanceGroup', 'RenewWuyingServer'] as const;

/** What the service really did about orders: the truth that the journal is compared with. */
export class Bill {
  readonly executed: Executed[] = [];
  /** Resources for which two requests were under way at once. */
  readonly collisions: string[] = [];
  /** Orders that were executed after their sender had its answer, or was gone. */
  late = 0;
  readonly #delayMs: () => number | undefined;
  readonly #underWay = new Map<string, number>();

  /** `delayMs` says by how much an order is to be late, in milliseconds of the world's time; undefined where it is not. */
  constructor(delayMs: () => number | undefined) {
    this.#delayMs = delayMs;
  }

  /** Handlers that take the place of the service's own and keep the bill. */
  handlers(ledger: () => Ledger): Readonly<Record<string, Handler>> {
    const original: Readonly<Record<string, Handler>> = { ...groupHandlers, ...workstationHandlers };
    return Object.fromEntries(renewals.map((action) => [action, this.#recorded(original[action] as Handler, ledger)]));
  }

  #recorded(handler: Handler, ledger: () => Ledger): Handler {
    return (input, context) => {
      const resource: string = input.AppInstanceGroupId ?? input.WuyingServerId;
      if ((this.#underWay.get(resource) ?? 0) > 0 || isHeld(ledger(), resource, context.requestId)) this.collisions.push(resource);
      const run = (nowMs: EpochMs): Record<string, unknown> => {
        const expiresMs = expiryOf(context.account, resource) ?? 0;
        const answer = handler(input, { ...context, nowMs });
        this.executed.push({ orderId: String(answer['OrderId']), resource, expiresMs, arrivedMs: context.nowMs });
        return answer;
      };
      const delayMs = this.#delayMs();
      if (delayMs === undefined) return run(context.nowMs);
      this.late += 1;
      this.#underWay.set(resource, (this.#underWay.get(resource) ?? 0) + 1);
      context.world.clock.after(delayMs, (nowMs) => {
        this.#underWay.set(resource, (this.#underWay.get(resource) ?? 0) - 1);
        run(nowMs);
      });
      throw new ServiceFault('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 503);
    };
  }
}

/** True where another request for the resource has arrived and is held back. */
function isHeld({ records }: Ledger, resource: string, requestId: string): boolean {
  return records.some(
    ({ action, input, fault, executed, answered, code, requestId: other }) =>
      fault === 'delay' &&
      !executed &&
      answered === undefined &&
      code === undefined &&
      other !== requestId &&
      renewals.some((each) => each === action) &&
      (input?.['AppInstanceGroupId'] ?? input?.['WuyingServerId']) === resource,
  );
}
