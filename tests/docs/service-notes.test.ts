import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { billingOperations } from '../../shared/client/billing/index.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { assumptions } from '../../simulator/assumptions.ts';

const page = readFileSync(new URL('../../docs/service-notes.md', import.meta.url), 'utf8');

/** Rows of facts: what, mark, and switches. */
const rows = [...page.matchAll(/^\| (.+?) \| (\w+) \| ([^|]*)\|$/gm)].map(([, what = '', mark = '', switches = '']) => ({
  what,
  mark,
  switches: [...switches.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
}));

describe('the notes on the service', () => {
  test('mark each fact, and mark none as tried', () => {
    const facts = [...page.matchAll(/^\| .+ \|$/gm)].length - [...page.matchAll(/^\| (?:what|mark) \|/gm)].length - 3;
    const withMarks = rows.filter(({ what }) => what !== 'what' && what !== 'mark');
    expect(withMarks.length).toBeGreaterThan(80);
    expect(withMarks).toHaveLength(facts);
    expect([...new Set(withMarks.map(({ mark }) => mark))].sort()).toEqual(['UNVERIFIED', 'documented', 'inferred']);
  });

  test('name each switch of the simulator once, and no other', () => {
    expect(rows.flatMap(({ switches }) => switches).sort()).toEqual(Object.keys(assumptions).sort());
  });

  test('name operations that there are', () => {
    const verbs = 'Approve|Authorize|Create|Delete|Describe|Distribute|List|LogOff|Modify|PageList|Renew|Start|Stop|Tag|Untag|Update';
    const words = [...page.matchAll(new RegExp(`(?<![\`.\\w])(?:${verbs})[A-Z]\\w+`, 'g'))].map(([word]) => word);
    expect(words.length).toBeGreaterThan(40);
    const permissions = Object.values(billingOperations).map(({ ram }) => ram.action.replace(/^.*:/, ''));
    const known = new Set([
      ...Object.keys(operations),
      ...Object.keys(billingOperations),
      ...permissions,
      'DeleteAppInstanceModels',
      'RenewMode',
      'RenewAmount',
      'RenewNodes',
    ]);
    expect([...new Set(words)].filter((word) => !known.has(word))).toEqual([]);
  });
});
