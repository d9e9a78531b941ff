import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamwarden } from './command.ts';
import { openRenewalFixture, type RenewalFixture } from './renewal-fixture.ts';

let fixture: RenewalFixture;
beforeAll(async () => {
  fixture = await openRenewalFixture();
});
afterAll(() => fixture.close());

test('is told of a simulator, and of a journal alone, with a policy or without', async () => {
  await fixture.run();
  const state = path.join(fixture.folder, 'state');
  const empty = await streamwarden(['spend', ...fixture.world]);
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
    path.join(fixture.folder, 'policy.yaml'),
  ]);
  expect([alone.code, JSON.parse(alone.stdout).months]).toEqual([0, [expect.objectContaining({ month: '2026-11', currency: 'CNY' })]]);
  const bare = await streamwarden(['spend', '--state', state], { cwd: fixture.folder.replace(/[^/]+$/, '') });
  expect([bare.code, bare.stdout]).toEqual([0, expect.stringContaining('no limits are known')]);
});

test('says what is wrong with a month or a journal', async () => {
  const month = await streamwarden(['spend', ...fixture.world, '--month', 'November']);
  expect([month.code, month.stderr]).toEqual([1, expect.stringContaining("--month takes a month such as 2026-11, not 'November'")]);
  const none = await streamwarden(['spend', '--state', path.join(fixture.folder, 'nowhere')]);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('There is no journal at')]);
});
