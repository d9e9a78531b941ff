import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Mutant, mutated, problemsOf } from './mutant.ts';
import { mutants } from './mutants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const mutant: Mutant = { name: 'a', file: 'package.json', from: '"private": true', to: '"private": $&', rule: 'It stays private.' };

describe('a mutant', () => {
  test('changes the one place that it is about, and takes its new text as it stands', () => {
    expect(mutated('{"private": true}', mutant)).toBe('{"private": $&}');
  });

  test.each([
    ['is not there', '{}'],
    ['stands there twice', '"private": true, "private": true'],
  ])('whose old text %s is an error that says what to do', (_name, source) => {
    expect(() => mutated(source, mutant)).toThrow(
      /Mutant a: its old text stands \d times in package.json, not once. Adapt it in tests\/mutants/,
    );
  });

  test('that is out of date, or has the name of another, is a problem of the list', () => {
    expect(problemsOf([mutant])).toEqual([]);
    expect(problemsOf([mutant, { ...mutant, from: 'no such text' }])).toEqual([
      'Mutant a is listed twice.',
      expect.stringContaining('its old text stands 0 times in package.json'),
    ]);
  });

  test('of the list stands in the sources once, and names tests that are there', () => {
    expect(problemsOf(mutants)).toEqual([]);
    const missing = mutants.flatMap(({ name, tests = [] }) =>
      tests.filter((place) => !existsSync(path.join(root, place))).map((place) => [name, place]),
    );
    expect(missing).toEqual([]);
  });
});
