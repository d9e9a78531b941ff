import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Whoever was to read is gone: a closed pipe (`| head`), a terminal that was closed, a connection that ended. */
const readerGone: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/**
 * From here on a standard stream that fails ends the printing, never the work: an apply goes on, writes its journal and keeps its exit code. Standard
 * output that fails for another reason than a reader who left, such as a full disk, is told on standard error, and what would have been exit code 0
 * is 1, since somebody will take the rest for the whole.
 */
export function keepWorkingWithoutOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      stream.write = swallow;
      if (stream === process.stderr || readerGone.has(code)) return;
      process.stderr.write(`streamwarden: standard output failed (${code}). The work goes on; nothing more is printed.\n`);
      process.once('exit', () => {
        process.exitCode ||= 1;
      });
    });
  }
  // Node.js aborts the process where it cannot put a terminal back as it was; one that is gone is not looked at once it is closed.
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on('exit', () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}

/**
 * From here on nothing that is printed can move the cursor, turn the direction of text, or hide: names, tags and users are anybody's. In JSON such
 * characters are escaped, so that a program reads what is meant; in text they are shown as �. Bytes go out as they are, unless it is to a terminal.
 */
export function printSafely(): void {
  const { stdout } = process;
  const write = stdout.write.bind(stdout) as (chunk: unknown, ...rest: unknown[]) => boolean;
  stdout.write = (chunk: unknown, ...rest: unknown[]) => {
    const text = chunk instanceof Uint8Array && stdout.isTTY ? Buffer.from(chunk).toString('utf8') : chunk;
    return write(typeof text === 'string' ? safe(text) : text, ...rest);
  };
}

/** Our own colors, ends of lines and tabs, which stay; else one character that cannot be printed. */
const ours = `${String.fromCharCode(27)}\\[\\d{1,2}m|\\r?\\n|\\t`;
const special = new RegExp(`${ours}|[\\p{C}\\p{Zl}\\p{Zp}]`, 'gu');
const kept = new RegExp(`^(?:${ours})$`);

function safe(text: string): string {
  const json = /^\s*[[{]/.test(text);
  return text.replace(special, (found) => (kept.test(found) ? found : json ? escaped(found) : '�'));
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Takes what is written, as a stream does, and calls back. */
function swallow(_chunk: unknown, ...rest: unknown[]): boolean {
  const done = rest.find((each) => typeof each === 'function') as (() => void) | undefined;
  if (done) process.nextTick(done);
  return true;
}
