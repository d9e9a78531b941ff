import { type Endpoint, parseEndpoint } from '../client/endpoint.ts';

/** A place in OSS: a bucket, and what the names of all records in it begin with. */
export interface OssPlace {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** Reads `oss://BUCKET/PREFIX`; undefined for text of another form. */
export function parseOssAddress(address: string): OssPlace | undefined {
  const [, bucket, prefix] = /^oss:\/\/([a-z0-9][a-z0-9-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix: (prefix ?? '').replace(/^\/+|\/+$/g, '') };
}

/** How a bucket is reached. */
export interface OssRoute {
  readonly endpoint: Endpoint;
  /** What every path begins with: the bucket itself where its name cannot stand in front of the host. */
  readonly base: string;
}

/**
 * The way to a bucket: by a name of its own under the endpoint, or by its path where the endpoint is an address of this machine.
 * @param endpoint host or URL. Default: the region's public endpoint
 * @throws InputError when the endpoint cannot be used, or when plain http would leave this machine
 */
export function routeTo(bucket: string, region: string, endpoint: string | undefined): OssRoute {
  const plain = parseEndpoint(endpoint ?? `oss-${region}.aliyuncs.com`);
  if (/^[\d.]+$|^localhost$|:/.test(plain.hostname)) return { endpoint: plain, base: `/${bucket}` };
  return { endpoint: { ...plain, hostname: `${bucket}.${plain.hostname}`, host: `${bucket}.${plain.host}` }, base: '' };
}
