import type { GovernedGroup } from '../../shared/fleet/governed-group.ts';
import { groupedBy } from './grouped.ts';
import { nameOf, UniqueNames } from './presentable.ts';
import { isBetter, tagIndex } from './select-by-tag.ts';

/** Attributes on which groups agree. */
interface Agreement {
  /** Minutes, or -1 for never. */
  readonly sessionTimeout?: number;
  /** Sessions per node. */
  readonly nodeCapacity?: number;
}

/** A rule of enforce-policy to be written. */
export interface EnforceRuleDraft extends Agreement {
  readonly name: string;
  /** Absent: every group that serves. */
  readonly tag?: { readonly key: string; readonly values: readonly string[] };
  /** Ids of the groups that it is about, ascending. */
  readonly covers: readonly string[];
}

/** Status of a group that serves; rules go by it, since a group that does not would be held. */
export const serving = 'PUBLISHED';

/** Fewer groups agree on nothing that would be worth a rule. */
const leastGroups = 2;

/** Sessions per node that a rule can ask for at most. */
const capacityMost = 100;

/**
 * Rules from attributes on which all serving groups agree, or all that share a tag: of the tags the one whose groups agree most. What groups
 * do not agree on is no rule. `groups` in ascending order of ids; `excluded` are ids of groups that no rule may be about.
 */
export function enforceRules(
  groups: readonly GovernedGroup[],
  unfitKeys: readonly string[],
  excluded: ReadonlySet<string>,
): EnforceRuleDraft[] {
  if (groups.some(({ status }) => status === undefined)) return [];
  const fleet = groups.filter(({ status }) => status === serving);
  const common = agreement(fleet, excluded);
  const rules = byTag(fleet, unfitKeys, excluded, common);
  const covered = new Set(rules.flatMap(({ covers }) => covers));
  const rest = fleet.filter(({ id }) => !covered.has(id));
  if (Object.keys(common).length > 0 && rest.length > 0) rules.push({ name: 'every-group', ...common, covers: rest.map(({ id }) => id) });
  return rules;
}

function byTag(
  fleet: readonly GovernedGroup[],
  unfitKeys: readonly string[],
  excluded: ReadonlySet<string>,
  common: Agreement,
): EnforceRuleDraft[] {
  if (fleet.some(({ tags }) => tags === undefined)) return [];
  let best: { readonly key: string; readonly rules: readonly EnforceRuleDraft[]; readonly worth: number } = {
    key: '',
    rules: [],
    worth: 0,
  };
  for (const [key, values] of tagIndex(fleet, unfitKeys)) {
    const agreed = [...values].flatMap(([value, list]) => {
      const attributes = agreement(list as readonly GovernedGroup[], excluded);
      return Object.keys(attributes).length > Object.keys(common).length ? [{ value, list, attributes }] : [];
    });
    const worth = agreed.reduce((sum, { list }) => sum + list.length, 0);
    if (!isBetter(key, worth, best)) continue;
    const names = new UniqueNames();
    names.give('every-group');
    const alike = groupedBy(agreed, ({ attributes }) => JSON.stringify(attributes));
    const rules = [...alike.values()].map((same) => {
      const chosen = same.map(({ value }) => value).sort();
      const { attributes } = same[0] as (typeof same)[number];
      const name = names.give(chosen.length > 3 ? nameOf(key, 'tagged') : nameOf(chosen.join('-'), 'tagged'));
      return { name, tag: { key, values: chosen }, ...attributes, covers: same.flatMap(({ list }) => list.map(({ id }) => id)).sort() };
    });
    best = { key, rules, worth };
  }
  return [...best.rules];
}

function agreement(groups: readonly GovernedGroup[], excluded: ReadonlySet<string>): Agreement {
  if (groups.length < leastGroups || groups.some(({ id }) => excluded.has(id))) return {};
  const sessionTimeout = shared(groups.map(({ sessionTimeoutMinutes }) => sessionTimeoutMinutes));
  const nodeCapacity = shared(groups.map(({ pools }) => (pools?.length === 1 && pools[0]?.id !== '' ? pools[0]?.capacity : undefined)));
  return {
    ...(sessionTimeout === undefined ? {} : { sessionTimeout }),
    ...(nodeCapacity === undefined || nodeCapacity < 1 || nodeCapacity > capacityMost ? {} : { nodeCapacity }),
  };
}

/** The one value of all; undefined where they differ or one is unknown. */
function shared(values: readonly (number | undefined)[]): number | undefined {
  const [first] = values;
  return first !== undefined && values.every((value) => value === first) ? first : undefined;
}
