import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { type Demand, demandsOf, type ShapedGroup } from './demand.ts';
import { nameOf, UniqueNames } from './presentable.ts';
import type { ScheduleDraft } from './schedule-draft.ts';
import { selectorsFor } from './select.ts';
import type { Selection } from './selection.ts';

/** A schedule under the name that the policy gives it. */
interface NamedSchedule extends ScheduleDraft {
  /** Unique in the policy. */
  readonly name: string;
}

/** A rule of scale-on-schedule to be written. */
export interface ScaleRuleDraft extends Selection<Demand> {
  readonly name: string;
  /** Name of its schedule. */
  readonly schedule: string;
}

/** The schedules that rules follow, and the rules in their order. */
export interface ScaleDraft {
  readonly schedules: readonly NamedSchedule[];
  readonly rules: readonly ScaleRuleDraft[];
}

/**
 * Rules under which every shaped group stays as it is.
 * @param groups all groups of the account in ascending order of ids
 * @param shaped those of them that a rule may be about, in the same order
 */
export function scaleRules(groups: readonly DeliveryGroup[], shaped: readonly ShapedGroup[], peakTag: string): ScaleDraft {
  const selections = selectorsFor(groups, demandsOf(shaped, peakTag), [peakTag]);
  const scheduleNames = new UniqueNames();
  const schedules = new Map<string, NamedSchedule>();
  for (const { schedule } of selections.map(({ demand }) => demand)) {
    if (!schedules.has(schedule.key)) schedules.set(schedule.key, { ...schedule, name: scheduleNames.give(schedule.name) });
  }
  const names = new UniqueNames();
  const groupNames = new Map(groups.map(({ id, name }) => [id, name ?? id]));
  const rules = selections.map((selection) => {
    const schedule = (schedules.get(selection.demand.schedule.key) as NamedSchedule).name;
    return { ...selection, schedule, name: names.give(ruleName(selection, schedule, groupNames)) };
  });
  return { schedules: [...schedules.values()], rules };
}

/** Most values or patterns that a name is made of; beyond them the schedule gives the name. */
const mostInName = 3;

function ruleName({ selector, demand }: Selection<Demand>, schedule: string, groupNames: ReadonlyMap<string, string>): string {
  const { by } = selector;
  const words = by === 'id' ? selector.ids.map((id) => groupNames.get(id) ?? id) : by === 'tag' ? selector.values : selector.globs;
  const otherwise = demand.method === 'usage' ? `${schedule}-by-usage` : schedule;
  if (words.length > (by === 'id' ? 1 : mostInName)) return otherwise;
  return nameOf(words.join('-'), otherwise);
}
