import type { PolicyDraft } from '../draft.ts';
import type { Findings, PolicyPath } from '../problem.ts';
import { looseKey } from '../selector.ts';

/** Warns of a tag key that the policy spells in two ways: tags are compared exactly, so the two are different tags. */
export function checkTagKeys(draft: PolicyDraft, findings: Findings): void {
  const first = new Map<string, string>();
  const told = new Set<string>();
  for (const { key, path } of tagKeysOf(draft.raw, [])) {
    const before = first.get(looseKey(key)) ?? key;
    first.set(looseKey(key), before);
    if (before === key || told.has(key)) continue;
    told.add(key);
    findings.warning(path, `the tag ${key} is not the tag ${before}, which this policy names too; write one of the two everywhere`);
  }
}

interface TagKey {
  readonly key: string;
  readonly path: PolicyPath;
}

/** The tag keys of a policy in the order of the file: those of selectors, of peaks, of owners, and those that are set or required. */
function tagKeysOf(value: unknown, path: PolicyPath): readonly TagKey[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]): readonly TagKey[] => {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    const texts = (Array.isArray(inner) ? inner : [inner]).filter((each): each is string => typeof each === 'string');
    if (name === 'tags' || name === 'set') return Object.keys(inner ?? {}).map((key) => ({ key, path: [...at, key] }));
    if (name === 'missingTag' || name === 'requireTags') return texts.map((key) => ({ key, path: at }));
    const named = (name === 'peak' && 'tag') || (name === 'ownerTag' && 'key');
    const key = named && (inner as Readonly<Record<string, unknown>> | null)?.[named];
    return typeof key === 'string' ? [{ key, path: [...at, named as string] }] : tagKeysOf(inner, at);
  });
}
