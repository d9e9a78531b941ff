import { onAbort } from './abort.ts';
import { adviceFor } from './advice.ts';
import type { CallOptions } from './client.ts';
import type { Clock, EpochMs } from './clock.ts';
import type { Credentials, CredentialsProvider } from './credentials.ts';
import type { EncodedRequest } from './encode.ts';
import { ApiError } from './errors.ts';
import type { Failure } from './failure.ts';
import type { Limiter, Permit } from './limiter.ts';
import type { AnyOperation } from './operation.ts';
import { type Reading, readOutcome } from './read-answer.ts';
import { redact } from './redact.ts';
import { backoffMs, type CallClass, classOf, decide, type Step } from './retry.ts';
import type { ServiceClock } from './service-clock.ts';
import { send, type TransportOptions, type WireOutcome, type WireRequest } from './transport.ts';
import { signedRequest } from './wire.ts';

/** One attempt, for counting and logs. */
export interface AttemptRecord {
  readonly action: string;
  /** From 1. */
  readonly attempt: number;
  /** Undefined where no answer came. */
  readonly httpStatus: number | undefined;
  /** Undefined on success. */
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  /** Duration of the attempt in milliseconds of the client's clock, waiting for the limiter not included. */
  readonly ms: number;
}

/** Decides whether these keys may sign this operation. @throws CredentialsError where they may not */
export type CheckKeys = (keys: Credentials, operation: AnyOperation) => Promise<void>;

/** Everything that the calls of one client have in common. */
export interface CallContext {
  readonly clock: Clock;
  readonly credentials: CredentialsProvider;
  readonly signature: 'v3' | 'rpc';
  readonly version: string;
  readonly limiter: Limiter;
  readonly transport: TransportOptions;
  readonly attemptTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxAttempts: number;
  readonly random: () => number;
  readonly nonce: () => string;
  readonly userAgent: string;
  readonly checkKeys: CheckKeys | undefined;
  readonly onCall: ((record: AttemptRecord) => void) | undefined;
  /** What answers show of the service's clock. */
  readonly serviceClock: ServiceClock;
}

/** Sends a request until it succeeds or the table of retries says stop; gives the parsed answer. @throws ApiError, CredentialsError */
export function runAttempts(
  context: CallContext,
  operation: AnyOperation,
  request: EncodedRequest,
  options: CallOptions,
): Promise<unknown> {
  return new Attempts(context, operation, request, options).run();
}

/** The attempts of one call. */
class Attempts {
  readonly #context: CallContext;
  readonly #operation: AnyOperation;
  readonly #request: EncodedRequest;
  readonly #signal: AbortSignal | undefined;
  readonly #class: CallClass;
  readonly #deadlineMs: EpochMs;
  #made = 0;
  #taken: Set<Step> | undefined;
  /** The date of the last signature. */
  #signedMs: EpochMs = 0;
  /** What the answer that refused it shows of the service's clock: it dates the next attempt. */
  #shownOffsetMs: number | undefined;
  #last: Failure | undefined;

  constructor(context: CallContext, operation: AnyOperation, request: EncodedRequest, options: CallOptions) {
    this.#context = context;
    this.#operation = operation;
    this.#request = request;
    this.#signal = options.signal;
    this.#class = classOf(operation);
    this.#deadlineMs = context.clock.now() + (options.timeoutMs ?? context.totalTimeoutMs);
  }

  async run(): Promise<unknown> {
    const { checkKeys, clock, credentials, limiter, transport } = this.#context;
    for (;;) {
      const keys = await credentials.get();
      if (checkKeys) await checkKeys(keys, this.#operation);
      const permit = limiter.tryAcquire() ?? (await this.#wait((signal) => limiter.acquire(signal)));
      let reading: Reading | undefined;
      try {
        const startMs = clock.now();
        reading = this.#read(await send(this.#sign(keys, startMs), transport), keys, startMs);
      } finally {
        release(limiter, permit, reading);
      }
      if (reading.ok) return reading.output;
      await this.#prepareNext(reading.failure);
    }
  }

  /** The request of the next attempt. @throws ApiError when the caller or the deadline ended the call before it */
  #sign(keys: Credentials, startMs: EpochMs): WireRequest {
    const leftMs = this.#deadlineMs - startMs;
    if (this.#signal?.aborted || leftMs <= 0) throw this.#stopped();
    this.#made += 1;
    const { serviceClock, transport } = this.#context;
    this.#signedMs = startMs + (this.#shownOffsetMs ?? serviceClock.offsetOf(transport.endpoint.host, startMs));
    const { path, headers, body } = signedRequest(this.#context, this.#operation, this.#request, keys, this.#signedMs);
    const purchase = this.#class === 'purchase';
    const timeoutMs = purchase ? leftMs : Math.min(leftMs, this.#context.attemptTimeoutMs);
    // Field by field: spread into a larger object, the parts cost microseconds to copy and more at each use.
    return { path, headers, body, timeoutMs, signal: this.#signal, ownConnection: purchase };
  }

  #read(outcome: WireOutcome, keys: Credentials, startMs: EpochMs): Reading {
    const { clock, onCall, serviceClock, transport } = this.#context;
    const nowMs = clock.now();
    const secrets = (): (string | undefined)[] => [keys.accessKeySecret, keys.securityToken, ...this.#secretValues()];
    const reading = readOutcome(outcome, { operation: this.#operation, nowMs, secrets });
    const { serverDateMs } = reading.ok ? reading : reading.failure;
    const refused = !reading.ok && reading.failure.kind === 'clock';
    // Of other failures nobody knows whether the service has looked at the date, or whether it is the service that says it.
    if (reading.ok || refused) {
      const { host } = transport.endpoint;
      const exchange = { host, sentMs: startMs, answeredMs: nowMs, serverMs: serverDateMs, signedMs: this.#signedMs, refused };
      const shownMs = serviceClock.note(exchange);
      if (refused) this.#shownOffsetMs = shownMs;
    }
    onCall?.({
      action: this.#operation.action,
      attempt: this.#made,
      httpStatus: reading.ok ? reading.httpStatus : reading.failure.httpStatus,
      code: reading.ok ? undefined : reading.failure.code,
      requestId: reading.ok ? reading.requestId : reading.failure.requestId,
      ms: nowMs - startMs,
    });
    return reading;
  }

  /** Values of parameters that the row marks secret. */
  #secretValues(): string[] {
    const { form = [], query } = this.#request;
    return [...query, ...form].filter(([name]) => this.#operation.params[name]?.secret === true).map(([, value]) => value);
  }

  /** Does what makes a further attempt sensible, or throws the failure. */
  async #prepareNext(failure: Failure): Promise<void> {
    const { clock, credentials, maxAttempts, random } = this.#context;
    this.#last = failure;
    this.#taken ??= new Set();
    const known = failure.kind === 'clock' && this.#shownOffsetMs === undefined ? { ...failure, serverDateMs: undefined } : failure;
    const step = decide(known, this.#class, { attempts: this.#made, maxAttempts, taken: this.#taken });
    if (step === 'stop') throw this.#error(failure);
    if (step === 'backoff') {
      const ms = backoffMs(this.#made, failure.retryAfterMs, random);
      // No use in sleeping up to a deadline: the caller learns of the failure while there is time left to act on it.
      if (clock.now() + ms >= this.#deadlineMs) throw this.#error(failure);
      await this.#wait((signal) => clock.sleep(ms, signal));
      return;
    }
    this.#taken.add(step);
    if (step === 'refresh-credentials-once') {
      if (credentials.refresh === undefined) throw this.#error(failure);
      await credentials.refresh();
    }
  }

  /** Waits for something that heeds a signal, until the caller's signal or the deadline ends it. */
  async #wait<T>(begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, transport } = this.#context;
    const stop = new AbortController();
    const forget = this.#signal && onAbort(this.#signal, () => stop.abort());
    if (this.#signal?.aborted) stop.abort();
    const timer = transport.timers.set(() => stop.abort(), Math.max(0, this.#deadlineMs - clock.now()));
    try {
      return await begin(stop.signal);
    } catch (error) {
      throw stop.signal.aborted ? this.#stopped() : error;
    } finally {
      transport.timers.clear(timer);
      forget?.();
    }
  }

  /** The error for a call that ends between attempts: aborted, or out of time. */
  #stopped(): ApiError {
    const aborted = this.#signal?.aborted === true;
    const earlier = this.#last;
    // Out of time after a failure: that failure is what the caller has to know.
    if (!aborted && earlier) return this.#error(earlier);
    return this.#error({
      kind: 'stopped',
      code: aborted ? 'Aborted' : 'DeadlineExceeded',
      text: `${aborted ? 'the call was cut off' : 'the time for the call ran out'}${earlier ? ` after ${earlier.code}` : ' before it was sent'}`,
      executed: earlier?.executed ?? 'no',
      httpStatus: earlier?.httpStatus,
      requestId: earlier?.requestId,
      retryAfterMs: earlier?.retryAfterMs,
      serverDateMs: undefined,
      accessDeniedDetail: undefined,
      cause: aborted ? this.#signal?.reason : undefined,
    });
  }

  #error(failure: Failure): ApiError {
    const { action } = this.#operation;
    const status = failure.httpStatus === undefined ? '' : ` (HTTP ${failure.httpStatus})`;
    const request = failure.requestId === undefined ? '' : ` Request id ${redact(failure.requestId)}.`;
    const times = this.#made > 1 ? ` After ${this.#made} attempts.` : '';
    const text = failure.text.replace(/[.\s]+$/, '');
    return new ApiError({
      ...failure,
      message: `${action}: ${failure.code}${status}: ${text}.${times} ${adviceFor(failure, this.#class)}${request}`,
      operation: action,
      attempts: this.#made,
    });
  }
}

/** Gives a permit back with what the attempt says about the rate; `reading` is undefined where it did not come to one. */
function release(limiter: Limiter, permit: Permit, reading: Reading | undefined): void {
  if (reading?.ok) {
    limiter.release(permit, 'passed');
    return;
  }
  const kind = reading?.failure.kind;
  const silent = kind === undefined || kind === 'not-connected' || kind === 'no-answer';
  limiter.release(permit, kind === 'throttled' ? 'throttled' : silent ? 'failed' : 'passed', reading?.failure.retryAfterMs);
}
