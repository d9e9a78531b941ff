import { beforeAll, describe, expect, test } from 'vitest';
import { type Play, play } from './fixture.ts';
import { judge } from './judge.ts';

/** As many as fit into the suite; `npm run damage` plays two hundred. */
const seeds = [1, 2, 4, 7, 9, 12, 25, 38];

let whole: Play;
beforeAll(async () => {
  whole = await play();
});

describe('a journal with one damaged record', () => {
  test('is compared with one in which every function has something to do', () => {
    expect([...whole.failed]).toEqual([]);
    expect([...whole.did].map(([name, lines]) => [name, lines.some((line) => line.endsWith(' done '))])).toEqual([
      ...['scale-on-schedule', 'tag-new-resources', 'enforce-policy', 'power-workstations'].map((name) => [name, true]),
      ...['approve-ota-windows', 'log-off-sessions', 'renew-before-expiry'].map((name) => [name, true]),
      ['digest', false],
    ]);
  });

  test.each(seeds)(
    'stops nothing that does not go by the record, somebody is told, and skipping it is the way out (%i)',
    async (seed) => {
      expect((await judge(seed, whole)).wrong).toEqual([]);
    },
    60_000,
  );
});
