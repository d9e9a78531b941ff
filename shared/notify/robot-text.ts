import type { Message } from './message.ts';

/** Largest text that is sent to robots that take bodies of 20 KB, in bytes: even if each character had to be escaped it fits. */
const robotTextBytes = 9_000;

/** Stands where the rest of a text was left out. */
const cutMark = '\n… (cut)';

/**
 * A message as robots of chats take it. It begins with `Streamwarden`, so that a robot that asks for a keyword can ask for that. No `<` is
 * left, since robots read mentions of everybody and links from it, and names of resources are anybody's. What is too long is cut with a visible mark; a
 * short last line is kept, since it may be what to open.
 */
export function robotText({ severity, title, text }: Message, maxBytes: number = robotTextBytes): string {
  const whole = `Streamwarden · ${severity}: ${title}\n${text}`.replaceAll('<', '‹').replace(/(?!\n)\p{Cc}/gu, ' ');
  const bytes = Buffer.from(whole);
  if (bytes.length <= maxBytes) return whole;
  const last = whole.slice(whole.lastIndexOf('\n'));
  const end = cutMark + (Buffer.byteLength(last) < maxBytes / 2 ? last : '');
  const kept = bytes.subarray(0, maxBytes - Buffer.byteLength(end)).toString();
  return kept.replace(/\ufffd+$/, '') + end;
}

/** What is wrong with an answer that carries a code, which is 0 where the message was taken; undefined then. */
export function codeRefusal(name: string, code: unknown): string | undefined {
  if (code === 0) return undefined;
  if (Number.isInteger(code)) return `it refused the message (${name} ${code})`;
  return `its answer does not say ${name} 0, so nothing shows that anybody was told`;
}
