import { describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { type Case, expectProblems } from './expect-problems.ts';
import { policyText } from './policy-text.ts';

const cases: readonly Case[] = [
  ['an empty file', '▶', 'the file is empty; begin with version: 1'],
  ['a file of comments', '▶# nothing yet\n', 'the file is empty'],
  ['a list', '▶- version: 1\n', 'a list stands here; write a policy such as version: 1'],
  ['one line of text', '▶version 1\n', 'text stands here; write the keys of a policy'],
  ['a tab', 'version: 1\n▶\ttimezone: Asia/Shanghai\n', 'a tab indents this line; YAML takes spaces only, so replace the tab by spaces'],
  [
    'a key that stands twice',
    policyText({ version: 'version: 1\n▶version: 1' }),
    'this key stands here a second time; remove one of the two',
  ],
  ['a second document', `${policyText()}▶---\na: b\n`, 'a second document begins here; keep one policy per file'],
  ['a bracket that is not closed', 'protect: {users: [a▶}\n', 'close every bracket opened before'],
  ['a quote that is not closed', 'timezone: "Asia/Shanghai\n▶', 'quote or indicator is missing here'],
  ['a second colon on one line', 'a: ▶b: c\n', 'a second ": " stands on this line; put the value in quotes'],
  ['a merge key', policyText({ protect: 'protect: {▶<<: {users: [x]}}' }), 'YAML merge keys are not taken; repeat the keys'],
  [
    'a pattern that begins with *',
    policyText({ protect: 'protect: {users: [▶*exam]}' }),
    'text that begins with * is an alias in YAML, and nothing above has that anchor; put the text in quotes',
  ],
  ['an alias inside itself', 'version: &v [▶*v]\n', 'this alias contains itself'],
  [
    'a list as a key',
    policyText({ protect: 'protect: {▶[users]: x}' }),
    'a list, a map or an alias cannot be a key; write plain text before the colon',
  ],
  [
    'the key __proto__',
    policyText({ protect: 'protect: {groups: {tags: {a: b, ▶__proto__: c}}}' }),
    'cannot be a key or a name; write another one',
  ],
  ['a tag', policyText({ protect: 'protect: {users: [▶!glob x]}' }), 'this ! tag means nothing here; remove it'],
  [
    'YAML 1.1, with what it made of the values',
    `▶%YAML 1.1\n---\n${policyText({ service: 'serviceTimeZone: ▶on', store: 'store: ▶20:00' })}`,
    'YAML 1.1 reads on, off, yes and no as booleans and 20:00 as a number; remove the %YAML line',
    'serviceTimeZone: on without quotes is a boolean, not text; write "on"',
    'store: 20:00 without quotes was read as the number 1200 (YAML 1.1 counts it in sixties); write "20:00"',
  ],
];

describe('YAML: an error says line, column and what to do for', () => {
  test.each(cases)('%s', (_title, marked, ...expected) => expectProblems(marked, expected));
});

test('aliases of whole values are fine', () => {
  const text = policyText({
    targets:
      'targets:\n  cn: {account: "1234567890123456", endpoint: cn-shanghai, calendar: china, regions: &r [cn-hangzhou]}\n  two: {account: "2234567890123456", role: warden, endpoint: cn-shanghai, calendar: china, regions: *r}',
  });
  const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules);
  expect(problems).toEqual([]);
  expect(document?.targets.two?.regions).toEqual(['cn-hangzhou']);
});

test('a mistake behind an alias is found where it is written', () => {
  expectProblems(
    policyText({
      protect: 'protect: {users: &u [board-1]}',
      approvers: 'approvers: {a: *u}',
      exceptions: 'exceptions:\n  - &e {because: x, groups: all, from: 2026-12-01, until: 2026-12-02, keepAtLeast: ▶200%}',
    }),
    ['"200%" is more than everything'],
  );
});

test('Windows line ends and a byte order mark change no position', () => {
  const text = `\uFEFF${policyText({ timezone: 'timezone: Mars/Base' }).replaceAll('\n', '\r\n')}`;
  const [problem] = loadPolicy(text, 'policy.yaml', ruleModules).problems;
  expect(problem).toMatchObject({ line: 2, column: 11 });
});

test('a billion laughs end in an error, not in memory', () => {
  const lines = ['a0: &a0 [x, x]', ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`)];
  const { document, problems } = loadPolicy(`${lines.join('\n')}\n`, 'policy.yaml', ruleModules);
  expect(document).toBeUndefined();
  expect(problems.map(({ text }) => text)).toContain('the file repeats too much by its aliases; write the repeated parts out');
});
