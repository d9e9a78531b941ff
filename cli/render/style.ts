/** Whether to color: only a terminal gets escape codes, and NO_COLOR is respected. */
function colorful(stream: NodeJS.WriteStream): boolean {
  if (process.env['NO_COLOR'] !== undefined && process.env['NO_COLOR'] !== '') return false;
  if (process.env['FORCE_COLOR'] !== undefined && process.env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true;
}

/** Wraps text in a color, or leaves it alone where the stream is no terminal. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/** The style for a stream. Default: standard output. */
export function styleFor(stream: NodeJS.WriteStream = process.stdout): Style {
  const paint = (open: number, close: number) =>
    colorful(stream) ? (text: string) => `\u001b[${open}m${text}\u001b[${close}m` : (text: string) => text;
  return { good: paint(32, 39), bad: paint(31, 39), warn: paint(33, 39), dim: paint(2, 22), strong: paint(1, 22) };
}
