import { Credentials, type CredentialsProvider } from '../credentials.ts';
import { CredentialsError } from '../errors.ts';

/**
 * Keys from ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, with temporary keys,
 * ALIBABA_CLOUD_SECURITY_TOKEN (signing facts, credentials). Read again at each `get`, so that a changed environment counts.
 * @param environment default: this process's environment
 */
export function environmentCredentials(environment: Readonly<Record<string, string | undefined>> = process.env): CredentialsProvider {
  let last: Credentials | undefined;
  return {
    async get() {
      const accessKeyId = environment['ALIBABA_CLOUD_ACCESS_KEY_ID'] ?? '';
      const accessKeySecret = environment['ALIBABA_CLOUD_ACCESS_KEY_SECRET'] ?? '';
      const securityToken = environment['ALIBABA_CLOUD_SECURITY_TOKEN'] || undefined;
      if (!accessKeyId && !accessKeySecret) {
        throw new CredentialsError(
          'MissingCredentials',
          'No credentials in the environment. Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, and ALIBABA_CLOUD_SECURITY_TOKEN with temporary keys.',
        );
      }
      // The same keys stay the same object, so that nothing is wrapped anew on every call.
      if (last?.accessKeyId !== accessKeyId || last.accessKeySecret !== accessKeySecret || last.securityToken !== securityToken) {
        last = new Credentials({ accessKeyId, accessKeySecret, securityToken }, 'The environment variables ALIBABA_CLOUD_…');
      }
      return last;
    },
  };
}
