import { environmentCredentials } from '../../shared/client/credentials/environment.ts';
import type { CredentialsProvider } from '../../shared/client/credentials.ts';
import { profileCredentials } from './profile.ts';

/** The identity at a desk: the environment's keys where they are set, else the profile of the vendor's command line. */
export function deskCredentials(environment: Readonly<Record<string, string | undefined>> = process.env): CredentialsProvider {
  return environment['ALIBABA_CLOUD_ACCESS_KEY_ID'] ? environmentCredentials(environment) : profileCredentials();
}
