import { createHmac } from 'node:crypto';
import type { Secrets } from './credentials.ts';
import { joinPairs, type Pair, sortPairs } from './encode.ts';
import { percentEncode } from './percent.ts';

/** A request to be signed with the classic RPC signature, `HMAC-SHA1`. */
export interface RpcRequest {
  /** Upper case. */
  readonly method: string;
  readonly action: string;
  readonly version: string;
  /** UTC, `yyyy-MM-ddTHH:mm:ssZ`. */
  readonly timestamp: string;
  /** Unique per request. */
  readonly nonce: string;
  /** Form of the answer. Default: `JSON`; the service's own default would be XML. */
  readonly format?: string;
  /** The operation's own parameters, query and form alike: both are signed. */
  readonly query: readonly Pair[];
  readonly form: readonly Pair[];
}

/** Everything that signing a classic RPC request computes. */
export interface RpcSignature {
  /** All signed parameters, sorted by name. */
  readonly signedParams: readonly Pair[];
  readonly canonicalizedQuery: string;
  readonly stringToSign: string;
  /** Base64. */
  readonly signature: string;
  /** The query to send: common parameters, the operation's query parameters and the signature, percent-encoded. */
  readonly query: string;
}

/** The parameters that every classic RPC request carries (signing facts, classic RPC signature), without Signature. */
function commonParams(request: RpcRequest, credentials: Pick<Secrets, 'accessKeyId' | 'securityToken'>): Pair[] {
  const common: Pair[] = [
    ['AccessKeyId', credentials.accessKeyId],
    ['Action', request.action],
    ['Format', request.format ?? 'JSON'],
    ['SignatureMethod', 'HMAC-SHA1'],
    ['SignatureNonce', request.nonce],
    ['SignatureVersion', '1.0'],
    ['Timestamp', request.timestamp],
    ['Version', request.version],
  ];
  if (credentials.securityToken !== undefined) common.push(['SecurityToken', credentials.securityToken]);
  return common;
}

/** The canonicalized query of parameters that are sorted already. */
export function canonicalizedQueryRpc(sorted: readonly Pair[]): string {
  return joinPairs(sorted);
}

/** `METHOD&%2F&…`: the canonicalized query is encoded once more. */
export function stringToSignRpc(method: string, canonicalizedQuery: string): string {
  return `${method}&%2F&${percentEncode(canonicalizedQuery)}`;
}

/** Key of the HMAC: the secret with an ampersand behind it. Secret. */
export function keyRpc(accessKeySecret: string): string {
  return `${accessKeySecret}&`;
}

/** Base64 HMAC-SHA1 of the string to sign. */
export function signatureRpc(key: string, stringToSign: string): string {
  return createHmac('sha1', key).update(stringToSign).digest('base64');
}

/** All steps of a classic RPC signature, one after another. Pure: timestamp and nonce are arguments. */
export function signRpc(request: RpcRequest, credentials: Secrets): RpcSignature {
  const inQuery = [...commonParams(request, credentials), ...request.query];
  const signedParams = sortPairs([...inQuery, ...request.form]);
  const canonicalizedQuery = canonicalizedQueryRpc(signedParams);
  const stringToSign = stringToSignRpc(request.method, canonicalizedQuery);
  const signature = signatureRpc(keyRpc(credentials.accessKeySecret), stringToSign);
  const query = `${joinPairs(sortPairs(inQuery))}&Signature=${percentEncode(signature)}`;
  return { signedParams, canonicalizedQuery, stringToSign, signature, query };
}
