import { inspectSymbol } from './redact.ts';

/**
 * Whether a failed call changed anything. `no`: proof that it did not (never sent, refused before execution, or a read).
 * `unknown`: it may have, or may still: read before writing again. `yes`: the service said that it did, and only the answer could
 * not be understood.
 */
export type Executed = 'no' | 'unknown' | 'yes';

/** What an answer says about a refused permission (signing facts, error answers). */
export type AccessDeniedDetail = Readonly<Record<string, unknown>>;

/** What an ApiError is made of. `message` is fit for logs already. */
export interface ApiFailure {
  readonly code: string;
  readonly message: string;
  readonly operation: string;
  readonly executed: Executed;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly attempts: number;
  readonly accessDeniedDetail?: AccessDeniedDetail | undefined;
  readonly cause?: unknown;
}

/**
 * The service refused, did not answer, or answered something that cannot be read.
 *
 * `code` is the service's own, or one of the client's: `NotConnected`, `ConnectTimeout`, `ConnectionLost`, `AnswerTimeout`,
 * `DeadlineExceeded`, `Aborted`, `AnswerTooLarge`, `UnreadableAnswer`, `UnexpectedAnswer`, `NotSuccessful`, `NoVerdict`,
 * `MalformedList`, `MalformedAnswer`, `TooManyPages`, `Redirected`, `Http<status>`.
 */
export class ApiError extends Error {
  readonly code: string;
  /** Name of the operation. */
  readonly operation: string;
  readonly executed: Executed;
  /** Undefined where no answer came. */
  readonly httpStatus: number | undefined;
  /** The service's id of the request, for its support; undefined where no answer carried one. */
  readonly requestId: string | undefined;
  /** How long the service asks to wait, in milliseconds, at most 120 000. */
  readonly retryAfterMs: number | undefined;
  /** How many requests were sent, or tried to be. */
  readonly attempts: number;
  readonly #detail: AccessDeniedDetail | undefined;

  constructor(failure: ApiFailure) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.name = 'ApiError';
    this.code = failure.code;
    this.operation = failure.operation;
    this.executed = failure.executed;
    this.httpStatus = failure.httpStatus;
    this.requestId = failure.requestId;
    this.retryAfterMs = failure.retryAfterMs;
    this.attempts = failure.attempts;
    this.#detail = failure.accessDeniedDetail;
  }

  /** The whole AccessDeniedDetail, EncodedDiagnosticMessage included, which is sensitive: never print this as it is. */
  get accessDeniedDetail(): AccessDeniedDetail | undefined {
    return this.#detail;
  }

  /** All fields but the sensitive one, for logs and `--json`. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, operation, executed, httpStatus, requestId, retryAfterMs, attempts } = this;
    const json: Record<string, unknown> = { name, code, message, operation, executed, httpStatus, requestId, retryAfterMs, attempts };
    if (this.#detail !== undefined) json['accessDeniedDetail'] = withoutDiagnostics(this.#detail);
    return json;
  }

  /** Name, code and message. */
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`;
  }

  /** What util.inspect and console.log print: the text and where it was thrown. */
  [inspectSymbol](): string {
    return withStack(this);
  }
}

function withoutDiagnostics(detail: AccessDeniedDetail): AccessDeniedDetail {
  return Object.fromEntries(Object.entries(detail).filter(([key]) => key.toLowerCase() !== 'encodeddiagnosticmessage'));
}

function withStack(error: Error): string {
  const frames = error.stack?.indexOf('\n    at ') ?? -1;
  return `${error.toString()}${frames < 0 ? '' : error.stack?.slice(frames)}`;
}

/** One thing that is wrong with an input. Texts never quote the value. */
export interface InputIssue {
  /** The parameter, as a path: `NodePool.NodeAmount`, `Tags.1.Key` (counted from 1, as the service counts). */
  readonly path: string;
  /** What to do about it. */
  readonly text: string;
}

/** The input of a call, or the configuration of a client, is wrong. Nothing was sent. `code` is `InvalidInput`. */
export class InputError extends Error {
  readonly code = 'InvalidInput';
  /** Name of the operation, or `createClient`. */
  readonly operation: string;
  readonly issues: readonly InputIssue[];

  constructor(operation: string, issues: readonly InputIssue[]) {
    super(`${operation}: ${issues.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`)).join('; ')}. Nothing was sent.`);
    this.name = 'InputError';
    this.operation = operation;
    this.issues = issues;
  }
}

/**
 * There are no usable credentials; nothing was sent. `code` is `MissingCredentials`, `MissingSecurityToken`,
 * `AssumeRoleFailed`, `ProfileUnusable`, `AccountMismatch`, `AccountUnknown`.
 */
export class CredentialsError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'CredentialsError';
    this.code = code;
  }
}
