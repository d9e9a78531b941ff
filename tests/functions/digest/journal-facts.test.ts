import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dueSlot, spanOf } from '../../../functions/digest/digest-slot.ts';
import { claimSending, digestStream, lastSent, readDigestStream, recordSeen, recordSent } from '../../../functions/digest/digest-stream.ts';
import { scheduledGroup } from '../../../functions/digest/facts/capacity-tally.ts';
import { heartbeatGap, readLifeSigns } from '../../../functions/digest/facts/heartbeats.ts';
import { foldHolds, type HoldAges } from '../../../functions/digest/facts/past-runs.ts';
import type { CompiledScaleRule } from '../../../functions/scale-on-schedule/compiled-rule.ts';
import { peakOf } from '../../../functions/scale-on-schedule/group-state.ts';
import { recordHeartbeat } from '../../../shared/journal/log/runs.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { contextOf, groupOf, policyOf } from '../scale-on-schedule/plan-fixture.ts';
import { fleetOf, now, ruleOf } from './facts-fixture.ts';

const utc = { transitions: [] };

describe('a digest is due', () => {
  const slotsMs = [100 * dayMs, 101 * dayMs, 104 * dayMs];
  test.each([
    ['not before the first slot', 100 * dayMs - 1, undefined],
    ['at its slot', 100 * dayMs, 100 * dayMs],
    ['until the next slot', 101 * dayMs - 1, 100 * dayMs],
    ['for 24 hours', 102 * dayMs - 1, 101 * dayMs],
    ['not for longer', 102 * dayMs, undefined],
    ['at the slot after a pause', 104 * dayMs + hourMs, 104 * dayMs],
  ])('%s', (_title, nowMs, slotMs) => {
    expect(dueSlot({ slotsMs }, utc, nowMs)?.slotMs).toBe(slotMs);
  });

  test.each([
    ['since the one sent last', 104 * dayMs, 100 * dayMs, 100 * dayMs],
    ['since the slot before where none was sent', 104 * dayMs, undefined, 101 * dayMs],
    ['of one day where there was no slot before', 100 * dayMs, undefined, 99 * dayMs],
    ['of 35 days at most', 104 * dayMs, 10 * dayMs, 69 * dayMs],
  ])('and tells of the time %s', (_title, slotMs, sentMs, fromMs) => {
    expect(spanOf({ slotsMs }, slotMs, sentMs)).toEqual({ fromMs, untilMs: slotMs });
  });
});

describe('the stream of a digest', () => {
  const signed = (owner: string, atMs = now) => ({ owner, atMs });
  const rule = ruleOf();
  const body = { slotMs: now, untilMs: now + 1, channels: ['ops'], held: [] };

  test('is claimed by one of many runs at once, and by another ten minutes later if nothing was sent', async () => {
    const store = memoryStore();
    const stream = digestStream(rule, '2026-11-24');
    const empty = await runStoring(store, readDigestStream(stream));
    const claims = await Promise.all(Array.from({ length: 64 }, (_, run) => runStoring(store, claimSending(empty, signed(`r${run}`)))));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    const claimed = await runStoring(store, readDigestStream(stream));
    expect(await runStoring(store, claimSending(claimed, signed('late', now + 10 * minuteMs - 1)))).toBeUndefined();
    expect(await runStoring(store, claimSending(claimed, signed('late', now + 10 * minuteMs)))).toBeDefined();
  });

  test('keeps what each target saw, is not claimed once sent, and is a whole chain', async () => {
    const store = memoryStore();
    const stream = digestStream(rule, '2026-11-24');
    let digest = await runStoring(store, readDigestStream(stream));
    digest = await runStoring(store, recordSeen(digest, signed('a'), fleetOf('cn-office')));
    digest = await runStoring(store, recordSeen(digest, signed('b'), fleetOf('singapore', { groups: 7 })));
    expect([...digest.seen].map(([name, { groups }]) => [name, groups])).toEqual([
      ['cn-office', 3],
      ['singapore', 7],
    ]);
    const end = await runStoring(store, claimSending(digest, signed('a')));
    if (end) await runStoring(store, recordSent(stream, end, signed('a'), body));
    const sent = await runStoring(store, readDigestStream(stream));
    expect(sent.sent).toMatchObject({ slotMs: now, channels: ['ops'] });
    expect(await runStoring(store, claimSending(sent, signed('c', now + dayMs)))).toBeUndefined();
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('is claimed once where the answer of the store was lost', async () => {
    const store = memoryStore();
    let lost = true;
    store.afterCreate = () => {
      if (!lost) return;
      lost = false;
      throw new StoreError('Unreachable', 'no answer', { maybeWritten: true });
    };
    const stream = digestStream(rule, '2026-11-24');
    const empty = await runStoring(store, readDigestStream(stream));
    expect(await runStoring(store, claimSending(empty, signed('a')))).toMatchObject({ next: 1 });
    expect(store.records.size).toBe(1);
  });

  test('the one sent last is found behind those that were only begun, and each set of targets has its own', async () => {
    const store = memoryStore();
    for (const [date, send] of [
      ['2026-11-20', true],
      ['2026-11-23', false],
    ] as const) {
      const stream = digestStream(rule, date);
      const end = await runStoring(store, claimSending(await runStoring(store, readDigestStream(stream)), signed('a')));
      if (send && end) await runStoring(store, recordSent(stream, end, signed('a'), { ...body, slotMs: 5 }));
    }
    expect(await lastSent(store, rule, '2026-11-24')).toMatchObject({ slotMs: 5 });
    expect(await lastSent(store, rule, '2026-11-20')).toBeUndefined();
    expect(await lastSent(store, { ...rule, targets: ['cn-office'] }, '2026-11-24')).toBeUndefined();
    expect(digestStream({ name: 'a/b', targets: ['y', 'x'] }, '2026-11-24')).toBe('digests/a%2Fb/x%2By/2026-11-24');
  });
});

test('a hold is as old as the first of the runs in a row that had it', () => {
  const ids = ['a', 'b', 'c'] as const;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.subarray([...ids]), fc.boolean()), { maxLength: 12 }), (runs) => {
      let ages: HoldAges | undefined;
      const sets: { readonly atMs: number; readonly held: readonly string[] }[] = [];
      for (const [index, [held, holdsChanged]] of runs.entries()) {
        const decisions = held.map((id) => ({ verdict: 'hold', rule: 'r', resource: { id }, because: [{ code: 'status', text: id }] }));
        ages = foldHolds(ages, { atMs: index, holdsChanged, decisions });
        if (holdsChanged) sets.push({ atMs: index, held });
      }
      for (const id of ids) {
        // Independent of the fold: walk back from the last set that is known.
        let since: number | undefined;
        for (const { atMs, held } of [...sets].reverse()) {
          if (!held.includes(id)) break;
          since = atMs;
        }
        const age = ages?.get(JSON.stringify([id, 'status']));
        expect(age?.sinceMs).toBe(since);
        if (age) expect(age.orBefore).toBe(since === sets[0]?.atMs);
      }
    }),
  );
});

describe('how often a function runs', () => {
  const life = async (ages: readonly number[], failed: readonly number[] = [], everyMs?: number) => {
    const store = memoryStore();
    for (const age of ages) {
      const run = { functionName: 'renew-before-expiry', target: 'cn', owner: String(age), atMs: now - age * minuteMs };
      await runStoring(store, recordHeartbeat(run, { failed: failed.includes(age) }));
    }
    return readLifeSigns(store, { functionName: 'renew-before-expiry', target: 'cn' }, now, { everyMs, watchedFromMs: now - 30 * dayMs });
  };
  const every = (step: number, count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index * step);

  test.each<[string, Promise<Awaited<ReturnType<typeof life>>>, number, string, string]>([
    ['every five minutes', life(every(5, 20)), 5, 'evidence', 'runs'],
    ['now and then by hand between hours', life([0, 1, 60, 120, 180, 240, 300]), 60, 'evidence', 'runs'],
    ['with an outage behind it', life([...every(10, 6), ...every(10, 6, 2000)]), 10, 'evidence', 'runs'],
    ['two intervals ago', life(every(30, 10, 60)), 30, 'evidence', 'runs'],
    ['more than two intervals ago', life(every(30, 10, 61)), 30, 'evidence', 'silent since 61'],
    ['too seldom to tell', life([400, 900]), 720, 'assumed', 'runs'],
    ['as the rule says', life(every(5, 20, 130), [], 60 * minuteMs), 60, 'rule', 'silent since 130'],
    ['once a day over two weeks', life(every(1440, 12, 100)), 1440, 'evidence', 'runs'],
    ['and fails each time', life(every(5, 10), every(5, 10)), 5, 'evidence', 'fails since 45'],
    ['and failed a few times', life(every(5, 10), [0, 5]), 5, 'evidence', 'runs'],
    ['and failed for more than two intervals', life(every(5, 10), [0, 5, 10]), 5, 'evidence', 'fails since 15'],
    ['never', life([]), 720, 'assumed', 'silent since nobody knows'],
  ])('%s', async (_title, reading, intervalMinutes, by, says) => {
    const signs = await reading;
    expect([signs.intervalMs / minuteMs, signs.intervalBy]).toEqual([intervalMinutes, by]);
    const silence = heartbeatGap(signs, now);
    const age = silence?.sinceMs === undefined ? 'nobody knows' : Math.round((now - silence.sinceMs) / minuteMs);
    expect(silence === undefined ? 'runs' : `${silence.failing ? 'fails' : 'silent'} since ${age}`).toBe(says);
  });
});

test('peaks are read as scale-on-schedule reads them', () => {
  const policy = policyOf('- {name: r, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 2, atMost: 100}}');
  const { target } = contextOf(policy, '2026-11-25 08:40');
  const peak = fc.record({
    tag: fc.constant('peak-nodes'),
    otherwise: fc.option(fc.integer({ min: 1, max: 100 })),
    atMost: fc.option(fc.integer({ min: 1, max: 100 })),
  });
  const value = fc.oneof(
    fc.integer({ min: -5, max: 150 }).map(String),
    fc.constantFrom('', '007', '5 ', 'five', '1e1'),
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(peak, value, ({ tag, otherwise, atMost }, text) => {
      const own = { tag, ...(otherwise === null ? {} : { otherwise }), ...(atMost === null ? {} : { atMost }) };
      const rule = { name: 'r', groups: { all: true as const }, schedule: 'office', peak: own };
      const group = groupOf({ tags: text === undefined ? {} : { [tag]: text } });
      const read = scheduledGroup(group, rule, policy, target);
      const expected = peakOf({ ...rule, stepwise: false, manualChange: 'overwrite' } satisfies CompiledScaleRule, group, true);
      expect(typeof read === 'object' ? read.peak : read).toBe(expected.ok ? expected.value : undefined);
    }),
  );
});
