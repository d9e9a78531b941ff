import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { handler as approveOtaWindows } from '../../functions/approve-ota-windows/index.ts';
import { handler as logOffSessions } from '../../functions/log-off-sessions/index.ts';
import { handler as powerWorkstations } from '../../functions/power-workstations/index.ts';
import { endRun } from '../../shared/engine/record-run.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { Runner, RunnerOptions } from '../../shared/engine/runner.ts';
import { createHandler, type HandlerOptions } from '../../shared/fc/handle.ts';
import { recordHeartbeat } from '../../shared/journal/log/runs.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { RandomStream } from '../../simulator/world/random.ts';
import { target as dialTarget, policyWith } from '../engine/dial.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { minuteMs } from '../fixtures/times.ts';
import { timerEvent } from '../functions/dispatch/fleet-fixture.ts';

const startMs = Date.parse('2026-11-24T08:30:00Z');
let folder: string;
let nowMs: number;
let lines: Record<string, unknown>[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-turns-'));
  nowMs = startMs;
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = clockOf(() => nowMs);
const environment = () => ({
  ...{ FC_FUNC_CODE_PATH: folder, STREAMWARDEN_STORE: `dir:${path.join(folder, 'journal')}` },
  ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret-of-the-environment' },
});

/** A function whose run on a target is `work`; it leaves a sign of life, as every run does. */
function functionOf(work: (options: RunnerOptions) => Promise<void> | void): Runner {
  return {
    name: 'dials',
    async run(options) {
      const { target, store } = options;
      await work(options);
      const report = {
        function: 'dials',
        target: target.name,
        run: 'r',
        outcomes: [],
        errors: [],
        warnings: [],
        decisions: [],
        failed: false,
      } as Partial<RunReport>;
      await runStoring(store, endRun({ ...report, holdsChanged: false } as unknown as RunReport, nowMs, undefined));
      return { ...report, totals: {}, counts: {}, calls: {}, mode: 'apply', functionMode: 'act', durationMs: 0 } as unknown as RunReport;
    },
  };
}

function targetsNamed(...names: readonly string[]): Record<string, CompiledTarget> {
  const targets = Object.fromEntries(names.map((name) => [name, { ...dialTarget, name }]));
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(policyWith({ targets })));
  return targets;
}

const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
const context = { requestId: 'one', function: { timeout: 300 } };
const invoke = (runner: Runner, more: HandlerOptions = {}, event = '') =>
  createHandler(runner, { clock, environment: environment(), write, ...more })(Buffer.from(event), context);

describe('several targets within one invocation', () => {
  test('those that the last one did not finish come first', async () => {
    targetsNamed('a', 'b', 'c', 'd');
    const store = directoryStore(path.join(folder, 'journal'));
    for (const [name, ms] of [
      ['a', nowMs - 15 * minuteMs],
      ['b', nowMs - 15 * minuteMs],
      ['c', nowMs - 30 * minuteMs],
    ] as const) {
      await runStoring(store, recordHeartbeat({ functionName: 'dials', target: name, owner: 'x', atMs: ms }, { failed: false }));
    }
    const order: string[] = [];
    const summary = await invoke(functionOf(({ target }) => void order.push(target.name)));
    expect(new Set(order.slice(0, 2))).toEqual(new Set(['c', 'd']));
    expect(new Set(order)).toEqual(new Set(['a', 'b', 'c', 'd']));
    // What is said is in the order of the policy, whatever the order of the runs.
    expect(summary.targets.map((each) => each.target)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('one that ends the process at each of its turns keeps nobody from theirs for good', async () => {
    const names = ['a', 'b', 'bad', 'c', 'd', 'e'];
    targetsNamed(...names);
    const random = new RandomStream(7);
    const done = new Set<string>();
    const dead = new Error('the process is gone');
    // Nothing after such a turn happens: neither the other targets nor a sign of life.
    for (let invocation = 0; invocation < 60 && done.size < 5; invocation++) {
      let gone = false;
      const run = ({ target }: RunnerOptions): void => {
        if (gone || target.name === 'bad') {
          gone = true;
          throw dead;
        }
        done.add(target.name);
      };
      await invoke(functionOf(run), { random: () => random.next() }).catch(() => undefined);
      nowMs += 15 * minuteMs;
    }
    expect([...done].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('one that takes all of its time leaves the others their part of it', async () => {
    targetsNamed('a', 'slow', 'b');
    const asked: { readonly ms: number; readonly controller: AbortController }[] = [];
    const timeout = (ms: number): AbortSignal => {
      const controller = new AbortController();
      asked.push({ ms: nowMs + ms, controller });
      return controller.signal;
    };
    const pass = (ms: number): void => {
      nowMs += ms;
      for (const each of asked) if (each.ms <= nowMs) each.controller.abort();
    };
    const ran: string[] = [];
    const summary = await invoke(
      functionOf(({ target, signal, deadlineMs }) => {
        // The deadline of the invocation holds for what is under way, whoever's turn it is.
        expect(deadlineMs).toBe(startMs + 300_000);
        while (target.name === 'slow' && !signal?.aborted) pass(1000);
        pass(1000);
        ran.push(target.name);
      }),
      { timeout },
    );
    expect(new Set(ran)).toEqual(new Set(['a', 'slow', 'b']));
    expect(summary.postponed).toBeUndefined();
  });

  test('those for which no time is left are named, and come first in the next', async () => {
    const names = ['a', 'b', 'c'];
    targetsNamed(...names);
    const controllers: AbortController[] = [];
    const timeout = (): AbortSignal => {
      controllers.push(new AbortController());
      return (controllers.at(-1) as AbortController).signal;
    };
    const first: string[] = [];
    const summary = await invoke(
      functionOf(({ target }) => {
        first.push(target.name);
        for (const each of controllers) each.abort();
      }),
      { timeout },
    );
    expect(first).toHaveLength(1);
    const left = names.filter((name) => !first.includes(name));
    expect([...(summary.postponed ?? [])].sort()).toEqual(left);
    expect(lines.find(({ event }) => event === 'postponed')).toMatchObject({ level: 'warn' });
    nowMs += 15 * minuteMs;
    const second: string[] = [];
    await invoke(functionOf(({ target }) => void second.push(target.name)));
    expect(second.slice(0, 2).sort()).toEqual(left);
  });

  test('a journal that cannot be listed costs the order, not the runs', async () => {
    targetsNamed('a', 'b');
    writeFileSync(path.join(folder, 'journal'), 'a file where a folder should be');
    const ran: string[] = [];
    const failing: Runner = {
      name: 'dials',
      async run({ target }) {
        ran.push(target.name);
        throw new Error('no journal');
      },
    };
    await expect(invoke(failing)).rejects.toMatchObject({ code: 'RunFailed' });
    expect(ran.sort()).toEqual(['a', 'b']);
  });

  test('a function that needs the order of the policy keeps it', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    targetsNamed(...names);
    const order: string[] = [];
    await invoke(
      functionOf(({ target }) => void order.push(target.name)),
      { keepsOrder: true },
    );
    expect(order).toEqual(names);
  });
});

test('an event is seen to by each target of its account: none waits where another one does', async () => {
  const targets = targetsNamed('home', 'intl');
  const triggerEvents = [{ resourceId: 'a', operation: 'SetDial', atMs: startMs }];
  const scopes: (string | undefined)[] = [];
  await invoke(
    functionOf(() => {}),
    {
      subscription: {
        triggerEvents: () => ({ byTarget: new Map(Object.values(targets).map((each) => [each, triggerEvents])), ignored: {} }),
        async take({ queue }) {
          scopes.push(queue?.scope);
          return { report: undefined, left: {} };
        },
        awaited: async () => [],
      },
    },
    '{}',
  );
  expect(scopes.sort()).toEqual([`${dialTarget.account}.home`, `${dialTarget.account}.intl`]);
});

describe('an old event', () => {
  const late = timerEvent('2026-11-24T08:00:00Z');

  test.each([
    ['log-off-sessions', logOffSessions],
    ['approve-ota-windows', approveOtaWindows],
    ['power-workstations', powerWorkstations],
  ] as const)('begins nothing in %s, which must not act late', async (name, handler) => {
    targetsNamed('cn');
    const before = { ...process.env };
    const said: string[] = [];
    const log = console.log;
    Object.assign(process.env, environment());
    console.log = (line: string) => said.push(line);
    try {
      const summary = await handler(Buffer.from(late), context);
      expect(summary).toMatchObject({
        function: name,
        targets: [],
        stale: { triggered: '2026-11-24T08:00:00.000Z', ageSeconds: expect.any(Number) },
      });
    } finally {
      console.log = log;
      process.env = before;
    }
    expect(said.map((line) => JSON.parse(line) as object)).toMatchObject([{ level: 'warn', event: 'stale', function: name }]);
  });

  test.each<[string, HandlerOptions, number]>([
    ['counts in a function that plans from now, however old it is', {}, 1],
    ['counts up to the age that the function says', { staleAfterMs: 30 * minuteMs }, 1],
    ['begins nothing once it is older', { staleAfterMs: 30 * minuteMs - 1 }, 0],
  ])('%s', async (_name, options, runs) => {
    targetsNamed('cn');
    let count = 0;
    await invoke(
      functionOf(() => {
        count += 1;
      }),
      options,
      late,
    );
    expect(count).toBe(runs);
  });

  test('by hand there is no age', async () => {
    targetsNamed('cn');
    let count = 0;
    await invoke(
      functionOf(() => {
        count += 1;
      }),
      { staleAfterMs: 1 },
    );
    expect(count).toBe(1);
  });
});
