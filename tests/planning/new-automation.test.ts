import { expect, test } from 'vitest';
import { ruleModulesOf } from '../../cli/registry.ts';
import { runnersOf } from '../../cli/runners.ts';
import { type CatalogEntry, catalog } from '../../functions/catalog.ts';
import { manifest } from '../fixtures/clean-images/manifest.ts';

/** The catalog, with one line more: what a newcomer writes to add an automation. */
const grown: readonly CatalogEntry[] = [
  ...catalog,
  {
    manifest,
    rules: () => import('../fixtures/clean-images/rule.ts'),
    runs: async () => (await import('../fixtures/clean-images/automation.ts')).cleanImages,
  },
];

test('an automation with a line in the catalog has its rules in the policy language and is run by plan and apply', async () => {
  expect((await ruleModulesOf(grown)).map(({ name }) => String(name))).toContain('clean-images');
  expect((await runnersOf(grown)).map(({ name }) => name)).toContain('clean-images');
});

test('one that others go by runs before them', async () => {
  const first = grown.map((entry) =>
    entry.manifest === manifest ? { ...entry, manifest: { ...manifest, runsFirst: true as const } } : entry,
  );
  const names = (await runnersOf(first)).map(({ name }) => name);
  expect(names.slice(0, 3)).toEqual(['tag-new-resources', 'clean-images', 'scale-on-schedule']);
});
