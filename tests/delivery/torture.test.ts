import { afterAll, beforeAll, expect, test } from 'vitest';
import { playTorture } from './torture.ts';
import { bundleVersions, type Versions } from './versions.ts';

let versions: Versions;
beforeAll(async () => {
  versions = await bundleVersions();
});
afterAll(() => versions.remove());

// Short; `tests/delivery/main.ts` plays as many seeds and days as one likes.
test('whatever is delivered twice, late or never, and whoever dies: no expiry is renewed twice, and the nodes are those of now', async () => {
  const torture = await playTorture({ versions, seed: 3, hours: 18 });
  expect(torture.violations).toEqual([]);
  expect(torture.renewed).toBe(6);
  expect(torture.scalings).toBeGreaterThan(2);
  // Both versions were at work on one journal.
  expect(torture.snapshots).toBeGreaterThan(0);
  expect(torture.killed).toBeGreaterThan(0);
  expect(torture.delivered.started).toBeGreaterThan(torture.delivered.accepted);
  expect(torture.delivered.throttled).toBeGreaterThan(0);
  // Dozens of processes: on a busy machine each start takes seconds.
}, 300_000);
