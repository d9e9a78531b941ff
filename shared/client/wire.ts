import type { Credentials } from './credentials.ts';
import { canonicalQuery, type EncodedRequest, formType, joinPairs } from './encode.ts';
import type { AnyOperation } from './operation.ts';
import { signatureDate, signV3 } from './sign.ts';
import { signRpc } from './sign-rpc.ts';
import type { WireRequest } from './transport.ts';

/** What signing needs to know of the client. */
export interface SigningContext {
  readonly signature: 'v3' | 'rpc';
  readonly version: string;
  readonly nonce: () => string;
  readonly userAgent: string;
  readonly transport: { readonly endpoint: { readonly host: string } };
}

/** The parts of a wire request that signing makes. */
export type SignedRequest = Pick<WireRequest, 'path' | 'headers' | 'body'>;

/** Signs one attempt: a new nonce and the given instant, so no two attempts ever carry the same bytes. */
export function signedRequest(
  context: SigningContext,
  operation: AnyOperation,
  request: EncodedRequest,
  keys: Credentials,
  atMs: number,
): SignedRequest {
  const body = request.form === undefined ? '' : joinPairs(request.form);
  return context.signature === 'v3'
    ? v3(context, operation, request, keys, atMs, body)
    : rpc(context, operation, request, keys, atMs, body);
}

function v3(
  context: SigningContext,
  operation: AnyOperation,
  request: EncodedRequest,
  keys: Credentials,
  atMs: number,
  body: string,
): SignedRequest {
  const query = canonicalQuery(request.query);
  const signed = signV3(
    {
      method: 'POST',
      host: context.transport.endpoint.host,
      path: '/',
      query,
      body,
      // Signed even when no parameter is set, as the official client does; an operation without body parameters has no type.
      contentType: request.form === undefined ? undefined : formType,
      action: operation.action,
      version: context.version,
      date: signatureDate(atMs),
      nonce: context.nonce(),
      securityToken: keys.securityToken,
    },
    keys,
  );
  const headers = signed.headers as string[];
  headers.push('authorization', signed.authorization);
  return { path: query === '' ? '/' : `/?${query}`, headers: withUnsigned(headers, context, body), body };
}

function rpc(
  context: SigningContext,
  operation: AnyOperation,
  request: EncodedRequest,
  keys: Credentials,
  atMs: number,
  body: string,
): SignedRequest {
  const { query } = signRpc(
    {
      method: 'POST',
      action: operation.action,
      version: context.version,
      timestamp: signatureDate(atMs),
      nonce: context.nonce(),
      query: request.query,
      form: request.form ?? [],
    },
    keys,
  );
  const headers = ['host', context.transport.endpoint.host];
  if (request.form !== undefined) headers.push('content-type', formType);
  return { path: `/?${query}`, headers: withUnsigned(headers, context, body), body };
}

function withUnsigned(headers: string[], context: SigningContext, body: string): string[] {
  headers.push(
    'accept',
    'application/json',
    'accept-encoding',
    'identity',
    'user-agent',
    context.userAgent,
    'content-length',
    String(body.length),
  );
  return headers;
}
