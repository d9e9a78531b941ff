import type { Reason } from '../../shared/planning/decision.ts';
import { addDays, dayMs } from '../../shared/policy/values/local-date-time.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import type { ImportSettings, LeftAlone, ObservedAccount } from './account.ts';
import type { ShapedGroup } from './demand.ts';
import { type EnforceRuleDraft, enforceRules } from './enforce-rules.ts';
import { shown } from './presentable.ts';
import { type ScaleDraft, scaleRules } from './scale-rules.ts';
import { readShape } from './shape.ts';

/** All that an imported policy says, before it is written down. */
export interface PolicyDraft extends ScaleDraft {
  readonly settings: ImportSettings;
  readonly enforce: readonly EnforceRuleDraft[];
  /** How many workstations one rule leaves alone; 0 where there is none, or they could not be read. */
  readonly workstations: number;
  /** Ids of workstations that a timer of the service starts and stops. */
  readonly timed: readonly string[];
  readonly expiryReminder: boolean | undefined;
  /** Groups that no rule of scale-on-schedule is about, ascending by id. */
  readonly leftAlone: readonly LeftAlone[];
  readonly gaps: readonly string[];
  /** Ids of groups that new users are kept out of, ascending: plans say so of each, whatever the policy says. */
  readonly drained: readonly string[];
  /** Names of groups by id, as comments may quote them. */
  readonly names: ReadonlyMap<string, string>;
  /** Local date from which on a plan first extends a weekly schedule; undefined where none ends. */
  readonly firstExtension: string | undefined;
}

/** What is kept out of the rules on the word of the planners, by id. */
export interface Excluded {
  readonly scale: ReadonlyMap<string, Reason>;
  readonly enforce: ReadonlySet<string>;
}

/** What a policy has to say so that nothing of the account would be changed. Pure; the order in which the service listed makes no difference. */
export function draftPolicy(observed: ObservedAccount, settings: ImportSettings, excluded: Excluded): PolicyDraft {
  const groups = observed.groups.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const zone = zoneTable(settings.zone, settings.nowMs - 3 * dayMs, settings.nowMs + 30 * dayMs);
  const shaped: ShapedGroup[] = [];
  const reasons = new Map<string, Reason>();
  const ends: string[] = [];
  for (const group of groups) {
    const kept = excluded.scale.get(group.id);
    const reading = kept === undefined ? readShape(group, zone, settings.nowMs) : { because: kept };
    if (!('shape' in reading) || reading.shape === undefined) reasons.set(group.id, reading.because);
    else {
      const { shape, charge, serving } = reading;
      shaped.push({ group, shape, charge, serving });
      if (!serving) reasons.set(group.id, reading.because);
      else if (shape.kind === 'week' && shape.endsOn !== undefined) ends.push(shape.endsOn);
    }
  }
  const scale = scaleRules(groups, shaped, settings.peakTag);
  const covered = new Set(scale.rules.flatMap(({ covers }) => covers));
  const leftAlone = groups
    .filter(({ id }) => !covered.has(id))
    .map(({ id, name }): LeftAlone => ({ id, name, because: reasons.get(id) as Reason }));
  const workstations = observed.workstations ?? [];
  return {
    settings,
    ...scale,
    enforce: enforceRules(groups, [settings.peakTag], excluded.enforce),
    workstations: workstations.length,
    timed: workstations.flatMap(({ id, timerGroupId }) => (timerGroupId === undefined ? [] : [id])).sort(),
    expiryReminder: observed.expiryReminder,
    leftAlone,
    gaps: observed.gaps,
    drained: groups.filter(({ tags }) => tags?.[drainTag] === 'true').map(({ id }) => id),
    names: new Map(groups.flatMap(({ id, name }) => (name === undefined ? [] : [[id, shown(name)] as const]))),
    firstExtension: extensionDate(ends.sort()[0]),
  };
}

/** While it is there, users without a session cannot begin one (service notes, Tags). */
const drainTag = 'System/Scheduler/STOP_NEW_USER_CONNECTION';

/** The first date on which fewer days are left than Streamwarden lets a schedule run out to. */
function extensionDate(endsOn: string | undefined): string | undefined {
  return endsOn === undefined ? undefined : addDays(endsOn, -29);
}
