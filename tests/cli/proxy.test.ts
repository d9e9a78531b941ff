import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { streamwarden } from './command.ts';

let proxy: Server;
let tunnels: string[];

beforeEach(async () => {
  tunnels = [];
  proxy = createServer();
  // Refuses every tunnel: what matters is that it was asked, and that nothing went around it.
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => proxy.close(resolve)));

test('HTTPS_PROXY is asked for a tunnel to the endpoint, and its refusal is an error that names neither keys nor proxy password', async () => {
  const { port } = proxy.address() as AddressInfo;
  const { code, stderr } = await streamwarden(['call', 'ListAppInstanceGroup', '--ProductType', 'CloudApp', '--endpoint', 'cn-shanghai'], {
    env: {
      HTTPS_PROXY: `http://user:proxy-password@127.0.0.1:${port}`,
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'testid',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'test-secret-value',
    },
  });
  expect(code).toBe(1);
  // A read is tried again; each time the tunnel is asked for.
  expect([...new Set(tunnels)]).toEqual(['appstream-center.cn-shanghai.aliyuncs.com:443']);
  expect(stderr).not.toMatch(/proxy-password|test-secret-value/);
});

describe('a single call that writes, without a policy', () => {
  const call = (...args: string[]) =>
    streamwarden(['call', 'CreateWuyingServer', '--endpoint', 'cn-shanghai', '--yes-buy', ...args], {
      env: {
        HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        ALIBABA_CLOUD_ACCESS_KEY_ID: 'testid',
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'test-secret-value',
      },
    });

  test('has to name the account that is meant: nothing is sent without', async () => {
    const { code, stderr } = await call();
    expect([code, tunnels, stderr]).toEqual([1, [], expect.stringContaining('--account')]);
  });

  test('is not sent while nobody says whose the keys are', async () => {
    const { code } = await call('--account', '1000000000000001');
    expect([code, [...new Set(tunnels)]]).toEqual([1, ['sts.aliyuncs.com:443']]);
  });
});
