import { expect, test } from 'vitest';
import { billingOperations } from '../../shared/client/billing/index.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { billingHandlers } from '../../simulator/operations/billing/index.ts';
import { handlers } from '../../simulator/operations/index.ts';

test('the simulated service has all operations of the table and no other', () => {
  expect(Object.keys(handlers).sort()).toEqual(Object.keys(operations).sort());
});

test('the simulated billing has all operations of its table and no other', () => {
  expect(Object.keys(billingHandlers).sort()).toEqual(Object.keys(billingOperations).sort());
});
