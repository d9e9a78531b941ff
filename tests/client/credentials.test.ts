import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import { type AssumeRoleOptions, assumeRoleCredentials } from '../../shared/client/credentials/assume-role.ts';
import { environmentCredentials } from '../../shared/client/credentials/environment.ts';
import { functionRoleCredentials } from '../../shared/client/credentials/function-role.ts';
import { type CredentialsProvider, explicitCredentials } from '../../shared/client/credentials.ts';
import { ApiError, CredentialsError } from '../../shared/client/errors.ts';
import { RealServer } from './real-server.ts';
import { VirtualClock } from './virtual-clock.ts';

const variables = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'EnvKeyId', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'EnvSecret' };
const context = { accessKeyId: 'STS.ContextKey', accessKeySecret: 'ContextSecret', securityToken: 'ContextToken' };

async function refusalOf(provide: () => CredentialsProvider): Promise<CredentialsError> {
  try {
    await provide().get();
  } catch (error) {
    if (error instanceof CredentialsError) return error;
    throw error;
  }
  throw new Error('expected a CredentialsError');
}

// One suite for every source that can be asked without a network.
describe.each<[string, () => CredentialsProvider, string]>([
  ['explicit', () => explicitCredentials({ accessKeyId: 'ExplicitId', accessKeySecret: 'ExplicitSecret' }), 'ExplicitId'],
  ['environment', () => environmentCredentials(variables), 'EnvKeyId'],
  ['function role', () => functionRoleCredentials(context, variables), 'STS.ContextKey'],
  ['function role without context', () => functionRoleCredentials(undefined, variables), 'EnvKeyId'],
  ['function role with an empty context', () => functionRoleCredentials({}, variables), 'EnvKeyId'],
])('credentials from %s', (_name, provide, accessKeyId) => {
  it('are the same object as long as they are the same keys', async () => {
    const provider = provide();
    const first = await provider.get();
    expect(first.accessKeyId).toBe(accessKeyId);
    expect(await provider.get()).toBe(first);
  });
});

describe('credentials that are incomplete', () => {
  it.each<[string, () => CredentialsProvider, string, string]>([
    ['no secret', () => explicitCredentials({ accessKeyId: 'Id', accessKeySecret: '' }), 'MissingCredentials', 'no access key secret'],
    ['no id', () => explicitCredentials({ accessKeyId: ' ', accessKeySecret: 's' }), 'MissingCredentials', 'no access key id'],
    [
      'temporary id alone',
      () => explicitCredentials({ accessKeyId: 'STS.Abcdefghij', accessKeySecret: 's' }),
      'MissingSecurityToken',
      'Pass the token',
    ],
    ['empty environment', () => environmentCredentials({}), 'MissingCredentials', 'Set ALIBABA_CLOUD_ACCESS_KEY_ID'],
    [
      'half an environment',
      () => environmentCredentials({ ALIBABA_CLOUD_ACCESS_KEY_ID: 'Id' }),
      'MissingCredentials',
      'no access key secret',
    ],
    ['half a context', () => functionRoleCredentials({ accessKeyId: 'STS.x' }, variables), 'MissingCredentials', 'no access key secret'],
  ])('%s', async (_name, provide, code, text) => {
    const error = await refusalOf(provide);
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });

  it('the environment is read again each time', async () => {
    const changing: Record<string, string> = { ...variables };
    const provider = environmentCredentials(changing);
    await provider.get();
    Object.assign(changing, { ALIBABA_CLOUD_ACCESS_KEY_ID: 'STS.New', ALIBABA_CLOUD_SECURITY_TOKEN: 'NewToken' });
    expect(await provider.get()).toMatchObject({ accessKeyId: 'STS.New', securityToken: 'NewToken' });
  });
});

describe('the keys of an assumed role', () => {
  let server: RealServer;
  let url: string;
  let clock: VirtualClock;
  beforeEach(async () => {
    server = new RealServer();
    url = await server.start();
    clock = new VirtualClock();
    server.answer = (response, seen) => server.json(response, issued(seen));
  });
  afterEach(async () => {
    closeConnections();
    await server.stop();
  });

  const issued = (number: number, lifeMs = 3_600_000): unknown => ({
    RequestId: `R-${number}`,
    Credentials: {
      AccessKeyId: `STS.Key${number}`,
      AccessKeySecret: `RoleSecret${number}`,
      SecurityToken: `RoleToken${number}`,
      Expiration: new Date(clock.now() + lifeMs).toISOString(),
    },
  });
  const roleOf = (options: Partial<AssumeRoleOptions> = {}): CredentialsProvider =>
    assumeRoleCredentials({
      base: explicitCredentials({ accessKeyId: 'BaseKeyId', accessKeySecret: 'BaseSecret' }),
      roleArn: 'acs:ram::1234:role/streamwarden',
      sessionName: 'streamwarden',
      endpoint: url,
      clock,
      ...options,
    });

  it('come from STS through the signing client', async () => {
    const keys = await roleOf().get();
    expect([keys.accessKeyId, keys.accessKeySecret, keys.securityToken]).toEqual(['STS.Key1', 'RoleSecret1', 'RoleToken1']);
    const [arrival] = server.arrivals;
    expect(arrival?.headers).toMatchObject({ 'x-acs-action': 'AssumeRole', 'x-acs-version': '2015-04-01' });
    expect(Object.fromEntries(new URLSearchParams(arrival?.url.slice(2)))).toEqual({
      DurationSeconds: '3600',
      RoleArn: 'acs:ram::1234:role/streamwarden',
      RoleSessionName: 'streamwarden',
    });
  });

  it('are fetched once for any number of callers at once', async () => {
    const role = roleOf();
    const all = await Promise.all(Array.from({ length: 50 }, () => role.get()));
    expect(new Set(all).size).toBe(1);
    expect(server.arrivals).toHaveLength(1);
  });

  it('are replaced ten minutes before their end', async () => {
    const role = roleOf();
    await role.get();
    clock.advance(50 * 60_000 - 1);
    expect((await role.get()).accessKeyId).toBe('STS.Key1');
    clock.advance(1);
    expect((await role.get()).accessKeyId).toBe('STS.Key2');
    expect(server.arrivals).toHaveLength(2);
  });

  it('are replaced when the service calls them expired', async () => {
    const role = roleOf();
    await role.get();
    await role.refresh?.();
    expect((await role.get()).accessKeyId).toBe('STS.Key2');
  });

  it('survive throttling by STS, which shows as a redirect', async () => {
    server.answer = (response, seen) =>
      seen < 3 ? response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end() : server.json(response, issued(seen));
    expect((await roleOf().get()).accessKeyId).toBe('STS.Key3');
  });

  it('serve on while STS fails, until shortly before their end', async () => {
    const role = roleOf();
    await role.get();
    server.answer = (response) => server.json(response, { Code: 'NoPermission' }, 403);
    clock.advance(55 * 60_000);
    expect((await role.get()).accessKeyId).toBe('STS.Key1');
    clock.advance(4.5 * 60_000);
    const error = await refusalOf(() => role);
    expect(error.code).toBe('AssumeRoleFailed');
    expect(error.message).toContain('acs:ram::1234:role/streamwarden');
    expect(error.cause).toBeInstanceOf(ApiError);
  });

  it('whose end cannot be read are fetched again soon', async () => {
    server.answer = (response, seen) => {
      const answer = issued(seen) as { Credentials: { Expiration: string } };
      answer.Credentials.Expiration = 'some day';
      server.json(response, answer);
    };
    const role = roleOf();
    await role.get();
    clock.advance(30_000);
    expect((await role.get()).accessKeyId).toBe('STS.Key2');
  });

  it('an answer that breaks off shows no secret in the error', async () => {
    server.answer = (response) => {
      response.writeHead(200);
      response.end(JSON.stringify(issued(7)).slice(0, -60));
    };
    const error = await refusalOf(() => roleOf());
    const everything = `${error.message} ${String(error.cause)} ${JSON.stringify(error.cause)}`;
    expect(everything).toContain('UnreadableAnswer');
    expect(everything).not.toContain('RoleSecret7');
    expect(everything).not.toContain('RoleToken7');
  });
});
