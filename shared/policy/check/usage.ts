import type { PolicyDraft } from '../draft.ts';
import type { Names } from './names.ts';

/**
 * Warns of schedules, calendars and channels that nothing refers to. Rules of functions that are not available yet count as uses: the
 * policy is complete, only the program is not.
 */
export function checkUsage(draft: PolicyDraft, names: Names): void {
  markUses(draft.raw.rules, names);
  names.warnUnused('schedule', 'name it in a rule, or remove it');
  names.warnUnused('calendar', 'name it in a target, or remove it');
  names.warnUnused('channel', 'name it under tell, or remove it');
}

function markUses(value: unknown, names: Names): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const words = (Array.isArray(inner) ? inner : [inner]).filter((word) => typeof word === 'string');
    for (const word of words) {
      if (key === 'schedule') names.use('schedule', word);
      if (key === 'calendar') names.use('calendar', word);
      if (key === 'tell' || key === 'to') names.use('channel', word);
    }
    markUses(inner, names);
  }
}
