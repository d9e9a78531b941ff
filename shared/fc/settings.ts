import path from 'node:path';
import type { ContextCredentials } from '../client/credentials/function-role.ts';
import { hostnameOf, isLoopback } from '../client/endpoint.ts';

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A function is set up wrongly. The message says which variable to change. */
export class SettingsError extends Error {
  readonly code:
    | 'PolicyMissing'
    | 'StoreMissing'
    | 'StoreMismatch'
    | 'StoreNotAvailable'
    | 'StoreRegionMissing'
    | 'StoreCnameInvalid'
    | 'UnknownTarget'
    | 'UnknownRegion'
    | 'UnknownEndpoint'
    | 'LinkKeyMissing'
    | 'SimulatorNotLocal';
  constructor(code: SettingsError['code'], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SettingsError';
    this.code = code;
  }
}

/** How a deployed function is set up, from its environment. */
export interface Settings {
  /** File of the compiled policy: `STREAMWARDEN_POLICY`, else `policy.json` in the folder of the code. */
  readonly policyFile: string;
  /** `STREAMWARDEN_OBSERVE=true`: plan and report, and write nothing, whatever the policy's mode says. Default: false. */
  readonly observe: boolean;
  /** `STREAMWARDEN_TARGET`: the only target to run. Default: the event's, else all of the policy. */
  readonly target: string | undefined;
  /** `STREAMWARDEN_TARGET_ROLE_SUFFIX`: what the role of each target ends in for a function of this power. Default: nothing. */
  readonly targetRoleSuffix: string | undefined;
  /** `STREAMWARDEN_STORE`. Default: the policy's `store`. */
  readonly store: string | undefined;
  /** `STREAMWARDEN_SIMULATOR`: address of a simulator on this machine, which plays service, STS and OSS. Default: the cloud. */
  readonly simulator: string | undefined;
}

/** Reads the settings; empty variables count as absent. @throws SettingsError `SimulatorNotLocal` */
export function readSettings(environment: Environment): Settings {
  const given = (name: string): string | undefined => environment[name]?.trim() || undefined;
  return {
    policyFile: given('STREAMWARDEN_POLICY') ?? path.join(given('FC_FUNC_CODE_PATH') ?? process.cwd(), 'policy.json'),
    observe: given('STREAMWARDEN_OBSERVE')?.toLowerCase() === 'true',
    target: given('STREAMWARDEN_TARGET'),
    targetRoleSuffix: given('STREAMWARDEN_TARGET_ROLE_SUFFIX'),
    store: given('STREAMWARDEN_STORE'),
    simulator: localSimulator(given('STREAMWARDEN_SIMULATOR')),
  };
}

/** A function's keys are the cloud's: a simulator elsewhere would be handed requests, and tokens, that the cloud accepts. */
function localSimulator(url: string | undefined): string | undefined {
  if (url === undefined || (/^https?:/i.test(url) && URL.canParse(url) && isLoopback(hostnameOf(new URL(url))))) return url;
  throw new SettingsError(
    'SimulatorNotLocal',
    'STREAMWARDEN_SIMULATOR is not an address of this machine: unset it to act in the cloud, or write http://127.0.0.1:PORT.',
  );
}

/** What Function Compute passes beside the event, as far as it is used (Function Compute facts, context object). */
export interface FunctionContext {
  readonly requestId: string;
  /** Present only where the function has a role. */
  readonly credentials?: ContextCredentials | undefined;
  /** Account and region of the function itself. */
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  readonly function?: {
    readonly name?: string | undefined;
    /** Seconds that one invocation may take; the type of the value is not documented. */
    readonly timeout?: number | string | undefined;
  };
}

/** When the platform ends an invocation that began at `startMs`, in epoch milliseconds; undefined where the context does not say. */
export function endOf(context: FunctionContext, startMs: number): number | undefined {
  const seconds = Number(context.function?.timeout ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? startMs + seconds * 1000 : undefined;
}
