import type { CompiledPolicy } from '../../policy/compiled.ts';

/**
 * The channels that a critical message is tried on, one group after another until one delivers: those it is for, those for failures, and all
 * that there are. No channel stands in two groups, and no group is empty.
 */
export function criticalRoute(
  policy: Pick<CompiledPolicy, 'channels' | 'tell'>,
  channels: readonly string[],
): readonly (readonly string[])[] {
  const tried = new Set<string>();
  return [channels, policy.tell['failed'] ?? [], Object.keys(policy.channels)].flatMap((group) => {
    const fresh = [...new Set(group)].filter((name) => !tried.has(name));
    for (const name of fresh) tried.add(name);
    return fresh.length > 0 ? [fresh] : [];
  });
}

/** Nobody could be told of something critical, so whoever runs it must fail. `code` is `NotTold`; the message says what to do. */
export class NotToldError extends Error {
  readonly code = 'NotTold';
  /** `what`: of what, as the rest of a sentence. `why`: the channels and why they did not deliver; no address, no secret. */
  constructor(what: string, why: readonly string[]) {
    const because = why.length > 0 ? why.join('; ') : 'the policy names no channel';
    super(`Nobody could be told ${what}: ${because}. Name channels that work under tell, and try 'streamwarden notify test'.`);
    this.name = 'NotToldError';
  }
}
