import type { Failure, FailureKind } from './failure.ts';
import type { AnyOperation } from './operation.ts';

/** How careful a call has to be. A purchase is sent exactly once, whatever happens; the service has no way to recognize a repeat. */
export type CallClass = 'read' | 'write' | 'purchase';

/** What to do after a failure. The `…-once` steps are taken at most once per call each. */
export type Step = 'stop' | 'backoff' | 'correct-clock-once' | 'new-nonce-once' | 'refresh-credentials-once';

/** The class of an operation. A token does not make a purchase repeatable: its lifetime is not documented (service notes). */
export function classOf(operation: Pick<AnyOperation, 'access' | 'effect'>): CallClass {
  if (operation.effect === 'purchase') return 'purchase';
  return operation.access === 'read' ? 'read' : 'write';
}

const readsOnly = { read: 'backoff', write: 'stop', purchase: 'stop' } as const;
const never = { read: 'stop', write: 'stop', purchase: 'stop' } as const;

/** Each kind of failure against each class of call. Every repeat has a new nonce, date and signature. */
export const retryTable: Readonly<Record<FailureKind, Readonly<Record<CallClass, Step>>>> = {
  'not-connected': { read: 'backoff', write: 'backoff', purchase: 'stop' },
  'no-answer': readsOnly,
  unreadable: readsOnly,
  redirected: readsOnly,
  server: readsOnly,
  throttled: { read: 'backoff', write: 'backoff', purchase: 'stop' },
  clock: { read: 'correct-clock-once', write: 'correct-clock-once', purchase: 'stop' },
  'nonce-used': { read: 'new-nonce-once', write: 'stop', purchase: 'stop' },
  'token-expired': { read: 'refresh-credentials-once', write: 'refresh-credentials-once', purchase: 'stop' },
  refused: never,
  misunderstood: never,
  stopped: never,
};

/** What the call has been through. */
export interface Past {
  /** Attempts made, the failed one included. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Steps of the `…-once` kind taken already. */
  readonly taken: ReadonlySet<Step>;
}

/**
 * What to do after a failed attempt. A write is repeated only where the failure proves that nothing ran, whatever the table
 * says of its kind.
 */
export function decide(failure: Pick<Failure, 'kind' | 'executed' | 'serverDateMs'>, callClass: CallClass, past: Past): Step {
  const step = retryTable[failure.kind][callClass];
  if (step === 'stop' || past.attempts >= past.maxAttempts || past.taken.has(step)) return 'stop';
  if (callClass !== 'read' && failure.executed !== 'no') return 'stop';
  if (step === 'correct-clock-once' && failure.serverDateMs === undefined) return 'stop';
  return step;
}

const firstBackoffMs = 200;
const backoffCapMs = 10_000;

/**
 * Milliseconds to wait before the next attempt: exponential with full jitter, or what the service asked for and a little
 * jitter on top, so that callers who were refused together do not come back together.
 * @param attempts attempts made so far, at least 1
 * @param random gives numbers in [0, 1)
 */
export function backoffMs(attempts: number, retryAfterMs: number | undefined, random: () => number): number {
  if (retryAfterMs !== undefined) return retryAfterMs + random() * firstBackoffMs;
  return random() * Math.min(backoffCapMs, firstBackoffMs * 2 ** (attempts - 1));
}
