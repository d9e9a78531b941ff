import { createHash, createHmac } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';
import { type AccessKey, isSession, type KeyRing, type SessionKey } from '../front/keys.ts';
import { percentEncode } from '../front/signature.ts';
import { headerOf, type WireRequest } from '../front/wire.ts';
import { OssRefusal } from './oss-error.ts';

/** Who signed a request, and for which region. */
export interface OssCaller {
  readonly key: AccessKey | SessionKey;
  readonly region: string;
}

/** How far the date of a request may be off, in milliseconds. */
const windowMs = 15 * 60_000;

/**
 * Checks the `OSS4-HMAC-SHA256` signature of a request as it came over the wire, against the bucket and object that it turned out to
 * be about: date, key, token, scope, signature.
 * @throws OssRefusal with the service's code
 */
export function checkOssSignature(
  request: WireRequest,
  { bucket, object }: { readonly bucket: string; readonly object: string },
  keys: KeyRing,
  nowMs: EpochMs,
): OssCaller {
  const claim = readAuthorization(headerOf(request, 'authorization') ?? '');
  const date = headerOf(request, 'x-oss-date') ?? '';
  checkDate(date, claim.day, nowMs);
  const key = keys.find(claim.accessKeyId);
  if (!key || key.inactive)
    throw new OssRefusal(403, 'InvalidAccessKeyId', 'The OSS Access Key Id you provided does not exist in our records.');
  checkToken(key, headerOf(request, 'x-oss-security-token'), nowMs);
  if (headerOf(request, 'x-oss-content-sha256') !== 'UNSIGNED-PAYLOAD') {
    throw new OssRefusal(400, 'InvalidArgument', 'x-oss-content-sha256 must be UNSIGNED-PAYLOAD.');
  }
  const canonical = [
    request.method,
    `/${bucket}/${object}`.split('/').map(percentEncode).join('/'),
    canonicalQuery(request.rawQuery),
    signedHeaders(request, claim.additional),
    claim.additional.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = `${claim.day}/${claim.region}/oss/aliyun_v4_request`;
  const text = `OSS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const mac = (secret: string | Buffer, value: string) => createHmac('sha256', secret).update(value).digest();
  const signing = mac(mac(mac(mac(`aliyun_v4${key.accessKeySecret}`, claim.day), claim.region), 'oss'), 'aliyun_v4_request');
  if (mac(signing, text).toString('hex') !== claim.signature) {
    // The service quotes what it signed, tokens included: a client must not pass that on.
    throw new OssRefusal(
      403,
      'SignatureDoesNotMatch',
      `The signature does not match. CanonicalRequest: ${canonical} StringToSign: ${text}`,
    );
  }
  return { key, region: claim.region };
}

interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly additional: readonly string[];
  readonly signature: string;
}

function readAuthorization(header: string): Claim {
  const [, fields] = /^OSS4-HMAC-SHA256 (.+)$/.exec(header) ?? [];
  const named = new Map(fields?.split(',').map((field) => field.trim().split('=', 2) as [string, string]));
  const [accessKeyId, day, region, product, end] = named.get('Credential')?.split('/') ?? [];
  const signature = named.get('Signature');
  if (!accessKeyId || !day || !region || product !== 'oss' || end !== 'aliyun_v4_request' || !signature) {
    throw new OssRefusal(400, 'InvalidArgument', 'Invalid authorization header: only OSS4-HMAC-SHA256 is taken here.');
  }
  const additional = named.get('AdditionalHeaders')?.split(';') ?? [];
  return { accessKeyId, day, region, additional, signature };
}

function checkDate(date: string, day: string, nowMs: EpochMs): void {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!parts || date.slice(0, 8) !== day) throw new OssRefusal(403, 'AccessDenied', 'x-oss-date is missing, or is not of the scope.');
  const [year, month, dayOfMonth, hour, minute, second] = parts.slice(1).map(Number) as [number, number, number, number, number, number];
  if (Math.abs(Date.UTC(year, month - 1, dayOfMonth, hour, minute, second) - nowMs) > windowMs) {
    throw new OssRefusal(403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.');
  }
}

function checkToken(key: AccessKey | SessionKey, token: string | undefined, nowMs: EpochMs): void {
  const expected = isSession(key) ? key.securityToken : undefined;
  if (token !== expected) throw new OssRefusal(403, 'InvalidSecurityToken', 'The security token you provided is invalid.');
  if (isSession(key) && nowMs >= key.expiresAtMs) {
    throw new OssRefusal(403, 'SecurityTokenExpired', 'The security token you provided has expired.');
  }
}

/** Sorted by encoded name; a parameter without a value stands alone. */
function canonicalQuery(rawQuery: string): string {
  const decoded = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
  return rawQuery
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      return { name: percentEncode(decoded(name)), value: percentEncode(decoded(value)) };
    })
    .sort((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1))
    .map(({ name, value }) => (value === '' ? name : `${name}=${value}`))
    .join('&');
}

function signedHeaders(request: WireRequest, additional: readonly string[]): string {
  const always = [...request.headers.keys()].filter((name) => /^(content-type|content-md5|x-oss-.*)$/.test(name));
  return [...new Set([...always, ...additional])]
    .sort()
    .map((name) => `${name}:${(request.headers.get(name) ?? []).map((value) => value.trim()).join(',')}\n`)
    .join('');
}
