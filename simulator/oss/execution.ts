import { createHash } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';
import { headerOf, type WireRequest } from '../front/wire.ts';
import { listAnswer, type OssAnswer, versioningAnswer } from './answers.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, OssRefusal } from './oss-error.ts';
import type { OssAction, OssTarget } from './request.ts';

/** A request that has passed all checks and may run. */
export interface OssCall {
  readonly action: OssAction;
  readonly request: WireRequest;
  readonly target: OssTarget;
  readonly bucket: Bucket;
  /** True where the condition of a put is lost on the way, so that it overwrites. */
  readonly overwrites: boolean;
}

/** Runs an operation now. @throws OssRefusal */
export function runOss(call: OssCall, nowMs: EpochMs): OssAnswer {
  const { bucket, target } = call;
  switch (call.action) {
    case 'oss:PutObject':
      return putObject(call, nowMs);
    case 'oss:GetObject':
      return getObject(bucket, target.object);
    case 'oss:ListObjectsV2':
      return listAnswer(bucket, target.query);
    case 'oss:GetBucketVersioning':
      return versioningAnswer(bucket.versioning);
    case 'oss:DeleteObject':
      // RAM denies it to everything that writes a journal.
      throw accessDenied('Deleting is denied.');
  }
}

function putObject({ request, bucket, target, overwrites }: OssCall, nowMs: EpochMs): OssAnswer {
  const announced = headerOf(request, 'content-md5');
  const digest = createHash('md5').update(request.body).digest('base64');
  if (announced !== undefined && announced !== digest) {
    throw new OssRefusal(400, 'InvalidDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const forbidOverwrite = !overwrites && headerOf(request, 'x-oss-forbid-overwrite')?.toLowerCase() === 'true';
  const { etag, versionId } = bucket.put(target.object, request.body, { forbidOverwrite, nowMs });
  return { status: 200, headers: { etag: `"${etag}"`, 'content-md5': digest, ...versionHeader(versionId) }, body: Buffer.alloc(0) };
}

function getObject(bucket: Bucket, name: string): OssAnswer {
  const object = bucket.get(name);
  if (!object) throw new OssRefusal(404, 'NoSuchKey', 'The specified key does not exist.');
  const { bytes, etag, modifiedMs } = object;
  const headers = {
    'content-type': 'application/octet-stream',
    etag: `"${etag}"`,
    'last-modified': new Date(modifiedMs).toUTCString(),
    'x-oss-object-type': 'Normal',
    // An object from before the versions is the version 'null'.
    ...versionHeader(object.versionId ?? (bucket.versioning === 'never' ? undefined : 'null')),
  };
  return { status: 200, headers, body: bytes };
}

function versionHeader(versionId: string | undefined): Record<string, string> {
  return versionId === undefined ? {} : { 'x-oss-version-id': versionId };
}
