import { randomUUID } from 'node:crypto';
import type { Agent } from 'node:http';
import type { Clock, EpochMs } from '../client/clock.ts';
import type { Credentials, CredentialsProvider } from '../client/credentials.ts';
import { parseEndpoint } from '../client/endpoint.ts';
import { dateMs, retryAfterMs } from '../client/failure.ts';
import { redact } from '../client/redact.ts';
import { backoffMs } from '../client/retry.ts';
import { serviceClock } from '../client/service-clock.ts';
import { signatureDate, signV3 } from '../client/sign.ts';
import { realTimers, send, type Timers, type WireAnswer, type WireOutcome } from '../client/transport.ts';

/** How functions are reached. Times in milliseconds. */
export interface InvokerOptions {
  /** Host or URL where invocations are taken; plain http to loopback only. See `invocationHost`. */
  readonly endpoint: string;
  readonly credentials: CredentialsProvider;
  /** Dates signatures and waits between attempts. */
  readonly clock: Clock;
  /** For proxies. Default: the process's keep-alive agent. */
  readonly agent?: Agent | undefined;
  /** Attempts for one task. Default: 5. */
  readonly maxAttempts?: number | undefined;
  /** For one attempt, connecting included. Default: 5000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** No attempt begins after this. Default: never. */
  readonly deadlineMs?: EpochMs | undefined;
  /** Numbers in [0, 1) for jitter. Default: Math.random. */
  readonly random?: (() => number) | undefined;
  /** Deadlines of attempts. Default: Node's timers. */
  readonly timers?: Timers | undefined;
}

/** Version of the API of Function Compute 3.0 (Function Compute facts, clients). */
const version = '2023-03-30';

/** Answers to an invocation are a few bytes; a larger one is refused. */
const maxAnswerBytes = 1024 * 1024;

/** Where the functions of an account in a region are invoked (Function Compute facts, clients). */
export function invocationHost(accountId: string, region: string): string {
  return `${accountId}.${region}.fc.aliyuncs.com`;
}

/**
 * Hands over tasks with a signature of our own: the vendor's client weighs five times as much as a whole function. The id of the task makes
 * repeating safe, so whatever may pass by itself is tried again.
 * @throws InputError when the endpoint cannot be used
 */
export function signingInvoker(options: InvokerOptions): Invoker {
  const { clock, credentials, random = Math.random, maxAttempts = 5, attemptTimeoutMs: timeoutMs = 5000 } = options;
  const endpoint = parseEndpoint(options.endpoint);
  const transport = { endpoint, agent: options.agent, connectTimeoutMs: timeoutMs, maxAnswerBytes, timers: options.timers ?? realTimers };
  const servers = serviceClock(clock);

  const once = async (functionName: string, payload: string, taskId: string, shownOffsetMs: number | undefined): Promise<Verdict> => {
    const keys = await credentials.get();
    const nowMs = clock.now();
    const signedMs = nowMs + (shownOffsetMs ?? servers.offsetOf(endpoint.host, nowMs));
    const path = `/${version}/functions/${functionName}/invocations`;
    const body = Buffer.from(payload, 'utf8');
    const signed = signV3(
      {
        ...{ method: 'POST', host: endpoint.host, path, query: 'qualifier=LATEST', body, version },
        ...{ action: 'InvokeFunction', contentType: 'application/octet-stream' },
        ...{ date: signatureDate(signedMs), nonce: randomUUID(), securityToken: keys.securityToken },
      },
      keys,
    );
    const task = ['x-fc-async-task-id', taskId, 'x-fc-invocation-type', 'Async', 'x-fc-log-type', 'None'];
    const plain = ['accept', 'application/json', 'user-agent', 'streamwarden', 'content-length', String(body.length)];
    const headers = [...signed.headers, 'authorization', signed.authorization, ...task, ...plain];
    const request = { path: `${path}?qualifier=LATEST`, headers, body: body.toString('latin1'), timeoutMs, ownConnection: false };
    const outcome = await send(request, transport);
    const verdict = verdictOf(outcome, keys, nowMs);
    if (outcome.kind === 'loss') return verdict;
    const refused = 'code' in verdict && verdict.code === 'InvalidTimeStamp.Expired';
    if (!refused && !('handover' in verdict)) return verdict;
    const exchange = { host: endpoint.host, sentMs: nowMs, answeredMs: clock.now(), serverMs: dateMs(outcome.headers), signedMs, refused };
    const shownMs = servers.note(exchange);
    return refused ? { ...verdict, shownOffsetMs: shownMs } : verdict;
  };

  return {
    async invokeAsync(functionName, payload, taskId) {
      checkInvocation(functionName, payload, taskId);
      let maybeTaken = false;
      let shownOffsetMs: number | undefined;
      for (let attempts = 1; ; attempts += 1) {
        const verdict = await once(functionName, payload, taskId, shownOffsetMs);
        if ('handover' in verdict) return verdict.handover;
        maybeTaken ||= verdict.maybeTaken;
        const waitMs = backoffMs(attempts, verdict.retryAfterMs, random);
        const isLast = attempts >= maxAttempts || clock.now() + waitMs >= (options.deadlineMs ?? Number.POSITIVE_INFINITY);
        if (verdict.shownOffsetMs !== undefined && shownOffsetMs === undefined) ({ shownOffsetMs } = verdict);
        else if (!verdict.passing || isLast) throw errorOf(functionName, { ...verdict, maybeTaken }, attempts);
        else await clock.sleep(waitMs);
      }
    },
  };
}

/** What one attempt came to. */
type Verdict = { readonly handover: Handover } | Refusal;

interface Refusal {
  readonly code: string;
  readonly text: string;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** How far the service's clock is ahead of ours, where it refused the date and says so. */
  readonly shownOffsetMs?: number | undefined;
  /** It may go better by itself. */
  readonly passing: boolean;
  readonly maybeTaken: boolean;
  readonly cause: unknown;
}

function verdictOf(outcome: WireOutcome, keys: Credentials, nowMs: EpochMs): Verdict {
  if (outcome.kind === 'loss') {
    const { reason, sent, cause } = outcome;
    const nothing = { httpStatus: undefined, requestId: undefined, retryAfterMs: undefined };
    return { code: 'NoAnswer', text: `no whole answer came (${reason})`, passing: true, maybeTaken: sent, cause, ...nothing };
  }
  const { status } = outcome;
  if (status === 202) return { handover: 'accepted' };
  // The text of its code is not documented; the status is.
  if (status === 409) return { handover: 'duplicate' };
  const { code, text } = saidIn(outcome, keys);
  const requestId = headerText(outcome, 'x-fc-request-id') ?? headerText(outcome, 'x-acs-request-id');
  return {
    ...{ code, text, httpStatus: status, requestId, cause: undefined },
    retryAfterMs: retryAfterMs(outcome.headers, nowMs),
    passing: status === 429 || status >= 500,
    maybeTaken: status >= 500 || (status >= 200 && status < 300),
  };
}

/** Code and message of an answer, without secrets. */
function saidIn({ status, body }: WireAnswer, keys: Credentials): { readonly code: string; readonly text: string } {
  const clean = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? redact(value, [keys.accessKeySecret, keys.securityToken]) : undefined;
  let said: Readonly<Record<string, unknown>> = {};
  try {
    said = { ...(JSON.parse(body.toString('utf8')) as object) };
  } catch {
    // A proxy's page says nothing that could be relied on.
  }
  return { code: clean(said['Code']) ?? `Http${status}`, text: clean(said['Message']) ?? 'the answer says nothing more' };
}

function headerText({ headers }: WireAnswer, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? redact(value) : undefined;
}

function errorOf(functionName: string, refusal: Refusal, attempts: number): InvokeError {
  const { code, httpStatus, requestId, maybeTaken, cause } = refusal;
  const status = httpStatus === undefined ? '' : ` (HTTP ${httpStatus})`;
  const times = attempts > 1 ? ` After ${attempts} attempts.` : '';
  const request = requestId === undefined ? '' : ` Request id ${requestId}.`;
  const text = refusal.text.replace(/[.\s]+$/, '');
  const message = `${functionName} was not begun: ${code}${status}: ${text}.${times} ${advice(refusal)}${request}`;
  return new InvokeError(code, message, { httpStatus, requestId, maybeTaken, cause });
}

function advice({ httpStatus, passing }: Refusal): string {
  if (httpStatus === 404) return 'Check that the function is deployed, and that STREAMWARDEN_PREFIX is the prefix of its name.';
  if (httpStatus === 401 || httpStatus === 403) return 'Give this role fc:InvokeFunction on the function, and check its keys.';
  return passing ? 'The same task may be handed over again at any time.' : 'Read the message of the service.';
}

/** What became of handing over an asynchronous task. `duplicate`: a task of this id was handed over before, and is not taken twice. */
type Handover = 'accepted' | 'duplicate';

/** Begins functions that run elsewhere. */
export interface Invoker {
  /**
   * Hands a function one asynchronous task. With the same id it may be handed over as often as one likes: it is taken once.
   * @param functionName name of the function in the cloud
   * @param payload the event, as text; at most 128 KB
   * @param taskId 1 to 128 of letters, digits, `_` and `-`, the first a letter or `_` (Function Compute facts, delivery)
   * @throws InvokeError when the task was not taken, or nobody knows
   */
  invokeAsync(functionName: string, payload: string, taskId: string): Promise<Handover>;
}

/** Largest payload of an asynchronous invocation, in bytes (Function Compute facts, limits). */
const largestPayloadBytes = 128 * 1024;

/** Longest id of a task, in characters (Function Compute facts, delivery). */
const longestTaskId = 128;

/** Names that the platform takes for functions (Function Compute facts, limits). */
const functionNamePattern = /^[A-Za-z_][\w-]{0,63}$/;

const taskIdPattern = /^[A-Za-z_][\w-]{0,127}$/;

/** What an InvokeError is made of. */
interface InvokeFailure {
  readonly httpStatus?: number | undefined;
  readonly requestId?: string | undefined;
  /** True where the task may have been taken although no answer said so. Default: false. */
  readonly maybeTaken?: boolean;
  readonly cause?: unknown;
}

/**
 * A function could not be begun. `code` is the service's own, or `InvalidInvocation` (nothing was sent), `NoAnswer`, `Http<status>`. Trying again with the same task id is
 * always safe.
 */
export class InvokeError extends Error {
  readonly code: string;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly maybeTaken: boolean;
  constructor(code: string, message: string, { httpStatus, requestId, maybeTaken = false, cause }: InvokeFailure = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'InvokeError';
    this.code = code;
    this.httpStatus = httpStatus;
    this.requestId = requestId;
    this.maybeTaken = maybeTaken;
  }
}

/** Refuses what the platform would refuse, before anything is sent. @throws InvokeError `InvalidInvocation` */
export function checkInvocation(functionName: string, payload: string, taskId?: string): void {
  if (!functionNamePattern.test(functionName)) {
    throw invalid(
      `'${functionName}' is no name of a function: write 1 to 64 letters, digits, "_" and "-", not beginning with a digit or "-"`,
    );
  }
  if (taskId !== undefined && !taskIdPattern.test(taskId)) {
    throw invalid(
      `'${taskId}' is no id of a task: write 1 to ${longestTaskId} letters, digits, "_" and "-", beginning with a letter or "_"`,
    );
  }
  const bytes = Buffer.byteLength(payload);
  if (bytes > largestPayloadBytes) throw invalid(`the payload has ${bytes} bytes, and at most ${largestPayloadBytes} are taken`);
}

function invalid(text: string): InvokeError {
  return new InvokeError('InvalidInvocation', `Nothing was sent: ${text}.`);
}
