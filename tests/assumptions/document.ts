import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Assumption, assumptions } from '../../simulator/assumptions.ts';
import { bearable } from './bearable.ts';
import type { Switched } from './sightings.ts';

const file = fileURLToPath(new URL('../../docs/assumptions.md', import.meta.url));
const begin = '<!-- seen: written by `npm run assumptions -- --write` -->';

/** Every switch in every setting but its default. */
export const settings: readonly Switched[] = Object.entries(assumptions as Readonly<Record<string, Assumption>>).flatMap(
  ([name, { default: usual, values }]) => values.filter((value) => value !== usual).map((value) => ({ name, value })),
);

/** How a setting is called. */
export const nameOf = ({ name, value }: Switched): string => `${name} = ${value}`;

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
