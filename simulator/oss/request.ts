import { decodePairs, headerOf, type WireRequest } from '../front/wire.ts';
import { OssRefusal } from './oss-error.ts';

/** The operations that are simulated; their names stand in faults and in the ledger. */
export type OssAction = 'oss:PutObject' | 'oss:GetObject' | 'oss:ListObjectsV2' | 'oss:GetBucketVersioning' | 'oss:DeleteObject';

/** What a request is about. */
export interface OssTarget {
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly object: string;
  readonly query: ReadonlyMap<string, string>;
}

/** True for requests that are meant for OSS rather than for the service. */
export function isOssRequest(request: WireRequest): boolean {
  return request.headers.has('x-oss-date') || (headerOf(request, 'authorization') ?? '').startsWith('OSS');
}

/**
 * Bucket and object of a request: by path where it goes to an address, as OSS has it for addresses; else the bucket is the first label
 * of the host.
 * @param bound the bucket to which the request's host is bound, if any
 * @throws OssRefusal `InvalidURI`
 */
export function targetOf(request: WireRequest, bound?: string): OssTarget {
  try {
    const host = (headerOf(request, 'host') ?? '').replace(/:\d+$/, '');
    const path = request.path.slice(1).split('/').map(decodeURIComponent);
    const bucket = bound ?? (/^[\d.]+$|^localhost$|^\[/.test(host) ? (path.shift() ?? '') : (host.split('.')[0] ?? ''));
    return { bucket, object: path.join('/'), query: new Map(decodePairs(request.rawQuery)) };
  } catch {
    throw new OssRefusal(400, 'InvalidURI', 'Could not parse the specified URI.');
  }
}

/** The operation that method, object and query ask for. @throws OssRefusal `NotImplemented` */
export function actionOf(method: string, { object, query }: OssTarget): OssAction {
  const about = object === '' ? 'bucket' : 'object';
  if (about === 'object' && method === 'PUT') return 'oss:PutObject';
  if (about === 'object' && method === 'GET') return 'oss:GetObject';
  if (about === 'object' && method === 'DELETE') return 'oss:DeleteObject';
  if (about === 'bucket' && method === 'GET' && query.has('versioning')) return 'oss:GetBucketVersioning';
  if (about === 'bucket' && method === 'GET' && query.get('list-type') === '2') return 'oss:ListObjectsV2';
  throw new OssRefusal(501, 'NotImplemented', `The simulator has no ${method} for the ${about} with these parameters.`);
}
