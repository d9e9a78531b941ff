import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { CredentialsError, InputError } from '../../shared/client/errors.ts';
import { type ErrorClass, isExpected } from '../../shared/engine/report.ts';
import { JournalError, StoreError } from '../../shared/journal/store/store.ts';
import { apiError } from './run-fixture.ts';

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}

class OfACommand extends Error {
  readonly code = 'Usage';
}

describe('an error that was written for people', () => {
  test.each([
    apiError('no'),
    new InputError('SetDial', [{ path: 'DialId', text: 'missing' }]),
    new CredentialsError('NoCredentials' as never, 'none'),
    new StoreError('Full', 'disk full'),
    new JournalError('BrokenChain', 'broken'),
  ])('is one of ours: $name', (error) => expect(isExpected(error)).toBe(true));

  test.each<[string, () => unknown]>([
    ['a file that is missing', () => readFileSync('/nowhere/at/all')],
    ['a wrong argument', () => connect(-1)],
    ['a defect', () => (undefined as unknown as { a: number }).a],
    ['text', () => Promise.reject],
  ])('is not what Node throws: %s', (_name, work) => {
    const error = _name === 'text' ? 'a text' : thrown(work);
    expect(isExpected(error)).toBe(false);
  });

  test('is also one of the layer above, which names its own', () => {
    const more: readonly ErrorClass[] = [OfACommand];
    expect([isExpected(new OfACommand('x')), isExpected(new OfACommand('x'), more)]).toEqual([false, true]);
  });
});
