import type { EpochMs } from '../client/clock.ts';

/** How urgent a message is: `info` for the record, `warning` wants a look, `critical` wants somebody now. */
export type Severity = 'info' | 'warning' | 'critical';

/** Something to tell people. Carries no secrets but the link. */
export interface Message {
  /** The same for the same matter, so that a receiver can drop repeats. */
  readonly id: string;
  readonly timeMs: EpochMs;
  readonly severity: Severity;
  /** One short line. */
  readonly title: string;
  /** What happened and what to do about it. */
  readonly text: string;
  /**
   * Address at which whoever opens it may decide: a secret. The notifier puts it into the text for channels that post to people, and leaves it
   * out for the console and for files, which are logs.
   */
  readonly link?: string;
  /** Lines below the text, each about one of many that are told together; a line's link is a secret like the message's own. */
  readonly lines?: readonly { readonly text: string; readonly link?: string }[];
  /** What a program may want to read. Plain JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A message as one line of text: `critical  title: text`. */
export function messageLine({ severity, title, text }: Message): string {
  return inOneLine(`${severity.padEnd(8)}  ${title}: ${text}`);
}

/** Lines joined by blanks, empty ones left out. */
export function inOneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

/**
 * A message as JSON `{"id","time","severity","title","text","data"}`: `time` is RFC 3339 in UTC, amounts carry whole numbers as text, and
 * all characters beyond ASCII are escaped, so that any transport carries it unchanged.
 */
export function messageJson({ id, timeMs, severity, title, text, data = {} }: Message): string {
  const json = JSON.stringify({ id, time: new Date(timeMs).toISOString(), severity, title, text, data }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
