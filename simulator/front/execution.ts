import { type AuditIdentity, auditEvent, type EventTrail } from '../events.ts';
import { BodyFault, ServiceFault } from '../handler.ts';
import type { World } from '../world/world.ts';
import { GatewayError, refusalBody } from './gateway-error.ts';
import { type AccessKey, isSession, type KeyRing, type SessionKey } from './keys.ts';
import type { RequestEntry } from './ledger.ts';
import type { Answer } from './reply.ts';
import type { ServiceCall } from './service.ts';
import type { Timeline } from './timeline.ts';

/** A request that passed all checks. */
export interface CheckedCall {
  readonly call: ServiceCall;
  readonly version: string;
  readonly input: Record<string, unknown>;
  readonly key: AccessKey | SessionKey;
  readonly entry: RequestEntry;
  readonly host: string;
  readonly userAgent: string;
  readonly sourceIp: string;
}

/** What execution works on. */
export interface ExecutionPlace {
  readonly world: World;
  readonly keys: KeyRing;
  readonly timeline: Timeline;
  readonly trail: EventTrail;
  /** False where the product's events reach no event bus. */
  readonly emitsEvents: boolean;
  /** Told of an error that is the simulator's own. */
  onError(error: unknown, action: string): void;
}

type Run = (input: Record<string, unknown>) => Readonly<Record<string, unknown>>;

/**
 * Runs an operation and gives the answer or the refusal in the service's shape; never throws. A write leaves its event behind,
 * refused ones too. `run` takes the place of the operation for faults that distort it.
 */
export function execute(checked: CheckedCall, place: ExecutionPlace, run?: (original: Run) => Readonly<Record<string, unknown>>): Answer {
  const { call, key, entry } = checked;
  const nowMs = place.timeline.catchUp();
  const context = {
    world: place.world,
    keys: place.keys,
    key,
    requestId: entry.requestId,
    nowMs,
    gatewayNowMs: place.timeline.gatewayNowMs(),
  };
  const original: Run = (input) => call.run(input, context);
  try {
    const output = run ? run(original) : original(checked.input);
    entry.executed(nowMs);
    audit(checked, place, output, undefined);
    return { status: 200, body: { RequestId: entry.requestId, ...output } };
  } catch (error) {
    return refuse(checked, place, error);
  }
}

/** The answer to a refusal by gateway or service. Anything else is an error of the simulator: it is told, and answered with 500. */
export function refuse(checked: CheckedCall, place: ExecutionPlace, error: unknown): Answer {
  const { entry, host, call } = checked;
  if (error instanceof BodyFault) {
    entry.refused(error.code);
    audit(checked, place, undefined, error);
    return { status: 200, body: { RequestId: entry.requestId, Code: error.code, Message: error.message } };
  }
  if (error instanceof ServiceFault || error instanceof GatewayError) {
    entry.refused(error.code);
    audit(checked, place, undefined, error);
    const detail = error instanceof GatewayError ? error.detail : undefined;
    return {
      status: error.httpStatus,
      body: refusalBody(error.code, error.message, entry.requestId, host, detail),
      ...(detail?.headers ? { headers: detail.headers } : {}),
    };
  }
  place.onError(error, call.action);
  entry.refused('InternalError');
  const message = 'The request processing has failed due to some unknown error.';
  return { status: 500, body: refusalBody('InternalError', message, entry.requestId, host) };
}

/** Who RAM and the audit trail take the caller for. */
export function identityOf(key: AccessKey | SessionKey): AuditIdentity {
  if (isSession(key)) {
    return {
      type: 'assumed-role',
      accessKeyId: key.accessKeyId,
      userName: `${key.role}:${key.session}`,
      principalId: `3${key.accountId}:${key.session}`,
      sessionSinceMs: key.issuedAtMs,
    };
  }
  return { type: 'ram-user', accessKeyId: key.accessKeyId, userName: key.user ?? 'simulator', principalId: `2${key.accountId}` };
}

function audit(
  checked: CheckedCall,
  place: ExecutionPlace,
  answer: Readonly<Record<string, unknown>> | undefined,
  error: { code: string; message: string } | undefined,
): void {
  const { call, key, entry } = checked;
  if (!call.audited || !place.emitsEvents) return;
  place.trail.emit(
    auditEvent({
      action: call.action,
      version: checked.version,
      input: call.redact?.(checked.input) ?? checked.input,
      answer,
      error,
      jsonParams: call.jsonParams ?? new Set(),
      requestId: entry.requestId,
      atMs: place.world.clock.nowMs,
      accountId: key.accountId,
      identity: identityOf(key),
      host: checked.host,
      userAgent: checked.userAgent,
      sourceIp: checked.sourceIp,
    }),
  );
}
