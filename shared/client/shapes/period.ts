// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { oneOf } from '../../schema/schema.ts';
import { legalTogether } from '../fields.ts';
import { legalPeriods } from './legal-periods.ts';

/** Length of a subscription period in units of `PeriodUnit`; not every number goes with every unit. */
export const period = oneOf(1, 2, 3, 6);

/** Unit of a subscription period; the service tells upper from lower case. */
export const periodUnit = oneOf('Week', 'Month', 'Year');

/** The pairs of period and unit that can be ordered. */
export type Period =
  | { readonly Period: 1; readonly PeriodUnit: 'Week' }
  | { readonly Period: 1 | 2 | 3 | 6; readonly PeriodUnit: 'Month' }
  | { readonly Period: 1 | 2 | 3; readonly PeriodUnit: 'Year' };

/** The closed set of pairs. The service accepts others and fails later, when it orders (service notes). */
export const periodPair = legalTogether<Period>(
  ['Period', 'PeriodUnit'],
  legalPeriods,
  'Period',
  'choose one of 1 Week; 1, 2, 3 or 6 Month; 1, 2 or 3 Year',
);
