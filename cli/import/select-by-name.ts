import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { groupedBy } from './grouped.ts';
import { isPresentable } from './presentable.ts';
import { type Candidate, judge, type Progress, type Selectable, type SelectorDraft, settle } from './selection.ts';

/** What parts of names end with. */
const separators = /[-_./: ]/g;

/** Fewer letters say nothing of what groups have in common. */
const leastLetters = 2;

/** Groups by the beginnings of their names, each up to and with a separator. */
export type NameIndex = ReadonlyMap<string, readonly DeliveryGroup[]>;

/** The groups by the beginnings of their names. A beginning with a character that patterns give a meaning is left out. */
export function nameIndex(groups: readonly DeliveryGroup[]): NameIndex {
  const pairs = groups.flatMap((group) => beginningsOf(nameIn(group)).map((beginning) => ({ beginning, group })));
  const index = groupedBy(pairs, ({ beginning }) => beginning);
  return new Map([...index].map(([beginning, list]) => [beginning, list.map(({ group }) => group)]));
}

/** The name that patterns are compared with. */
function nameIn(group: DeliveryGroup | undefined): string {
  return group?.rawName ?? group?.name ?? '';
}

function beginningsOf(name: string): string[] {
  const ends = [...name.matchAll(separators)].map(({ index }) => name.slice(0, index + 1));
  return ends.filter((text) => text.length > leastLetters && !/[*?]/.test(text) && isPresentable(text) && text.trim() === text);
}

/**
 * Name patterns `beginning*` that cover what they can of a demand's remaining members, wide ones first; undefined where no pattern covers two.
 * A pattern never takes a group that its rule would change. `byId` are all groups.
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
    const matching = (index.get(beginning) ?? []).filter(({ charge }) => charge === undefined || charge === demand.charge);
    const candidate = judge(`${beginning}*`, matching, demand, progress, false);
    if (candidate !== undefined && candidate.gains.length > 1) candidates.push(candidate);
  }
  candidates.sort((a, b) => b.gains.length - a.gains.length || b.text.length - a.text.length || (a.text < b.text ? -1 : 1));
  const taken = new Set<string>();
  const chosen = candidates.filter(({ gains }) => {
    if (gains.some((id) => taken.has(id))) return false;
    for (const id of gains) taken.add(id);
    return true;
  });
  if (chosen.length === 0) return undefined;
  return { selector: { by: 'name', globs: chosen.map(({ text }) => text).sort() }, covers: settle(chosen, progress) };
}
