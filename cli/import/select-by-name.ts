import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { isPresentable } from './presentable.ts';
import { type Candidate, judge, type Progress, type Selectable, type SelectorDraft, settle } from './selection.ts';

/** What parts of names end with. */
const separators = /[-_./: ]/g;

/** Where a number begins behind a letter. */
const numbers = /(?<=\p{L})\p{N}/gu;

/** Fewer letters say nothing of what groups have in common. */
const leastLetters = 2;

/** Groups in the order of their names, so that those with one beginning stand side by side. */
export type NameIndex = readonly (readonly [name: string, group: DeliveryGroup])[];

/** The groups in the order of their names. */
export function nameIndex(groups: readonly DeliveryGroup[]): NameIndex {
  return groups.map((group) => [nameIn(group), group] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The groups whose names begin so: all that a pattern matches. */
function beginningWith(index: NameIndex, beginning: string): readonly DeliveryGroup[] {
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((index[middle] as NameIndex[number])[0] < beginning) low = middle + 1;
    else high = middle;
  }
  const found: DeliveryGroup[] = [];
  for (let at = low; index[at]?.[0].startsWith(beginning); at++) found.push((index[at] as NameIndex[number])[1]);
  return found;
}

/** The name that patterns are compared with. */
function nameIn(group: DeliveryGroup | undefined): string {
  return group?.rawName ?? group?.name ?? '';
}

/**
 * The beginnings of a name, each up to and with a separator, or up to where a number begins. One with a character that patterns give a meaning is left
 * out.
 */
function beginningsOf(name: string): string[] {
  const ends = [...name.matchAll(separators)].map(({ index }) => name.slice(0, index + 1));
  const stems = [...name.matchAll(numbers)].map(({ index }) => name.slice(0, index));
  return [...new Set([...ends, ...stems])].filter(
    (text) => text.length > leastLetters && !/[*?]/.test(text) && isPresentable(text) && text.trim() === text,
  );
}

/**
 * Name patterns `beginning*` that cover what they can of a demand's remaining members, wide ones first; undefined where no pattern covers two.
 * A pattern never takes a group that its rule would change; a few that other rules need are decided by id before it. `byId` are all groups.
 */
export function selectByName(
  index: NameIndex,
  byId: ReadonlyMap<string, DeliveryGroup>,
  demand: Selectable,
  progress: Progress,
): { readonly selector: SelectorDraft; readonly covers: readonly string[] } | undefined {
  const candidates: Candidate[] = [];
  const beginnings = new Set([...demand.members].flatMap((id) => beginningsOf(nameIn(byId.get(id)))));
  for (const beginning of beginnings) {
    const matching = beginningWith(index, beginning).filter(({ charge }) => charge === undefined || charge === demand.charge);
    const candidate = judge(`${beginning}*`, matching, demand, progress, true);
    if (candidate !== undefined && worth(candidate) > 1) candidates.push(candidate);
  }
  candidates.sort((a, b) => worth(b) - worth(a) || b.text.length - a.text.length || (a.text < b.text ? -1 : 1));
  const taken = new Set<string>();
  const chosen = candidates.filter(({ gains }) => {
    if (gains.some((id) => taken.has(id))) return false;
    for (const id of gains) taken.add(id);
    return true;
  });
  if (chosen.length === 0) return undefined;
  return { selector: { by: 'name', globs: chosen.map(({ text }) => text).sort() }, covers: settle(chosen, progress) };
}

/** What a pattern spares, less what its exceptions cost. */
function worth({ gains, outliers }: Candidate): number {
  return gains.length - 2 * outliers.length;
}
