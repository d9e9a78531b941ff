import { createHmac } from 'node:crypto';
import type { EpochMs } from '../../client/clock.ts';
import type { Secrets } from '../../client/credentials.ts';
import { sha256 } from '../../client/hmac.ts';
import { percentEncode } from '../../client/percent.ts';

/** A parameter of the query, not yet percent-encoded; without a value it stands alone, as `?versioning` does. */
export type OssParameter = readonly [name: string, value?: string];

/** A request to be signed. */
export interface OssRequest {
  readonly method: 'GET' | 'PUT';
  readonly bucket: string;
  /** Name of the object, not encoded. Absent: the request is about the bucket. */
  readonly object?: string;
  readonly query?: readonly OssParameter[];
  /** `content-type`, `content-md5` and `x-oss-…` headers, names in lower case. Date, payload and token are added by signing. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Everything that signing computes. Secret-free except for the security token among the headers. */
export interface OssSignature {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  /** All headers to send but Host and Content-Length, Authorization included. */
  readonly headers: Readonly<Record<string, string>>;
  /** The encoded query as signed, without the question mark. */
  readonly query: string;
}

const algorithm = 'OSS4-HMAC-SHA256';

/** The service takes no other value: bodies are guarded by Content-MD5, which is signed, and by TLS. */
const payload = 'UNSIGNED-PAYLOAD';

/** The path of an object with its slashes kept. */
export function encodePath(name: string): string {
  return name.split('/').map(percentEncode).join('/');
}

/** Signs a request with `OSS4-HMAC-SHA256`. `region` is the bucket's, such as cn-shanghai. */
export function signOss(request: OssRequest, keys: Secrets, region: string, atMs: EpochMs): OssSignature {
  const date = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = { ...request.headers, 'x-oss-content-sha256': payload, 'x-oss-date': date };
  if (keys.securityToken !== undefined) headers['x-oss-security-token'] = keys.securityToken;
  const query = canonicalQuery(request.query ?? []);
  const canonicalRequest = [
    request.method,
    encodePath(`/${request.bucket}/${request.object ?? ''}`),
    query,
    Object.keys(headers)
      .sort()
      .map((name) => `${name}:${headers[name]?.trim()}\n`)
      .join(''),
    // No further headers are signed: bucket, object and parameters stand above, and Host follows from them.
    '',
    payload,
  ].join('\n');
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/oss/aliyun_v4_request`;
  const stringToSign = [algorithm, date, scope, sha256(canonicalRequest)].join('\n');
  const signature = createHmac('sha256', signingKey(keys.accessKeySecret, day, region))
    .update(stringToSign)
    .digest('hex');
  const authorization = `${algorithm} Credential=${keys.accessKeyId}/${scope},Signature=${signature}`;
  return { canonicalRequest, stringToSign, headers: { ...headers, authorization }, query };
}

function signingKey(secret: string, day: string, region: string): Buffer {
  let key: string | Buffer = `aliyun_v4${secret}`;
  for (const part of [day, region, 'oss', 'aliyun_v4_request']) key = createHmac('sha256', key).update(part).digest();
  return key as Buffer;
}

function canonicalQuery(parameters: readonly OssParameter[]): string {
  return parameters
    .map(([name, value]) => [percentEncode(name), value === undefined ? undefined : percentEncode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
    .join('&');
}
