import { dayMs } from '../../shared/policy/values/local-date-time.ts';

/** How long something lasts or is away, in its largest unit: `4 days`, `5 hours`, `20 minutes`. */
export function lengthText(ms: number): string {
  const of = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (ms >= dayMs) return of(Math.floor(ms / dayMs), 'day');
  if (ms >= 3_600_000) return of(Math.floor(ms / 3_600_000), 'hour');
  return of(Math.max(0, Math.floor(ms / 60_000)), 'minute');
}

/** `1 hold`, `2 holds`: a count with its noun. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** A resource as people know it. */
export function nameOf({ id, name }: { readonly id: string; readonly name?: string | undefined }): string {
  return name === undefined || name === '' ? id : name;
}
