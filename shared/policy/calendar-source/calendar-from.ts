import { type Calendar, type CalendarSource, calendarOf } from '../calendar.ts';
import type { DocumentCalendar } from '../document.ts';
import { chinaStateCouncil } from './china.ts';

/** The sources that `source` under `calendars` may name. */
const sources: Readonly<Record<string, CalendarSource>> = { [chinaStateCouncil.name]: chinaStateCouncil };

/** The calendar that a policy describes, with the days of its source as they are installed here. */
export function calendarFrom(definition: DocumentCalendar): Calendar {
  return calendarOf(definition, definition.source === undefined ? undefined : sources[definition.source]);
}
