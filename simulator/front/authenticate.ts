import type { EpochMs } from '../../shared/client/clock.ts';
import { GatewayError, invalidParameter, missing } from './gateway-error.ts';
import { type AccessKey, isSession, type KeyRing, type SessionKey } from './keys.ts';
import { type NonceMemory, signatureWindowMs } from './nonces.ts';
import {
  mandatorySignedHeaders,
  parseV3Authorization,
  type SignatureVerdict,
  type V3Authorization,
  verifyRpc,
  verifyV3,
} from './signature.ts';
import { decodePairs, hasForm, headerOf, type Pair, parameterOf, type WireRequest } from './wire.ts';

/** What a request claims to be, read without believing it. */
export interface Envelope {
  readonly signature: 'v3' | 'rpc';
  readonly action: string;
  readonly version: string;
  readonly query: readonly Pair[];
  readonly form: readonly Pair[];
}

/** The memory that checking needs. */
export interface Guard {
  readonly keys: KeyRing;
  readonly nonces: NonceMemory;
}

interface Claims {
  readonly accessKeyId: string;
  readonly nonce: string;
  readonly date: string;
  readonly token: string | undefined;
  verify(secret: string): SignatureVerdict;
}

const dateFormat = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * Reads action, version and parameters of either signature's request.
 * @throws GatewayError `InvalidParameter`, `MissingAction` or `MissingVersion`
 */
export function openEnvelope(request: WireRequest): Envelope {
  const query = pairsOf(request.rawQuery, 'query');
  const form = hasForm(request) ? pairsOf(request.body.toString('utf8'), 'body') : [];
  const pairs = { query, form };
  // A client that signs the classic way may send the V3 headers all the same, unsigned; they count for nothing then.
  const signedRpc = parameterOf(pairs, 'Signature') !== undefined && !request.headers.has('authorization');
  const v3 = !signedRpc && (request.headers.has('x-acs-action') || request.headers.has('authorization'));
  const action = v3 ? headerOf(request, 'x-acs-action') : parameterOf(pairs, 'Action');
  if (!action) throw missing('Action');
  const version = v3 ? headerOf(request, 'x-acs-version') : parameterOf(pairs, 'Version');
  if (!version) throw missing('Version');
  return { signature: v3 ? 'v3' : 'rpc', action, version, query, form };
}

/**
 * Checks who sent a request: date, key, token, signature and nonce, in this order. A nonce counts only once the signature is
 * right, or anyone could use up another's nonces.
 * @throws GatewayError with the platform's code (signing facts, 3)
 */
export function authenticate(request: WireRequest, envelope: Envelope, guard: Guard, nowMs: EpochMs): AccessKey | SessionKey {
  const claims = envelope.signature === 'v3' ? claimsOfV3(request) : claimsOfRpc(request, envelope);
  checkDate(claims.date, nowMs);
  const key = guard.keys.find(claims.accessKeyId);
  if (!key) throw new GatewayError('InvalidAccessKeyId.NotFound', 'Specified access key is not found.', 404);
  if (key.inactive) throw new GatewayError('InvalidAccessKeyId.Inactive', 'Specified access key is disabled.');
  checkToken(key, claims.token, guard.keys, nowMs);
  const verdict = claims.verify(key.accessKeySecret);
  if (!verdict.valid) {
    throw new GatewayError(
      'SignatureDoesNotMatch',
      `Specified signature is not matched with our calculation. server string to sign is:${verdict.computed}`,
      403,
    );
  }
  if (!guard.nonces.use(key.accessKeyId, claims.nonce, nowMs)) {
    throw new GatewayError('SignatureNonceUsed', 'Specified signature nonce was used already.');
  }
  return key;
}

function claimsOfV3(request: WireRequest): Claims {
  const header = headerOf(request, 'authorization');
  const authorization = header === undefined ? undefined : parseV3Authorization(header);
  if (!authorization) throw incomplete('Authorization has to be ACS3-HMAC-SHA256 with Credential, SignedHeaders and Signature.');
  const unsigned = mandatorySignedHeaders.filter((name) => !signs(authorization, name));
  if (unsigned.length > 0) throw incomplete(`SignedHeaders lacks ${unsigned.join(', ')}.`);
  for (const name of request.headers.keys()) {
    if (name.startsWith('x-acs-') && !signs(authorization, name)) throw incomplete(`SignedHeaders lacks ${name}.`);
  }
  return {
    accessKeyId: authorization.accessKeyId,
    nonce: mandatory(headerOf(request, 'x-acs-signature-nonce'), 'SignatureNonce'),
    date: mandatory(headerOf(request, 'x-acs-date'), 'Timestamp'),
    token: headerOf(request, 'x-acs-security-token'),
    verify: (secret) => verifyV3(request, authorization, secret),
  };
}

function claimsOfRpc(request: WireRequest, envelope: Envelope): Claims {
  const valued = (name: string) => mandatory(parameterOf(envelope, name), name);
  const accessKeyId = valued('AccessKeyId');
  const signature = valued('Signature');
  const method = valued('SignatureMethod');
  if (method !== 'HMAC-SHA1') throw invalidParameter('SignatureMethod', 'use HMAC-SHA1');
  if (valued('SignatureVersion') !== '1.0') throw invalidParameter('SignatureVersion', 'use 1.0');
  return {
    accessKeyId,
    nonce: valued('SignatureNonce'),
    date: valued('Timestamp'),
    token: parameterOf(envelope, 'SecurityToken'),
    verify: (secret) => verifyRpc(request.method, [...envelope.query, ...envelope.form], signature, secret),
  };
}

function checkDate(date: string, nowMs: EpochMs): void {
  const dateMs = dateFormat.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(dateMs)) {
    throw new GatewayError('InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.');
  }
  if (Math.abs(nowMs - dateMs) > signatureWindowMs) {
    throw new GatewayError('InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
  }
}

function checkToken(key: AccessKey | SessionKey, token: string | undefined, keys: KeyRing, nowMs: EpochMs): void {
  if (!isSession(key)) {
    if (token) throw new GatewayError('InvalidSecurityToken.MismatchWithAccessKey', 'Specified SecurityToken mismatch with the AccessKey.');
    return;
  }
  if (!token) throw new GatewayError('MissingSecurityToken', 'SecurityToken is mandatory for this action.');
  if (token !== key.securityToken) {
    throw keys.ownerOf(token) === undefined
      ? new GatewayError('InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.')
      : new GatewayError('InvalidSecurityToken.MismatchWithAccessKey', 'Specified SecurityToken mismatch with the AccessKey.');
  }
  if (nowMs >= key.expiresAtMs) throw new GatewayError('InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
}

function pairsOf(text: string, place: string): Pair[] {
  try {
    return decodePairs(text);
  } catch (error) {
    throw new GatewayError('InvalidParameter', `The ${place} holds a broken percent escape (${(error as Error).message}).`);
  }
}

function signs(authorization: V3Authorization, name: string): boolean {
  return authorization.signedHeaders.includes(name);
}

function mandatory(value: string | undefined, name: string): string {
  if (!value) throw missing(name);
  return value;
}

function incomplete(because: string): GatewayError {
  return new GatewayError('IncompleteSignature', `The request signature does not conform to platform standards: ${because}`);
}
