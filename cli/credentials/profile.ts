import { Credentials, type CredentialsProvider } from '../../shared/client/credentials.ts';
import { CredentialsError } from '../../shared/client/errors.ts';

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
        throw unusable(profile, error);
      }
    },
    async refresh() {
      provider = undefined;
      last = undefined;
    },
  };
}

interface VendorProvider {
  getCredentials(): Promise<{ accessKeyId: string; accessKeySecret: string; securityToken?: string }>;
}

async function load(profile: string | undefined): Promise<VendorProvider> {
  const vendor = await import('@alicloud/credentials');
  const builder = vendor.CLIProfileCredentialsProvider.builder();
  if (profile !== undefined) builder.withProfileName(profile);
  return builder.build() as VendorProvider;
}

/** The vendor's library quotes the whole file, keys included, when it is no JSON: neither its text nor the error itself goes on. */
function unusable(profile: string | undefined, error: unknown): CredentialsError {
  const said = error instanceof Error ? error.message : '';
  const reason = reasons.find(([start]) => said.startsWith(start))?.[1] ?? 'it gives no keys';
  const name = profile === undefined ? 'The current profile' : `The profile ${profile}`;
  return new CredentialsError(
    'ProfileUnusable',
    `${name} of ~/.aliyun/config.json cannot be used: ${reason}. Run "aliyun configure", or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.`,
  );
}

const reasons: readonly (readonly [start: string, reason: string])[] = [
  ['reading aliyun cli config', 'the file cannot be read'],
  ['parse aliyun cli config', 'the file is not JSON'],
  ['no any configured profiles', 'the file has no profiles'],
  ['unable to get profile', 'there is no profile of this name'],
  ['the CLI profile is disabled', 'ALIBABA_CLOUD_CLI_PROFILE_DISABLED is set'],
  ['unsupported profile mode', 'its mode is not supported'],
];
