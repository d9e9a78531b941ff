/** Says whether a text matches. */
export type TextTest = (text: string) => boolean;

/**
 * A glob over whole texts: `*` is any run of characters, none included; `?` is exactly one character; all else is itself, brackets
 * and backslashes too. Matching takes time in proportion to text × pattern at worst, whatever the pattern.
 * `ignoreCase` compares by lower case; default: case-sensitive.
 */
export function compileGlob(pattern: string, ignoreCase = false): TextTest {
  if (ignoreCase) {
    const test = compileGlob(pattern.toLowerCase());
    return (text) => test(text.toLowerCase());
  }
  if (pattern.includes('?')) {
    const letters = [...pattern];
    return (text) => matches(letters, [...text]);
  }
  const parts = pattern.split('*');
  if (parts.length === 1) return (text) => text === pattern;
  return between(parts[0] as string, parts.slice(1, -1), parts.at(-1) as string);
}

/** Texts that begin with `head`, end with `tail`, and have the pieces between, in their order and without overlap. */
function between(head: string, pieces: readonly string[], tail: string): TextTest {
  return (text) => {
    const end = text.length - tail.length;
    let at = head.length;
    if (end < at || !text.startsWith(head) || !text.endsWith(tail)) return false;
    for (const piece of pieces) {
      // The leftmost place leaves the most room for what follows, so no other needs to be tried.
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}

/** Walks both texts once, going back to the last `*` at a mismatch. */
function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
