import { expect } from 'vitest';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import { handlers } from '../../simulator/operations/index.ts';
import type { Account } from '../../simulator/world/account.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { AccountSeed } from '../../simulator/world/seed.ts';
import type { World } from '../../simulator/world/world.ts';
import { type Described, describeAnswer } from '../client/schema-reading.ts';

/** Wednesday, 08:40 in UTC+8. */
export const start = '2026-11-25T08:40:00+08:00';

/** Milliseconds of a minute, an hour and a day. */
export const [minute, hour, day] = [60_000, 3_600_000, 86_400_000] as const;

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; their fields are checked against the table.
type Answer = any;

/** A small world with one account, and the operations as functions on it. */
export interface Estate {
  readonly world: World;
  readonly account: Account;
  /** Calls an operation now; every field of the answer must be one that the operation table knows. */
  call(action: keyof typeof operations, input?: Record<string, unknown>): Answer;
  /** The code with which an operation is refused. */
  refusal(action: keyof typeof operations, input?: Record<string, unknown>): string;
  /** Lets time pass, in milliseconds. */
  pass(ms: number): void;
}

/** Builds an estate of an account's seed. */
export function estate(seed: Omit<AccountSeed, 'id'> = {}, assumptions: Readonly<Record<string, AssumptionValue>> = {}): Estate {
  const id = '1234567890123456';
  const world = buildWorld({ start, assumptions, accounts: [{ ...seed, id }] });
  const account = world.account(id);
  const call = (action: string, input: Record<string, unknown> = {}): Answer => {
    const handler = handlers[action];
    if (!handler) throw new Error(`no handler for ${action}`);
    const answer = handler(input, { world, account, requestId: world.newRequestId(), nowMs: world.clock.nowMs });
    const row = (operations as Record<string, AnyOperation>)[action] as AnyOperation;
    expectKnown(answer, describeAnswer(row.output), action);
    return answer;
  };
  return {
    world,
    account,
    call,
    refusal(action, input) {
      try {
        call(action, input);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'not refused';
    },
    pass: (ms) => world.clock.advanceBy(ms),
  };
}

/** A subscription group with two nodes that ends at a day boundary, and a pay-as-you-go group. */
export const groups = [
  {
    id: 'aig-sub',
    name: 'office',
    region: 'cn-hangzhou',
    charge: 'PrePaid' as const,
    expiresAt: '2027-01-31T00:00:00+08:00',
    pool: { id: 'rg-sub', instanceType: 'appstreaming.general.4c8g', strategy: { fixed: 2 } },
  },
  { id: 'aig-payg', name: 'studio', region: 'cn-hangzhou', pool: { id: 'rg-payg' } },
];

/** Each field of an answer is one that the table knows. */
export function expectKnown(value: unknown, known: Described | undefined, path: string): void {
  expect(known, `${path} is a field of the answer`).toBeDefined();
  if (Array.isArray(value)) for (const item of value) expectKnown(item, known?.items, path);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value))
      if (inner !== undefined) expectKnown(inner, known?.fields?.[name], `${path}.${name}`);
  }
}
