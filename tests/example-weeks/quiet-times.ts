import { parse } from 'yaml';

interface Source {
  readonly schedules: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly rules: {
    readonly 'approve-ota-windows': readonly { readonly rings: readonly { readonly window: { readonly at: string } }[] }[];
    readonly 'log-off-sessions': readonly { readonly after: { readonly schedule: string } }[];
    readonly 'power-workstations': readonly { readonly schedule?: string }[];
  };
}

/** Minutes of the day, both ends included. */
type Span = readonly [from: number, until: number];

const dayMinutes = 1440;

/**
 * When a run of a function can matter, by the times of a policy: around the windows of updates, for three hours after the last period of a day
 * for log-offs, around each step for workstations. Outside, these functions and those that look at purchases and digests run twice an hour, and at
 * their usual times in the hour of the digest. Scaling runs every five minutes by day, and twice an hour from midnight to half past six.
 * That this changes nothing is shown by a test.
 *
 * @param text the policy's source
 */
export function mattersBy(text: string): (name: string, atMs: number) => boolean {
  const { schedules, rules } = parse(text) as Source;
  const periodsOf = (names: readonly string[]): readonly Span[] =>
    names.flatMap((name) => Object.values(schedules[name] ?? {}).flatMap((day) => Object.keys(day).map(spanOf)));
  const spans: Readonly<Record<string, readonly Span[]>> = {
    'scale-on-schedule': [[390, dayMinutes]],
    'approve-ota-windows': rules['approve-ota-windows']
      .flatMap(({ rings }) => rings.map(({ window }) => spanOf(window.at)))
      .map(([from, until]) => [from - 40, until + 15]),
    'log-off-sessions': rules['log-off-sessions']
      .map(({ after }) => Math.max(...periodsOf([after.schedule]).map(([, until]) => until)))
      .map((end) => [end - 20, end + 180]),
    'power-workstations': periodsOf(rules['power-workstations'].flatMap(({ schedule }) => schedule ?? []))
      .flat()
      .map((minute) => [minute - 15, minute + 15]),
    digest: [[535, 600]],
    'renew-before-expiry': [],
  };
  return (name, atMs) => {
    const minute = Math.floor(atMs / 60_000 + 480) % dayMinutes;
    return minute % 30 < 5 || (spans[name] ?? [[0, dayMinutes]]).some(([from, until]) => minute >= from && minute <= until);
  };
}

function spanOf(text: string): Span {
  const [from = 0, until = 0] = text.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  return [from, until];
}
