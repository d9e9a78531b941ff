import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BundledWorker, bundleWorker } from './bundled-worker.ts';
import { playStory } from './story.ts';

let worker: BundledWorker;
beforeAll(async () => {
  worker = await bundleWorker();
});
afterAll(() => worker.remove());

// Short; `npm run chaos` plays as many rounds as one likes.
test.each(['dir', 'oss'] as const)(
  'processes that are killed at any moment order each renewal once, on one journal in %s',
  async (store) => {
    const story = await playStory({ worker: worker.file, rounds: 2, processes: 3, seed: 7, store });
    expect(story.violations).toEqual([]);
    expect(story.crew.killed).toBeGreaterThan(0);
    expect(story.crew.ended).toBeGreaterThan(0);
    expect(story.orders).toBeGreaterThan(5);
    expect(story.records).toBeGreaterThan(50);
  },
  // Dozens of processes: on a busy machine each start takes seconds.
  300_000,
);
