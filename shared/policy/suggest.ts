/**
 * Edits that turn one word into another: insert, delete, replace, or swap two neighbors, each counted once (optimal string
 * alignment). Case counts as an edit of its own only through the letters that differ.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (beforeLast[j - 2] as number) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}

/** Words longer than this are never mistyped words of ours, and comparing them would only cost time. */
const longestWord = 64;

/**
 * The valid word that a mistyped one most likely means: the nearest within a third of its length (at least one edit), case,
 * `_` and spaces set aside; or the only one that begins with it. Undefined when nothing is near. On a tie the earlier one wins.
 */
export function nearest(word: string, valid: Iterable<string>): string | undefined {
  if (word === '' || word.length > longestWord) return undefined;
  const wanted = plain(word);
  const words = [...valid];
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of words) {
    if (candidate === word) continue;
    const distance = editDistance(wanted, plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== undefined || wanted.length < 3) return best;
  const beginning = words.filter((candidate) => plain(candidate).startsWith(wanted));
  return beginning.length === 1 ? beginning[0] : undefined;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[_\s-]/g, '');
}
