import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../cli/render/line-diff.ts';

const diff = (from: string, to: string) => unifiedDiff({ name: 'old', text: from }, { name: 'new', text: to });
const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** Applies a unified diff as `patch` does, checking every line that it says is there. */
function patched(lines: readonly string[], hunks: readonly string[]): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of hunks.slice(2)) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(line);
    if (header) {
      const start = header[2] === '0' ? Number(header[1]) : Number(header[1]) - 1;
      result.push(...lines.slice(at, start));
      at = start;
      expect(result.length).toBe(header[4] === '0' ? Number(header[3]) : Number(header[3]) - 1);
      continue;
    }
    const [sign, text] = [line.slice(0, 1), line.slice(1)];
    if (sign !== '+') {
      expect(lines[at]).toBe(text);
      at += 1;
    }
    if (sign !== '-') result.push(text);
  }
  return [...result, ...lines.slice(at)];
}

/** Length of the longest common subsequence, by the textbook's table. */
function common(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (const [i, left] of a.entries()) {
    for (const [j, right] of b.entries()) {
      const row = table[i + 1] as number[];
      row[j + 1] = left === right ? (table[i]?.[j] ?? 0) + 1 : Math.max(table[i]?.[j + 1] ?? 0, row[j] ?? 0);
    }
  }
  return table[a.length]?.[b.length] ?? 0;
}

describe('a unified diff', () => {
  test('shows three lines around each change, as diff -u does', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
    const changed = [...lines.slice(0, 4), 'LINE 5', ...lines.slice(5, 18), 'more', ...lines.slice(18)];
    expect(diff(textOf(lines), textOf(changed))).toEqual([
      ...['--- old', '+++ new', '@@ -2,7 +2,7 @@', ' line 2', ' line 3', ' line 4', '-line 5', '+LINE 5', ' line 6', ' line 7', ' line 8'],
      ...['@@ -16,5 +16,6 @@', ' line 16', ' line 17', ' line 18', '+more', ' line 19', ' line 20'],
    ]);
  });

  test.each<[string, string, string, readonly string[]]>([
    ['equal texts', 'a\nb\n', 'a\nb\n', []],
    ['a missing final line feed', 'a\nb', 'a\nb\n', []],
    ['line ends of another system', 'a\r\nb\r\n', 'a\nb\n', []],
    ['a text from nothing', '', 'a\nb\n', ['--- old', '+++ new', '@@ -0,0 +1,2 @@', '+a', '+b']],
    ['a text to nothing', 'a\n', '', ['--- old', '+++ new', '@@ -1 +0,0 @@', '-a']],
  ])('of %s', (_what, from, to, expected) => {
    expect(diff(from, to)).toEqual(expected);
  });

  test('applied to the former text gives the latter, with as few lines as can be', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 24 });
    fc.assert(
      fc.property(lines, lines, (from, to) => {
        const hunks = diff(textOf(from), textOf(to));
        expect(patched(from, hunks)).toEqual(to);
        const edits = hunks.slice(2).filter((line) => /^[+-]/.test(line)).length;
        expect(edits).toBe(from.length + to.length - 2 * common(from, to));
      }),
      { numRuns: 300 },
    );
  });
});
