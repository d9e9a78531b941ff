import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const [original, translated] = [read('README.md'), read('README.zh-CN.md')];

/** What both have to say alike, whatever the language. */
const parts: Readonly<Record<string, (text: string) => readonly string[]>> = {
  'blocks of code': (text) => [...text.matchAll(/^```\w+\n[\s\S]*?^```/gm)].map(([block]) => block),
  'first cells of tables that name something': (text) => [...text.matchAll(/^\| (\[?`?[a-z][^|]*?) \|/gm)].map((match) => match[1] ?? ''),
  'headings by level': (text) => [...text.matchAll(/^(#+) /gm)].map((match) => match[1] ?? ''),
  'points of lists': (text) => [...text.matchAll(/^- /gm)].map(([point]) => point),
  'links to pages': (text) => [...text.matchAll(/\]\((?!README)([^)]+)\)/g)].map((match) => match[1] ?? ''),
};

test.each(Object.entries(parts))('the Chinese README has the same %s as the English one', (_what, of) => {
  expect(of(original).length).toBeGreaterThan(3);
  const known = (list: readonly string[]) => list.filter((each) => !/^(command|function|folder)$/.test(each));
  expect(known(of(translated))).toEqual(known(of(original)));
});
