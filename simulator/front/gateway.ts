import type { FaultPlan } from '../faults.ts';
import { authenticate, type Guard, openEnvelope } from './authenticate.ts';
import { type CheckedCall, execute } from './execution.ts';
import { GatewayError, refusalBody } from './gateway-error.ts';
import { History } from './history.ts';
import type { Connection } from './holds.ts';
import { type InjectionPlace, runWithFault } from './injection.ts';
import type { Ledger, RequestEntry } from './ledger.ts';
import { type Reply, wholeReply } from './reply.ts';
import type { Service, ServiceCall } from './service.ts';
import { headerOf, type WireRequest } from './wire.ts';

/** What a gateway is made of. */
export interface GatewayParts extends InjectionPlace {
  readonly services: readonly Service[];
  readonly guard: Guard;
  readonly ledger: Ledger;
  readonly faults: FaultPlan;
  /** Keeps former answers of reads even before a fault asks for them. */
  readonly remembersAnswers: boolean;
}

/**
 * The way of a request: action and version, who sent it, its parameters, then a fault or the operation itself. What is refused on
 * the way is answered in the platform's shape and has executed nothing.
 */
export class Gateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** Answers one request. Never rejects. */
  async serve(request: WireRequest, connection: Connection, sourceIp: string): Promise<{ reply: Reply; entry: RequestEntry }> {
    const { timeline, ledger, world, faults } = this.#parts;
    const entry = ledger.open(world.newRequestId(), timeline.catchUp());
    const host = headerOf(request, 'host') ?? '';
    let checked: CheckedCall;
    try {
      checked = this.#check(request, entry, host, sourceIp);
    } catch (error) {
      return { reply: this.#refuse(error, entry, host), entry };
    }
    const { call, key } = checked;
    const fault = faults.next({ action: call.action, access: call.access, accountId: key.accountId, ramAction: call.ramAction });
    if (fault) {
      entry.faulted(fault.kind);
      return { reply: await runWithFault(checked, fault, this.#parts, connection), entry };
    }
    const answer = execute(checked, this.#parts);
    if (call.access === 'read' && answer.status === 200 && (this.#parts.remembersAnswers || faults.wantsHistory)) {
      this.#parts.history.keep(History.key(key.accountId, call.action, checked.input), world.clock.nowMs, answer.body);
    }
    return { reply: wholeReply(answer, entry.requestId, timeline.gatewayNowMs()), entry };
  }

  #check(request: WireRequest, entry: RequestEntry, host: string, sourceIp: string): CheckedCall {
    let envelope: ReturnType<typeof openEnvelope>;
    try {
      envelope = openEnvelope(request);
    } catch (error) {
      entry.received('');
      throw error;
    }
    entry.received(envelope.action);
    const call = this.#find(envelope.action, envelope.version);
    const key = authenticate(request, envelope, this.#parts.guard, this.#parts.timeline.gatewayNowMs());
    entry.identified(key.accountId, key.accessKeyId);
    const input = call.parse(envelope);
    entry.parsed(call.redact?.(input) ?? input);
    return { call, version: envelope.version, input, key, entry, host, sourceIp, userAgent: headerOf(request, 'user-agent') ?? '' };
  }

  #find(action: string, version: string): ServiceCall {
    const { services } = this.#parts;
    const call = services.find((service) => service.version === version)?.find(action);
    if (call) return call;
    if (services.some((service) => service.find(action))) {
      throw new GatewayError('InvalidVersion', `Specified parameter Version is not valid: ${version}.`);
    }
    throw new GatewayError('InvalidApi.NotFound', 'Specified api is not found, please check your url and method.', 404);
  }

  #refuse(error: unknown, entry: RequestEntry, host: string): Reply {
    const known = error instanceof GatewayError ? error : new GatewayError('InternalError', 'The request processing has failed.', 500);
    if (known !== error) this.#parts.onError(error, '');
    entry.refused(known.code);
    const body = refusalBody(known.code, known.message, entry.requestId, host, known.detail);
    return wholeReply({ status: known.httpStatus, body }, entry.requestId, this.#parts.timeline.gatewayNowMs());
  }
}
