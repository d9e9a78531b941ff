import type { Resource } from '../fleet/resource.ts';
import type { ForeignSetting, ForeignValue } from '../journal/intents/intent-record.ts';
import { wholeIdOf } from '../journal/intents/intent-state.ts';
import { unreadSetting } from '../journal/intents/intent-view.ts';
import type { ActDecision, Decision, HoldDecision } from '../planning/decision.ts';
import { manualChangeCode, sightedCode } from './reasons.ts';
import { idsNamed } from './report.ts';

/** Decisions about a fleet, counted: what acts or holds in full, the others by number. */
export interface Counted<R extends Resource> {
  /** Acts and holds in the order of the service, before `settle` and the guard. */
  readonly decisions: readonly (ActDecision | HoldDecision)[];
  /** The resources of what acts, by id. */
  readonly acting: ReadonlyMap<string, R>;
  readonly keep: number;
  readonly notCovered: number;
  readonly kept: readonly string[];
  readonly notCoveredIds: readonly string[];
  /** What was written and is seen for the first time since, as the journal calls it. */
  readonly readBack: readonly ForeignSetting[];
  /** Values that planners called a person's, and states that they want to know since when. */
  readonly manual: readonly ForeignValue[];
  /** Ids of resources that are as wanted and on which no person's change stands. */
  readonly settled: ReadonlySet<string>;
  /** Distinct resources that each rule covers. */
  readonly byRule: ReadonlyMap<string, number>;
}

/** Counts decisions as they are made. */
export class Tally<R extends Resource> {
  readonly #isWatched: (id: string) => boolean;
  /** What acts or holds, by the place of the resource in the observation. */
  readonly #decisions = new Map<number, ActDecision | HoldDecision>();
  readonly #acting = new Map<string, R>();
  readonly #manual: ForeignValue[] = [];
  readonly #readBack: ForeignSetting[] = [];
  readonly #settled = new Set<string>();
  readonly #kept: string[] = [];
  readonly #notCoveredIds: string[] = [];
  readonly #byRule = new Map<string, number>();
  /** Resources whose parts were decided, by rule: each counts once. */
  readonly #wholes = new Set<string>();
  #keep = 0;
  #notCovered = 0;

  /** `isWatched`: true where the journal has something standing for a resource; only those are named in `settled`. */
  constructor(isWatched: (id: string) => boolean) {
    this.#isWatched = isWatched;
  }

  /** Takes a decision; `place` is the resource's in the observation. */
  take(resource: R, decision: Decision, place: number): void {
    const { id } = resource;
    if (decision.rule !== null) this.#cover(decision.rule, id);
    const theirs = manualChanges(decision);
    this.#manual.push(...theirs);
    for (const { setting, value } of decision.sighted ?? []) this.#manual.push({ resource: id, setting, value, sighted: true });
    for (const setting of decision.readBack ?? []) this.#readBack.push({ resource: id, setting: unreadSetting(setting) });
    if (decision.verdict !== 'keep') this.#decisions.set(place, decision);
    else if (decision.rule === null) {
      this.#notCovered += 1;
      if (this.#notCoveredIds.length < idsNamed) this.#notCoveredIds.push(id);
    } else {
      this.#keep += 1;
      if (this.#kept.length < idsNamed) this.#kept.push(id);
      if (theirs.length === 0 && this.#isWatched(id)) this.#settled.add(id);
    }
    if (decision.verdict === 'act') this.#acting.set(id, resource);
  }

  #cover(rule: string, id: string): void {
    const whole = wholeIdOf(id);
    const key = `${whole} ${rule}`;
    if (this.#wholes.has(key)) return;
    if (whole !== id) this.#wholes.add(key);
    this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
  }

  /** What was counted so far. */
  counted(): Counted<R> {
    return {
      decisions: [...this.#decisions].sort(([a], [b]) => a - b).map(([, decision]) => decision),
      ...{ acting: this.#acting, keep: this.#keep, notCovered: this.#notCovered, kept: this.#kept, notCoveredIds: this.#notCoveredIds },
      ...{ readBack: this.#readBack, manual: this.#manual, settled: this.#settled, byRule: this.#byRule },
    };
  }
}

/** Values on settings that the journal is to keep, with the time since when each is known. */
function manualChanges({ resource, because }: Decision): readonly ForeignValue[] {
  return because.flatMap(({ code, data }) => {
    const { setting, value } = data ?? {};
    if ((code !== manualChangeCode && code !== sightedCode) || typeof setting !== 'string' || typeof value !== 'string') return [];
    return [{ resource: resource.id, setting, value, ...(code === sightedCode ? { sighted: true as const } : {}) }];
  });
}
