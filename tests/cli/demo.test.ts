import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { policyText } from '../policy/policy-text.ts';
import { streamwarden } from './command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-demo-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the demo plans, applies, finds the second plan empty, and names the commands that come next', async () => {
  const { code, stdout } = await streamwarden(['demo']);
  expect([code, stdout.match(/^── \d\./gm)]).toEqual([0, ['── 1.', '── 2.', '── 3.']]);
  expect(stdout).toContain('The second plan is empty where functions act: the account is as the policy wants it.');
  expect(stdout).toMatch(/^Next: streamwarden plan --policy \S*policy\.example\.yaml --why {2}/m);
});

test('a demo of a policy of your own goes on with that policy', async () => {
  writeFileSync(path.join(folder, 'mine.yaml'), policyText({}));
  const { stdout } = await streamwarden(['demo', '--policy', 'mine.yaml'], { cwd: folder });
  expect(stdout).toContain('Next: streamwarden plan --policy mine.yaml --why');
});
