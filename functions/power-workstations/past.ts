import type { Reason } from '../../shared/engine/decision.ts';
import type { WrittenValue, WrittenView } from '../../shared/journal/written.ts';
import { reason } from './reasons.ts';
import type { Power, Wish } from './wish.ts';

/** The setting that power-workstations writes, as the journal names it; its values are `on` and `off`. */
export const powerSetting = 'power';

/** The setting under which the journal keeps in which stretch a workstation was last seen as wanted. */
const seenSetting = 'power-seen';

/** The name of a stretch between two steps, with what is wanted in it. Another stretch, or another wish, has another name. */
function stretchName({ power, sinceMs }: Wish): string {
  return `${power} since ${sinceMs === undefined ? 'ever' : sinceMs}`;
}

/**
 * Reports that a workstation was seen as wanted in this stretch, which the journal keeps: what differs later in the same stretch was done by
 * somebody else. To be repeated as long as the stretch lasts.
 */
export function sightedAsWanted(wish: Wish): Reason {
  const text = wish.sinceMs === undefined ? 'seen as wanted' : 'seen as wanted since the last step of the schedule';
  return reason('sighted', text, { setting: seenSetting, value: stretchName(wish) });
}

/** Whether a run has seen the workstation as wanted in this very stretch. */
export function wasAsWanted(id: string, wish: Wish, written: WrittenView): boolean {
  return written.foreign(id, seenSetting)?.value === stretchName(wish);
}

/**
 * The last thing that we asked of a workstation, where it is this and may have been carried out; undefined where it was something else, was
 * refused, or was seen settled since, so that what goes on now is not ours.
 */
export function askedFor(power: Power, id: string, written: WrittenView): WrittenValue | undefined {
  const last = written.values(id, powerSetting).at(-1);
  if (last?.value !== power || last.outcome === 'failed') return undefined;
  const seen = written.foreign(id, seenSetting);
  return seen !== undefined && seen.sinceMs > last.atMs ? undefined : last;
}
