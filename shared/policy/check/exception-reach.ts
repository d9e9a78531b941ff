import type { CompiledSelector, Never } from '../compiled.ts';
import type { DocumentException } from '../document.ts';
import type { PolicyDraft } from '../draft.ts';
import type { FunctionName } from '../known-functions.ts';
import type { Findings } from '../problem.ts';

/** The functions that keep up what `keepAtLeast` says: nodes of groups, a part of the peak of their rule, and the power of workstations. */
const keepers = { groups: 'scale-on-schedule', workstations: 'power-workstations' } as const;
/** The key of a rule without which a function has nothing to keep a part of. */
const keptPart = { groups: 'peak', workstations: undefined } as const;

/** The functions that a word of `never` binds. */
const boundBy: Readonly<Record<Never, readonly FunctionName[]>> = {
  'cut-sessions': ['log-off-sessions', 'scale-on-schedule', 'power-workstations', 'approve-ota-windows', 'enforce-policy'],
  'approve-ota': ['approve-ota-windows'],
  'scale-down': ['scale-on-schedule'],
  renew: ['renew-before-expiry'],
  'power-off': ['power-workstations'],
  tag: ['tag-new-resources'],
  enforce: ['enforce-policy'],
};

/** Warns of exceptions that can hold nothing: whatever they select, no rule is about it. A policy with errors is not judged. */
export function checkExceptionReach(draft: PolicyDraft, findings: Findings): void {
  for (const { index, value } of draft.exceptions) {
    const path = ['exceptions', index];
    const { keepAtLeastPercent, never } = value;
    const kinds = (['groups', 'workstations'] as const).filter((kind) => value[kind] !== undefined);
    const keeps = keepAtLeastPercent !== undefined && kinds.some((kind) => reaches(value, keepers[kind], draft, keptPart[kind]));
    if (keepAtLeastPercent !== undefined && !keeps) {
      const functions = kinds.map((kind) => `${keepers[kind]}${keptPart[kind] ? ` with a ${keptPart[kind]}` : ''}`).join(' or ');
      const text = `keeps nothing up: no rule of ${functions} can match what it selects, and a rule says what there is to keep; add such a rule for it, or select otherwise`;
      findings.warning([...path, 'keepAtLeast'], text);
    }
    const idle = never.filter((word) => !boundBy[word].some((name) => reaches(value, name, draft)));
    if (idle.length > 0 && idle.length === never.length && !keeps) {
      findings.warning([...path, 'never'], `forbids nothing: no rule does any of this to what it selects; remove it, or select otherwise`);
    }
  }
}

/** Whether a rule of a function, one with a key where that is named, may be about something that an exception selects. Where that cannot be told, it may. */
function reaches(exception: DocumentException, name: FunctionName, draft: PolicyDraft, key?: string): boolean {
  const list = draft.ruleLists.find(({ module }) => module.name === name);
  if (list === undefined) return typeof draft.raw.rules === 'object' && draft.raw.rules !== null && Object.hasOwn(draft.raw.rules, name);
  return list.rules.some(({ value: rule }) => {
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
