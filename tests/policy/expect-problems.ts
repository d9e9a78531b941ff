import { expect } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { unmarked } from './policy-text.ts';

/** What a case says: a title, a policy with a marker at each expected place, and what is said there, in the order of the file. */
export type Case = readonly [title: string, marked: string, ...expected: string[]];

/** Noon of the day on which these tests take place, so that nothing is over by accident. */
export const nowMs = Date.UTC(2026, 10, 24, 4);

/** Each of these begins the part of a message that says what to do. */
const advice = /\b(write|add|remove|give|put|move|name|keep|correct|replace|raise|let|make|close|begin|has the days)\b/;

/** Loads a marked policy and expects exactly the marked problems of that severity. */
export function expectProblems(marked: string, expected: readonly string[], severity: 'error' | 'warning' = 'error'): void {
  const { text, places } = unmarked(marked);
  const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules, { nowMs });
  const found = problems.filter((problem) => problem.severity === severity);
  const shown = found.map(
    (problem) => `${problem.line}:${problem.column} ${problem.path === '' ? '' : `${problem.path}: `}${problem.text}`,
  );
  expect(places).toHaveLength(expected.length);
  expect(shown).toEqual(expected.map((fragment, index) => containing(places[index], fragment)));
  for (const problem of found) expect(problem.text).toMatch(advice);
  expect(document === undefined).toBe(problems.some((problem) => problem.severity === 'error'));
}

function containing(place: string | undefined, fragment: string): unknown {
  const escaped = fragment.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return expect.stringMatching(new RegExp(`^${place} .*${escaped}`));
}
