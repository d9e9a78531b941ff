import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
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

/** Files of the product by path, each with the files that it imports, types included. */
function imports(): ReadonlyMap<string, readonly string[]> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const sources = ['shared', 'functions', 'cli', 'build', 'simulator'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`),
  );
  const importsOf = (file: string): string[] =>
    [...readFileSync(`${root}${file}`, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, target]) =>
      path.join(path.dirname(file), target as string),
    );
  return new Map(sources.map((file) => [file, importsOf(file)]));
}

/** Files from which a way of imports leads back to them. */
function circular(all: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const reaches = (from: string): boolean => {
    const met = new Set<string>();
    const open = [...(all.get(from) ?? [])];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (file === from) return true;
      if (met.has(file)) continue;
      met.add(file);
      open.push(...(all.get(file) ?? []));
    }
    return false;
  };
  return [...all.keys()].filter(reaches);
}

test('no files import each other in a circle, types included, but for the entities of the simulated world, which know each other', () => {
  expect(circular(imports()).filter((file) => !file.startsWith('simulator/world/'))).toEqual([]);
});
