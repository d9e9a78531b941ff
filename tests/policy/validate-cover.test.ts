import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers } from '../../shared/policy/check/selector-coverage.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { matcher, type Selectable } from '../../shared/policy/selector.ts';
import { hourMs } from '../fixtures/times.ts';

const nowMs = Date.UTC(2026, 10, 24);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const some = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });

function present(selector: Record<string, unknown>): CompiledSelector {
  const kept = Object.fromEntries(Object.entries(selector).filter(([, value]) => value !== undefined));
  return Object.keys(kept).length === 0 ? { all: true } : kept;
}

const selector = fc
  .record({
    ids: maybe(some('g1', 'g2', 'g3')),
    names: maybe(some('*', 'a*', 'ab', 'a?', '?b', 'ab*')),
    tags: maybe(fc.dictionary(fc.constantFrom('k', 'l'), some('x', 'y'), { minKeys: 1 })),
    missingTags: maybe(some('k', 'm')),
    charge: maybe(some('subscription', 'pay-as-you-go')),
    regions: maybe(some('cn-hangzhou', 'cn-shanghai')),
    firstSeen: maybe(
      fc.oneof(
        fc.constantFrom(1, 24, 72).map((h) => ({ over: h * hourMs })),
        fc.constantFrom(1, 24, 72).map((h) => ({ under: h * hourMs })),
      ),
    ),
  })
  .map(present);

const resource: fc.Arbitrary<Selectable> = fc.record({
  id: fc.constantFrom('g1', 'g2', 'g3'),
  name: maybe(fc.constantFrom('ab', 'abc', 'b', 'a', 'xb')),
  tags: maybe(fc.dictionary(fc.constantFrom('k', 'l', 'm'), fc.constantFrom('x', 'y', ''))),
  charge: maybe(fc.constantFrom('PrePaid', 'PostPaid', 'subscription', 'pay-as-you-go')),
  region: maybe(fc.constantFrom('cn-hangzhou', 'cn-shanghai')),
  createdAtMs: maybe(fc.constantFrom(0.5, 1, 5, 24, 30, 72, 100).map((hours) => nowMs - hours * hourMs)),
});

test('a selector that covers another lets nothing through to it: no warning about a rule is wrong', () => {
  let covering = 0;
  fc.assert(
    fc.property(
      selector,
      selector,
      fc.array(resource, { minLength: 5, maxLength: 12 }),
      fc.boolean(),
      (wide, other, resources, narrowed) => {
        // Half of the pairs are made to be related, or hardly any would cover.
        const narrow: CompiledSelector = narrowed && !wide.all ? { ...(other.all ? {} : other), ...wide } : other;
        if (!covers(wide, narrow)) return;
        covering += 1;
        for (const candidate of resources) {
          if (matcher(narrow)(candidate, nowMs) === 'no') continue;
          expect(matcher(wide)(candidate, nowMs)).not.toBe('no');
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(covering).toBeGreaterThan(100);
});

test('every selector covers itself, and all covers every selector', () => {
  fc.assert(
    fc.property(selector, (one) => {
      expect(covers(one, one)).toBe(true);
      expect(covers({ all: true }, one)).toBe(true);
    }),
  );
});

test.each<[string, CompiledSelector, CompiledSelector]>([
  ['a tag value less', { tags: { a: ['x'] } }, { tags: { a: ['x', 'y'] } }],
  ['a tag more', { tags: { a: ['x'], b: ['y'] } }, { tags: { a: ['x'] } }],
  ['a pattern that is narrower', { names: ['fin-a*'] }, { names: ['fin-*'] }],
  ['an older bound', { firstSeen: { over: 72 * hourMs } }, { firstSeen: { over: 24 * hourMs } }],
  ['one charge type', { charge: ['subscription'] }, { all: true }],
])('%s does not cover', (_title, wide, narrow) => {
  expect(covers(wide, narrow)).toBe(false);
});
