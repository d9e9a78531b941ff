import type { CompiledPolicy } from '../policy/compiled.ts';

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
