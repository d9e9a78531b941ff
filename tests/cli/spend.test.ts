import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamwarden } from './command.ts';
import { openRenewalDesk, type RenewalDesk } from './renewal-desk.ts';

let desk: RenewalDesk;
beforeAll(async () => {
  desk = await openRenewalDesk();
});
afterAll(() => desk.close());

test('is told of a simulator, and of a journal alone, with a policy or without', async () => {
  await desk.run();
  const state = path.join(desk.folder, 'state');
  const empty = await streamwarden(['spend', ...desk.world]);
  expect([empty.code, empty.stdout]).toEqual([
    0,
    expect.stringMatching(/2026-11 +CNY +100,000\.00 CNY +0\.00 CNY +0\.00 CNY +100,000\.00 CNY/),
  ]);
  const alone = await streamwarden([
    'spend',
    '--state',
    state,
    '--month',
    '2026-11',
    '--json',
    '--policy',
    path.join(desk.folder, 'policy.yaml'),
  ]);
  expect([alone.code, JSON.parse(alone.stdout).months]).toEqual([0, [expect.objectContaining({ month: '2026-11', currency: 'CNY' })]]);
  const bare = await streamwarden(['spend', '--state', state], { cwd: desk.folder.replace(/[^/]+$/, '') });
  expect([bare.code, bare.stdout]).toEqual([0, expect.stringContaining('no limits are known')]);
});

test('says what is wrong with a month or a journal', async () => {
  const month = await streamwarden(['spend', ...desk.world, '--month', 'November']);
  expect([month.code, month.stderr]).toEqual([1, expect.stringContaining("--month takes a month such as 2026-11, not 'November'")]);
  const none = await streamwarden(['spend', '--state', path.join(desk.folder, 'nowhere')]);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('There is no journal at')]);
});
