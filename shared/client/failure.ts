import type { AccessDeniedDetail, Executed } from './errors.ts';

/**
 * What a failed attempt proves, as far as trying again is concerned.
 * `not-connected`: not one byte left. `no-answer`: sent, and nothing came back. `unreadable`: an answer that is cut off or no answer of
 * the service at all. `redirected`: a 3xx, which STS uses for throttling. `server`: a 5xx. `clock`: the signature's date was refused.
 * `nonce-used`: some request with this nonce arrived before. `token-expired`: temporary keys have ended. `refused`: the service said
 * no. `misunderstood`: it said yes in a form that we do not know. `stopped`: the caller aborted or the deadline passed.
 */
export type FailureKind =
  | 'not-connected'
  | 'no-answer'
  | 'unreadable'
  | 'redirected'
  | 'server'
  | 'throttled'
  | 'clock'
  | 'nonce-used'
  | 'token-expired'
  | 'refused'
  | 'misunderstood'
  | 'stopped';

/** One failed attempt. */
export interface Failure {
  readonly kind: FailureKind;
  /** The service's code or the client's own: see ApiError. */
  readonly code: string;
  /** What happened, without secrets. */
  readonly text: string;
  readonly executed: Executed;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  /** Milliseconds that the service asks to wait, capped. */
  readonly retryAfterMs: number | undefined;
  /** The Date header of the answer: what the service's clock said. */
  readonly serverDateMs: number | undefined;
  readonly accessDeniedDetail: AccessDeniedDetail | undefined;
  readonly cause: unknown;
}

/** Codes that an answer gives only before anything executes (purchase protocol, P8). A star stands for any ending. */
const notExecuted = [
  'Throttling*',
  'IncompleteSignature',
  'SignatureDoesNotMatch',
  'InvalidTimeStamp*',
  'InvalidAccessKeyId*',
  'InvalidSecurityToken*',
  'MissingSecurityToken',
  'NoPermission',
  'Forbidden*',
  'Missing*',
  'InvalidApi*',
  'InvalidProduct*',
];

/**
 * Whether a parsed answer with this code proves that nothing ran. A 5xx never does, whatever its code; nor does `SignatureNonceUsed`,
 * since the request that used the nonce may have been our own.
 */
export function provesNotExecuted(code: string, httpStatus: number): boolean {
  if (httpStatus >= 500) return false;
  return notExecuted.some((known) => (known.endsWith('*') ? code.startsWith(known.slice(0, -1)) : code === known));
}

/** The kind of a failure that the service named. */
export function kindOfCode(code: string, httpStatus: number): FailureKind {
  if (code.startsWith('Throttling') || httpStatus === 429) return 'throttled';
  if (code === 'InvalidTimeStamp.Expired') return 'clock';
  if (code === 'SignatureNonceUsed') return 'nonce-used';
  if (code === 'InvalidSecurityToken.Expired') return 'token-expired';
  if (httpStatus >= 500 || code === 'ServiceUnavailable' || code === 'InternalError') return 'server';
  if (httpStatus >= 300 && httpStatus < 400) return 'redirected';
  return 'refused';
}

/** Nobody waits longer than this for a service that asks to (signing facts, retry guidance). */
const retryAfterCapMs = 120_000;

/**
 * How long the answer asks to wait, in milliseconds: `x-acs-retry-after` (positive milliseconds), else `Retry-After` (seconds,
 * or a date measured against the answer's own Date). Capped at 120 s; undefined where neither says anything usable.
 */
export function retryAfterMs(headers: Readonly<Record<string, string | string[] | undefined>>, nowMs: number): number | undefined {
  const own = headers['x-acs-retry-after'];
  if (typeof own === 'string' && /^\d+$/.test(own) && Number(own) > 0) return Math.min(Number(own), retryAfterCapMs);
  const standard = headers['retry-after'];
  if (typeof standard !== 'string') return undefined;
  if (/^\d+$/.test(standard)) return Number(standard) > 0 ? Math.min(Number(standard) * 1000, retryAfterCapMs) : undefined;
  const until = Date.parse(standard);
  const waitMs = until - (dateMs(headers) ?? nowMs);
  return waitMs > 0 ? Math.min(waitMs, retryAfterCapMs) : undefined;
}

/** Dates outside of these years are those of a device that has lost its clock. */
const plausible = { fromMs: Date.UTC(2024, 0), untilMs: Date.UTC(2100, 0) };

/** The instant of the Date header; undefined where there is none, or one that no working clock shows. */
export function dateMs(headers: Readonly<Record<string, string | string[] | undefined>>): number | undefined {
  const value = headers['date'];
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return parsed >= plausible.fromMs && parsed < plausible.untilMs ? parsed : undefined;
}
