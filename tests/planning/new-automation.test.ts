import { expect, test } from 'vitest';
import { powersOf } from '../../cli/ram/powers.ts';
import { rolesOf } from '../../cli/ram/roles.ts';
import { ruleModulesOf } from '../../cli/registry.ts';
import { runnersOf } from '../../cli/runners.ts';
import { type CatalogEntry, catalog } from '../../functions/catalog.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { manifest } from '../fixtures/clean-images/manifest.ts';
import { gapsOf } from './catalog-gaps.ts';

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

test('what it calls and records is permitted to the role of its manifest, and to dispatch, which may run it itself', () => {
  const powers = powersOf(grown);
  const setup = {
    ...{ account: '1234567890123456', prefix: 'streamwarden', store: { bucket: 'acme', prefix: '' }, approvers: [] },
    ...{ targets: [], logProject: 'p', logstore: 'l', functions: ['clean-images', 'dispatch'], powers },
  };
  const operator = JSON.stringify(rolesOf(setup).find(({ role }) => role === 'operator')?.policy);
  for (const word of [
    operations.UpdateWuyingServerImage.ram.action,
    'acme/written/clean-images/*',
    'functions/streamwarden-clean-images',
  ]) {
    expect(operator).toContain(`${word}"`);
  }
  expect(JSON.stringify(rolesOf({ ...setup, powers: powersOf(catalog) }))).not.toContain('UpdateWuyingServerImage');
});

test('what it lacks beside the code is named, each with its place', () => {
  expect(gapsOf(manifest)).toEqual([
    'functions/clean-images/index.ts is not there',
    'tests/functions/clean-images is not there',
    'docs/clean-images.md is not there',
    'shared/policy/known-functions.ts does not say regions',
    'biome.json lets other functions import it',
    'docs/README.md has no link to its page',
    'README.md has no row of it that says timer',
    'README.zh-CN.md has no row of it that says 定时',
    'docs/deploy.md has no row of it that says operator and timer',
    'docs/dispatch.md has no row of it that says target, region',
    'bench/rows/bundles.ts has no rule of it',
    'policy.example.yaml has no rule of it',
    's.yaml does not deploy it',
    's.yaml has no timer of dispatch that starts it',
  ]);
});
