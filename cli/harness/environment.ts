import path from 'node:path';

/** What an instance tells the code of itself. */
export interface InstanceFacts {
  /** The handler file. */
  readonly bundle: string;
  readonly functionName: string;
  readonly instanceId: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** What the caller gives; it beats what is built in. */
  readonly env: Readonly<Record<string, string>>;
}

/** Region and account of an instance that says none: nothing of the world's, so that no code takes them for an App Streaming region. */
const localRegion = 'local';
const localAccount = '0000000000000000';

/**
 * The variables of an instance: those that Function Compute sets itself (Function Compute facts, built-in variables), then the caller's. Of
 * this machine's own it has none: what works here by a variable of this machine would fail in the cloud.
 */
export function instanceEnvironment({ bundle, functionName, instanceId, memoryMb, env }: InstanceFacts): Record<string, string> {
  return {
    FC_FUNC_CODE_PATH: path.dirname(bundle),
    FC_ACCOUNT_ID: localAccount,
    FC_FUNCTION_HANDLER: 'index.handler',
    FC_FUNCTION_MEMORY_SIZE: String(memoryMb),
    FC_FUNCTION_NAME: functionName,
    FC_REGION: localRegion,
    FC_CUSTOM_LISTEN_PORT: '9000',
    FC_INSTANCE_ID: instanceId,
    FC_VER_ID: 'LATEST',
    // The platform's machines keep UTC.
    TZ: 'UTC',
    ...env,
  };
}

/** The parts of the context object that are the same in every invocation (Function Compute facts, context object). */
export function instanceContext({ functionName, timeoutMs, memoryMb, env }: InstanceFacts) {
  return {
    function: { name: functionName, handler: 'index.handler', memory: memoryMb, timeout: timeoutMs / 1000 },
    service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
    region: env['FC_REGION'] ?? localRegion,
    accountId: env['FC_ACCOUNT_ID'] ?? localAccount,
  };
}
