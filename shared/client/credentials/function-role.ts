import { Credentials, type CredentialsProvider } from '../credentials.ts';
import { environmentCredentials } from './environment.ts';

/** The `credentials` of a Function Compute invocation's context; present only where the function has a role. */
export interface ContextCredentials {
  readonly accessKeyId?: string | undefined;
  readonly accessKeySecret?: string | undefined;
  readonly securityToken?: string | undefined;
}

/**
 * Keys of a function's role. The invocation's own come first: those in the environment are as old as the instance (signing
 * facts, in Function Compute). They live 36 hours, far longer than an invocation, so nothing is refreshed.
 * @param context the invocation's `context.credentials`; undefined or empty means the environment
 * @param environment default: this process's environment
 * @throws CredentialsError when the context carries a part of the keys only
 */
export function functionRoleCredentials(
  context: ContextCredentials | undefined,
  environment?: Readonly<Record<string, string | undefined>>,
): CredentialsProvider {
  if (!context?.accessKeyId && !context?.accessKeySecret) return environmentCredentials(environment);
  const { accessKeyId = '', accessKeySecret = '', securityToken } = context;
  const credentials = new Credentials({ accessKeyId, accessKeySecret, securityToken }, "The invocation context's credentials");
  return { get: async () => credentials };
}
