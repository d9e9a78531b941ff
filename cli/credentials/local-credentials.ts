import { environmentCredentials } from '../../shared/client/credentials/environment.ts';
import type { CredentialsProvider } from '../../shared/client/credentials.ts';
import { profileCredentials } from './profile.ts';

const variables = ['ALIBABA_CLOUD_ACCESS_KEY_ID', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'ALIBABA_CLOUD_SECURITY_TOKEN'];

/**
 * The identity of this machine: the environment's keys where any part of them is set, else the profile of the vendor's command line. A part alone is an error
 * of `get`: whoever set it means those keys, and not another identity that happens to be configured.
 */
export function localCredentials(environment: Readonly<Record<string, string | undefined>> = process.env): CredentialsProvider {
  return variables.some((name) => environment[name]) ? environmentCredentials(environment) : profileCredentials();
}
