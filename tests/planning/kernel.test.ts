import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { catalog } from '../../functions/catalog.ts';

const shared = fileURLToPath(new URL('../../shared/', import.meta.url));
const files = readdirSync(shared, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
/** What would name a function in code: its whole name, but for a file that is called like it. `digest` is a role and a word of its own as well. */
const functions = catalog.map(({ manifest }) => manifest.name).filter((name) => name !== 'digest');
const names = new RegExp(`(?<![\\w/-])(${functions.join('|')})(?![\\w-])`);
const isComment = /^\s*(\/\/|\/\*|\*)/;

test('the kernel names no function: what is special to one stands in its folder', () => {
  const naming = files.flatMap((file) =>
    readFileSync(`${shared}${file}`, 'utf8')
      .split('\n')
      .flatMap((line) => (names.test(line) && !isComment.test(line) ? [`${file}: ${line.trim()}`] : [])),
  );
  expect(naming.filter((line) => !line.startsWith('policy/known-functions.ts: '))).toEqual([]);
});

test('nothing in the kernel imports a function, the command line or the simulator', () => {
  const importing = /from '(\.\.\/)+(functions|cli|simulator|build|tests)\//;
  expect(files.filter((file) => importing.test(readFileSync(`${shared}${file}`, 'utf8')))).toEqual([]);
});
