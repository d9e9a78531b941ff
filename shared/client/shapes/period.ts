import { oneOf } from '../../schema/schema.ts';
import { faultIf } from '../fields.ts';
import type { Combination } from '../operation.ts';

/** Length of a subscription period in units of `PeriodUnit`; not every number goes with every unit. */
export const period = oneOf(1, 2, 3, 6);

/** Unit of a subscription period; the service tells upper from lower case. */
export const periodUnit = oneOf('Week', 'Month', 'Year');

/** The pairs of period and unit that can be ordered. */
export type Period =
  | { readonly Period: 1; readonly PeriodUnit: 'Week' }
  | { readonly Period: 1 | 2 | 3 | 6; readonly PeriodUnit: 'Month' }
  | { readonly Period: 1 | 2 | 3; readonly PeriodUnit: 'Year' };

const values = [
  [1, 'Week'],
  [1, 'Month'],
  [2, 'Month'],
  [3, 'Month'],
  [6, 'Month'],
  [1, 'Year'],
  [2, 'Year'],
  [3, 'Year'],
] as const;

/** The closed set of pairs. The service accepts others and fails later, when it orders (API notes). */
export const periodPair: Combination<Period> = {
  fields: ['Period', 'PeriodUnit'],
  values,
  check: ({ Period, PeriodUnit }: { Period?: unknown; PeriodUnit?: unknown }) =>
    faultIf(
      !values.some(([length, unit]) => length === Period && unit === PeriodUnit),
      'Period',
      'choose one of 1 Week; 1, 2, 3 or 6 Month; 1, 2 or 3 Year',
    ),
};
