import { randomUUID } from 'node:crypto';
import type { Agent } from 'node:http';
import { type AttemptRecord, type CallContext, type CheckKeys, runAttempts } from './attempts.ts';
import { checkInput, describeFaults } from './check-input.ts';
import type { CallOptions, Client, FailedItem, Page, PagesInput, PartialResult, ResultOf, RowOf } from './client.ts';
import type { Clock } from './clock.ts';
import type { CredentialsProvider } from './credentials.ts';
import { encodeInput } from './encode.ts';
import { isLoopback, parseEndpoint } from './endpoint.ts';
import { InputError } from './errors.ts';
import { type Limiter, sharedLimiter } from './limiter.ts';
import type { AnyOperation, InputOf, Partial } from './operation.ts';
import { readPages } from './paginate.ts';
import { serviceClock } from './service-clock.ts';
import { apiVersion } from './shapes/service.ts';
import { realTimers, type Timers } from './transport.ts';

/** How a client signs: V3 (`ACS3-HMAC-SHA256`), or the classic RPC signature that the vendor calls discontinued. */
type SignatureVersion = 'v3' | 'rpc';

/** Settings of a client. Times in milliseconds. */
export interface ClientOptions {
  /** Host or URL; plain http to loopback only. */
  readonly endpoint: string;
  readonly credentials: CredentialsProvider;
  /** Dates signatures and waits between attempts. */
  readonly clock: Clock;
  /** Default: `v3`. */
  readonly signature?: SignatureVersion;
  /** API version. Default: that of App Streaming. */
  readonly version?: string;
  /** Default: the one that all clients of the endpoint share. */
  readonly limiter?: Limiter;
  /** For proxies; a purchase has a connection of its own where the agent is a SecureAgent. Default: the process's keep-alive agent. */
  readonly agent?: Agent;
  /** Until the connection stands, TLS included. Default: 5000. */
  readonly connectTimeoutMs?: number;
  /** For one attempt. A purchase's only attempt has `totalTimeoutMs` instead. Default: 10 000. */
  readonly attemptTimeoutMs?: number;
  /** For all attempts of a call and the waits between them. Default: 30 000. */
  readonly totalTimeoutMs?: number;
  /** Default: 5. Purchases have one, whatever is said here. */
  readonly maxAttempts?: number;
  /** An answer larger than this is refused. Default: 4 MiB, many times a full page, and what a function of 128 MB can take apart. */
  readonly maxAnswerBytes?: number;
  /** Numbers in [0, 1) for jitter. Default: Math.random. */
  readonly random?: () => number;
  /** A new text for each request. Default: random UUIDs. */
  readonly nonce?: () => string;
  /** Default: the project's name and the Node version. */
  readonly userAgent?: string;
  /** Asked before each attempt with the keys that are to sign it. What it throws ends the call, and nothing is sent. Default: any keys sign. */
  readonly checkKeys?: CheckKeys;
  /** Told of each attempt once it is over; carries no secrets. Must not throw. */
  readonly onCall?: (record: AttemptRecord) => void;
  /** Deadlines of attempts. Default: Node's timers. */
  readonly timers?: Timers;
}

/**
 * Builds the signing client of one endpoint and one identity. Cheap: connections and the limiter are shared by the process.
 * @throws InputError when the endpoint cannot be used
 */
export function createClient(options: ClientOptions): Client {
  const endpoint = parseEndpoint(options.endpoint);
  const context: CallContext = {
    clock: options.clock,
    credentials: options.credentials,
    signature: options.signature ?? 'v3',
    version: options.version ?? apiVersion,
    limiter: options.limiter ?? sharedLimiter(endpoint.host, options.clock),
    transport: {
      endpoint,
      agent: options.agent,
      connectTimeoutMs: options.connectTimeoutMs ?? 5000,
      maxAnswerBytes: options.maxAnswerBytes ?? 4 * 1024 * 1024,
      timers: options.timers ?? realTimers,
    },
    attemptTimeoutMs: options.attemptTimeoutMs ?? 10_000,
    totalTimeoutMs: options.totalTimeoutMs ?? 30_000,
    maxAttempts: options.maxAttempts ?? 5,
    random: options.random ?? Math.random,
    nonce: options.nonce ?? randomUUID,
    userAgent: options.userAgent ?? `streamwarden (Node.js ${process.version})`,
    checkKeys: options.checkKeys,
    onCall: options.onCall,
    serviceClock: serviceClock(options.clock),
  };
  return new SigningClient(context);
}

class SigningClient implements Client {
  readonly #context: CallContext;

  constructor(context: CallContext) {
    this.#context = context;
  }

  async call<T extends AnyOperation>(operation: T, input: InputOf<T>, options: CallOptions = {}): Promise<ResultOf<T>> {
    const faults = checkInput(operation, input);
    if (faults.length > 0) throw new InputError(operation.action, describeFaults(faults));
    const output = await runAttempts(
      this.#contextOf(operation),
      operation,
      encodeInput(operation, input as Record<string, unknown>),
      options,
    );
    return (operation.partial === undefined ? output : withPartial(operation.partial, output)) as ResultOf<T>;
  }

  /** Where an operation goes: to the client's service, or to another one of the same cloud; a simulator plays them all. */
  #contextOf({ service }: AnyOperation): CallContext {
    const { transport, clock } = this.#context;
    if (!service) return this.#context;
    const endpoint = isLoopback(transport.endpoint.hostname) ? transport.endpoint : parseEndpoint(service.host);
    const { version } = service;
    return { ...this.#context, version, limiter: sharedLimiter(endpoint.host, clock), transport: { ...transport, endpoint } };
  }

  clockOffsetMs(): number {
    const { serviceClock: servers, clock } = this.#context;
    return servers.offset(clock.now());
  }

  async signer(): Promise<string> {
    const { credentials, transport } = this.#context;
    return `${transport.endpoint.host} ${(await credentials.get()).accessKeyId}`;
  }

  pages<T extends AnyOperation>(operation: T, input: PagesInput<T>, options?: CallOptions): AsyncIterable<Page<RowOf<T>>> {
    const read = (full: Record<string, unknown>): Promise<unknown> => this.call<AnyOperation>(operation, full, options);
    return readPages(operation, input as Record<string, unknown>, read) as AsyncIterable<Page<RowOf<T>>>;
  }
}

/**
 * Splits an answer with a list of partial failures (service notes, Failures). Where rows carry a success flag, a row without a plain
 * `true` counts as failed: what is not known to have worked must not look as if it had.
 */
function withPartial<O>(partial: Partial, output: O): PartialResult<O> {
  const list = (output as Readonly<Record<string, unknown>>)[partial.list];
  const rows = Array.isArray(list) ? (list as readonly unknown[]) : [];
  const failed = rows
    .map((row) => (typeof row === 'object' && row !== null ? (row as Readonly<Record<string, unknown>>) : {}))
    .filter((row) => partial.success === undefined || row[partial.success] !== true)
    .map((row): FailedItem => ({ id: text(row[partial.id]), code: text(row['Code']), message: text(row['Message']) }));
  return failed.length === 0 ? { complete: true, output } : { complete: false, failed, output };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
