import { type Endpoint, parseEndpoint } from '../client/endpoint.ts';

/** A place in OSS: a bucket, and what the names of all records in it begin with. */
export interface OssPlace {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** Reads `oss://BUCKET/PREFIX`; undefined for text of another form. */
export function parseOssAddress(address: string): OssPlace | undefined {
  // A wildcard in a prefix would be one in permissions too.
  const [, bucket, prefix] = /^oss:\/\/([a-z0-9][a-z0-9-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/.exec(address) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix: (prefix ?? '').replace(/^\/+|\/+$/g, '') };
}

/** How a bucket is reached. */
export interface OssRoute {
  readonly endpoint: Endpoint;
  /** What every path begins with: the bucket itself where its name cannot stand in front of the host. */
  readonly base: string;
}

/** What names a bucket's host; all optional. */
export interface OssHost {
  /** Host or URL. Default: the region's endpoint. */
  readonly endpoint?: string | undefined;
  /** True where `endpoint` is a domain bound to this very bucket, so that the bucket's name is not put in front of it. Default: false. */
  readonly cname?: boolean | undefined;
  /** Without an endpoint: the region's address that only Alibaba Cloud's own machines of that region reach. Default: false, the public one. */
  readonly internal?: boolean | undefined;
}

/**
 * The way to a bucket: by a name of its own under the endpoint, by the bound domain, or by its path where the endpoint is an address of this machine.
 * @throws InputError when the endpoint cannot be used, or when plain http would leave this machine
 */
export function routeTo(bucket: string, region: string, { endpoint, cname, internal }: OssHost = {}): OssRoute {
  const plain = parseEndpoint(endpoint ?? `oss-${region}${internal ? '-internal' : ''}.aliyuncs.com`);
  if (cname) return { endpoint: plain, base: '' };
  if (/^[\d.]+$|^localhost$|:/.test(plain.hostname)) return { endpoint: plain, base: `/${bucket}` };
  return { endpoint: { ...plain, hostname: `${bucket}.${plain.hostname}`, host: `${bucket}.${plain.host}` }, base: '' };
}
