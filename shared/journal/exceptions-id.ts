import type { EpochMs } from '../client/clock.ts';

const minuteMs = 60_000;
const shape = /^(.+)-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z$/;

/**
 * The id of an exception, `<name>-<yyyymmddThhmmZ>`: its end is part of it, so that runs pass over what ended long ago without reading it.
 * @throws RangeError when the end is not a whole minute
 */
export function exceptionId(name: string, untilMs: EpochMs): string {
  if (untilMs % minuteMs !== 0) throw new RangeError('An exception ends at a whole minute.');
  return `${name}-${new Date(untilMs).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
}

/** The name in an id and its end; `untilMs` undefined where the id was not made by `exceptionId`. */
export function parseExceptionId(id: string): { readonly name: string; readonly untilMs: EpochMs | undefined } {
  const match = shape.exec(id);
  const [, name, year, month, day, hour, minute] = (match ?? []) as readonly (string | undefined)[];
  const untilMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00.000Z`);
  return name === undefined || Number.isNaN(untilMs) ? { name: id, untilMs: undefined } : { name, untilMs };
}
