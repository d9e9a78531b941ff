import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { Credentials, type CredentialsProvider } from '../../shared/client/credentials.ts';
import { CredentialsError } from '../../shared/client/errors.ts';
import { redact } from '../../shared/client/redact.ts';

/**
 * Keys of a profile of the vendor's command line, `~/.aliyun/config.json`, in whatever mode it has (static keys, role, single
 * sign-on, external command …), through the vendor's library. It is loaded at the first `get` only.
 * @param profile default: ALIBABA_CLOUD_PROFILE, else the file's current profile
 * @throws CredentialsError `ProfileUnusable` from `get` when there is no such profile or it gives no keys
 */
export function profileCredentials(profile?: string): CredentialsProvider {
  let provider: Promise<VendorProvider> | undefined;
  let last: Credentials | undefined;
  return {
    async get() {
      try {
        provider ??= load(profile);
        const keys = await (await provider).getCredentials();
        if (
          last?.accessKeyId !== keys.accessKeyId ||
          last.accessKeySecret !== keys.accessKeySecret ||
          last.securityToken !== (keys.securityToken || undefined)
        ) {
          last = new Credentials(keys, `The profile ${profile ?? 'in use'} of ~/.aliyun/config.json`);
        }
        return last;
      } catch (error) {
        provider = undefined;
        if (error instanceof CredentialsError) throw error;
        throw unusable(profile, error, await secretsInProfiles());
      }
    },
    async refresh() {
      provider = undefined;
      last = undefined;
    },
  };
}

interface VendorProvider {
  createExternalCredentialUpdateCallback: () => () => Promise<void>;
  getCredentials(): Promise<{ accessKeyId: string; accessKeySecret: string; securityToken?: string }>;
}

async function load(profile: string | undefined): Promise<VendorProvider> {
  const vendor = await import('@alicloud/credentials');
  const builder = vendor.CLIProfileCredentialsProvider.builder();
  if (profile !== undefined) builder.withProfileName(profile);
  const provider = builder.build() as unknown as VendorProvider;
  // The library would write the keys of mode External, secret and all, into the profile's file.
  provider.createExternalCredentialUpdateCallback = () => async () => {};
  return provider;
}

/** What the file of profiles keeps secret, so that no message of a library or of an external command repeats it. */
async function secretsInProfiles(): Promise<readonly string[]> {
  try {
    const { profiles } = JSON.parse(await readFile(path.join(homedir(), '.aliyun', 'config.json'), 'utf8')) as { profiles: object[] };
    const fields = profiles.flatMap((each) => Object.entries(each));
    return fields.flatMap(([name, value]) => {
      if (typeof value !== 'string') return [];
      // The arguments of a command, which it may repeat when it does not understand them.
      if (name === 'process_command') return value.split(/[\s=]+/).slice(1);
      return /secret|token/i.test(name) ? [value] : [];
    });
  } catch {
    return [];
  }
}

/**
 * The vendor's library quotes the whole file, keys included, when it is no JSON: that text does not go on, and no error itself. What else it says, such as
 * why STS refused the role, does.
 */
function unusable(profile: string | undefined, error: unknown, secrets: readonly string[]): CredentialsError {
  const said = error instanceof Error ? error.message : '';
  const known = reasons.find(([start]) => said.startsWith(start));
  const reason = known?.[1] ?? `it gives no keys: ${redact(withoutCommand(said), secrets).replace(/\.$/, '') || 'no reason is given'}`;
  const name = profile === undefined ? 'The current profile' : `The profile ${profile}`;
  return new CredentialsError(
    'ProfileUnusable',
    `${name} of ~/.aliyun/config.json cannot be used: ${reason}. Run "aliyun configure", or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.`,
  );
}

/** The first line repeats the external command with its arguments, which may be secret; what it printed comes behind. */
function withoutCommand(said: string): string {
  return said.replace(/Command failed: .*(?:\n|$)/, 'the command failed: ');
}

const reasons: readonly (readonly [start: string, reason: string])[] = [
  ['reading aliyun cli config', 'the file cannot be read'],
  ['parse aliyun cli config', 'the file is not JSON'],
  ['no any configured profiles', 'the file has no profiles'],
  ['unable to get profile', 'there is no profile of this name'],
  ['the CLI profile is disabled', 'ALIBABA_CLOUD_CLI_PROFILE_DISABLED is set'],
  ['unsupported profile mode', 'its mode is not supported'],
];
