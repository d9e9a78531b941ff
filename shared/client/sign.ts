import type { Secrets } from './credentials.ts';
import { hmacSha256, sha256 } from './hmac.ts';

/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Name of the V3 algorithm, as it stands in the string to sign and in the Authorization header. */
const algorithm = 'ACS3-HMAC-SHA256';

/** A request to be signed with `ACS3-HMAC-SHA256`. */
export interface V3Request {
  /** Upper case. */
  readonly method: string;
  /** The Host header as sent, with the port where it is not the protocol's own. */
  readonly host: string;
  /** Already percent-encoded per segment; `/` for every operation of RPC style. */
  readonly path: string;
  /** The canonical query, without a question mark; empty where there is none. */
  readonly query: string;
  /** The exact body; empty where there is none. */
  readonly body: string | Uint8Array;
  readonly contentType?: string | undefined;
  readonly action: string;
  readonly version: string;
  /** UTC, `yyyy-MM-ddTHH:mm:ssZ`. */
  readonly date: string;
  /** Unique per request. */
  readonly nonce: string;
  readonly securityToken?: string | undefined;
  /** Further headers whose names begin with `x-acs-`, in lower case; they are signed too. */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
}

/** The two parts of the canonical request that headers make, and the headers themselves as `[name, value, …]`. */
export interface CanonicalHeaders {
  readonly headers: readonly string[];
  readonly canonical: string;
  readonly signed: string;
}

/** Everything that signing a V3 request computes. Secret-free except for the security token among the headers. */
export interface V3Signature {
  readonly hashedPayload: string;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly signature: string;
  /** Value of the Authorization header. */
  readonly authorization: string;
  /** All signed headers, `[name, value, name, value, …]`, sorted by name; without Authorization. */
  readonly headers: readonly string[];
}

/** Lower-case hex SHA-256 of the body, the value of x-acs-content-sha256. */
export function hashPayload(body: string | Uint8Array): string {
  return body.length === 0 ? emptyHash : sha256(body);
}

/** Headers of a V3 request in canonical form (signing facts, canonical request): sorted by name, values trimmed. */
export function canonicalHeadersV3(request: V3Request, hashedPayload: string): CanonicalHeaders {
  const { action, contentType, date, host, nonce, securityToken, version } = request;
  if (request.extraHeaders !== undefined) return generalHeaders(request, hashedPayload);
  // The usual four sets of headers need no sorting; the order here is the sorted one.
  const content = contentType === undefined ? '' : `content-type:${contentType}\n`;
  const token = securityToken === undefined ? '' : `x-acs-security-token:${securityToken}\n`;
  const headers = contentType === undefined ? [] : ['content-type', contentType];
  headers.push('host', host, 'x-acs-action', action, 'x-acs-content-sha256', hashedPayload, 'x-acs-date', date);
  if (securityToken !== undefined) headers.push('x-acs-security-token', securityToken);
  headers.push('x-acs-signature-nonce', nonce, 'x-acs-version', version);
  return {
    headers,
    canonical: `${content}host:${host}\nx-acs-action:${action}\nx-acs-content-sha256:${hashedPayload}\nx-acs-date:${date}\n${token}x-acs-signature-nonce:${nonce}\nx-acs-version:${version}\n`,
    signed: `${contentType === undefined ? '' : 'content-type;'}host;x-acs-action;x-acs-content-sha256;x-acs-date;${securityToken === undefined ? '' : 'x-acs-security-token;'}x-acs-signature-nonce;x-acs-version`,
  };
}

function generalHeaders(request: V3Request, hashedPayload: string): CanonicalHeaders {
  const all: Record<string, string> = {
    host: request.host,
    'x-acs-action': request.action,
    'x-acs-content-sha256': hashedPayload,
    'x-acs-date': request.date,
    'x-acs-signature-nonce': request.nonce,
    'x-acs-version': request.version,
    ...request.extraHeaders,
  };
  if (request.contentType !== undefined) all['content-type'] = request.contentType;
  if (request.securityToken !== undefined) all['x-acs-security-token'] = request.securityToken;
  const names = Object.keys(all).sort();
  const headers: string[] = [];
  let canonical = '';
  for (const name of names) {
    const value = (all[name] as string).trim();
    headers.push(name, value);
    canonical += `${name}:${value}\n`;
  }
  return { headers, canonical, signed: names.join(';') };
}

/** The canonical request: six parts, one line feed between each (signing facts, canonical request). */
export function canonicalRequestV3(request: V3Request, headers: CanonicalHeaders, hashedPayload: string): string {
  return `${request.method}\n${request.path}\n${request.query}\n${headers.canonical}\n${headers.signed}\n${hashedPayload}`;
}

/** The string to sign: the algorithm and the hash of the canonical request. */
export function stringToSignV3(canonicalRequest: string): string {
  return `${algorithm}\n${sha256(canonicalRequest)}`;
}

/** Lower-case hex HMAC-SHA256 of the string to sign; the key is the raw secret. */
export function signatureV3(key: string, stringToSign: string): string {
  return hmacSha256(key, stringToSign);
}

/** Value of the Authorization header. */
export function authorizationV3(accessKeyId: string, signedHeaders: string, signature: string): string {
  return `${algorithm} Credential=${accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

/** All steps of a V3 signature, one after another. Pure: date and nonce are arguments. */
export function signV3(request: V3Request, credentials: Pick<Secrets, 'accessKeyId' | 'accessKeySecret'>): V3Signature {
  const hashedPayload = hashPayload(request.body);
  const headers = canonicalHeadersV3(request, hashedPayload);
  const canonicalRequest = canonicalRequestV3(request, headers, hashedPayload);
  const stringToSign = stringToSignV3(canonicalRequest);
  const signature = signatureV3(credentials.accessKeySecret, stringToSign);
  const authorization = authorizationV3(credentials.accessKeyId, headers.signed, signature);
  return { hashedPayload, canonicalRequest, stringToSign, signature, authorization, headers: headers.headers };
}

let lastSecond = Number.NaN;
let lastText = '';

/** An instant as signatures write it: UTC, `yyyy-MM-ddTHH:mm:ssZ`, the second rounded down. */
export function signatureDate(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  }
  return lastText;
}
