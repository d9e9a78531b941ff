import type { PolicyDocument } from './document.ts';
import type { CommonRule } from './rule-module.ts';

/** A schedule that a rule follows on one of its targets. */
export interface ScheduleUse {
  readonly schedule: string;
  readonly target: string;
}

/**
 * Each schedule that a rule names, with each target of that rule; a pair may occur more than once. A rule names a schedule with a
 * key `schedule`, at its top or inside another key (`after: {schedule: office, …}`). No `targets` in a rule means all of them.
 */
export function schedulesOf(document: PolicyDocument): ScheduleUse[] {
  const everywhere = Object.keys(document.targets);
  const uses: ScheduleUse[] = [];
  for (const rule of Object.values(document.rules).flat() as readonly CommonRule[]) {
    for (const schedule of namesIn(rule)) {
      for (const target of rule.targets ?? everywhere) uses.push({ schedule, target });
    }
  }
  return uses;
}

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'schedule' && typeof inner === 'string' ? [inner] : namesIn(inner)));
}
