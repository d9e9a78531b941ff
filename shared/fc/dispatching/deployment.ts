import type { FunctionContext } from '../context.ts';
import type { Environment } from '../settings.ts';
import { invocationHost } from '../signing-invoker.ts';
import { DispatchError } from './errors.ts';

/** Where this function and its siblings are deployed. */
export interface Deployment {
  /** `STREAMWARDEN_PREFIX`: what the names of all functions begin with. Default: `streamwarden`. */
  readonly prefix: string;
  /** Folder of the deployed code. */
  readonly codeFolder: string;
  /** Where functions are invoked: `STREAMWARDEN_FC_ENDPOINT`, else that of the function's own account and region. @throws DispatchError `InvocationsUnknown` */
  endpoint(): string;
}

/** Reads where this function is deployed; empty variables count as absent. */
export function deploymentOf(context: FunctionContext, environment: Environment): Deployment {
  const given = (name: string): string | undefined => environment[name]?.trim() || undefined;
  return {
    prefix: given('STREAMWARDEN_PREFIX') ?? 'streamwarden',
    codeFolder: given('FC_FUNC_CODE_PATH') ?? process.cwd(),
    endpoint() {
      const account = context.accountId ?? given('FC_ACCOUNT_ID');
      const region = context.region ?? given('FC_REGION');
      const endpoint = given('STREAMWARDEN_FC_ENDPOINT') ?? (account && region ? invocationHost(account, region) : undefined);
      if (endpoint !== undefined) return endpoint;
      throw new DispatchError(
        'InvocationsUnknown',
        'Neither the context nor FC_ACCOUNT_ID and FC_REGION say where functions are invoked: set STREAMWARDEN_FC_ENDPOINT to ACCOUNT.REGION.fc.aliyuncs.com.',
      );
    },
  };
}
