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
