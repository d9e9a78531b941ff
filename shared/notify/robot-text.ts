import { printableLines } from '../client/printable.ts';
import type { Refusal } from './channel.ts';
import { robotTextBytes } from './channel-limits.ts';
import type { Message } from './message.ts';

/** Stands where the rest of a text was left out. */
const cutMark = '\n… (cut)';

/**
 * A message as robots of chats take it. It begins with `Streamwarden`, so that a robot that asks for a keyword can ask for that. No `<` is
 * left, since robots read mentions of everybody and links from it, and names of resources are anybody's. What is too long is cut with a visible mark; a
 * short last line is kept, since it may be what to open.
 */
export function robotText({ severity, title, text }: Message, maxBytes: number = robotTextBytes): string {
  const whole = harmless(`Streamwarden · ${severity}: ${title}\n${text}`);
  const bytes = Buffer.from(whole);
  if (bytes.length <= maxBytes) return whole;
  const last = whole.slice(whole.lastIndexOf('\n'));
  const end = cutMark + (Buffer.byteLength(last) < maxBytes / 2 ? last : '');
  const kept = bytes.subarray(0, maxBytes - Buffer.byteLength(end)).toString();
  return kept.replace(/\ufffd+$/, '') + end;
}

function harmless(text: string): string {
  return printableLines(text).replaceAll('<', '‹');
}

/** A refusal because of too many messages: how many there were, and how long to wait. */
export function tooMany(what: string, retryAfterMs: number): Refusal {
  return { because: `too many messages ${what}; give functions robots of their own, or tell less there`, retryAfterMs };
}

/** How many bytes a text takes in a message for a robot. */
export function robotBytes(text: string): number {
  return Buffer.byteLength(harmless(text));
}

/**
 * What is wrong with an answer that carries a code, which is 0 where the message was taken; undefined then. `known` says what codes mean and what
 * to do.
 */
export function codeRefusal(name: string, code: unknown, known: Readonly<Record<number, Refusal>>): Refusal | undefined {
  if (code === 0) return undefined;
  if (!Number.isInteger(code)) return { because: `its answer does not say ${name} 0, so nothing shows that anybody was told` };
  const { because, ...rest } = known[code as number] ?? { because: 'look up the code in the documents of its vendor' };
  return { because: `it refused the message (${name} ${code}): ${because}`, ...rest };
}
