import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CommandFailure, reportFailure } from '../../cli/failure.ts';
import { SettingsError } from '../../shared/fc/settings.ts';
import { StoreError } from '../../shared/journal/store/store.ts';

let printed: string;
beforeEach(() => {
  printed = '';
  const keep = (text: string | Uint8Array): boolean => {
    printed += text;
    return true;
  };
  vi.spyOn(process.stderr, 'write').mockImplementation(keep as never);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep as never);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  ['a command failure', new CommandFailure('Usage', 'say it otherwise')],
  ['a wrong setting', new SettingsError('StoreMissing', 'set the store')],
  ['a store that does not answer', new StoreError('Unreachable', 'the store is away')],
])('%s is one message without a stack', async (_, error) => {
  expect(await reportFailure(error, false)).toBe(1);
  expect(printed).toBe(`streamwarden: ${error.message}\n`);
});

test("a defect keeps its stack, though it has a code as Node's own errors do", async () => {
  const error = Object.assign(new TypeError('argument'), { code: 'ERR_INVALID_ARG_TYPE' });
  await reportFailure(error, false);
  expect(printed).toContain('this should not have happened');
  expect(printed).toContain('failure.test.ts');
});

test('as JSON a defect is called unexpected, and a failure by its code', async () => {
  await reportFailure(new CommandFailure('Usage', 'say it otherwise'), true);
  await reportFailure(new Error('oops'), true);
  expect(
    printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).error.code),
  ).toEqual(['Usage', 'Unexpected']);
});
