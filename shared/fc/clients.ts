import { type ClientOptions, createClient } from '../client/call.ts';
import { writesOnlyTo } from '../client/caller-identity.ts';
import type { Client } from '../client/client.ts';
import { assumeRoleCredentials } from '../client/credentials/assume-role.ts';
import type { CredentialsProvider } from '../client/credentials.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import { SettingsError } from './settings.ts';

/** Hosts of the service's endpoints (API definition). A host made up for another region would probably resolve to nothing. */
const hosts: Readonly<Record<string, string>> = {
  'cn-shanghai': 'appstream-center.cn-shanghai.aliyuncs.com',
  'ap-southeast-1': 'appstream-center.ap-southeast-1.aliyuncs.com',
};

/** Host of a service endpoint by the name that targets use. @throws SettingsError `UnknownEndpoint` */
export function serviceHost(endpoint: string): string {
  const host = Object.hasOwn(hosts, endpoint) ? hosts[endpoint] : undefined;
  if (host !== undefined) return host;
  throw new SettingsError(
    'UnknownEndpoint',
    `No endpoint is known for '${endpoint}'; the service has ${Object.keys(hosts).join(' and ')}.`,
  );
}

/** What clients of targets are made with. */
export interface TargetClientOptions extends Pick<ClientOptions, 'clock'> {
  /** The identity that acts, or that assumes the target's role. */
  readonly identity: CredentialsProvider;
  /** Address of a simulator that plays service and STS. Default: the cloud. */
  readonly simulator?: string | undefined;
}

/**
 * The client of a target: the identity itself, or the target's role assumed by it. It signs writes with keys of the target's account only; where
 * the target states none (`''`), with any. @throws SettingsError `UnknownEndpoint`
 */
export function targetClient({ name, account, role, endpoint }: CompiledTarget, options: TargetClientOptions): Client {
  const { identity, simulator, clock } = options;
  const credentials =
    role === undefined
      ? identity
      : assumeRoleCredentials({
          ...{ base: identity, clock },
          roleArn: `acs:ram::${account}:role/${role}`,
          sessionName: 'streamwarden',
          ...(simulator === undefined ? {} : { endpoint: simulator }),
        });
  const shared = { endpoint: simulator ?? serviceHost(endpoint), clock };
  const checked =
    account === ''
      ? {}
      : { checkKeys: writesOnlyTo(account, `targets.${name}.account`, (keys) => createClient({ ...shared, credentials: keys })) };
  return createClient({ ...shared, credentials, ...checked });
}

/**
 * A policy whose targets name the roles of one power: with `-operator`, the role `streamwarden` of a target becomes `streamwarden-operator`. So
 * functions of different powers assume different roles in an account that is not their own, though the policy has one name for it. Without
 * a suffix, and for targets without a role, nothing changes.
 */
export function withRoleSuffix(policy: CompiledPolicy, suffix: string | undefined): CompiledPolicy {
  if (suffix === undefined) return policy;
  const targets = Object.entries(policy.targets).map(([name, target]) => [
    name,
    target.role === undefined ? target : { ...target, role: `${target.role}${suffix}` },
  ]);
  return { ...policy, targets: Object.fromEntries(targets) };
}
