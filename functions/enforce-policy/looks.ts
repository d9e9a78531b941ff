import type { PlanContext } from '../../shared/engine/automation.ts';
import type { GovernedGroup } from '../../shared/fleet/governed-group.ts';
import { coveringRule } from './cover.ts';
import { loadOf, lowersTimeout } from './group-drift.ts';

/** What has to be read of a group beyond its row: who may use it, and whether somebody would feel a shorter timeout. */
export interface Wish {
  readonly access: boolean;
  readonly sessions: boolean;
}

const wishes = new WeakMap<GovernedGroup, Wish>();

/** Whether more of a group has to be read than its row, and remembers what. */
export function asksFor(group: GovernedGroup, context: PlanContext): boolean {
  const cover = coveringRule(group, context);
  if (!cover.ok || cover.value === undefined) return false;
  const access = cover.value.userGroups !== undefined;
  const sessions = group.status === 'PUBLISHED' && lowersTimeout(group, cover.value.sessionTimeout) && loadOf(group) !== undefined;
  wishes.set(group, { access, sessions });
  return access || sessions;
}

/** What has to be read of a group. Default: who may use it. */
export function wishOf(group: GovernedGroup): Wish {
  return wishes.get(group) ?? { access: true, sessions: false };
}
