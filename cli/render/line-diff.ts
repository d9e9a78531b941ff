/** One line of a comparison of two texts: in both, only in the former, only in the latter. */
interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Unchanged lines that are shown around changes. */
const around = 3;

/**
 * Two texts as a unified diff, the format of `diff -u`: headers, then hunks with three lines around each change. Empty where they are
 * equal. Lines are compared as they are; a final line feed counts as none.
 */
export function unifiedDiff(from: { readonly name: string; readonly text: string }, to: typeof from): string[] {
  const lines = compareLines(linesOf(from.text), linesOf(to.text));
  const hunks = hunksOf(lines);
  return hunks.length === 0 ? [] : [`--- ${from.name}`, `+++ ${to.name}`, ...hunks];
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The shortest edit script, by Myers' greedy search: time and memory grow with lines × differences. */
function compareLines(from: readonly string[], to: readonly string[]): DiffLine[] {
  const most = from.length + to.length;
  /** For each number of edits: the furthest line of `from` reached on each diagonal. */
  const rounds: Map<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= most; edits++) {
    const round = new Map<number, number>();
    rounds.push(reached);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const [left, right] = [reached.get(diagonal - 1) ?? -1, reached.get(diagonal + 1) ?? -1];
      let at = diagonal === -edits || (diagonal !== edits && left < right) ? right : left + 1;
      while (at < from.length && at - diagonal < to.length && from[at] === to[at - diagonal]) at += 1;
      round.set(diagonal, at);
      if (at >= from.length && at - diagonal >= to.length) return walkBack(from, to, rounds);
    }
    reached = round;
  }
  return [];
}

function walkBack(from: readonly string[], to: readonly string[], rounds: readonly ReadonlyMap<number, number>[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [from.length, to.length];
  for (let edits = rounds.length - 1; edits >= 0; edits--) {
    const reached = rounds[edits] as ReadonlyMap<number, number>;
    const diagonal = x - y;
    const [left, right] = [reached.get(diagonal - 1) ?? -1, reached.get(diagonal + 1) ?? -1];
    const down = diagonal === -edits || (diagonal !== edits && left < right);
    const before = down ? diagonal + 1 : diagonal - 1;
    const startX = edits === 0 ? 0 : (reached.get(before) ?? 0);
    const startY = edits === 0 ? 0 : startX - before;
    while (x > startX && y > startY) {
      x -= 1;
      y -= 1;
      lines.push({ sign: ' ', text: from[x] as string });
    }
    if (edits === 0) break;
    if (down) lines.push({ sign: '+', text: to[startY] as string });
    else lines.push({ sign: '-', text: from[startX] as string });
    [x, y] = [startX, startY];
  }
  return lines.reverse();
}

function hunksOf(lines: readonly DiffLine[]): string[] {
  const shown: string[] = [];
  let [fromLine, toLine] = [1, 1];
  for (let at = 0; at < lines.length; ) {
    const next = lines.findIndex(({ sign }, index) => index >= at && sign !== ' ');
    if (next < 0) break;
    const start = Math.max(at, next - around);
    fromLine += start - at;
    toLine += start - at;
    const end = endOf(lines, next);
    const hunk = lines.slice(start, end);
    const [left, right] = [hunk.filter(({ sign }) => sign !== '+').length, hunk.filter(({ sign }) => sign !== '-').length];
    shown.push(`@@ -${spanText(fromLine, left)} +${spanText(toLine, right)} @@`, ...hunk.map(({ sign, text }) => `${sign}${text}`));
    fromLine += left;
    toLine += right;
    at = end;
  }
  return shown;
}

/** A hunk goes on until more unchanged lines follow than both sides of it and of the next would show. */
function endOf(lines: readonly DiffLine[], firstChange: number): number {
  let last = firstChange;
  for (let at = firstChange; at < lines.length && at - last <= around * 2; at++) if (lines[at]?.sign !== ' ') last = at;
  return Math.min(lines.length, last + around + 1);
}

/** An empty side is counted from the line before it, as `diff` does. */
function spanText(first: number, count: number): string {
  return count === 0 ? `${first - 1},0` : count === 1 ? `${first}` : `${first},${count}`;
}
