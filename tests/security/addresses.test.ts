import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { closeConnections } from '../../shared/client/agents.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { targetClient } from '../../shared/fc/clients.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { signingInvoker } from '../../shared/fc/signing-invoker.ts';
import { storeOf } from '../../shared/fc/store.ts';
import type { Message } from '../../shared/notify/message.ts';
import { openChannels } from '../../shared/notify/open-channels.ts';
import { channelKinds } from '../../shared/policy/channel-kinds.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { listen, urlOf } from '../fixtures/http.ts';

/** Addresses that a function must never be led to: what a machine of the cloud tells itself, neighbors, and strangers that look like friends. */
const metadata = 'http://100.100.100.200/latest/meta-data/ram/security-credentials/';
const strange = [
  metadata,
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00:ec2::254]/',
  'http://10.0.0.1/',
  'http://hook.example.com/x',
  'http://localhost.evil.example/x',
  'http://127.0.0.1.evil.example/x',
  'https://evil.example/x',
  'https://hook.example.com.evil.example/x',
  'https://evil.example/hook.example.com',
  'https://evil.example?hook.example.com',
  'https://evil.example#hook.example.com',
  'https://evilhook.example.com/x',
  'https://hook.example.com@evil.example/x',
  'https://user:password@hook.example.com/x',
  'file:///etc/passwd',
  'gopher://127.0.0.1:25/x',
  'javascript:alert(1)',
  '//hook.example.com/x',
  'hook.example.com',
];

const message: Message = { id: '1', timeMs: 0, severity: 'info', title: 't', text: 't' };
const policyOf = (sections: string, target = 'endpoint: cn-shanghai') => `version: 1
timezone: Asia/Shanghai
targets: {home: {account: "1000000000000001", ${target}}}
${sections}
rules: {}
`;

/** What is wrong with a policy. */
function errorsIn(text: string): readonly string[] {
  const { problems } = loadPolicy(text, 'policy.yaml', ruleModules);
  return problems.filter(({ severity }) => severity === 'error').map(({ text: said }) => said);
}

describe('a policy leads to no address', () => {
  test('the text that the cases below differ from is right', () => {
    expect(errorsIn(policyOf('channels: {ops: {kind: webhook, url: "env:OPS_URL"}}\nstore: oss://acme-journal/prod'))).toEqual([]);
  });

  test.each([...strange, 'env:', 'env:A B', 'env:A-B', 'env:A/../B', 'OPS_URL', `env:${'A'.repeat(3)}\u0000`])(
    'by a channel at %j, and the error does not repeat it',
    (url) => {
      const errors = errorsIn(policyOf(`channels: {ops: {kind: webhook, url: ${JSON.stringify(url)}}}`));
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain('must name an environment variable');
      if (url.length > 12) expect(errors.join()).not.toContain(url);
    },
  );

  test.each([
    ...strange,
    'appstream-center.cn-shanghai.aliyuncs.com',
    'cn-shanghai.evil.example',
    '../cn-shanghai',
    '__proto__',
    'constructor',
  ])('by a target at %j', (endpoint) => {
    expect(errorsIn(policyOf('limits: {}', `endpoint: ${JSON.stringify(endpoint)}`))).not.toEqual([]);
  });

  test.each(['acs:ram::2:role/admin', 'a/b', '../admin', 'a:b', ''])('by a role %j of another account', (role) => {
    expect(errorsIn(policyOf('limits: {}', `endpoint: cn-shanghai, role: ${JSON.stringify(role)}`))).not.toEqual([]);
  });

  test.each([
    ...strange.filter((each) => each !== 'hook.example.com'),
    'oss://evil.example/x',
    'oss://a@b/x',
    'oss:///x',
    'oss://UPPER/x',
    'dir:',
  ])('by a store at %j', (store) => {
    expect(errorsIn(policyOf(`store: ${JSON.stringify(store)}`))).not.toEqual([]);
  });
});

describe('a compiled policy that somebody changed leads to no address', () => {
  test.each([...strange, '__proto__', 'constructor', 'toString'])('by a target at %j', (endpoint) => {
    const target = { name: 'home', account: '1', endpoint, timezone: 'UTC' } as CompiledTarget;
    const identity = explicitCredentials({ accessKeyId: 'LTAItest', accessKeySecret: 'test-secret-of-an-identity' });
    expect(() => targetClient(target, { identity, clock: systemClock })).toThrow(expect.objectContaining({ code: 'UnknownEndpoint' }));
  });

  test.each(strange)('by a channel at %j: it is looked for as a variable, and dead', async (url) => {
    const channel = openChannels({ channels: { ops: { kind: 'webhook', url } } }, { environment: {}, clock: systemClock }).get('ops');
    expect(await channel?.send(message)).toMatchObject({ delivered: false });
    expect(channel?.kind).toBe('dead');
  });
});

describe('the environment leads to no address but those allowed', () => {
  test.each(strange)('by a channel at %j, and the reason does not repeat it', async (url) => {
    const environment = { OPS_URL: url, STREAMWARDEN_CHANNEL_HOSTS: 'hook.example.com, *.hooks.example.com, 127.0.0.1' };
    for (const kind of channelKinds.filter((each) => each !== 'file' && each !== 'console')) {
      const entry = { kind, url: 'env:OPS_URL', secret: 'env:OPS_URL' };
      const channel = openChannels({ channels: { ops: entry } }, { environment, clock: systemClock }).get('ops');
      const delivery = await channel?.send(message);
      expect([channel?.kind, delivery?.delivered]).toEqual(['dead', false]);
      expect(JSON.stringify(delivery)).not.toContain('evil');
      expect(JSON.stringify(delivery)).not.toContain('password@');
    }
  });

  const identity = explicitCredentials({ accessKeyId: 'LTAItest', accessKeySecret: 'test-secret-of-an-identity' });
  const plainHttp = [
    ...strange.filter((url) => !url.startsWith('https:')),
    'http://0.0.0.0/',
    'http://2852039166/',
    'http://[::ffff:169.254.169.254]/',
  ].filter((url) => !['hook.example.com', '//hook.example.com/x'].includes(url));
  test.each(plainHttp)('by STREAMWARDEN_SIMULATOR, STREAMWARDEN_STORE_ENDPOINT or the endpoint of functions at %j', (url) => {
    const refused = expect.objectContaining({ code: 'InvalidInput' });
    expect(() => createClient({ endpoint: url, credentials: identity, clock: systemClock })).toThrow(refused);
    expect(() => signingInvoker({ endpoint: url, credentials: identity, clock: systemClock })).toThrow(refused);
    for (const more of [{ environment: { STREAMWARDEN_STORE_ENDPOINT: url } }, { environment: {}, simulator: url }]) {
      const environment = { STREAMWARDEN_STORE_REGION: 'cn-shanghai', ...more.environment };
      expect(() => storeOf('oss://acme-journal/prod', { credentials: identity, clock: systemClock, ...more, environment })).toThrow(
        refused,
      );
    }
  });

  test.each([...strange, ...plainHttp, 'https://simulator.example', 'localhost:8080', 'http://127.0.0.1.nip.example'])(
    'by STREAMWARDEN_SIMULATOR at %j, with the keys of a function',
    (url) => {
      const read = () => readSettings({ STREAMWARDEN_SIMULATOR: url });
      expect(read).toThrow(expect.objectContaining({ code: 'SimulatorNotLocal' }));
    },
  );

  test.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
    'but a simulator on this machine at %s is none',
    (url) => {
      expect(readSettings({ STREAMWARDEN_SIMULATOR: url }).simulator).toBe(url);
    },
  );

  test.each(['x/../evil.example', 'evil.example#', 'evil.example?', 'a@evil.example/', 'evil.example:80/'])(
    'by a region %j that carries a host',
    (region) => {
      const environment = { STREAMWARDEN_STORE_REGION: region };
      const open = () => storeOf('oss://acme-journal/prod', { credentials: identity, clock: systemClock, environment });
      expect(open).toThrow(expect.objectContaining({ code: 'InvalidInput' }));
    },
  );
});

describe('a receiver cannot send a channel elsewhere', () => {
  let hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.writeHead(307, { location: '/second' }).end('{"ok": true}');
  });
  beforeAll(() => listen(server));
  afterAll(async () => {
    closeConnections();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  test('by a redirect: it is not followed, and the message counts as not delivered', async () => {
    hits = [];
    const environment = {
      OPS_URL: `${urlOf(server)}/first`,
      STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1',
    };
    const entry = { kind: 'webhook', url: 'env:OPS_URL' } as const;
    const channel = openChannels({ channels: { ops: entry } }, { environment, clock: systemClock }).get('ops');
    expect(await channel?.send(message)).toEqual({ delivered: false, because: 'it answered with status 307' });
    expect(hits).toEqual(['/first']);
  });
});
