import type { CompiledPolicy } from '../policy/compiled.ts';

/** `act` where the policy names the function under `mode.act`; else what `mode.default` says. */
export function functionMode(policy: CompiledPolicy, functionName: string): 'observe' | 'act' {
  return policy.mode.act.includes(functionName) ? 'act' : policy.mode.default;
}
