import type { LookupAddress } from 'node:dns';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { proxyConnect } from '../../cli/world/proxy.ts';
import { type Connect, connectDirectly } from '../../shared/client/agents.ts';
import { listen } from '../fixtures/http.ts';

/** What names resolve to. */
let addresses: LookupAddress[] | Error;
vi.mock('node:dns', () => ({
  lookup: (_host: string, _options: unknown, done: (error: Error | null, found?: LookupAddress[]) => void) =>
    addresses instanceof Error ? done(addresses) : done(null, [...addresses]),
}));

/** Sockets that were to reach a dead address, and one of a distant address, which takes the connection once the next address is tried. */
let dead: Socket[] = [];
let distant: Socket | undefined;
vi.mock('node:net', async (original) => {
  const net = await original<typeof import('node:net')>();
  const connect = (to: { readonly host: string; readonly port: number }): Socket => {
    distant?.connect(port, '127.0.0.1');
    distant = undefined;
    if (to.host.startsWith('127.')) return net.connect(to);
    const socket = new net.Socket();
    if (to.host === '198.51.100.1') distant = socket;
    else dead.push(socket);
    return socket;
  };
  return { ...net, connect };
});

const dead4 = [1, 2, 3].map((last) => ({ address: `192.0.2.${last}`, family: 4 }));
const dead6 = { address: '2001:db8::1', family: 6 };
const local = { address: '127.0.0.1', family: 4 };
let server: Server;
let port: number;

beforeEach(async () => {
  dead = [];
  server = createServer((socket) => socket.on('error', () => {}));
  port = await listen(server);
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function reach(connect: Connect, to: { host: string; port: number; connectTimeoutMs?: number }): Promise<Socket> {
  return new Promise((resolve, reject) =>
    connect(to, (error, socket) => (error || !socket ? reject(error ?? new Error()) : resolve(socket))),
  );
}

describe('a name with several addresses', () => {
  it.each([
    ['the first', [local, ...dead4]],
    ['the last', [...dead4, local]],
    ['one behind an address of the other family', [dead6, local]],
    ['the only one', [local]],
    ['a distant one, after the next was begun,', [{ address: '198.51.100.1', family: 4 }, ...dead4]],
  ])('is reached where %s answers', async (_which, found) => {
    addresses = found;
    const socket = await reach(connectDirectly, { host: 'service.example', port, connectTimeoutMs: 20_000 });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(dead.every(({ destroyed }) => destroyed)).toBe(true);
    socket.destroy();
  });

  it('gives the reason of each address where none takes the connection', async () => {
    addresses = [local, { address: '127.0.0.2', family: 4 }];
    await new Promise((resolve) => server.close(resolve));
    const failure = await reach(connectDirectly, { host: 'service.example', port }).catch((error: AggregateError) => error);
    const said = (failure as AggregateError).errors.map((error: Error) => error.message);
    expect(said).toEqual([`connect ECONNREFUSED 127.0.0.1:${port}`, `connect ECONNREFUSED 127.0.0.2:${port}`]);
  });

  it('that does not resolve is told as the resolver told it', async () => {
    addresses = Object.assign(new Error('getaddrinfo ENOTFOUND service.example'), { code: 'ENOTFOUND' });
    await expect(reach(connectDirectly, { host: 'service.example', port })).rejects.toThrow('getaddrinfo ENOTFOUND service.example');
  });

  it('of which nothing is heard is given up within the time that the caller gives', async () => {
    addresses = dead4;
    await expect(reach(connectDirectly, { host: 'service.example', port, connectTimeoutMs: 1 })).rejects.toThrow(AggregateError);
    expect(dead.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

describe('NO_PROXY', () => {
  // A proxy that nobody runs: whoever is sent to it fails, whoever goes directly arrives.
  const through = (noProxy: string) => proxyConnect({ HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: noProxy }) as Connect;
  beforeEach(() => {
    addresses = [local];
  });

  it.each([
    ['oss-cn-shanghai.aliyuncs.com', 'oss-cn-shanghai.aliyuncs.com', true],
    ['OSS-CN-Shanghai.Aliyuncs.com', 'oss-cn-shanghai.aliyuncs.com', true],
    ['aliyuncs.com', 'sts.aliyuncs.com', true],
    ['.aliyuncs.com', 'sts.aliyuncs.com', true],
    ['*.aliyuncs.com', 'sts.aliyuncs.com', true],
    ['aliyuncs.com.', 'sts.aliyuncs.com', true],
    ['aliyuncs.com', 'sts.aliyuncs.com.', true],
    ['aliyuncs.com', 'notaliyuncs.com', false],
    ['aliyuncs.com', 'aliyuncs.com.evil.example', false],
    ['sts.aliyuncs.com', 'aliyuncs.com', false],
    ['a.example, b.example', 'b.example', true],
    ['a.example b.example', 'b.example', true],
    ['*', 'anything.example', true],
    ['', 'anything.example', false],
    [' , ,', 'anything.example', false],
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.30', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['10.0.0.0/33', '10.1.2.3', false],
    ['10.0.0.0/x', '10.1.2.3', false],
    ['fd00::/8', 'fd12:3456::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['[::1]', '0:0:0:0:0:0:0:1', true],
    ['2001:db8::1', '2001:db8::1', true],
    ['10.0.0.0/8', 'ten.example', false],
    ['3.4', '1.2.3.4', false],
  ])('%j for %s: directly is %s', async (list, host, direct) => {
    await expectRoute(list, host, direct);
  });

  it('with a port takes out that port alone', async () => {
    await expectRoute(`service.example:${port}`, 'service.example', true);
    await expectRoute('service.example:1', 'service.example', false);
    await expectRoute(`[fd00::1]:${port}`, 'fd00::1', true);
    await expectRoute(`10.0.0.0/8:${port}`, '10.9.9.9', true);
    await expectRoute('*:1', 'service.example', false);
  });

  async function expectRoute(list: string, host: string, direct: boolean): Promise<void> {
    const outcome = await reach(through(list), { host, port }).then(
      (socket) => {
        socket.destroy();
        return true;
      },
      (error: Error) => {
        expect(error.message).toContain('the proxy 127.0.0.1:1');
        return false;
      },
    );
    expect(outcome).toBe(direct);
  }
});

describe('HTTPS_PROXY', () => {
  it.each([
    ['proxy.example.com:3128', 'does not begin with http://'],
    ['proxy.example.com', 'does not begin with http://'],
    ['li.wei:hush@proxy.example.com:3128', 'does not begin with http://'],
    ['//proxy.example.com:3128', 'does not begin with http://'],
    ['socks5://li.wei:hush@127.0.0.1:1080', 'of the kind socks5'],
    ['http://', 'is no URL'],
    ['http://:3128', 'is no URL'],
    ['http://proxy.example.com:99999', 'is no URL'],
    ['http://li.wei:hush%zz@proxy.example.com:3128', 'percent-encoded'],
    ['http://proxy.example.com:3128/pac?hush', 'has a path'],
  ])('%s is refused, without a word of a password', (text, because) => {
    const refused = (): unknown => proxyConnect({ HTTPS_PROXY: text });
    expect(refused).toThrow(because);
    expect(refused).toThrow(expect.objectContaining({ code: 'ProxyUnusable', message: expect.not.stringContaining('hush') }));
  });

  it.each([undefined, '', '  '])('%j is no proxy', (text) => {
    expect(proxyConnect({ HTTPS_PROXY: text })).toBeUndefined();
  });

  it('is read in either case, the upper one first', () => {
    expect(() => proxyConnect({ https_proxy: 'x' })).toThrow(/^https_proxy /);
    expect(() => proxyConnect({ HTTPS_PROXY: 'x', https_proxy: 'http://p.example' })).toThrow(/^HTTPS_PROXY /);
  });
});
