import { describe, expect, test } from 'vitest';
import { recheckRules } from '../../shared/engine/recheck.ts';
import type { Action } from '../../shared/planning/decision.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { minuteMs } from '../fixtures/times.ts';
import { noon, policyWith } from './dial.ts';
import { apiError, codes, fixture } from './run-fixture.ts';

const cutting = { value: 'new', action: { effect: 'disruptive' as const, sessionsAtRisk: 1 } };
const group = { kind: 'delivery-group' as 'dial', tags: {} };
/** From ten minutes after the plan on. */
const soon = { 'Asia/Shanghai': { fromMs: noon + 10 * minuteMs, untilMs: noon + 600 * minuteMs } };
const exception = { because: 'launch', groups: { all: true }, spans: soon, never: ['cut-sessions'] } as const;

/** Three groups that are cut one after another, seven minutes each: the first before the tenth minute, the others behind it. */
async function slowRun(policy: Partial<CompiledPolicy>, action: Partial<Action> = {}) {
  const b = fixture();
  for (const id of ['a', 'b', 'c']) {
    b.service.put(id, 'old', group);
    b.wishes.set(id, { ...cutting, action: { ...cutting.action, ...action } });
  }
  b.service.onSet = () => b.later(7 * minuteMs);
  b.service.onRead = () => b.later(1 * minuteMs);
  const report = await b.run('apply', { policy: policyWith(policy), rules: { width: 1 } });
  expect(codes(report)).toEqual(['a act wish', 'b act wish', 'c act wish']);
  return { b, outcomes: report.outcomes.map(({ outcome, because }) => [outcome, because?.code].filter(Boolean).join(' ')) };
}

describe('right before a call it is asked again', () => {
  test('what the planner wants by the clock of that moment', () => {
    const asked: number[] = [];
    const planner = {
      decide: (_: unknown, { nowMs }: { readonly nowMs: number }) => {
        asked.push(nowMs);
        return { verdict: 'keep' };
      },
    };
    const log = { withHistory: (ask: () => unknown) => ask() };
    const context = { policy: policyWith(), nowMs: noon };
    const again = recheckRules({ name: 'dials', planner } as never, context as never, log as never, 'run');
    again.decide(group as never, noon + minuteMs);
    expect(asked).toEqual([noon + minuteMs]);
  });

  test.each<[string, Partial<CompiledPolicy>, string]>([
    ['a freeze', { freezes: [{ because: 'fair', except: [], spans: soon }] }, 'held frozen'],
    ['an exception', { exceptions: [exception] }, 'held exception-never'],
    ['the end of the compiled policy', { untilMs: noon + 9 * minuteMs }, 'held policy-horizon'],
  ])('whether %s has begun', async (_name, policy, expected) => {
    const { b, outcomes } = await slowRun(policy);
    // The second is read again in the ninth minute, the third in the seventeenth.
    const second = expected === 'held policy-horizon' ? expected : 'done';
    expect(outcomes).toEqual(['done', second, expected]);
    expect(b.service.valueOf('c')).toBe('old');
  });

  test('whether a freeze has begun, which does not hold what must not lapse', async () => {
    expect((await slowRun({ freezes: [{ because: 'fair', except: [], spans: soon }] }, { restores: 'capacity' })).outcomes).toEqual([
      'done',
      'done',
      'done',
    ]);
  });

  test('whether an exception has begun that forbids all that the function does, be it harmless', async () => {
    const b = fixture();
    const automation = { ...b.automation, neverWord: 'tag' as const };
    b.service.put('a', 'old', group);
    b.wishes.set('a', { value: 'new' });
    b.service.onRead = () => b.later(12 * minuteMs);
    const policy = policyWith({ exceptions: [{ ...exception, never: ['tag'] }] });
    expect((await b.run('apply', { policy, automation })).outcomes).toMatchObject([
      { outcome: 'held', because: { code: 'exception-never' } },
    ]);
    expect(b.service.calls).toEqual([]);
  });

  test('whether the owner has set a tag meanwhile', async () => {
    const b = fixture();
    b.service.put('a', 'old', group);
    b.wishes.set('a', cutting);
    b.service.onRead = () => b.service.put('a', 'old', { ...group, tags: { keep: '2030-01-01' } });
    const policy = policyWith({ protect: { users: [], ownerTag: { key: 'keep', atMostMs: 60 * minuteMs } } });
    expect((await b.run('apply', { policy })).outcomes).toMatchObject([{ outcome: 'held', because: { code: 'protected-owner' } }]);
    expect(b.service.calls).toEqual([]);
  });

  test.each<[string, () => Promise<readonly string[] | undefined>, string]>([
    ['a protected user has connected', async () => ['board-7'], 'held protected-user'],
    ['the sessions can be read no more', () => Promise.reject(apiError('no')), 'held protection-unknown'],
    ['other users have connected', async () => ['somebody'], 'done'],
  ])('who has a session: %s', async (_name, second, expected) => {
    const b = fixture();
    b.service.put('a', 'old').put('b', 'old');
    b.wishes.set('a', cutting).set('b', { value: 'new' });
    const asked: string[] = [];
    const automation = {
      ...b.automation,
      sessionUsers: async (_client: unknown, _target: unknown, { id }: { readonly id: string }) => {
        asked.push(id);
        return asked.length === 1 ? [] : second();
      },
    };
    const report = await b.run('apply', { automation, policy: policyWith({ protect: { users: ['board-*'] } }) });
    const [first] = report.outcomes;
    expect([first?.outcome, first?.because?.code].filter(Boolean).join(' ')).toBe(expected);
    // Once for the plan and once right before the call, and never where nothing can be cut.
    expect(asked).toEqual(['a', 'a']);
    expect(b.service.valueOf('b')).toBe('new');
  });

  test('whether there is still time, when reading the sessions took it', async () => {
    const b = fixture();
    b.service.put('a', 'old');
    b.wishes.set('a', cutting);
    const automation = {
      ...b.automation,
      sessionUsers: async () => {
        b.later(1 * minuteMs);
        return [];
      },
    };
    const policy = policyWith({ protect: { users: ['board-*'] } });
    const report = await b.run('apply', { automation, policy, deadlineMs: noon + 2 * minuteMs });
    expect(report.outcomes).toMatchObject([{ outcome: 'not-sent', because: { code: 'deadline-near' } }]);
  });

  test('a defect of a planner then is thrown, and the outcomes beside it are written down', async () => {
    const b = fixture();
    for (const id of ['a', 'b', 'c']) {
      b.service.put(id, 'old');
      b.wishes.set(id, { value: 'new' });
    }
    const { planner } = b.automation;
    let looks = 0;
    const automation: typeof b.automation = {
      ...b.automation,
      planner: {
        ...planner,
        decide(dial, context) {
          if (++looks > 3 && dial.id === 'b') throw new TypeError('a is not iterable');
          return planner.decide(dial, context);
        },
      },
    };
    const told: string[] = [];
    const onOutcome = ({ outcome, because }: { outcome: string; because?: { code: string } }) =>
      void told.push(`${outcome} ${because?.code ?? ''}`.trim());
    await expect(b.run('apply', { automation, onOutcome })).rejects.toThrow('a is not iterable');
    expect(told.sort()).toEqual(['done', 'done', 'failed defect']);
    // The journal knows what became of each: nothing is left open that did not happen.
    expect((await b.run('plan')).counts).toMatchObject({ act: 1, keep: 2 });
    expect((await b.run('apply', { policy: policyWith({ limits: { actionsPer24h: 3 } }) })).outcomes).toMatchObject([{ outcome: 'done' }]);
  });
});
