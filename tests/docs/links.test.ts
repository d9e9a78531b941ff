import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', '.streamwarden']);

/** Every page of the repository, relative to its root. */
function pagesIn(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const inside = path.join(folder, entry.name);
    return entry.isDirectory() ? pagesIn(inside) : entry.name.endsWith('.md') ? [inside] : [];
  });
}

/** A page without its blocks of code, where brackets are no links and `#` begins a comment. */
const proseOf = (page: string): string => readFileSync(path.join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');

/** The names by which the headings of a page are linked, as GitHub makes them. */
function headingsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const names = [...proseOf(page).matchAll(/^#+ +(.+?)\s*$/gm)].map(([, heading = '']) => {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const name = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  });
  return new Set(names);
}

/** What is wrong with a link of a page; undefined where it leads somewhere. */
function brokenBecause(page: string, link: string): string | undefined {
  const [file = '', fragment] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), decodeURIComponent(file));
  const place = path.join(root, target);
  if (target.startsWith('..')) return `${link} leads out of the repository`;
  if (!existsSync(place)) return `${link}: there is no ${target}`;
  if (fragment === undefined) return undefined;
  if (statSync(place).isDirectory() || !target.endsWith('.md')) return `${link}: only pages have headings`;
  return headingsOf(target).has(fragment) ? undefined : `${link}: ${target} has no such heading`;
}

const pages = pagesIn('.');
const linksOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));

describe('the links of the pages', () => {
  test('are found in the README and below docs', () => {
    expect(linksOf('README.md').length).toBeGreaterThan(15);
    expect(pages.filter((page) => page.startsWith('docs/')).length).toBeGreaterThan(15);
  });

  test.each(pages)('%s links to files and headings that are there', (page) => {
    expect(linksOf(page).flatMap((link) => brokenBecause(page, link) ?? [])).toEqual([]);
  });
});

/** Everything there is, files and folders, relative to the root. */
function placesIn(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const inside = path.join(folder, entry.name);
    return entry.isDirectory() ? [`${inside}/`, inside, ...placesIn(inside)] : [inside];
  });
}

const places = placesIn('.');

/** True where there is a place of this name; `<name>` and `*` stand for any one part. */
function exists(name: string): boolean {
  const literal = name.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`^${literal.replace(/<[^>]*>|\*/g, '[^/]*')}$`);
  return places.some((place) => pattern.test(place));
}

describe('places in the repository that pages name', () => {
  const roots = /`((?:bench|build|cli|docs|events|functions|shared|simulator|tests)\/[^`\s…]*)`/g;
  /** What the reader is to write. */
  const isNew = (name: string): boolean => /<(?:operation|kind|store)>/.test(name);

  test.each(pages)('%s names places that are there', (page) => {
    const named = [...proseOf(page).matchAll(roots)].map(([, name = '']) => name).filter((name) => !isNew(name));
    expect(named.filter((name) => !exists(name))).toEqual([]);
  });
});

test('the index of decisions leads to every decision, in order', () => {
  const linked = linksOf('docs/decisions/README.md').map((link) => `docs/decisions/${link}`);
  expect(linked).toEqual(pages.filter((page) => /^docs\/decisions\/\d{4}-/.test(page)).sort());
});

test('the index of pages leads to every page, once', () => {
  const linked = linksOf('docs/README.md').map((link) => path.join('docs', link.split('#')[0] ?? ''));
  const others = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !/^docs\/decisions\/\d/.test(page));
  expect(linked.filter((page) => page.startsWith('docs/')).sort()).toEqual([...others].sort());
});
