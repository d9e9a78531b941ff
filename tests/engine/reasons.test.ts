import { expect, test } from 'vitest';
import { reasonCodes as scaleCodes } from '../../functions/scale-on-schedule/reasons.ts';
import { manualChangeCode, reasonCodes } from '../../shared/engine/reasons.ts';

test('codes are stable words of one form, each with a sentence of its own', () => {
  const meanings = Object.entries(reasonCodes);
  for (const [code, meaning] of meanings) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
  expect(new Set(meanings.map(([, meaning]) => meaning)).size).toBe(meanings.length);
});

test('a planner tells of a person with the code that the run writes down', () => {
  expect(Object.keys(scaleCodes)).toContain(manualChangeCode);
});
