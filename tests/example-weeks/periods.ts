import { parse } from 'yaml';

/** A time that is played. What is before `countedMs` is played so that the rules are in force, and is not counted. */
export interface Period {
  readonly name: string;
  readonly fromMs: number;
  readonly countedMs: number;
  readonly untilMs: number;
}

/** An instant by the clock of Shanghai, e.g. `2026-10-01 08:40`; a bare date is midnight. */
function shanghai(text: string): number {
  const [date, time = '00:00'] = text.split(' ');
  return Date.parse(`${date}T${time}:00+08:00`);
}

/** A period from local times. */
export function period(name: string, from: string, counted: string, until: string): Period {
  return { name, fromMs: shanghai(from), countedMs: shanghai(counted), untilMs: shanghai(until) };
}

/** What `npm run example-weeks` plays. Each begins some days before it counts, as a new deployment. */
export const periods: readonly Period[] = [
  period('national-day', '2026-09-28 08:40', '2026-10-01', '2026-10-11'),
  period('ordinary-month', '2026-03-02 08:40', '2026-03-04', '2026-04-01'),
  period('new-year', '2026-12-25 08:40', '2026-12-28', '2027-01-05'),
  period('spring-festival', '2026-02-09 08:40', '2026-02-12', '2026-03-02'),
];

interface Source {
  readonly exceptions: readonly { readonly from: string; readonly until: string }[];
  readonly limits: { readonly freezes: readonly { readonly from: string; readonly until: string }[] };
}

/** Whether a local date has something of an exception or a freeze of a policy in it. */
export function extraordinaryBy(text: string): (date: string) => boolean {
  const { exceptions, limits } = parse(text) as Source;
  const spans = [...exceptions, ...limits.freezes].map(({ from, until }) => [shanghai(from), shanghai(until)] as const);
  return (date) => spans.some(([fromMs, untilMs]) => fromMs < shanghai(date) + 86_400_000 && untilMs > shanghai(date));
}
