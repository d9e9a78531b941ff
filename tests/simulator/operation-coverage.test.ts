import { expect, test } from 'vitest';
import { operations } from '../../shared/client/operations/index.ts';
import { handlers } from '../../simulator/operations/index.ts';

test('the simulated service has all operations of the table and no other', () => {
  expect(Object.keys(handlers).sort()).toEqual(Object.keys(operations).sort());
});
