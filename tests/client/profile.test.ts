import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
