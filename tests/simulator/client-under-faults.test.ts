import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import type { Clock } from '../../shared/client/clock.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { ApiError } from '../../shared/client/errors.ts';
import { getAppInstanceGroup } from '../../shared/client/operations/get-app-instance-group.ts';
import { modifyNodePoolAttribute } from '../../shared/client/operations/modify-node-pool-attribute.ts';
import { renewAppInstanceGroup } from '../../shared/client/operations/renew-app-instance-group.ts';
import type { Fault } from '../../simulator/faults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { key, startSmall } from './small-service.ts';

// One fault, met once, by each class of call: how often the client sent, what it told its caller, and how often it really ran.

const calls = {
  read: (client: Client) => client.call(getAppInstanceGroup, { AppInstanceGroupId: 'aig-1', ProductType: 'CloudApp' }),
  write: (client: Client) =>
    client.call(modifyNodePoolAttribute, {
      PoolId: 'rg-1',
      ProductType: 'CloudApp',
      NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: 2 },
    }),
  purchase: (client: Client) =>
    client.call(renewAppInstanceGroup, {
      AppInstanceGroupId: 'aig-1',
      ProductType: 'CloudApp',
      Period: 1,
      PeriodUnit: 'Month',
      AutoPay: true,
    }),
} as const;

type Class = keyof typeof calls;

/** Requests sent, executions, and the outcome: `ok`, or `executed` of the error. */
type Row = `${number} sent, ${number} ran, ${'ok' | 'no' | 'unknown' | 'yes'}`;

const throttled = { kind: 'throttle', retryAfterMs: 50 } as const;

const table: [name: string, fault: object, read: Row, write: Row, purchase: Row][] = [
  ['no fault', { kind: 'drop', times: 0 }, '1 sent, 1 ran, ok', '1 sent, 1 ran, ok', '1 sent, 1 ran, ok'],
  ['throttled', throttled, '2 sent, 1 ran, ok', '2 sent, 1 ran, ok', '1 sent, 0 ran, no'],
  ['refused by RAM', { kind: 'deny' }, '1 sent, 0 ran, no', '1 sent, 0 ran, no', '1 sent, 0 ran, no'],
  ['500 before execution', { kind: 'fail' }, '2 sent, 1 ran, ok', '1 sent, 0 ran, unknown', '1 sent, 0 ran, unknown'],
  ['503 with HTML', { kind: 'html' }, '2 sent, 1 ran, ok', '1 sent, 0 ran, unknown', '1 sent, 0 ran, unknown'],
  ['503 with HTML, executed', { kind: 'html', execute: true }, '2 sent, 2 ran, ok', '1 sent, 1 ran, unknown', '1 sent, 1 ran, unknown'],
  ['connection dropped', { kind: 'drop' }, '2 sent, 1 ran, ok', '1 sent, 0 ran, unknown', '1 sent, 0 ran, unknown'],
  ['answer lost', { kind: 'lose-answer' }, '2 sent, 2 ran, ok', '1 sent, 1 ran, unknown', '1 sent, 1 ran, unknown'],
  ['body cut', { kind: 'cut-body' }, '2 sent, 2 ran, ok', '1 sent, 1 ran, unknown', '1 sent, 1 ran, unknown'],
  ['body malformed', { kind: 'malformed' }, '2 sent, 2 ran, ok', '1 sent, 1 ran, unknown', '1 sent, 1 ran, unknown'],
  ['body empty', { kind: 'empty' }, '2 sent, 2 ran, ok', '1 sent, 1 ran, unknown', '1 sent, 1 ran, unknown'],
  ['redirected, which is never followed', { kind: 'redirect' }, '2 sent, 1 ran, ok', '1 sent, 0 ran, unknown', '1 sent, 0 ran, unknown'],
];

let simulator: Simulator;
let client: Client;
let deadlines: Deadlines;

/** Deadlines of the client's attempts, which pass when the test says so. */
class Deadlines {
  readonly #waiting = new Set<() => void>();

  set(run: () => void): unknown {
    this.#waiting.add(run);
    return run;
  }

  clear(timer: unknown): void {
    this.#waiting.delete(timer as () => void);
  }

  strike(): void {
    for (const run of [...this.#waiting]) run();
  }
}

/** A clock whose sleeps pass at once: what is under test is how often the client sends, not when. */
function impatientClock(): Clock {
  let sleptMs = 0;
  return {
    now: () => Date.now() + sleptMs,
    sleep: async (ms) => {
      sleptMs += ms;
    },
  };
}

beforeEach(async () => {
  ({ simulator } = await startSmall());
  deadlines = new Deadlines();
  const credentials = explicitCredentials(key);
  client = createClient({ endpoint: simulator.url, credentials, clock: impatientClock(), random: () => 0.5, timers: deadlines });
});

afterEach(() => simulator.close());

describe.each(table)('%s', (_name, fault, read, write, purchase) => {
  test.each([
    ['read', read],
    ['write', write],
    ['purchase', purchase],
  ] as const)('a %s: %s', async (kind, expected) => {
    simulator.faults.add({ action: '*', ...fault } as Fault);
    expect(await outcomeOf(kind)).toBe(expected);
  });
});

test.each([
  ['read', 2, '2 sent, 2 ran, ok'],
  ['write', 1, '1 sent, 1 ran, unknown'],
  ['purchase', 1, '1 sent, 1 ran, unknown'],
] as const)('delayed past the deadline and then executed: a %s runs %i times, %s', async (kind, runs, expected) => {
  simulator.faults.add({ kind: 'delay', action: '*' });
  const outcome = outcomeOf(kind, runs, async () => {
    await simulator.ledger.reached('*', 'received');
    deadlines.strike();
  });
  expect(await outcome).toBe(expected);
});

test.each([
  ['read', '2 sent, 1 ran, ok'],
  ['write', '2 sent, 1 ran, ok'],
  ['purchase', '1 sent, 0 ran, no'],
] as const)('a clock that is an hour off: a %s %s', async (kind, expected) => {
  simulator.timeline.gatewayOffsetMs = 3_600_000;
  expect(await outcomeOf(kind)).toBe(expected);
});

async function outcomeOf(kind: Class, runs = 0, meanwhile?: () => Promise<void>): Promise<string> {
  const call = calls[kind](client).then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof ApiError) return error.executed;
      throw error;
    },
  );
  await meanwhile?.();
  const verdict = await call;
  // What the client gave up runs once the simulator has seen that it has gone.
  await simulator.ledger.reached('*', 'executed', runs);
  return `${simulator.ledger.count('*', 'received')} sent, ${simulator.ledger.count('*', 'executed')} ran, ${verdict}`;
}
