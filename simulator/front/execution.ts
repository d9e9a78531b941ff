import { type AuditIdentity, type AuditTrail, auditEvent } from '../events.ts';
import { BodyFault, ServiceFault } from '../handler.ts';
import type { World } from '../world/world.ts';
import { GatewayError, refusalBody } from './gateway-error.ts';
import { History } from './history.ts';
import { type AccessKey, isSession, type KeyRing, type SessionKey } from './keys.ts';
import { type LateReads, lagOf } from './late-reads.ts';
import type { RequestEntry } from './ledger.ts';
import type { Answer } from './reply.ts';
import type { CallContext, ServiceCall } from './service.ts';
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
  readonly trail: AuditTrail;
  /** What reads showed before the last writes. */
  readonly lateReads: LateReads;
  /** True while a fault lets reads lag behind writes. */
  readonly faults: { readonly wantsLateReads: boolean };
  /** False where the product's events reach no event bus. */
  readonly emitsEvents: boolean;
  /** Told of an error that is the simulator's own. */
  onError(error: unknown, action: string): void;
}

type Run = (input: Record<string, unknown>) => Readonly<Record<string, unknown>>;

/**
 * Runs an operation and gives the answer or the refusal in the service's shape; never throws. A write leaves its event behind,
 * refused ones too. `run` takes the place of the operation for faults that distort it; `lagMs` is how long a read shows no write at least.
 */
export function execute(
  checked: CheckedCall,
  place: ExecutionPlace,
  run?: (original: Run) => Readonly<Record<string, unknown>>,
  lagMs = 0,
): Answer {
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
  const lag = Math.max(lagMs, lagOf(place.world.assumptions.lateReads, call.action));
  const original: Run = (input) => lateAnswer(checked, input, place, lag, nowMs) ?? call.run(input, context);
  keepFormer(checked, place, () => ({ ...context, nowMs: place.world.clock.nowMs }));
  try {
    const output = run ? run(original) : original(checked.input);
    entry.executed(nowMs);
    audit(checked, place, output, undefined);
    return { status: 200, body: { RequestId: entry.requestId, ...output } };
  } catch (error) {
    return refuse(checked, place, error);
  }
}

/** True where reads lag behind writes, so that what they showed has to be kept. */
function readsAreLate({ world, faults }: ExecutionPlace): boolean {
  return world.assumptions.lateReads !== 'none' || faults.wantsLateReads;
}

/** Before a write: keeps what reads show without it. Before a read: remembers how it is made again. */
function keepFormer({ call, key, input }: CheckedCall, place: ExecutionPlace, contextNow: () => CallContext): void {
  if (!readsAreLate(place)) return;
  if (call.access === 'write') {
    place.lateReads.beforeWrite(key.accountId, place.world.clock.nowMs);
    return;
  }
  const again = () => {
    try {
      return call.run(input, contextNow());
    } catch {
      return undefined;
    }
  };
  place.lateReads.note(History.key(key.accountId, call.action, input), { accountId: key.accountId, again });
}

/** What a read that lags behind writes answers; undefined where no write is that young. */
function lateAnswer({ call, key }: CheckedCall, input: Record<string, unknown>, place: ExecutionPlace, lagMs: number, nowMs: number) {
  if (call.access !== 'read' || lagMs === 0) return undefined;
  return place.lateReads.find(History.key(key.accountId, call.action, input), nowMs, lagMs);
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
