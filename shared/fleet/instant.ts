import type { EpochMs } from '../client/clock.ts';

const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})$/;
const dateShape = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * An instant as the service writes it: date, time, optional fraction and an explicit offset (`2022-04-27T16:00:00.000+00:00`,
 * service notes, Times). Anything else, a date that does not exist and a time without offset included, is undefined: a zone is never guessed.
 */
export function parseInstant(text: string): EpochMs | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match as unknown as string[];
  const offsetMinutes = offsetOf(zone as string);
  if (offsetMinutes === undefined || !isDate(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const millis = fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3));
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), millis);
  return local - offsetMinutes * 60_000;
}

/** Whether a text is a date `yyyy-MM-dd` that exists. */
export function isLocalDate(text: string): boolean {
  const match = dateShape.exec(text);
  return match !== null && isDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
