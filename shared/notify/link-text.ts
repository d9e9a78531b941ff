import { printable, printableLines } from '../client/printable.ts';
import type { Message } from './message.ts';

/** Kinds of channels whose lines end in logs and files, where a secret has no place. */
const kept: readonly string[] = ['console', 'file', 'dead'];

/**
 * A message as a channel of a kind may carry it, whatever the names in it hold: its lines are part of its text, and its links stand in what is posted to people, and nowhere
 * else.
 */
export function forChannel(kind: string, { link, lines = [], ...message }: Message): Message {
  const shown = (secret: string | undefined): readonly string[] =>
    secret === undefined || kept.includes(kind) ? [] : [`Decide here: ${secret}`];
  const text = [message.text, ...lines.flatMap((line) => [line.text, ...shown(line.link)]), ...shown(link)].join('\n');
  return { ...message, title: printable(message.title), text: printableLines(text) };
}
