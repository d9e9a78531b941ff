import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AuditEvent, readAuditTrail } from '../../cli/explain/audit-trail.ts';
import { lastGoodRun } from '../../cli/explain/run-records.ts';
import { settingsAt } from '../../cli/explain/settings-at.ts';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import type { ExternalChange, ExternalSetting } from '../../shared/journal/intents/intent-record.ts';
import { recordHeartbeat } from '../../shared/journal/log/runs.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { minuteMs } from '../fixtures/times.ts';
import { memoryStore } from '../journal/memory-store.ts';

const startMs = Date.UTC(2026, 10, 24, 23);
const name = 'scale-on-schedule';

type Step = 'write' | 'change' | 'look' | 'fail';

/** A history, one step a minute: what really happened, and what the journal has of it. */
async function lived(steps: readonly Step[]) {
  const store = memoryStore();
  const trail: AuditEvent[] = [];
  let value = 'start';
  let known: string | undefined;
  let wrote = false;
  for (const [index, step] of steps.entries()) {
    const atMs = startMs + index * minuteMs;
    const owner = `run-${index}`;
    const common = { function: name, resource: 'g', setting: 's', atMs, owner, record: `r/${index}`, code: undefined };
    const beat = (failed: boolean) => runStoring(store, recordHeartbeat({ functionName: name, target: 'cn', owner, atMs }, { failed }));
    if (step === 'change') value = `theirs-${index}`;
    if (step === 'fail') await beat(true);
    if (step === 'write') {
      value = `ours-${index}`;
      known = undefined;
      wrote = true;
      trail.push({ ...common, kind: 'wrote', value, outcome: 'done' });
      await beat(false);
    }
    if (step === 'look') {
      // What stands is told once; without a write of ours nobody knows that it is not.
      if (wrote && value.startsWith('theirs') && value !== known) {
        known = value;
        trail.push({ ...common, kind: 'seen', value, outcome: undefined });
      }
      await beat(false);
    }
  }
  return { store, trail };
}

/** Position of the last step of a kind at or before another, -1 for none. */
const last = (steps: readonly Step[], kinds: readonly Step[], index: number): number =>
  steps.slice(0, index + 1).findLastIndex((step) => kinds.includes(step));

describe('whose doing a value was', () => {
  const histories = fc.tuple(
    fc.array(fc.constantFrom<Step>('write', 'change', 'look', 'fail'), { minLength: 1, maxLength: 14 }),
    fc.nat(13),
  );

  test('is told as it really was, wherever a later look could tell', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ([steps, place]) => {
        const index = place % steps.length;
        const { store, trail } = await lived(steps);
        const [setting] = await settingsAt(store, 'cn', trail, startMs + index * minuteMs);
        if (!steps.includes('write')) {
          expect(setting).toBeUndefined();
          return;
        }
        const cause = last(steps, ['write', 'change'], index);
        const next = steps.findIndex((step, at) => at > index && step !== 'fail');
        const rest = steps.slice(cause + 1);
        const seen = steps[cause] === 'change' && last(steps, ['write'], cause) >= 0 && rest.find((step) => step !== 'fail') === 'look';
        if (seen) expect(setting?.by).toBe('outside');
        if (setting?.by === 'outside') {
          const [from = Number.NEGATIVE_INFINITY, until] = setting.between ?? [0, 0];
          const inside = steps.some((step, at) => step === 'change' && startMs + at * minuteMs >= from && startMs + at * minuteMs < until);
          expect(inside).toBe(true);
        }
        const quiet = next < 0 || steps[next] === 'write' || steps[next] === 'look';
        if (steps[cause] === 'write' && quiet) expect(setting?.by).toBe('streamwarden');
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['failed', 'streamwarden', false],
    ['held', 'streamwarden', false],
    ['unknown', 'unclear', true],
    [undefined, 'unclear', true],
  ])('after a write that ended as %s', async (outcome, by, stands) => {
    const common = { function: name, resource: 'g', setting: 's', kind: 'wrote', code: undefined, owner: 'x', record: 'r' } as const;
    const trail: AuditEvent[] = [
      { ...common, atMs: startMs, value: 'first', outcome: 'done' },
      { ...common, atMs: startMs + minuteMs, value: 'second', outcome },
    ];
    const [setting] = await settingsAt(memoryStore(), 'cn', trail, startMs + 2 * minuteMs);
    expect([setting?.by, setting?.value]).toEqual([by, stands ? 'second' : 'first']);
  });
});

test('the last good run is neither a failed one, nor the one that asks, and may be of an earlier day', async () => {
  const store = memoryStore();
  const beat = (owner: string, atMs: number, failed: boolean) =>
    runStoring(store, recordHeartbeat({ functionName: name, target: 'cn', owner, atMs }, { failed }));
  await beat('good', startMs, false);
  await beat('bad', startMs + 90 * minuteMs, true);
  await beat('asking', startMs + 100 * minuteMs, false);
  const before = (atMs: number) => lastGoodRun(store, name, 'cn', atMs, 'asking');
  expect([await before(startMs + 101 * minuteMs), await before(startMs)]).toEqual([startMs, undefined]);
});

test("what a function notes for itself is nobody's change, and what ends of it neither", async () => {
  const store = memoryStore();
  const log = await runStoring(store, IntentLog.load(name, '1000000000000001'));
  const add = (atMs: number, seen: readonly ExternalChange[], gone: readonly ExternalSetting[] = []) =>
    runStoring(store, log.add({ owner: 'run', atMs }, { kind: 'foreign', body: { target: 't', seen: [...seen], gone: [...gone] } }));
  const [noted, changed] = ['offer', 's'].map((setting) => ({ resource: 'g', setting }));
  await add(startMs, [
    { ...(noted as ExternalSetting), value: 'x', sighted: true },
    { ...(changed as ExternalSetting), value: 'theirs' },
  ]);
  await add(startMs + minuteMs, [], [noted as ExternalSetting, changed as ExternalSetting]);
  const trail = await readAuditTrail(store, '1000000000000001', 'g');
  expect(trail.map(({ kind, setting }) => `${kind} ${setting}`)).toEqual(['seen s', 'gone s']);
});
