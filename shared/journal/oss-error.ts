import { StoreError, type StoreErrorCode } from './store-error.ts';

/** What became of one request to OSS. */
export type OssOutcome =
  /** `etag` in small letters, without quotes. */
  | { readonly kind: 'done'; readonly body: Buffer; readonly etag: string | undefined; readonly versionId: string | undefined }
  /** An answer that is not a success. `code` is the service's, or `Http<status>` where the answer has none. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly text: string;
      readonly requestId: string | undefined;
    }
  /** No whole answer. `sent` is false only with proof that nothing left this machine. */
  | { readonly kind: 'lost'; readonly reason: string; readonly sent: boolean; readonly cause: unknown };

/** An outcome that is not a success. */
export type OssFailure = Exclude<OssOutcome, { kind: 'done' }>;

/** Codes with which OSS answers although the put may have run, or may yet. */
const unsettled = /^(RequestTimeout|OperationAborted|InternalError|ServiceUnavailable|Http\d+)$/;

/**
 * Whether a put may have been executed in spite of its failure. Only two things prove that it was not: nothing left this machine, or OSS itself
 * refused it, with a code and a request id of its own. A proxy's page proves nothing: it may have passed the put on before.
 */
export function mayHaveRun(failure: OssFailure): boolean {
  if (failure.kind === 'lost') return failure.sent;
  const { status, code, requestId } = failure;
  return status >= 500 || status === 408 || !requestId || unsettled.test(code);
}

/** What was being done, for messages. */
export interface OssDeed {
  readonly verb: 'read' | 'write' | 'list' | 'check';
  /** Key or prefix; empty for the store as a whole. */
  readonly key: string;
  /** The store's name. */
  readonly place: string;
  /** True when the record may exist in spite of the failure. Default: false. */
  readonly maybeWritten?: boolean;
}

const known: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  NoSuchBucket: ['NoBucket', 'There is no such bucket: create it, or check its name and STREAMWARDEN_STORE_REGION.'],
  AccessDenied: [
    'Denied',
    'Give this identity oss:PutObject, oss:GetObject, oss:ListObjects and oss:GetBucketVersioning, and check STREAMWARDEN_STORE_REGION.',
  ],
  InvalidAccessKeyId: ['Denied', 'Check the access key id: it does not exist or is switched off.'],
  SignatureDoesNotMatch: ['Denied', 'Check the access key secret and STREAMWARDEN_STORE_REGION.'],
  RequestTimeTooSkewed: ['Denied', 'Set the clock of this machine: it is off by more than 15 minutes.'],
  SecurityTokenExpired: ['Denied', 'The temporary keys have ended; get new ones.'],
  InvalidSecurityToken: ['Denied', 'The security token does not belong to the keys.'],
  UserDisable: ['Denied', 'The account is suspended, often for an unpaid bill.'],
  InvalidObjectName: ['InvalidKey', 'The name is longer than 1023 bytes: choose a shorter prefix.'],
  QuotaExceeded: ['Full', 'Free some space or raise the quota of the bucket.'],
  PublicEndpointForbidden: [
    'NoPublicAccess',
    'This account may not use the public address of OSS: bind a domain to the bucket, set STREAMWARDEN_STORE_ENDPOINT to it and STREAMWARDEN_STORE_CNAME to true.',
  ],
  FileImmutable: ['Unsupported', 'A retention policy refuses new records; it may only keep old ones from being changed.'],
};

const versionedAdvice = 'In a versioned bucket two runs could both win: choose a bucket in which versioning was never switched on.';

/** The error of a failed request, with what to do. The service's own text is redacted before it comes here. */
export function ossError(failure: OssFailure, deed: OssDeed): StoreError {
  const [code, advice] = meaningOf(failure);
  if (failure.kind === 'lost') return storeError(code, `(${failure.reason}). ${advice}`, deed, failure.cause ?? new Error(failure.reason));
  const request = failure.requestId === undefined ? '' : ` Request id ${failure.requestId}.`;
  const cause = new Error(`${failure.code}: ${failure.text}`);
  return storeError(code, `(${failure.code}, HTTP ${failure.status}). ${advice}${request}`, deed, cause);
}

/** The error for a bucket that is or was versioned; `sign` says by what it shows. */
export function versionedError(deed: OssDeed, sign: string): StoreError {
  return storeError('Unsupported', `(${sign}). ${versionedAdvice}`, deed, new Error(sign));
}

function storeError(code: StoreErrorCode, text: string, deed: OssDeed, cause: unknown): StoreError {
  const { verb, key, place, maybeWritten = false } = deed;
  const doubt = maybeWritten ? ' The record may have been written all the same.' : '';
  return new StoreError(code, `Cannot ${verb} ${key || 'the journal'} in ${place} ${text}${doubt}`, { cause, maybeWritten });
}

function meaningOf(failure: OssFailure): readonly [StoreErrorCode, string] {
  if (failure.kind === 'lost') return ['Unreachable', 'Check the network, the endpoint and STREAMWARDEN_STORE_REGION, then run again.'];
  const exact = Object.hasOwn(known, failure.code) ? known[failure.code] : undefined;
  if (exact) return exact;
  if (failure.status >= 500 || failure.status === 429) return ['Busy', 'OSS cannot serve now: check its status and run again later.'];
  if (failure.status === 403) return known['AccessDenied'] as readonly [StoreErrorCode, string];
  if (failure.status >= 300 && failure.status < 400) {
    return ['Unreachable', 'Check the endpoint and STREAMWARDEN_STORE_REGION: redirects are never followed.'];
  }
  return ['Unreachable', `Check the store's address and what OSS says: ${failure.text || 'nothing'}`];
}
