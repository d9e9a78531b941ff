import { InputError } from './errors.ts';

/** Where requests go. */
export interface Endpoint {
  readonly secure: boolean;
  /** Name or address to connect to, an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Value of the Host header: with the port where it is not the protocol's own. */
  readonly host: string;
}

/** True for this machine's own address. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

/** The host of a URL, an IPv6 address without its brackets. */
export function hostnameOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/**
 * Reads an endpoint: a host (`appstream-center.cn-shanghai.aliyuncs.com`, which means https) or a URL without a path.
 * @throws InputError when it is neither, or when plain http would leave this machine
 */
export function parseEndpoint(text: string): Endpoint {
  const wrong = (advice: string): InputError => new InputError('createClient', [{ path: 'endpoint', text: advice }]);
  let url: URL;
  try {
    url = new URL(text.includes('://') ? text : `https://${text}`);
  } catch {
    throw wrong('must be a host such as appstream-center.cn-shanghai.aliyuncs.com, or a URL');
  }
  if (url.username !== '' || url.password !== '') throw wrong('must carry no user name and no password; remove them');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw wrong('must carry no path and no query; remove them');
  const hostname = hostnameOf(url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('must begin with https://');
  const secure = url.protocol === 'https:';
  if (!secure && !isLoopback(hostname)) {
    throw wrong(`plain http is allowed to this machine only (127.0.0.1, localhost, ::1); write https://${url.host}`);
  }
  return { secure, hostname, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), host: url.host };
}
