import type { Charge, DeliveryGroup } from '../../shared/fleet/delivery-group.ts';

/** How a rule chooses its groups. */
export type SelectorDraft =
  | { readonly by: 'id'; readonly ids: readonly string[] }
  | { readonly by: 'name'; readonly globs: readonly string[] }
  | { readonly by: 'tag'; readonly key: string; readonly values: readonly string[] };

/** A selector, and the ids of the groups on which its rule decides, ascending. */
export interface Selection<D> {
  readonly demand: D;
  readonly selector: SelectorDraft;
  readonly covers: readonly string[];
}

/** What selecting needs to know of a demand. */
export interface Selectable {
  readonly charge: Charge;
  readonly members: ReadonlySet<string>;
  readonly welcome: ReadonlySet<string>;
}

/** What has been decided so far while selectors are chosen. */
export interface Progress {
  /** Ids of groups that a rule by id decides: those rules stand first, so no later one can take them. */
  readonly byId: Set<string>;
  /** Ids of groups that some rule decides. */
  readonly covered: Set<string>;
  /** Ids of all groups that some demand needs. */
  readonly needed: ReadonlySet<string>;
}

/** One of several values of a tag, or patterns of a name, that a rule may list. */
export interface Candidate {
  /** The value or the pattern. */
  readonly text: string;
  /** Ids of the demand's members that it would newly cover. */
  readonly gains: readonly string[];
  /** Ids of groups that must be decided by id before it. */
  readonly outliers: readonly string[];
  /** Ids of all groups that it matches. */
  readonly matches: readonly string[];
}

/** A rule by tag may have one exception, decided by id above it, for so many groups that it decides itself. */
const groupsPerOutlier = 2;

/**
 * Judges what a value or a pattern would do for a demand: undefined where it matches a group that the rule would change, or that no rule may be
 * about. `matching` are the groups that it matches.
 */
export function judge(
  text: string,
  matching: readonly DeliveryGroup[],
  demand: Selectable,
  progress: Progress,
  outliersAllowed: boolean,
): Candidate | undefined {
  const gains: string[] = [];
  const outliers: string[] = [];
  for (const { id } of matching) {
    if (progress.byId.has(id)) continue;
    if (demand.members.has(id)) {
      if (!progress.covered.has(id)) gains.push(id);
    } else if (!demand.welcome.has(id)) {
      if (!outliersAllowed || !progress.needed.has(id)) return undefined;
      outliers.push(id);
    }
  }
  if (outliers.length * groupsPerOutlier > gains.length) return undefined;
  return { text, gains, outliers, matches: matching.map(({ id }) => id) };
}

/** Takes note of what a rule decides; gives the ids, ascending. */
export function settle(candidates: readonly Candidate[], progress: Progress): string[] {
  for (const { outliers } of candidates) for (const id of outliers) progress.byId.add(id);
  const covers = new Set(candidates.flatMap(({ matches }) => matches).filter((id) => !progress.byId.has(id)));
  for (const id of covers) progress.covered.add(id);
  return [...covers].sort();
}
