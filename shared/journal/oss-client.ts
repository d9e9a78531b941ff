import { createHash } from 'node:crypto';
import type { Agent } from 'node:http';
import type { Clock } from '../client/clock.ts';
import type { Credentials, CredentialsProvider } from '../client/credentials.ts';
import { dateMs } from '../client/failure.ts';
import { redact } from '../client/redact.ts';
import { backoffMs } from '../client/retry.ts';
import { serviceClock } from '../client/service-clock.ts';
import { realTimers, send, type Timers, type WireOutcome } from '../client/transport.ts';
import { type OssHost, routeTo } from './oss-address.ts';
import type { OssOutcome } from './oss-error.ts';
import { encodePath, type OssParameter, type OssRequest, signOss } from './oss-sign.ts';
import { elementOf } from './oss-xml.ts';
import { StoreError } from './store-error.ts';

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
