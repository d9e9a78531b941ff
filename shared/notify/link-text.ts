import type { Message } from './message.ts';

/** Kinds of channels whose lines end in logs and files, where a secret has no place. */
const kept: readonly string[] = ['console', 'file', 'dead'];

/** A message as a channel of a kind may carry it: its link stands in the text of what is posted to people, and nowhere else. */
export function forChannel(kind: string, { link, ...message }: Message): Message {
  return link === undefined || kept.includes(kind) ? message : { ...message, text: `${message.text}\nDecide here: ${link}` };
}
