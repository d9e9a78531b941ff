import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { type Connect, connectBy, connectDirectly, type Destination, kept, SecureAgent } from '../../shared/client/agents.ts';
import { hostnameOf } from '../../shared/client/endpoint.ts';
import { CommandFailure } from '../failure.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where tunnels begin. */
interface Proxy {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** Value of the header Proxy-Authorization. */
  readonly authorization: string | undefined;
}

/** How long a proxy has to open a tunnel where the caller does not say, in milliseconds. */
const tunnelTimeoutMs = 10_000;

/**
 * How the process reaches https servers: through the proxy of HTTPS_PROXY, and directly where NO_PROXY says so. Undefined where no proxy is set.
 * @throws CommandFailure `ProxyUnusable`; the message never quotes the variable, which may hold a password
 */
export function proxyConnect(environment: Environment): Connect | undefined {
  const proxy = proxyOf(environment);
  if (!proxy) return undefined;
  const direct = bypassOf(environment['NO_PROXY'] || environment['no_proxy'] || '');
  const tunnel = tunnelThrough(proxy);
  return (to, done) => (direct(to) ? connectDirectly : tunnel)(to, done);
}

/** An agent that reaches servers as `proxyConnect` says and keeps its tunnels; undefined where no proxy is set. @throws as `proxyConnect` */
export function proxyAgent(environment: Environment = process.env): http.Agent | undefined {
  const connect = proxyConnect(environment);
  return connect && new ProxyAgent(connect);
}

/** Serves plain requests as well as those over TLS, for which alone Node passes a default agent along. */
class ProxyAgent extends SecureAgent {
  readonly #tunnel: Connect;

  constructor(connect: Connect, options: https.AgentOptions = kept) {
    super(options, connect);
    this.#tunnel = connect;
    Object.assign(this, { protocol: undefined });
  }

  override forOne(): http.Agent {
    return new ProxyAgent(this.#tunnel, { ...this.options, keepAlive: false });
  }

  override createConnection(options: https.RequestOptions, done: Parameters<https.Agent['createConnection']>[1]): undefined {
    const { _defaultAgent: forTls } = options as { readonly _defaultAgent?: https.Agent };
    if (forTls) super.createConnection(options, done);
    else this.#tunnel(options, done as never);
  }
}

/**
 * Sends every https connection of this process as the environment says, those of the vendor's libraries too, which bring agents of their own.
 * Settings that cannot be used make each of them fail with the reason.
 */
export function useProxy(environment: Environment): void {
  let connect: Connect | undefined;
  try {
    connect = proxyConnect(environment);
  } catch (error) {
    connect = (_to, done) => done(error as Error);
  }
  if (!connect) return;
  connectBy(connect);
  const reach = connect;
  const speakTls = https.Agent.prototype.createConnection;
  https.Agent.prototype.createConnection = function createConnection(options, done) {
    if ((options as { readonly socket?: unknown }).socket) return speakTls.call(this, options, done);
    reach(options, (error, socket) => {
      if (error) done?.(error, undefined as never);
      else done?.(null, speakTls.call(this, { ...options, socket } as never) as never);
    });
    return undefined;
  };
}

function proxyOf(environment: Environment): Proxy | undefined {
  const name = environment['HTTPS_PROXY'] ? 'HTTPS_PROXY' : 'https_proxy';
  const text = environment[name]?.trim();
  if (!text) return undefined;
  const unusable = (what: string): CommandFailure =>
    new CommandFailure('ProxyUnusable', `${name} ${what}; write it as http://proxy.example.com:3128, or unset it.`);
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw unusable('does not begin with http:// or https://');
  if (!URL.canParse(text)) throw unusable('is no URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw unusable(`names a proxy of the kind ${url.protocol.slice(0, -1)}, and only http and https are spoken`);
  }
  if (url.pathname.length > 1 || url.search !== '' || url.hash !== '') throw unusable('has a path behind the host; remove it');
  const secure = url.protocol === 'https:';
  const hostname = hostnameOf(url);
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  if (url.username === '' && url.password === '') return { secure, hostname, port, authorization: undefined };
  try {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return { secure, hostname, port, authorization: `Basic ${Buffer.from(user).toString('base64')}` };
  } catch {
    throw unusable('has a user name or password that is not percent-encoded (a % is written %25)');
  }
}

/** Connections through a proxy: CONNECT, and whatever it answers but a tunnel is a failure to connect. */
function tunnelThrough(proxy: Proxy): Connect {
  const { secure, hostname, port, authorization } = proxy;
  const name = `the proxy ${net.isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
  return (to, done) => {
    const host = to.host ?? 'localhost';
    const target = `${net.isIPv6(host) ? `[${host}]` : host}:${to.port ?? 443}`;
    const limitMs = to.connectTimeoutMs ?? tunnelTimeoutMs;
    const how = secure ? { agent: new SecureAgent({}, connectDirectly) } : { createConnection: connectDirectly as never };
    const request = (secure ? https : http).request({
      ...{ method: 'CONNECT', host: hostname, port, path: target, connectTimeoutMs: limitMs, ...how },
      headers: { host: target, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
    });
    const limit = setTimeout(() => request.destroy(new Error(`no tunnel within ${limitMs} ms`)), limitMs);
    request.once('connect', ({ statusCode = 0, statusMessage = '' }, socket, head) => {
      clearTimeout(limit);
      if (statusCode >= 200 && statusCode < 300 && head.length === 0) return done(null, socket as net.Socket);
      socket.destroy();
      const advice = statusCode === 407 ? ': put the user name and password into HTTPS_PROXY' : '';
      done(new Error(`${name} answered ${statusCode} ${statusMessage} instead of a tunnel to ${target}${advice}`));
    });
    request.once('error', (error: Error & { readonly errors?: readonly Error[] }) => {
      clearTimeout(limit);
      const said = error.message || error.errors?.map(({ message }) => message).join(', ');
      done(new Error(`${name} gave no tunnel to ${target}: ${said}`, { cause: error }));
    });
    request.end();
  };
}

/** Whether NO_PROXY takes a destination out: names with all below them, addresses, networks, each with a port or for all of them; `*` is everything. */
function bypassOf(list: string): (to: Destination) => boolean {
  const entries = list
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((each) => each !== '');
  return ({ host, port }) => {
    const hostname = (host ?? 'localhost').toLowerCase().replace(/^\[|\]$|\.$/g, '');
    return entries.some((entry) => entry === '*' || matches(entry, hostname, Number(port ?? 443)));
  };
}

function matches(entry: string, hostname: string, port: number): boolean {
  // `name:port`, `[v6]:port`; an IPv6 address without brackets has several colons and no port.
  const [, bracketed, plain, ofPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  if (ofPort !== undefined && Number(ofPort) !== port) return false;
  const name = (bracketed ?? plain ?? entry).replace(/^\*?\.|\.$/g, '');
  if (net.isIP(hostname) !== 0) return holds(name, hostname);
  return name !== '' && (hostname === name || hostname.endsWith(`.${name}`));
}

/** Whether an address is the one, or in the network, that an entry names. */
function holds(entry: string, address: string): boolean {
  const [base = '', prefix] = entry.split('/');
  const family = net.isIP(base);
  if (family === 0) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  const bits = prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32)) return false;
  const network = new net.BlockList();
  network.addSubnet(base, bits, kind);
  return network.check(address, net.isIPv6(address) ? 'ipv6' : 'ipv4');
}
