import { parseLocalDate } from './local-date-time.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

const shape = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/i;

/** An instant as RFC 3339 writes it, `2026-12-05T18:00:00+08:00`, in epoch milliseconds; digits below the millisecond are cut. */
export function parseTimestamp(text: string): Parsed<number> {
  const advice = `"${text}" is not an instant; write one with its offset, such as 2026-12-05T18:00:00+08:00`;
  const match = shape.exec(text);
  if (match === null) return refused(advice);
  const [, day, hour, minute, second, fraction, offset] = match as unknown as string[];
  const date = parseLocalDate(day as string);
  if (!date.ok) return date;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (h > 23 || m > 59 || s > 59) return refused(advice);
  const local = Date.UTC(Number(day?.slice(0, 4)), Number(day?.slice(5, 7)) - 1, Number(day?.slice(8, 10)), h, m, s);
  const ms = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const ahead = offsetMs(offset as string);
  return ahead === undefined ? refused(advice) : parsed(local + ms - ahead);
}

function offsetMs(offset: string): number | undefined {
  if (/^z$/i.test(offset)) return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(4, 6))];
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
