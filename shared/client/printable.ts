/**
 * What a reader cannot see, or what moves what they see: controls (escape sequences, C1 too), characters of direction and of no width, separators of
 * lines and paragraphs, halves of pairs, and what no alphabet has yet.
 */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;
const unprintableInLine = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Text from outside as it may stand in a line for people: each character that cannot be printed is shown as �, and nothing else is changed. A text that
 * is to be compared or sent back stays as it came.
 */
export function printable(text: string): string {
  return text.replace(unprintable, '�');
}

/** As `printable`, for text of several lines. */
export function printableLines(text: string): string {
  return text.replace(unprintableInLine, '�');
}
