import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Assumption, assumptions } from '../../simulator/assumptions.ts';
import type { Sighting, Switched, Task } from './sightings.ts';

const file = fileURLToPath(new URL('../../docs/assumptions.md', import.meta.url));
const begin = '<!-- seen: written by `npm run assumptions -- --write` -->';

/**
 * What goes wrong under a setting and cannot be mended from here, since nothing that the program can read tells it which way the service
 * behaves; and what an owner can do about it. Anything else that goes wrong fails `npm run assumptions`.
 */
export const bearable: Readonly<Record<string, { readonly wrongs: readonly string[]; readonly advice: string }>> = {
  'scheduleZone = UTC': {
    wrongs: ['groups were below their need'],
    advice: 'Nothing in an answer shows the zone. Look at one schedule in the console before trusting it, and set `serviceTimeZone`.',
  },
  'scheduleFallingEdge = cut': {
    wrongs: ['people were cut who should not'],
    advice:
      'The service itself would end sessions when a period ends, those of protected users too, since nobody is asked then. ' +
      'Put the groups on which they work under `protect.groups`: those get a fixed count, and no falling edge that nobody watches.',
  },
};

/** Every switch in every setting but its default. */
export const settings: readonly Switched[] = Object.entries(assumptions as Readonly<Record<string, Assumption>>).flatMap(
  ([name, { default: usual, values }]) => values.filter((value) => value !== usual).map((value) => ({ name, value })),
);

/** How a setting is called. */
export const nameOf = ({ name, value }: Switched): string => `${name} = ${value}`;

/** How a task is called. */
export const taskName = ({ switched, cadence }: Task): string =>
  `${switched.length === 0 ? 'all as assumed' : switched.map(nameOf).join(' and ')} (${cadence})`;

/** What differs between a play and that with all switches at their defaults, in words; wrongs first. Empty: nothing that anybody can see. */
export function differences(usual: Sighting, other: Sighting): readonly string[] {
  const wrong = Object.entries(other.wrongs).map(([name, found]) => `**${name}** (${found.length})`);
  const names = [...new Set([...Object.keys(usual.counts), ...Object.keys(other.counts)])].sort();
  const counted = names.flatMap((name) => {
    const [before, now] = [usual.counts[name] ?? 0, other.counts[name] ?? 0];
    return before === now ? [] : [`${name}: ${now} instead of ${before}`];
  });
  return [...wrong, ...counted];
}

/** What changes under a setting, in words: in the days, and in the day at the deployed pace. Undefined: not played so, since nothing can. */
export interface Changes {
  readonly days: readonly string[] | undefined;
  readonly pace: readonly string[] | undefined;
}

/** The part of the document that follows from what was seen. `changes` are those of `settings`, in order. */
export function seenPart(changes: readonly Changes[]): string {
  const words = (seen: readonly string[] | undefined): string =>
    seen === undefined ? '–' : seen.length === 0 ? 'nothing' : seen.join('; ');
  const rows = settings.map((setting, place) => {
    const { default: normal, reason } = (assumptions as Readonly<Record<string, Assumption>>)[setting.name] as Assumption;
    const { days, pace } = changes[place] as Changes;
    const advice = bearable[nameOf(setting)]?.advice;
    const text = [words(days), ...(advice ? [advice] : [])].join('. ');
    return `| \`${setting.name}\` | ${normal} | ${setting.value} | ${reason} | ${text} | ${words(pace)} |`;
  });
  return [
    '| switch | taken to be | played as | why it is taken to be so | what changes in three days | what changes in a day at the deployed pace |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** True where the document says what was seen. */
export function isWritten(part: string): boolean {
  return readFileSync(file, 'utf8').split(`${begin}\n\n`)[1] === part;
}

/** Writes what was seen into the document. */
export function write(part: string): void {
  const [head] = readFileSync(file, 'utf8').split(begin) as [string];
  writeFileSync(file, `${head}${begin}\n\n${part}`);
}
