import type { CredentialsProvider } from '../../shared/client/credentials.ts';
import { redact } from '../../shared/client/redact.ts';

/** A trigger as Function Compute has it. */
export interface DeployedTrigger {
  readonly name: string;
  readonly type: string;
  readonly qualifier: string | undefined;
  /** As it was deployed: an object, or text where it is none. */
  readonly config: unknown;
}

/** A function as Function Compute has it, as far as it is compared. */
export interface DeployedFunction {
  readonly props: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly triggers: readonly DeployedTrigger[];
  /** Undefined where none is set. */
  readonly reservedConcurrency: number | undefined;
  readonly retries: number | undefined;
  readonly eventAgeSeconds: number | undefined;
  readonly failureDestination: string | undefined;
}

/** Deployed functions, read only. */
export interface DeployedFunctions {
  /** A function by name; undefined where there is none. @throws DeployedError when it cannot be read */
  read(name: string): Promise<DeployedFunction | undefined>;
}

/** Function Compute could not be read. `code` is its own, or `NoAnswer`. */
export class DeployedError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'DeployedError';
    this.code = code;
  }
}

/** Longest time of one request, in milliseconds. */
const limitMs = 10_000;

/**
 * Reads functions through the vendor's client of Function Compute 3.0, which is loaded at the first use.
 * @param place host, without a scheme; plain http is for loopback
 */
export function deployedFunctions(
  place: { readonly host: string; readonly secure: boolean },
  credentials: CredentialsProvider,
): DeployedFunctions {
  return {
    async read(name) {
      const keys = await credentials.get();
      const vendor = (await import('@alicloud/fc20230330')).default;
      const config = {
        ...{ accessKeyId: keys.accessKeyId, accessKeySecret: keys.accessKeySecret, securityToken: keys.securityToken },
        ...{ endpoint: place.host, protocol: place.secure ? 'HTTPS' : 'HTTP', readTimeout: limitMs, connectTimeout: limitMs },
      };
      const client = new vendor.default(config as unknown as ConstructorParameters<typeof vendor.default>[0]);
      const asked = async <T>(what: string, request: () => Promise<{ readonly body?: T }>): Promise<T | undefined> => {
        try {
          return (await request()).body;
        } catch (error) {
          const { code, statusCode, message = '' } = error as { code?: unknown; statusCode?: unknown; message?: string };
          // No such function, or no such setting of it.
          if (statusCode === 404) return undefined;
          const secrets = [keys.accessKeySecret, keys.securityToken];
          const known = typeof code === 'string' && statusCode !== undefined ? code : 'NoAnswer';
          throw new DeployedError(known, `${what} of ${name} cannot be read (${redact(known, secrets)}): ${redact(message, secrets)}`);
        }
      };
      const found = await asked('the function', () => client.getFunction(name, new vendor.GetFunctionRequest({})));
      if (!found) return undefined;
      const listed = await asked('the triggers', () => client.listTriggers(name, new vendor.ListTriggersRequest({ limit: 100 })));
      const concurrency = await asked('the concurrency', () => client.getConcurrencyConfig(name));
      const asynchronous = await asked('the asynchronous settings', () =>
        client.getAsyncInvokeConfig(name, new vendor.GetAsyncInvokeConfigRequest({})),
      );
      const { runtime, handler, memorySize, timeout, role, cpu } = found;
      return {
        props: { runtime, handler, memorySize, timeout, role, cpu },
        environment: found.environmentVariables ?? {},
        triggers: (listed?.triggers ?? []).map(({ triggerName = '', triggerType = '', qualifier, triggerConfig }) => ({
          ...{ name: triggerName, type: triggerType, qualifier, config: configOf(triggerConfig) },
        })),
        reservedConcurrency: concurrency?.reservedConcurrency,
        retries: asynchronous?.maxAsyncRetryAttempts,
        eventAgeSeconds: asynchronous?.maxAsyncEventAgeInSeconds,
        failureDestination: asynchronous?.destinationConfig?.onFailure?.destination,
      };
    },
  };
}

/** Function Compute gives the settings of a trigger as JSON text. */
function configOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return text;
  }
}
