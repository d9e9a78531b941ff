import type { Charge, DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { nameIndex, selectByName } from './select-by-name.ts';
import { selectByTag, tagIndex } from './select-by-tag.ts';
import type { Progress, Selectable, Selection } from './selection.ts';

/**
 * Chooses selectors so that, with the first match deciding, each demand's rules decide on its members, on such as they welcome, and on no
 * other group of the account. Groups that share a tag come under one rule by tag, exceptions among them by id above it; then names; what
 * is left goes by id. The order of the result is that of the policy: ids, names, tags.
 * @param groups all groups of the account in ascending order of ids, also those that no rule may be about
 * @param unfitKeys tag keys that rules must not go by
 */
export function selectorsFor<D extends Selectable>(
  groups: readonly DeliveryGroup[],
  demands: readonly D[],
  unfitKeys: readonly string[],
): Selection<D>[] {
  const needed = new Set(demands.flatMap(({ members }) => [...members]));
  // Whether a rule by tag matches such a group cannot be told: it would be held, unless its id decides before.
  const untold = groups.filter(({ id, tags, name }) => needed.has(id) && (tags === undefined || name === undefined));
  const progress: Progress = { byId: new Set(untold.map(({ id }) => id)), covered: new Set(), needed };
  const all = new Map(groups.map((group) => [group.id, group]));
  const blind = (charge: Charge, what: 'tags' | 'name'): boolean =>
    groups.some((group) => group[what] === undefined && !needed.has(group.id) && (group.charge ?? charge) === charge);
  const tags = tagIndex(groups, unfitKeys);
  const byTag: Selection<D>[] = [];
  for (const demand of demands) {
    if (blind(demand.charge, 'tags')) continue;
    for (let found = selectByTag(tags, all, demand, progress); found !== undefined; found = selectByTag(tags, all, demand, progress)) {
      byTag.push({ demand, ...found });
    }
  }
  const names = nameIndex(groups);
  const byName: Selection<D>[] = [];
  for (const demand of demands) {
    const found = blind(demand.charge, 'name') ? undefined : selectByName(names, all, demand, progress);
    if (found !== undefined) byName.push({ demand, ...found });
  }
  const alone = demands.flatMap((demand): Selection<D>[] => {
    const ids = [...demand.members].filter((id) => progress.byId.has(id) || !progress.covered.has(id)).sort();
    return ids.length === 0 ? [] : [{ demand, selector: { by: 'id', ids }, covers: ids }];
  });
  return decidedFirst([...alone, ...byName, ...byTag], progress);
}

/** What each rule decides on in the end: a group may have become an exception since, and rules that leave it alike may match it twice. */
function decidedFirst<D>(selections: readonly Selection<D>[], { byId }: Progress): Selection<D>[] {
  const decided = new Set<string>();
  return selections
    .map((selection) => {
      const covers = selection.covers.filter((id) => !decided.has(id) && (selection.selector.by === 'id' || !byId.has(id)));
      for (const id of covers) decided.add(id);
      return { ...selection, covers };
    })
    .filter(({ covers }) => covers.length > 0);
}
