import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamwarden } from '../cli/command.ts';

const docs = new URL('../../docs/', import.meta.url);

/** Lines of the pages' code that start the command; what stands behind `#` is for the reader. */
const lines = readdirSync(docs)
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) => [...readFileSync(new URL(name, docs), 'utf8').matchAll(/^```(?:sh|text)\n([\s\S]*?)^```/gm)])
  .flatMap(([, block = '']) => block.split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()))
  .flatMap((line) => /^(?:node bin\/streamwarden\.js|streamwarden) (.+)$/.exec(line)?.[1] ?? [])
  // The README has this one, and its test builds what it runs.
  .filter((line) => line !== 'invoke scale-on-schedule --event events/samples/timer.json');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-pages-'));
  for (const name of ['policy.yaml', 'policy.example.yaml'])
    copyFileSync(new URL('../../policy.example.yaml', import.meta.url), path.join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What needs the cloud, channels or a journal ends with an error here: then it has to be one that says what is missing, and not how it is called.
test.each([...new Set(lines)])('streamwarden %s is taken as the page writes it', async (line) => {
  const args = line.split(' ').map((word) => (word === 'policy.yaml' && line.startsWith('import ') ? 'imported.yaml' : word));
  const env = { ALIBABA_CLOUD_CREDENTIALS_FILE: path.join(folder, 'none'), HOME: folder };
  const { code, stdout, stderr } = await streamwarden(args, { cwd: folder, env });
  const needsMore = / --(target|remote|s-yaml)\b/.test(` ${line}`) || /^(notify|journal) /.test(line);
  expect((needsMore ? [0, 1, 2] : [0, 2]).includes(code ?? -1), stderr).toBe(true);
  expect(stdout + stderr).not.toMatch(/unknown (option|command)|too many arguments|missing required|\n {4}at /);
  if (code === 1) expect((stdout + stderr).trim()).not.toBe('');
});
