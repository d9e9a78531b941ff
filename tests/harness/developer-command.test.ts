import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { wholeNumber } from '../../build/developer-command.ts';

test.each([
  ['0', 0],
  ['12', 12],
])('%s is a whole number of zero or more', (text, value) => {
  expect(wholeNumber(0)(text)).toBe(value);
});

test.each(['', '-1', '1.5', '1e3', 'three', '9007199254740993'])('%j is none, and is refused with what an option takes', (text) => {
  expect(() => wholeNumber(0)(text)).toThrow('It takes a whole number, 0 or more.');
});

test('a number below the least is refused', () => {
  expect(() => wholeNumber()('0')).toThrow('1 or more');
});

test.each(['tests/mutants/main.ts', 'tests/chaos/main.ts'])('%s ends before any work at an option that it does not have', (program) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program, '--onyl', 'x'], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain("unknown option '--onyl'");
});
