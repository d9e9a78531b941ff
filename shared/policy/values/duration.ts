import { type Parsed, parsed, refused } from './parsed.ts';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const shape = /^(0|[1-9]\d{0,5})(m|h|d)$/;
const advice = 'write a whole number with one unit: m for minutes, h for hours, d for days, such as 30m, 72h or 7d';

/**
 * A length of time such as `30m`, `72h` or `7d`, in milliseconds; a day is always 24 hours.
 * Zero (`0m`) is allowed: whether it makes sense is the key's own question.
 */
export function parseDuration(text: string): Parsed<number> {
  const match = shape.exec(text);
  if (match === null) return refused(`"${text}" is not a length of time; ${advice}`);
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  if (ms > 3_660 * unitMs.d) return refused(`"${text}" is more than ten years; write a length of at most 3660d`);
  return parsed(ms);
}

/** Writes a length of time in the largest unit that divides it exactly; milliseconds below a minute are rounded up to one minute. */
export function formatDuration(ms: number): string {
  const minutes = Math.ceil(ms / unitMs.m);
  if (minutes !== 0 && minutes % 1440 === 0) return `${minutes / 1440}d`;
  if (minutes !== 0 && minutes % 60 === 0) return `${minutes / 60}h`;
  return `${minutes}m`;
}

/** A bound on an age: `over 72h ago` (at least that old) or `under 30m ago` (younger than that), in milliseconds. */
export type Age = { readonly over: number } | { readonly under: number };

/** An age as `firstSeen` takes it: `over 72h ago` or `under 7d ago`. */
export function parseAge(text: string): Parsed<Age> {
  const match = /^(over|under) +(\S+) +ago$/.exec(text);
  if (match === null) return refused(`"${text}" is not an age; write "over 72h ago" or "under 7d ago"`);
  const length = parseDuration(match[2] as string);
  if (!length.ok) return length;
  return parsed(match[1] === 'over' ? { over: length.value } : { under: length.value });
}
