import type { Handler } from '../../handler.ts';
import { handlers as accountState } from './account-state.ts';
import { handlers as amortized } from './amortized.ts';
import { handlers as bills } from './bills.ts';
import { handlers as orders } from './orders.ts';

/** The handlers of all operations of billing, by name. Each gives the `Data` of its answer. */
export const billingHandlers: Readonly<Record<string, Handler>> = { ...accountState, ...amortized, ...bills, ...orders };
