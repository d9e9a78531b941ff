import type { Sighting } from './sightings.ts';

/** What differs between a play and that with all switches at their defaults, in words; wrongs first. Empty: nothing that anybody can see. */
export function differences(usual: Sighting, other: Sighting): readonly string[] {
  const wrong = Object.entries(other.wrongs).map(([name, found]) => `**${name}** (${found.length})`);
  const names = [...new Set([...Object.keys(usual.counts), ...Object.keys(other.counts)])].sort();
  const counted = names.flatMap((name) => {
    const [before, now] = [usual.counts[name] ?? 0, other.counts[name] ?? 0];
    return before === now ? [] : [`${name}: ${now} instead of ${before}`];
  });
  return [...wrong, ...counted];
}
