import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen, portOf, urlOf } from '../fixtures/http.ts';
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
  await listen(proxy);
});
afterEach(() => new Promise((resolve) => proxy.close(resolve)));

test('HTTPS_PROXY is asked for a tunnel to the endpoint, and its refusal is an error that names neither keys nor proxy password', async () => {
  const port = portOf(proxy);
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

/** What a command asks the proxy for; it is refused each time. */
const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'testid', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'test-secret-value' };
const behindProxy = (args: readonly string[], env: Record<string, string> = {}, cwd = tmpdir()) =>
  streamwarden(args, { cwd, env: { HTTPS_PROXY: urlOf(proxy), ...env } });

describe('everything that speaks https goes through the proxy', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-proxy-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a channel that posts', async () => {
    writeFileSync(
      path.join(folder, 'policy.yaml'),
      `version: 1
timezone: Asia/Shanghai
targets: {home: {account: "1000000000000001", endpoint: cn-shanghai}}
channels: {ops: {kind: dingtalk, url: "env:OPS_URL", secret: "env:OPS_SECRET"}}
tell: {failed: ops}
rules: {}
`,
    );
    const robot = { OPS_URL: 'https://oapi.dingtalk.com/robot/send?access_token=t0ken', OPS_SECRET: 'SECs3cret' };
    const { code, stdout } = await behindProxy(['notify', 'test'], robot, folder);
    expect([code, tunnels]).toEqual([1, ['oapi.dingtalk.com:443']]);
    expect(stdout).not.toMatch(/t0ken|SECs3cret/);
  });

  test("a deployed function, by the vendor's client", async () => {
    const { code } = await behindProxy(['invoke', 'digest', '--remote', '--account', '1000000000000001', '--region', 'cn-shanghai'], keys);
    expect([code, [...new Set(tunnels)]]).toEqual([1, ['1000000000000001.cn-shanghai.fc.aliyuncs.com:443']]);
  });

  test("the role of a profile, by the vendor's library", async () => {
    mkdirSync(path.join(folder, '.aliyun'));
    const profile = {
      name: 'default',
      mode: 'RamRoleArn',
      access_key_id: 'id',
      access_key_secret: 'secret',
      ram_role_arn: 'acs:ram::1:role/r',
      ram_session_name: 's',
    };
    writeFileSync(path.join(folder, '.aliyun', 'config.json'), JSON.stringify({ current: 'default', profiles: [profile] }));
    const { code } = await behindProxy(['call', 'ListRegions', '--endpoint', 'cn-shanghai'], { HOME: folder });
    expect([code, [...new Set(tunnels)]]).toEqual([1, [expect.stringMatching(/^sts\..*aliyuncs\.com:443$/)]]);
  });
});

test('a proxy that cannot be used is one clear message before anything is asked, and a command without a network does not mind', async () => {
  const env = { ...keys, HTTPS_PROXY: 'li.wei:proxy-password@proxy.example.com:3128' };
  const { code, stdout, stderr } = await behindProxy(['call', 'ListRegions', '--endpoint', 'cn-shanghai'], env);
  const said = 'HTTPS_PROXY does not begin with http:// or https://; write it as http://proxy.example.com:3128, or unset it.';
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `streamwarden: ${said}\n` });
  expect(await behindProxy(['schema'], env)).toMatchObject({ code: 0, stderr: '' });
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 is said to be ignored', async () => {
  const { code, stderr } = await streamwarden(['schema'], { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
  expect([code, stderr]).toEqual([0, expect.stringContaining('certificates are always verified')]);
});

describe('a single call that writes, without a policy', () => {
  const call = (...args: string[]) =>
    streamwarden(['call', 'CreateWuyingServer', '--endpoint', 'cn-shanghai', '--yes-buy', ...args], {
      env: {
        HTTPS_PROXY: urlOf(proxy),
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
