import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { isPresentable } from './presentable.ts';
import { type Candidate, judge, type Progress, type Selectable, type SelectorDraft, settle } from './selection.ts';

/** Groups by value by key of their tags. */
export type TagIndex = ReadonlyMap<string, ReadonlyMap<string, readonly DeliveryGroup[]>>;

/** Tag keys that people sort groups by, those that say most first; any other key comes after them. */
const preferredKeys = ['department', 'team', 'app', 'application', 'project', 'service', 'environment', 'env'];

/** So many times more another key has to say before it is taken instead of one of these. */
const clearly = 1.5;

/** Keys that say something of one group or of a moment, and nothing of what groups have in common. */
const unfitKeys = ['first-seen', '__proto__'];

/** System tags steer the service (service notes, Tags): they come and go, and no rule should hang on them. */
const systemPrefix = 'System/';

/** Longest key or value of a tag that the service takes (service notes, Tags). */
const longest = 128;

/** The groups by their tags; keys in the order of preference. `unfit` names keys that rules must not go by. */
export function tagIndex(groups: readonly DeliveryGroup[], unfit: readonly string[]): TagIndex {
  const index = new Map<string, Map<string, DeliveryGroup[]>>();
  for (const group of groups) {
    for (const [key, value] of Object.entries(group.tags ?? {})) {
      if (!isFit(key) || unfit.includes(key) || !(value === '' || isFit(value))) continue;
      const values = index.get(key) ?? new Map<string, DeliveryGroup[]>();
      index.set(key, values);
      const list = values.get(value);
      if (list === undefined) values.set(value, [group]);
      else list.push(group);
    }
  }
  const rank = (key: string): number => (preferredKeys.indexOf(key) + preferredKeys.length + 1) % (preferredKeys.length + 1);
  return new Map([...index].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
}

/** Whether a key serves better than the best before it; keys come in the order of preference. */
export function isBetter(key: string, worth: number, best: { readonly key: string; readonly worth: number }): boolean {
  const handicap = preferredKeys.includes(best.key) && !preferredKeys.includes(key) ? clearly : 1;
  return worth > best.worth * handicap;
}

function isFit(text: string): boolean {
  return text.length <= longest && isPresentable(text) && !unfitKeys.includes(text) && !text.startsWith(systemPrefix);
}

/**
 * The tag whose values cover most of what a demand still needs, all of its values that fit in one rule; undefined where no value is shared by two
 * groups. With it goes what the rule decides. `byId` are all groups.
 */
export function selectByTag(
  index: TagIndex,
  byId: ReadonlyMap<string, DeliveryGroup>,
  demand: Selectable,
  progress: Progress,
): { readonly selector: SelectorDraft; readonly covers: readonly string[] } | undefined {
  let best: { readonly key: string; readonly candidates: readonly Candidate[]; readonly worth: number } | undefined;
  for (const [key, values] of index) {
    const candidates: Candidate[] = [];
    for (const value of valuesOf(key, demand, byId)) {
      const groups = values.get(value) ?? [];
      const matching = groups.filter(({ charge }) => charge === undefined || charge === demand.charge);
      const candidate = judge(value, matching, demand, progress, true);
      if (candidate !== undefined && candidate.gains.length > 0) candidates.push(candidate);
    }
    if (!candidates.some(({ gains }) => gains.length > 1)) continue;
    const worth = candidates.reduce((sum, { gains, outliers }) => sum + gains.length - 2 * outliers.length, 0);
    if (best === undefined || isBetter(key, worth, best)) best = { key, candidates, worth };
  }
  if (best === undefined) return undefined;
  const { key, candidates } = best;
  const values = candidates.map(({ text }) => text).sort();
  return { selector: { by: 'tag', key, values }, covers: settle(candidates, progress) };
}

/** The values that a demand's members have of a tag: no other could serve it. */
function valuesOf(key: string, { members }: Selectable, byId: ReadonlyMap<string, DeliveryGroup>): ReadonlySet<string> {
  const values = new Set<string>();
  for (const id of members) {
    const tags = byId.get(id)?.tags;
    if (tags !== undefined && Object.hasOwn(tags, key)) values.add(tags[key] as string);
  }
  return values;
}
