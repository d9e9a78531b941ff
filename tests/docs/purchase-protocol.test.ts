import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { defaultRules } from '../../functions/renew-before-expiry/purchase/contract.ts';
import { ruleCases as rounds } from '../model/rule-cases.ts';
import { ruleCases as stories } from '../model/stories/rule-cases.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(path.join(root, 'docs/purchase-protocol.md'), 'utf8');
const marks = [...page.matchAll(/^### (P\d+)$/gm)].map(([, mark = '']) => mark);

/** What the page says of each switch, on one line. */
const switches = new Map(
  [...page.matchAll(/^- Switch: `(\w+)`\. ([^\n]*(?:\n(?!- |\n)[^\n]*)*)/gm)].map(([, name = '', found = '']) => [name, found]),
);

describe('the page of the purchase protocol', () => {
  test('has each switch of the protocol once, and no other', () => {
    expect([...page.matchAll(/^- Switch: /gm)]).toHaveLength(switches.size);
    expect([...switches.keys()].sort()).toEqual(Object.keys(defaultRules).sort());
  });

  test.each(stories)('names the family of stories that finds the lack of $rule', ({ rule, family, breaks }) => {
    expect(switches.get(rule)).toContain(`stories of *${family}* (${breaks})`);
  });

  test.each(Object.keys(defaultRules))('says of %s whether rounds find its lack', (rule) => {
    const found = rounds.find((each) => each.rule === rule);
    if (found) expect(switches.get(rule)).toContain(`Found by rounds (${found.breaks})`);
    else expect(switches.get(rule)).not.toContain('Found by rounds');
  });

  test('has each mark once, in order', () => {
    const numbers = marks.map((mark) => Number(mark.slice(1)));
    expect(numbers.length).toBeGreaterThan(20);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });
});

/** Marks that a text cites: `P7`, or the same as `protocols, renewal, step 7`. */
function citedIn(text: string): readonly string[] {
  const steps = [...text.matchAll(/protocols, (?:renewal, )?steps? (\d+)(?: (?:to|and) (\d+))?/g)].flatMap(([, one, other]) => [
    one,
    other,
  ]);
  const own = [...text.matchAll(/purchase protocol, (P\d+)(?:(?:,| to| and) (P\d+))*/g)].flatMap(([cited]) => cited.match(/P\d+/g) ?? []);
  return [...steps.flatMap((step) => (step === undefined ? [] : [`P${step}`])), ...own];
}

test('the code cites marks that the page has', () => {
  const files = ['shared', 'functions', 'cli'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
  const cited = files.flatMap((file) => citedIn(readFileSync(file, 'utf8')));
  expect(cited.length).toBeGreaterThan(15);
  expect(cited.filter((mark) => !marks.includes(mark))).toEqual([]);
});
