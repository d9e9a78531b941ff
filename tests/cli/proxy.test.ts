import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
  const { code, stderr } = await streamwarden(['call', 'CreateWuyingServer', '--endpoint', 'cn-shanghai', '--yes-buy'], {
    env: {
      HTTPS_PROXY: `http://user:proxy-password@127.0.0.1:${port}`,
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'testid',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'test-secret-value',
    },
  });
  expect(code).toBe(1);
  expect(tunnels).toEqual(['appstream-center.cn-shanghai.aliyuncs.com:443']);
  expect(stderr).not.toMatch(/proxy-password|test-secret-value/);
});
