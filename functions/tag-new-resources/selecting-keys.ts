/** The tag that `firstSeen` of a selector reads. */
const firstSeenTag = 'first-seen';

/** How deep a rule is looked through: selectors lie in rules, and in the rings of rules. */
const depth = 6;

/**
 * Keys of tags on which a rule depends, wherever in it: those that its selectors want or miss, that of `firstSeen`, and one that carries a
 * peak. Rules of any function may be given, since their selectors and peaks are spelled alike.
 */
export function selectingKeys(rule: unknown): ReadonlySet<string> {
  const keys = new Set<string>();
  look(rule, keys, depth);
  return keys;
}

function look(value: unknown, keys: Set<string>, levels: number): void {
  if (typeof value !== 'object' || value === null || levels === 0) return;
  if (Array.isArray(value)) {
    for (const item of value) look(item, keys, levels - 1);
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'tags' && typeof inner === 'object' && inner !== null) for (const key of Object.keys(inner)) keys.add(key);
    else if (name === 'missingTags' && Array.isArray(inner)) for (const key of inner) keys.add(String(key));
    else if (name === 'firstSeen' && inner !== undefined) keys.add(firstSeenTag);
    else if (name === 'tag' && typeof inner === 'string') keys.add(inner);
    else look(inner, keys, levels - 1);
  }
}
