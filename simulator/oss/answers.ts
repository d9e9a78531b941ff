import type { EpochMs } from '../../shared/client/clock.ts';
import { percentEncode } from '../front/signature.ts';
import type { Bucket, Versioning } from './bucket.ts';
import { OssRefusal } from './oss-error.ts';

/** An answer before any fault touches it. */
export interface OssAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** An XML answer. */
function xmlAnswer(status: number, xml: string): OssAnswer {
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(declaration + xml, 'utf8') };
}

/** The answer to a refused request. */
export function refusalAnswer({ httpStatus, code, message }: OssRefusal, requestId: string, host: string): OssAnswer {
  const fields = { Code: code, Message: message, RequestId: requestId, HostId: host };
  return xmlAnswer(httpStatus, `<Error>\n${elements(fields)}</Error>\n`);
}

/** The versioning state; a bucket that never had versions has no Status. */
export function versioningAnswer(versioning: Versioning): OssAnswer {
  if (versioning === 'never') return xmlAnswer(200, '<VersioningConfiguration xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com"/>\n');
  return xmlAnswer(200, `<VersioningConfiguration>\n${elements({ Status: versioning })}</VersioningConfiguration>\n`);
}

const mostKeys = 1000;

/** A page of ListObjectsV2. @throws OssRefusal `InvalidArgument` */
export function listAnswer(bucket: Bucket, query: ReadonlyMap<string, string>): OssAnswer {
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const most = Number(query.get('max-keys') ?? 100);
  if (!Number.isInteger(most) || most < 1 || most > mostKeys) {
    throw new OssRefusal(400, 'InvalidArgument', `max-keys has to be from 1 to ${mostKeys}.`);
  }
  const delimiter = query.get('delimiter') ?? '';
  const page = bucket.list(prefix, token === undefined ? startAfter : tokenTarget(token), most, delimiter);
  const asUrl = query.get('encoding-type') === 'url';
  const shown = (text: string) => (asUrl ? percentEncode(text).replaceAll('%2F', '/') : text);
  const contents = page.names.map((name) => {
    const object = bucket.get(name);
    const fields = { Key: shown(name), LastModified: iso(object?.modifiedMs ?? 0), ETag: `"${object?.etag}"`, Type: 'Normal' };
    return `<Contents>\n${elements({ ...fields, Size: String(object?.bytes.length), StorageClass: 'Standard' })}</Contents>\n`;
  });
  const head = {
    Name: bucket.name,
    Prefix: shown(prefix),
    MaxKeys: String(most),
    ...(delimiter === '' ? {} : { Delimiter: shown(delimiter) }),
    KeyCount: String(page.names.length + page.commonPrefixes.length),
    ...(asUrl ? { EncodingType: 'url' } : {}),
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(page.continueAfter === undefined ? {} : { NextContinuationToken: tokenFor(page.continueAfter) }),
    IsTruncated: String(page.continueAfter !== undefined),
  };
  const folders = page.commonPrefixes.map((each) => `<CommonPrefixes>\n${elements({ Prefix: shown(each) })}</CommonPrefixes>\n`);
  return xmlAnswer(200, `<ListBucketResult>\n${elements(head)}${contents.join('')}${folders.join('')}</ListBucketResult>\n`);
}

/** Opaque to callers, as the service's are. */
function tokenFor(name: string): string {
  return Buffer.from(name, 'utf8').toString('base64');
}

function tokenTarget(token: string): string {
  const name = Buffer.from(token, 'base64').toString('utf8');
  if (tokenFor(name) !== token) throw new OssRefusal(400, 'InvalidArgument', 'The continuation token provided is incorrect.');
  return name;
}

function iso(ms: EpochMs): string {
  return new Date(ms).toISOString();
}

function elements(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, text]) => `  <${name}>${text.replace(/[&<>"]/g, (mark) => escapes[mark] as string)}</${name}>\n`)
    .join('');
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
