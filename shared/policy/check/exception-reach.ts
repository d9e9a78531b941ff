import type { CompiledSelector } from '../compiled.ts';
import type { DocumentException } from '../document.ts';
import type { PolicyDraft } from '../draft.ts';
import type { Findings } from '../problem.ts';
import type { AnyRuleModule, CommonRule } from '../rule-module.ts';

/**
 * Warns of exceptions that can hold nothing: whatever they select, no rule of a function that they bind is about it. Modules say what binds their
 * function. A policy with errors is not judged, and neither is one with rules of a function of which that is not known.
 */
export function checkExceptionReach(draft: PolicyDraft, modules: readonly AnyRuleModule[], findings: Findings): void {
  const known = new Set<string>(modules.filter(({ bindings }) => bindings !== undefined).map(({ name }) => name));
  if (Object.keys(draft.raw.rules ?? {}).some((name) => !known.has(name))) return;
  for (const { index, value } of draft.exceptions) {
    const path = ['exceptions', index];
    const { keepAtLeastPercent, never } = value;
    const kinds = (['groups', 'workstations'] as const).filter((kind) => value[kind] !== undefined);
    const keepers = kinds.flatMap((kind) => modules.filter(({ bindings }) => bindings?.keepsUp?.kind === kind));
    const keeps = keepAtLeastPercent !== undefined && keepers.some((each) => reaches(value, each, draft, each.bindings?.keepsUp?.part));
    if (keepAtLeastPercent !== undefined && !keeps) {
      const named = keepers.map(({ name, bindings }) => `${name}${bindings?.keepsUp?.part ? ` with a ${bindings.keepsUp.part}` : ''}`);
      const text = `keeps nothing up: no rule of ${named.join(' or ')} can match what it selects, and a rule says what there is to keep; add such a rule for it, or select otherwise`;
      findings.warning([...path, 'keepAtLeast'], text);
    }
    const idle = never.filter(
      (word) =>
        !modules.some((each) => each.bindings?.never.includes(word) && reaches(value, each, draft, each.bindings.neverNeeds?.[word])),
    );
    if (idle.length > 0 && idle.length === never.length && !keeps) {
      findings.warning([...path, 'never'], `forbids nothing: no rule does any of this to what it selects; remove it, or select otherwise`);
    }
  }
}

/** Whether a rule of a function, one with a key where that is named, may be about something that an exception selects. Where that cannot be told, it may. */
function reaches(exception: DocumentException, { name }: AnyRuleModule, draft: PolicyDraft, key?: string): boolean {
  const rules: readonly CommonRule[] = draft.ruleLists.flatMap(({ module, rules }) =>
    module.name === name ? rules.map(({ value }) => value) : [],
  );
  return rules.some((rule) => {
    if (key !== undefined && !Object.hasOwn(rule, key)) return false;
    const shared =
      rule.targets === undefined || exception.targets === undefined || rule.targets.some((each) => exception.targets?.includes(each));
    if (!shared) return false;
    if (rule.groups === undefined && rule.workstations === undefined) return true;
    return (['groups', 'workstations'] as const).some((kind) => {
      const [a, b] = [rule[kind], exception[kind]];
      return a !== undefined && b !== undefined && !disjoint(a, b);
    });
  });
}

/** Whether two selectors surely have nothing in common. False means 'not surely'. */
export function disjoint(a: CompiledSelector, b: CompiledSelector): boolean {
  const lists = ['ids', 'charge', 'regions', 'statuses', 'officeNetworks', 'images'] as const;
  if (lists.some((key) => apart(a[key], b[key], (x, y) => x === y))) return true;
  if (apart(a.names, b.names, mayMeet) || apart(a.users, b.users, mayMeet)) return true;
  for (const [key, values] of Object.entries(a.tags ?? {})) if (apart(values, b.tags?.[key], (x, y) => x === y)) return true;
  const lacks = (one: CompiledSelector, other: CompiledSelector) =>
    one.missingTags?.some((key) => other.tags?.[key] !== undefined) === true;
  return lacks(a, b) || lacks(b, a);
}

function apart<T>(a: readonly T[] | undefined, b: readonly T[] | undefined, meet: (x: T, y: T) => boolean): boolean {
  return a !== undefined && b !== undefined && !a.some((x) => b.some((y) => meet(x, y)));
}

/** Whether one name may match both globs: what they say before their first wildcard agrees. */
function mayMeet(a: string, b: string): boolean {
  const [x, y] = [a.split(/[*?]/)[0] ?? '', b.split(/[*?]/)[0] ?? ''];
  if (x === a && y === b) return a === b;
  return x === a ? x.startsWith(y) : y === b ? y.startsWith(x) : x.startsWith(y) || y.startsWith(x);
}
