import { beforeEach, describe, expect, test } from 'vitest';
import type { TriggerEvent } from '../../shared/engine/automation.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { type EventsTaken, type EventTurn, mergeTriggerEvents, takeEvents } from '../../shared/fc/event-turns.ts';
import { slotMs } from '../../shared/journal/log/event-queue.ts';
import { type MemoryStore, memoryStore } from '../journal/memory-store.ts';

const startMs = Date.parse('2026-11-24T04:00:00Z');

/** The time that passes for everybody, and who sleeps until when. */
class Time {
  nowMs = startMs;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  /** The clock of an invocation, ahead of the time by so much. */
  clock(aheadMs: number): EventTurn['clock'] {
    const sleep = (ms: number) => new Promise<void>((wake) => this.#sleepers.add({ untilMs: this.nowMs + ms, wake }));
    return { now: () => this.nowMs + aheadMs, sleep };
  }

  async settle(): Promise<void> {
    for (let step = 0; step < 50; step++) await Promise.resolve();
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      await this.settle();
      const [next] = [...this.#sleepers].filter(({ untilMs }) => untilMs <= endMs).sort((a, b) => a.untilMs - b.untilMs);
      if (next === undefined) break;
      this.#sleepers.delete(next);
      this.nowMs = Math.max(this.nowMs, next.untilMs);
      next.wake();
    }
    this.nowMs = endMs;
    await this.settle();
  }
}

let time: Time;
let store: MemoryStore;
let looked: string[];
beforeEach(() => {
  time = new Time();
  store = memoryStore();
  looked = [];
});

const made = (resourceId: string, more: Partial<TriggerEvent> = {}): TriggerEvent => ({
  ...{ resourceId, operation: 'CreateAppInstanceGroup', atMs: startMs, caller: 'li.wei', source: 'console' },
  ...more,
});

interface Heard {
  readonly aheadMs?: number;
  readonly scope?: string;
  readonly functionName?: string;
  readonly errors?: RunReport['errors'];
}

/** An invocation that hears of these; its run sees all that it is given, or fails before. */
function hear(ids: readonly string[], { aheadMs = 0, scope = '1', functionName = 'tag-new-resources', errors = [] }: Heard = {}) {
  return takeEvents({
    ...{ triggerEvents: ids.map((id) => made(id)), clock: time.clock(aheadMs), signal: undefined, endMs: undefined },
    queue: { store, functionName, scope },
    async run(triggerEvents) {
      const ids = triggerEvents.map(({ resourceId }) => resourceId);
      if (errors.length === 0) looked.push(...ids.map((id) => (scope === '1' ? id : `${scope} ${id}`)));
      return { decisions: [], outcomes: [], notCovered: [], kept: errors.length === 0 ? ids : [], errors } as unknown as RunReport;
    },
    onReport: () => {},
  });
}

const recordsOf = (kind: string) => [...store.records.keys()].filter((key) => key.includes(`/${kind}`));

describe('events of one slot', () => {
  test('are looked at by one invocation, and the others end at once', async () => {
    const all = [hear(['a']), hear(['b']), hear(['a', 'c'])];
    await time.pass(2 * slotMs);
    const taken = await Promise.all(all);
    expect(looked.sort()).toEqual(['a', 'b', 'c']);
    expect(taken.filter(({ report }) => report !== undefined)).toHaveLength(1);
  });

  test('of two functions do not meet, and neither do those of two targets of one account', async () => {
    const all = [hear(['a']), hear(['a'], { functionName: 'enforce-policy' }), hear(['a'], { scope: '1.intl' })];
    await time.pass(2 * slotMs);
    await Promise.all(all);
    expect(looked.sort()).toEqual(['1.intl a', 'a', 'a']);
  });

  test.each([
    ['ten seconds ahead', 10_000],
    ['two hours ahead', 2 * 3_600_000],
    ['ten seconds behind', -10_000],
    ['two hours behind', -2 * 3_600_000],
    ['nearly a slot ahead', slotMs - 1],
  ])('are each looked at where the clock of one invocation is %s', async (_what, aheadMs) => {
    const all: Promise<EventsTaken>[] = [];
    const expected: string[] = [];
    for (let at = 0; at < 40; at++) {
      const id = `g${at}`;
      expected.push(id);
      all.push(hear([id], at % 3 === 0 ? { aheadMs } : {}));
      await time.pass(700);
    }
    // Later the others come to the slots that the first one has used up.
    await time.pass(Math.max(0, Math.abs(aheadMs) - 28_000));
    for (let at = 40; at < 80; at++) {
      const id = `g${at}`;
      expected.push(id);
      all.push(hear([id]));
      await time.pass(700);
    }
    await time.pass(10 * slotMs);
    await Promise.all(all);
    expect([...new Set(looked)].sort()).toEqual(expected.sort());
  });

  test('that were written when their slot was closed go into the next one', async () => {
    const first = hear(['a']);
    await time.pass(2 * slotMs);
    await first;
    const late = hear(['b'], { aheadMs: -2 * slotMs });
    await time.pass(4 * slotMs);
    expect((await late).report).toBeDefined();
    expect(looked).toEqual(['a', 'b']);
    expect(recordsOf('closed')).toHaveLength(2);
  });

  test('that stand in a damaged record are counted by its key, and the others are looked at', async () => {
    const first = hear(['a']);
    await time.settle();
    await hear(['b']);
    const [bad = ''] = recordsOf('heard-').filter((key) => new TextDecoder().decode(store.records.get(key)).includes('"b"'));
    store.records.set(bad, new TextEncoder().encode('{"torn'));
    await time.pass(2 * slotMs);
    expect((await first).left).toEqual({ unread: [bad] });
    expect(looked).toEqual(['a']);
  });

  test('are named where the run failed before it looked: those who ended at once do not come again', async () => {
    const errors = [{ code: 'NoPermission', message: 'no' }] as unknown as RunReport['errors'];
    const first = hear(['a'], { errors });
    await time.settle();
    expect(await hear(['b'])).toEqual({ report: undefined, left: {} });
    await time.pass(2 * slotMs);
    expect((await first).left).toEqual({ 'run-failed': ['a', 'b'] });
  });

  test('that the journal cannot keep fail their invocation', async () => {
    store.beforeCreate = (key) => {
      if (key.endsWith('/turn')) store.records.set(key, new TextEncoder().encode('{"torn'));
    };
    await expect(hear(['a'])).rejects.toMatchObject({ code: 'MalformedRecord' });
  });
});

describe('of the runs on events', () => {
  const failure = { code: 'Unreachable', message: 'no' };
  const stopped = (id: string) => ({ resource: { id }, because: { code: 'another-run' } });

  /** The ids of each run where events of these are seen to and the runs give what is said of them in turn. */
  async function runsOn(ids: readonly string[], ...said: readonly object[]) {
    const runs: (readonly string[])[] = [];
    const taking = takeEvents({
      ...{ triggerEvents: ids.map((id) => made(id)), clock: time.clock(0), signal: undefined, endMs: undefined, onReport: () => {} },
      async run(triggerEvents) {
        const some = said[runs.push(triggerEvents.map(({ resourceId }) => resourceId)) - 1];
        return { decisions: [], outcomes: [], notCovered: [], kept: [], errors: [], failed: false, ...some } as unknown as RunReport;
      },
    });
    await time.pass(60_000);
    return { runs, taken: await taking };
  }

  test('one that others were in the way of repeats what they stopped, and looks for nothing else again', async () => {
    const decisions = [{ resource: { id: 'b' } }];
    const { runs, taken } = await runsOn(['a', 'b'], { kept: ['a'], decisions, outcomes: [stopped('b')] }, { kept: ['b'] });
    expect([runs, taken.left]).toEqual([[['a', 'b'], ['b']], {}]);
  });

  test('one that failed is told of, and what it did not see, whatever the next one does', async () => {
    const first = { errors: [failure], failed: true, decisions: [{ resource: { id: 'b' } }], outcomes: [stopped('b')] };
    const { runs, taken } = await runsOn(['a', 'b'], first, { kept: ['b'] });
    expect([runs, taken.left, taken.report?.failed]).toEqual([[['a', 'b'], ['b']], { 'run-failed': ['a'] }, true]);
  });

  test('one that looks again for what does not show, and fails, leaves only that to the sweep', async () => {
    const { runs, taken } = await runsOn(['a', 'b'], { kept: ['a'] }, { errors: [failure], failed: true });
    expect([runs, taken.left, taken.report?.failed]).toEqual([[['a', 'b'], ['b']], { 'run-failed': ['b'] }, true]);
  });
});

describe('events of one resource', () => {
  test('are one occasion: how it came to be, by whom that is known', () => {
    const call = made('a', { caller: 'li.wei', atMs: startMs });
    const nameless: TriggerEvent = { resourceId: 'a', operation: 'Create', atMs: startMs + 5_000 };
    const change = made('a', { operation: 'TagCloudResources', caller: 'bo.chen', atMs: startMs + 9_000 });
    for (const order of [
      [call, nameless, change],
      [change, nameless, call],
      [nameless, change, call],
    ])
      expect(mergeTriggerEvents(order)).toEqual([call]);
  });

  test('that was changed twice are the later one, and no resource takes the place of another', () => {
    const early = made('a', { operation: 'TagCloudResources', caller: 'li.wei' });
    const late = made('a', { operation: 'TagCloudResources', caller: 'bo.chen', atMs: startMs + 1 });
    const other = made('b', { operation: 'TagCloudResources', caller: 'x' });
    expect(mergeTriggerEvents([late, other, early])).toEqual([late, other]);
  });
});
