import type { WrittenView } from '../../shared/journal/written.ts';
import { extension, type LogOffWindow } from './windows.ts';

/** What the journal calls the log-off of a group or a session. */
export const sessionSetting = 'sessions';

/** What the journal calls keeping new users out of a group. */
export const drainSetting = 'new-users';

/**
 * What has become of an act that happens once in a window. `open`: it may be tried; `value` names the try, in the journal and as a claim.
 * A try that failed ended nothing, so there is one more under a claim of its own. A try without an outcome was cut off: its claim, if it got
 * that far, keeps it from happening twice.
 */
export type Attempt =
  | { readonly state: 'open'; readonly value: string; readonly again: boolean }
  | { readonly state: 'done' }
  | { readonly state: 'unclear' }
  | { readonly state: 'failed' };

/** Looks up an act of a window in the journal. */
export function attemptAt(written: WrittenView, resourceId: string, setting: string, window: LogOffWindow): Attempt {
  const first = window.id;
  const second = `${window.id} again`;
  const outcomes = new Map(written.values(resourceId, setting).map(({ value, outcome }) => [value, outcome]));
  // What was done after an exception that is not there any more was done in this window too.
  const of = [...outcomes].flatMap(([value, outcome]) =>
    value === first || value === second || value.startsWith(first + extension) ? [outcome] : [],
  );
  if (of.includes('done')) return { state: 'done' };
  if (of.includes('unknown')) return { state: 'unclear' };
  if (outcomes.get(second) === 'failed') return { state: 'failed' };
  const again = outcomes.has(second) || outcomes.get(first) === 'failed';
  return { state: 'open', value: again ? second : first, again };
}
