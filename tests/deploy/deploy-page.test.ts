import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(path.join(root, 'docs', 'deploy.md'), 'utf8');

/** Names of the program's own variables in a text. */
const variablesIn = (text: string) => text.match(/\bSTREAMWARDEN_[A-Z]+(?:_[A-Z]+)*\b/g) ?? [];

function sources(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

test('the table of variables has every variable that functions, commands and deployment files read, and no other', () => {
  const files = [
    ...['shared', 'functions', 'events', 'cli'].flatMap(sources),
    ...['s.yaml', 's.starter.yaml'].map((file) => path.join(root, file)),
  ];
  const read = new Set(files.flatMap((file) => variablesIn(readFileSync(file, 'utf8'))));
  const rows = page.split('\n').filter((line) => /^\| `[A-Z]/.test(line));
  expect([...new Set(rows.flatMap((row) => variablesIn(row.split('|')[1] ?? '')))].sort()).toEqual([...read].sort());
});

test('the arithmetic of the cost is right', () => {
  const dispatch = 12 * 24 * 30 + 2 * 24 * 30;
  const runs = 12 * 24 * 30 * 4 + 2 * 24 * 30 * 2;
  const own = 2 * 4 * 24 * 30;
  const three = dispatch + own + 3 * runs;
  const [gb, vcpu] = [three * 5 * 0.125, three * 5 * 0.1];
  const units = vcpu + gb * 0.15 + three * 0.0075;
  const said = (amount: number) => Math.round(amount).toLocaleString('en-US').replaceAll(',', ' ');
  for (const amount of [dispatch, dispatch + own, runs, three, gb, vcpu, units]) expect(page.replace(/\s+/g, ' ')).toContain(said(amount));
  expect(page).toContain(`about **${Math.round(units * 0.00012)} CNY a month**`);
});
