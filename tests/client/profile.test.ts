import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { localCredentials } from '../../cli/credentials/local-credentials.ts';
import { profileCredentials } from '../../cli/credentials/profile.ts';
import { CredentialsError } from '../../shared/client/errors.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'streamwarden-home-'));
  mkdirSync(path.join(home, '.aliyun'));
  vi.stubEnv('HOME', home);
  vi.stubEnv('ALIBABA_CLOUD_PROFILE', undefined);
  vi.stubEnv('ALIBABA_CLOUD_CLI_PROFILE_DISABLED', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const write = (text: string): void => writeFileSync(path.join(home, '.aliyun', 'config.json'), text);
const profiles = JSON.stringify({
  current: 'default',
  profiles: [
    { name: 'default', mode: 'AK', access_key_id: 'ProfileKeyId', access_key_secret: 'ProfileSecret' },
    {
      name: 'temporary',
      mode: 'StsToken',
      access_key_id: 'STS.ProfileKey',
      access_key_secret: 'ProfileSecret2',
      sts_token: 'ProfileToken',
    },
    { name: 'odd', mode: 'Telepathy' },
  ],
});

const profileOf = (fields: object): string => JSON.stringify({ current: 'p', profiles: [{ name: 'p', ...fields }] });
const external = (script: string): object => ({
  ...{ mode: 'External', process_command: `${process.execPath} -e "${script}" -- --key=ArgumentSecret` },
  ...{ access_key_secret: 'StoredSecret', sts_token: 'StoredToken' },
});

describe('what a mode says when it gives no keys', () => {
  const failure = async (fields: object): Promise<string> => {
    write(profileOf(fields));
    const error = await profileCredentials()
      .get()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'CredentialsError', code: 'ProfileUnusable' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/StoredSecret|StoredToken|ArgumentSecret/);
    return (error as Error).message;
  };

  it.each([
    ['External, no command', { mode: 'External' }, 'process_command is empty'],
    ['External, a command that is not there', { mode: 'External', process_command: '/nowhere/at/all' }, 'ENOENT'],
    [
      'External, a command that fails',
      external("console.error('the vault is sealed StoredSecret');process.exit(3)"),
      'the command failed: the [hidden] is',
    ],
    [
      'External, a command that repeats its arguments',
      { mode: 'External', process_command: `${process.execPath} --key=ArgumentSecret` },
      'bad option: [hidden]=[hidden]',
    ],
    ['External, no JSON', external("console.log('oops')"), 'failed to parse external command output'],
    ['External, no secret', external('console.log(JSON.stringify({access_key_id:1}))'), 'access_key_secret is empty'],
    ['AK without a secret', { mode: 'AK', access_key_id: 'x' }, 'the access key secret is empty'],
    ['RamRoleArn without a role', { mode: 'RamRoleArn', access_key_id: 'x', access_key_secret: 'y' }, 'the RoleArn is empty'],
    [
      'OIDC without a token file',
      { mode: 'OIDC', ram_role_arn: 'acs:ram::1:role/r', oidc_provider_arn: 'a' },
      'OIDCTokenFilePath is not exists',
    ],
    [
      'CloudSSO without a token',
      { mode: 'CloudSSO', cloud_sso_sign_in_url: 'https://x.example' },
      'CloudSSO access token is empty or expired',
    ],
    ['OAuth without a site', { mode: 'OAuth' }, 'invalid OAuth site type'],
  ])('%s', async (_case, fields, said) => {
    expect((await failure(fields)).toLowerCase()).toContain(said.toLowerCase());
  });
});

describe('the file of profiles', () => {
  it('is not written by mode External: its keys stay in memory', async () => {
    const text = profileOf(
      external("console.log(JSON.stringify({mode:'StsToken',access_key_id:'STS.a',access_key_secret:'FreshSecret',sts_token:'t'}))"),
    );
    write(text);
    expect((await profileCredentials().get()).accessKeySecret).toBe('FreshSecret');
    expect(readFileSync(path.join(home, '.aliyun', 'config.json'), 'utf8')).toBe(text);
  });
});

describe('the identity at a desk', () => {
  const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'EnvironmentId', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'EnvironmentSecret' };
  it.each([
    ['the id alone', { ALIBABA_CLOUD_ACCESS_KEY_ID: 'EnvironmentId' }],
    ['the secret alone', { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'EnvironmentSecret' }],
    ['the token alone', { ALIBABA_CLOUD_SECURITY_TOKEN: 'token' }],
    ['no id', { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'EnvironmentSecret', ALIBABA_CLOUD_SECURITY_TOKEN: 'token' }],
    ['an empty secret', { ...keys, ALIBABA_CLOUD_ACCESS_KEY_SECRET: '' }],
  ])('in a half-set environment, %s, is an error and never the profile', async (_case, environment) => {
    write(profiles);
    await expect(localCredentials(environment).get()).rejects.toMatchObject({ code: 'MissingCredentials' });
  });

  it('is the environment where it is whole, and the profile where nothing is set', async () => {
    write(profiles);
    expect((await localCredentials(keys).get()).accessKeyId).toBe('EnvironmentId');
    expect((await localCredentials({ ALIBABA_CLOUD_ACCESS_KEY_ID: '' }).get()).accessKeyId).toBe('ProfileKeyId');
  });
});

describe("profiles of the vendor's command line", () => {
  it('the current one, and one by name', async () => {
    write(profiles);
    expect(await profileCredentials().get()).toMatchObject({
      accessKeyId: 'ProfileKeyId',
      accessKeySecret: 'ProfileSecret',
      securityToken: undefined,
    });
    const temporary = profileCredentials('temporary');
    const keys = await temporary.get();
    expect(keys).toMatchObject({ accessKeyId: 'STS.ProfileKey', securityToken: 'ProfileToken' });
    expect(await temporary.get()).toBe(keys);
    expect(inspect(keys)).not.toContain('ProfileSecret2');
  });

  it('are read again after a refresh', async () => {
    write(profiles);
    const provider = profileCredentials();
    await provider.get();
    write(profiles.replace('ProfileKeyId', 'ChangedKeyId'));
    await provider.refresh?.();
    expect((await provider.get()).accessKeyId).toBe('ChangedKeyId');
  });

  it.each([
    ['no file', undefined, undefined, 'the file cannot be read'],
    ['no JSON', '{"access_key_secret": "LeakedSecret"', undefined, 'the file is not JSON'],
    ['no profiles', '{"profiles": []}', undefined, 'the file has no profiles'],
    ['an unknown name', profiles, 'elsewhere', 'there is no profile of this name'],
    ['an unknown mode', profiles, 'odd', 'its mode is not supported'],
  ])('%s is said with what to do, and without the content of the file', async (_name, text, profile, reason) => {
    if (text !== undefined) write(text);
    const error = await profileCredentials(profile)
      .get()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CredentialsError);
    expect((error as CredentialsError).code).toBe('ProfileUnusable');
    expect((error as CredentialsError).message).toContain(reason);
    expect((error as CredentialsError).message).toContain('aliyun configure');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('LeakedSecret');
  });
});
