import { createHash, createHmac } from 'node:crypto';
import { decodePairs, type Pair, type WireRequest } from './wire.ts';

/** The parts of a V3 `Authorization` header. */
export interface V3Authorization {
  readonly accessKeyId: string;
  /** As listed by the caller. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** What a check of a signature found. */
export type SignatureVerdict =
  | { readonly valid: true }
  /** `computed` is what the gateway signed, for the error message; it never holds a secret. */
  | { readonly valid: false; readonly computed: string };

/** Headers that a V3 signature has to cover (signing facts, 1.1). */
export const mandatorySignedHeaders = [
  'host',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
] as const;

const algorithm = 'ACS3-HMAC-SHA256';
const literal = /[A-Za-z0-9\-_.~]/;
const escapes = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return byte < 128 && literal.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

/** Percent-encodes byte by byte: everything but letters, digits and `- _ . ~` (signing facts, 1.3). */
export function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) encoded += escapes[byte];
  return encoded;
}

/** Reads a V3 `Authorization` header; undefined where it is of another kind or incomplete. */
export function parseV3Authorization(header: string): V3Authorization | undefined {
  const blank = header.indexOf(' ');
  if (blank < 0 || header.slice(0, blank) !== algorithm) return undefined;
  const fields = new Map<string, string>();
  for (const part of header.slice(blank + 1).split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) return undefined;
    fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const accessKeyId = fields.get('Credential');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (!accessKeyId || !signedHeaders || !signature) return undefined;
  return { accessKeyId, signedHeaders: signedHeaders.split(';'), signature };
}

/**
 * Checks a V3 signature against the request as it came over the wire: the body's hash, then the canonical request.
 * @throws URIError when the query holds a broken percent escape
 */
export function verifyV3(request: WireRequest, authorization: V3Authorization, secret: string): SignatureVerdict {
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  const headerLines = authorization.signedHeaders.map((name) => `${name}:${headerValue(request, name)}\n`);
  const canonicalRequest = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(decodePairs(request.rawQuery)),
    headerLines.join(''),
    authorization.signedHeaders.join(';'),
    // The hash of what really arrived: a caller that announces another one has signed other bytes.
    bodyHash,
  ].join('\n');
  const stringToSign = `${algorithm}\n${createHash('sha256').update(canonicalRequest).digest('hex')}`;
  const announced = headerValue(request, 'x-acs-content-sha256');
  const expected = createHmac('sha256', secret).update(stringToSign).digest('hex');
  return announced === bodyHash && expected === authorization.signature ? { valid: true } : { valid: false, computed: stringToSign };
}

/** Checks a classic RPC signature over all parameters, query and form together (signing facts, 2). */
export function verifyRpc(method: string, parameters: readonly Pair[], signature: string, secret: string): SignatureVerdict {
  const query = canonicalQuery(parameters.filter(([name]) => name !== 'Signature'));
  const stringToSign = `${method}&${percentEncode('/')}&${percentEncode(query)}`;
  const expected = createHmac('sha1', `${secret}&`).update(stringToSign).digest('base64');
  if (expected === signature) return { valid: true };
  // The string to sign carries a security token where there is one, so only its hash is told.
  return { valid: false, computed: `SHA-256 ${createHash('sha256').update(stringToSign).digest('hex')}` };
}

function canonicalQuery(parameters: readonly Pair[]): string {
  return [...parameters]
    .sort(byName)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');
}

function byName(left: Pair, right: Pair): number {
  if (left[0] !== right[0]) return left[0] < right[0] ? -1 : 1;
  return left[1] < right[1] ? -1 : left[1] > right[1] ? 1 : 0;
}

function canonicalPath(path: string): string {
  if (path === '/' || path === '') return '/';
  return path
    .split('/')
    .map((segment) => percentEncode(decodeURIComponent(segment)))
    .join('/');
}

function headerValue(request: WireRequest, name: string): string {
  const values = request.headers.get(name.toLowerCase()) ?? [];
  if (values.length < 2) return (values[0] ?? '').trim();
  return values
    .map((value) => value.trim())
    .sort()
    .join(',');
}
