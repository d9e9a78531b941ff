import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from '../../shared/policy/suggest.ts';

/** The same distance by its recursive definition, for short words. */
function byDefinition(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(0, -1), b.slice(0, -1)];
  const options = [byDefinition(restA, b) + 1, byDefinition(a, restB) + 1, byDefinition(restA, restB) + (a.at(-1) === b.at(-1) ? 0 : 1)];
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)) {
    options.push(byDefinition(a.slice(0, -2), b.slice(0, -2)) + 1);
  }
  return Math.min(...options);
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

test('the edit distance is the one of its definition', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(byDefinition(a, b));
    }),
    { numRuns: 300 },
  );
});

describe('the nearest word', () => {
  const keys = ['account', 'role', 'endpoint', 'regions', 'calendar', 'timezone', 'shardByRegion'];
  test.each([
    ['regoins', 'regions'],
    ['Region', 'regions'],
    ['time-zone', 'timezone'],
    ['shard_by_region', 'shardByRegion'],
    ['acount', 'account'],
    ['cal', 'calendar'],
    ['roel', 'role'],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(100), undefined],
  ])('to %s is %s', (written, meant) => {
    expect(nearest(written, keys)).toBe(meant);
  });

  test('is the earlier one on a tie', () => {
    expect(nearest('cat', ['bat', 'hat'])).toBe('bat');
  });
});
