import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('a clone without its packages says what to run', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-clone-'));
  try {
    for (const name of ['bin', 'package.json'])
      cpSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), path.join(folder, name), { recursive: true });
    await expect(promisify(execFile)(process.execPath, [path.join(folder, 'bin/streamwarden.js'), 'plan'])).rejects.toMatchObject({
      code: 1,
      stderr: `streamwarden: its packages are not installed; run npm ci in ${folder}/.\n`,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
