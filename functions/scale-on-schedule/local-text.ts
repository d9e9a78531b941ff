import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import { clock } from './strategy-text.ts';

/** Writes an instant as people of the target read it, to the minute: `2026-11-25 21:00`. */
export type LocalText = (ms: EpochMs) => string;

const utc: ZoneTable = { transitions: [] };

/** Writes instants by the clock of a context's target. */
export function localText({ policy, target }: PlanContext): LocalText {
  const zone = policy.zones[target.timezone] ?? utc;
  return (ms) => {
    const { date, minute } = localTimeAt(zone, ms);
    return `${date} ${clock(minute)}`;
  };
}
