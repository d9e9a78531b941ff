import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EngineEffect, Executing } from '../../shared/engine/effects.ts';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { performStoreEffect, runStoring } from '../../shared/journal/store/store-effect.ts';
import { setDial, target } from './dial.ts';

import { executed, type Fixture, fixture, prepare } from './execute-fixture.ts';

describe('a process that dies', () => {
  /** Performs effects until `steps` of them were performed, then is gone; `during` kills it after the world changed but before it heard. */
  async function dieAfter(b: Fixture, code: Executing<unknown>, steps: number, during: boolean): Promise<boolean> {
    let left = steps;
    class Killed extends Error {}
    const perform = async (effect: EngineEffect): Promise<unknown> => {
      if (effect.type === 'all') {
        const parts: unknown[] = [];
        for (const part of effect.parts) parts.push(await live(part()));
        return parts;
      }
      if (left-- === 0 && !during) throw new Killed();
      const result =
        effect.type === 'api-call'
          ? await b.service.client.call(setDial, effect.action.input as never)
          : effect.type === 'reread'
            ? b.service.dials.get(effect.resource.id)
            : effect.type === 'session-users'
              ? []
              : effect.type === 'clock-now'
                ? { nowMs: b.clock.now(), stopping: false }
                : effect.type === 'note'
                  ? undefined
                  : await performStoreEffect(b.store, effect);
      if (left < 0) throw new Killed();
      return result;
    };
    const live = async (generator: Executing<unknown>): Promise<unknown> => {
      let step = generator.next();
      // A killed process runs no handlers: the generator is simply never resumed.
      while (!step.done) step = generator.next(await perform(step.value));
      return step.value;
    };
    try {
      await live(code);
      return false;
    } catch (error) {
      if (error instanceof Killed) return true;
      throw error;
    }
  }

  async function endsWell(b: Fixture): Promise<void> {
    // Every value that differs from the old one was meant by us, and the journal says so.
    const log = await runStoring(b.store, IntentLog.load('dials', target.account));
    for (const { id, value } of b.service.dials.values()) {
      if (value !== 'old') expect(log.view.values(id, 'dial').map((each) => each.value)).toContain(value);
    }
    const setBefore = b.service.calls.length;
    const missing = [...b.service.dials.values()].filter(({ value }) => value !== 'new').length;
    b.clock.nowMs += 300_000;
    expect((await executed(b, { owner: 'run-2' })).outcomes.every(({ outcome }) => outcome === 'done')).toBe(true);
    // The next run does exactly what was left, and a third has nothing to do.
    expect(b.service.calls.length - setBefore).toBe(missing);
    expect([...b.service.dials.values()].every(({ value }) => value === 'new')).toBe(true);
    expect((await prepare(b)).decisions).toEqual([]);
    expect((await verifyJournal(b.store)).problems).toEqual([]);
  }

  test.each([false, true])(
    'after any step (having done it unheard: %s) leaves a journal from which the next run finishes',
    async (during) => {
      let step = 0;
      for (; ; step++) {
        const b = fixture(5);
        const died = await dieAfter(b, (await prepare(b)).code, step, during);
        await endsWell(b);
        if (!died) break;
      }
      // 3 batches with 4 steps each around 5 actions with 5 steps each.
      expect(step).toBeGreaterThan(30);
    },
  );

  test('again and again still counts every call in the rolling limits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(40), fc.boolean()), { minLength: 1, maxLength: 4 }), async (deaths) => {
        const b = fixture(5);
        for (const [index, [steps, during]] of deaths.entries()) {
          await dieAfter(b, (await prepare(b, { owner: `run-${index}` })).code, steps, during);
        }
        const log = await runStoring(b.store, IntentLog.load('dials', target.account));
        expect(log.counts('cn', b.clock.nowMs).actions).toBeGreaterThanOrEqual(b.service.calls.length);
        await endsWell(b);
      }),
      { numRuns: 50 },
    );
  });
});
