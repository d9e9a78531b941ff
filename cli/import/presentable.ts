/** Whether a text can stand in a policy as it is: no control, format or unpaired characters, which people cannot see and editors may change. */
export function isPresentable(text: string): boolean {
  return text.trim() !== '' && text === text.normalize('NFC') && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}

/** Longest text that a comment quotes, in characters. */
const mostShown = 60;

/**
 * A text from the service as a comment or a report may quote it: in one line whatever it holds, since a line end would let the rest of a
 * hostile name stand in the policy as policy.
 */
export function shown(text: string): string {
  const letters = [...text];
  const cut = letters.length > mostShown ? `${letters.slice(0, mostShown).join('')}…` : text;
  return cut.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '�');
}

/** No more of a text is read for a name, in UTF-16 units: names of the service may be of any length. */
const longestRead = 400;

/** A name for a rule or a schedule out of any text: letters, digits, `.`, `_` and `-`, beginning with a letter or digit. */
export function nameOf(text: string, otherwise: string): string {
  const name = text
    .slice(0, longestRead)
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replace(/[._-]+$/, '');
  const letters = [...name];
  return letters.length === 0
    ? otherwise
    : letters
        .slice(0, 40)
        .join('')
        .replace(/[._-]+$/, '');
}

/** Gives each name once: the second of its kind gets `-2`, and so on. */
export class UniqueNames {
  readonly #given = new Set<string>();

  give(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#given.has(name); n++) name = `${wanted}-${n}`;
    this.#given.add(name);
    return name;
  }
}
