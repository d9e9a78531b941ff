import { createHash } from 'node:crypto';
import type { Agent } from 'node:http';
import type { Clock } from '../../client/clock.ts';
import type { Credentials, CredentialsProvider } from '../../client/credentials.ts';
import { type Endpoint, parseEndpoint } from '../../client/endpoint.ts';
import { dateMs } from '../../client/failure.ts';
import { redact } from '../../client/redact.ts';
import { backoffMs } from '../../client/retry.ts';
import { serviceClock } from '../../client/service-clock.ts';
import { realTimers, send, type Timers, type WireOutcome } from '../../client/transport.ts';
import { encodePath, type OssParameter, type OssRequest, signOss } from './oss-sign.ts';
import { StoreError, type StoreErrorCode } from './store.ts';

/** How a bucket is reached. Times in milliseconds. */
export interface OssClientOptions extends OssHost {
  readonly bucket: string;
  /** Region of the bucket, such as cn-shanghai: part of each signature. */
  readonly region: string;
  readonly credentials: CredentialsProvider;
  /** Dates signatures and waits between attempts. */
  readonly clock: Clock;
  /** For proxies. Default: the process's keep-alive agent. */
  readonly agent?: Agent | undefined;
  /** For one attempt, connecting included. Default: 5000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Attempts of a read. A write has one, whatever is said here. Default: 4. */
  readonly maxAttempts?: number | undefined;
  /** Numbers in [0, 1) for jitter. Default: Math.random. */
  readonly random?: (() => number) | undefined;
  /** Deadlines of attempts. Default: Node's timers. */
  readonly timers?: Timers | undefined;
}

/** The few requests to OSS that a journal needs. Methods reject only where there are no keys to sign with: StoreError `Denied`. */
export interface OssClient {
  /** Where requests go; with the bucket it says which journal is meant. */
  readonly host: string;
  /**
   * Puts an object unless there is one of that name: 409 `FileAlreadyExists` then. Sent once, whatever happens. Done only where the answer's ETag is
   * the MD5 of what was sent, or has a version id: a login page of a network has a good status too.
   */
  putNew(object: string, bytes: Uint8Array): Promise<OssOutcome>;
  /** Reads an object. */
  get(object: string): Promise<OssOutcome>;
  /** One page of the names that begin with a prefix, as the service's XML; with a delimiter those behind it are rolled up to folders. */
  list(prefix: string, page: { readonly continuation: string | undefined; readonly delimiter: '/' | undefined }): Promise<OssOutcome>;
  /** A setting of the bucket by its name in the query, such as `versioning` or `acl`, as the service's XML. */
  setting(name: string): Promise<OssOutcome>;
}

/** Names on one page of a list: the most that the service gives. */
const pageSize = '1000';

/** An answer larger than this is refused, in bytes: far above any record, and no more than a function of 128 MB can hold. */
const maxAnswerBytes = 16 * 1024 * 1024;

/** A client of one bucket. @throws InputError when the endpoint cannot be used */
export function ossClient(options: OssClientOptions): OssClient {
  const { bucket, clock, random = Math.random } = options;
  const { endpoint, base } = routeTo(bucket, options.region, options);
  const timeoutMs = options.attemptTimeoutMs ?? 5000;
  const transport = { endpoint, agent: options.agent, connectTimeoutMs: timeoutMs, maxAnswerBytes, timers: options.timers ?? realTimers };

  const servers = serviceClock(clock);

  /** One request, and once more where its date was refused: nothing was done then, and the answer shows the date. */
  async function once(request: OssRequest, bytes?: Uint8Array, shownOffsetMs?: number): Promise<OssOutcome> {
    const keys = await keysFor(options);
    const sentMs = clock.now();
    const signedMs = sentMs + (shownOffsetMs ?? servers.offsetOf(endpoint.host, sentMs));
    const { headers, query } = signOss(request, keys, options.region, signedMs);
    const outcome = await send(
      {
        method: request.method,
        path: `${base}/${encodePath(request.object ?? '')}${query === '' ? '' : `?${query}`}`,
        headers: ['host', endpoint.host, ...Object.entries(headers).flat(), 'content-length', String(bytes?.length ?? 0)],
        body: bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
        timeoutMs,
        ownConnection: false,
      },
      transport,
    );
    const read = outcomeOf(outcome, keys);
    const refused = read.kind === 'refused' && read.code === 'RequestTimeTooSkewed';
    if (outcome.kind === 'loss' || (read.kind !== 'done' && !refused)) return read;
    const serverMs = dateMs(outcome.headers);
    const shownMs = servers.note({ host: endpoint.host, sentMs, answeredMs: clock.now(), serverMs, signedMs, refused });
    return refused && shownMs !== undefined && shownOffsetMs === undefined ? once(request, bytes, shownMs) : read;
  }

  async function read(request: Omit<OssRequest, 'method' | 'bucket'>): Promise<OssOutcome> {
    for (let attempts = 1; ; attempts += 1) {
      const outcome = await once({ ...request, method: 'GET', bucket });
      if (!isPassing(outcome) || attempts >= (options.maxAttempts ?? 4)) return outcome;
      await clock.sleep(backoffMs(attempts, undefined, random));
    }
  }

  return {
    host: endpoint.host,
    async putNew(object, bytes) {
      const digest = createHash('md5').update(bytes).digest();
      const headers = {
        'content-md5': digest.toString('base64'),
        'content-type': 'application/json',
        'x-oss-forbid-overwrite': 'true',
      };
      const outcome = await once({ method: 'PUT', bucket, object, headers }, bytes);
      if (outcome.kind !== 'done' || outcome.versionId !== undefined || outcome.etag === digest.toString('hex')) return outcome;
      return { kind: 'lost', reason: 'the answer does not show that the record was stored', sent: true, cause: undefined };
    },
    get: (object) => read({ object }),
    list(prefix, { continuation, delimiter }) {
      // Names come percent-encoded: XML could not carry every character.
      const query: OssParameter[] = [
        ['list-type', '2'],
        ['encoding-type', 'url'],
        ['max-keys', pageSize],
      ];
      if (prefix !== '') query.push(['prefix', prefix]);
      if (delimiter !== undefined) query.push(['delimiter', delimiter]);
      if (continuation !== undefined) query.push(['continuation-token', continuation]);
      return read({ query });
    },
    setting: (name) => read({ query: [[name]] }),
  };
}

async function keysFor({ bucket, credentials }: OssClientOptions): Promise<Credentials> {
  try {
    return await credentials.get();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'no reason given.';
    throw new StoreError('Denied', `Cannot reach the bucket ${bucket} without credentials: ${reason}`, { cause });
  }
}

/** True for failures that may pass by themselves. */
function isPassing(outcome: OssOutcome): boolean {
  return outcome.kind === 'lost' || (outcome.kind === 'refused' && (outcome.status >= 500 || outcome.status === 429));
}

function outcomeOf(outcome: WireOutcome, keys: Credentials): OssOutcome {
  if (outcome.kind === 'loss') return { kind: 'lost', reason: lossText[outcome.reason], sent: outcome.sent, cause: outcome.cause };
  const { status, headers, body } = outcome;
  if (status >= 200 && status < 300) {
    const etag = textOf(headers.etag)?.replaceAll('"', '').toLowerCase();
    return { kind: 'done', body, etag, versionId: textOf(headers['x-oss-version-id']) };
  }
  const xml = body.toString('utf8');
  const clean = (text: string | undefined) => redact(text ?? '', [keys.accessKeySecret, keys.securityToken]);
  // Only the message is taken: the error for a wrong signature quotes the whole request, security token included.
  const code = clean(elementOf(xml, 'Code')) || `Http${status}`;
  const requestId = textOf(headers['x-oss-request-id']) ?? elementOf(xml, 'RequestId');
  return { kind: 'refused', status, code, text: clean(elementOf(xml, 'Message')), requestId: requestId && clean(requestId) };
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

const lossText = {
  connect: 'no connection',
  timeout: 'no answer in time',
  reset: 'the connection broke',
  cut: 'the answer broke off',
  'too-large': 'the answer is too large',
  aborted: 'stopped',
} as const;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The texts of all elements of a name, in their order, entities resolved. Enough for the flat answers of OSS; elements without a text
 * of their own give an empty one, nested ones their inner markup.
 */
export function elementsOf(xml: string, name: string): string[] {
  const texts: string[] = [];
  const close = `</${name}>`;
  for (let at = xml.indexOf(`<${name}`); at >= 0; at = xml.indexOf(`<${name}`, at + 1)) {
    // `<Key>`, `<Key/>` and `<Key a="b">`, and not `<KeyCount>`.
    if (!/[\s/>]/.test(xml.charAt(at + 1 + name.length))) continue;
    const begun = xml.indexOf('>', at);
    if (begun < 0) break;
    const empty = xml[begun - 1] === '/';
    const end = empty ? begun : xml.indexOf(close, begun);
    // Where this one has no end, no later one has: the search is over, so that its time does not grow with the square of the text.
    if (end < 0) break;
    texts.push(empty ? '' : resolved(xml.slice(begun + 1, end)));
    at = end;
  }
  return texts;
}

/** The text of the first element of a name; undefined where there is none. */
export function elementOf(xml: string, name: string): string | undefined {
  return elementsOf(xml, name)[0];
}

function resolved(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, named?: string) => {
    if (named !== undefined) return entities[named] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}

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

/** A place in OSS: a bucket, and what the names of all records in it begin with. */
export interface OssPlace {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** Reads `oss://BUCKET/PREFIX`; undefined for text of another form. */
export function parseOssAddress(address: string): OssPlace | undefined {
  // A wildcard in a prefix would be one in permissions too.
  const [, bucket, prefix] = /^oss:\/\/([a-z0-9][a-z0-9-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/.exec(address) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix: (prefix ?? '').replace(/^\/+|\/+$/g, '') };
}

/** How a bucket is reached. */
export interface OssRoute {
  readonly endpoint: Endpoint;
  /** What every path begins with: the bucket itself where its name cannot stand in front of the host. */
  readonly base: string;
}

/** What names a bucket's host; all optional. */
export interface OssHost {
  /** Host or URL. Default: the region's endpoint. */
  readonly endpoint?: string | undefined;
  /** True where `endpoint` is a domain bound to this very bucket, so that the bucket's name is not put in front of it. Default: false. */
  readonly cname?: boolean | undefined;
  /** Without an endpoint: the region's address that only Alibaba Cloud's own machines of that region reach. Default: false, the public one. */
  readonly internal?: boolean | undefined;
}

/**
 * The way to a bucket: by a name of its own under the endpoint, by the bound domain, or by its path where the endpoint is an address of this machine.
 * @throws InputError when the endpoint cannot be used, or when plain http would leave this machine
 */
export function routeTo(bucket: string, region: string, { endpoint, cname, internal }: OssHost = {}): OssRoute {
  const plain = parseEndpoint(endpoint ?? `oss-${region}${internal ? '-internal' : ''}.aliyuncs.com`);
  if (cname) return { endpoint: plain, base: '' };
  if (/^[\d.]+$|^localhost$|:/.test(plain.hostname)) return { endpoint: plain, base: `/${bucket}` };
  return { endpoint: { ...plain, hostname: `${bucket}.${plain.hostname}`, host: `${bucket}.${plain.host}` }, base: '' };
}
