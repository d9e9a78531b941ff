import { billingOperations } from '../../shared/client/billing/index.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import { billingHandlers } from '../../simulator/operations/billing/index.ts';
import type { AccountSeed } from '../../simulator/world/seed.ts';
import { describeAnswer } from '../client/schema-reading.ts';
import { type Estate, estate, expectKnown } from './estate.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; their fields are checked against the table.
type Data = any;

/** An estate whose bills and orders can be read. */
export interface BilledEstate extends Estate {
  /** The `Data` of an operation of billing; every field must be one that the table knows. */
  ask(action: keyof typeof billingOperations, input?: Record<string, unknown>): Data;
  /** The code with which an operation of billing is refused. */
  refusalOf(action: keyof typeof billingOperations, input?: Record<string, unknown>): string;
  /** All rows of the bill by instance. */
  rows(input: Record<string, unknown>): Data[];
}

/** Builds an estate of an account's seed, with bills. */
export function billedEstate(
  seed: Omit<AccountSeed, 'id'> = {},
  assumptions: Readonly<Record<string, AssumptionValue>> = {},
): BilledEstate {
  const made = estate(seed, assumptions);
  const { world, account } = made;
  const ask: BilledEstate['ask'] = (action, input = {}) => {
    const handler = billingHandlers[action];
    if (!handler) throw new Error(`no handler for ${action}`);
    const Data = handler(input, { world, account, requestId: world.newRequestId(), nowMs: world.clock.nowMs });
    expectKnown({ Data }, describeAnswer((billingOperations[action] as AnyOperation).output), action);
    return Data;
  };
  return {
    ...made,
    ask,
    refusalOf(action, input) {
      try {
        ask(action, input);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'not refused';
    },
    rows(input) {
      const rows: Data[] = [];
      for (let token: string | undefined, last = false; !last; ) {
        const page = ask('DescribeInstanceBill', { MaxResults: 300, ...input, ...(token === undefined ? {} : { NextToken: token }) });
        rows.push(...page.Items);
        token = page.NextToken;
        last = token === undefined;
      }
      return rows;
    },
  };
}

/** An instant of UTC+8, such as `2026-12-01 00:00`. */
export const at = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);
