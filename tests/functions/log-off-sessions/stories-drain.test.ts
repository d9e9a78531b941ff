import { describe, expect, onTestFinished, test } from 'vitest';
import { drainMarker, drainTag } from '../../../shared/fleet/session.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as worldHandlers } from '../../../simulator/operations/index.ts';
import { policyText } from '../../e2e/live-function.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { addDrain, changedRows, type Fixture, fixedSeed, groupOf, logOffLive, processOn, sessionsOf } from './log-off-fixture.ts';

const rule = '{name: r, groups: all, after: {schedule: office, wait: 30m}, who: everyone, resetAfterUnbind: disabled, drain: 15m}';
const undrained = rule.replace(', drain: 15m', '');
const before = '2026-11-24 20:15';
const marker = '2026-11-24T12:45:00Z';

async function fixture(rules: readonly string[] = [rule], more: Fixture = {}, groups = [fixedSeed()]) {
  const live = await logOffLive(rules, groups, { at: before, ...more });
  onTestFinished(() => live.close());
  const group = () => groupOf(live.simulator);
  return {
    ...{ live, group },
    advanceTo: (time: string) => live.simulator.advanceTo(shanghai(`2026-11-24 ${time}`)),
    knock: (user: string) => typeof group().connect(user, live.simulator.world.clock.nowMs) !== 'string',
    tags: () => [...group().tags].filter(([key]) => key === drainTag || key === drainMarker).map(([key, { value }]) => `${key}=${value}`),
    actions: () => live.writes().map(({ action }) => action),
    async decided(mode: 'plan' | 'apply' = 'plan') {
      await live.run(mode);
      return live.decided;
    },
  };
}

describe('a rule that keeps new users out', () => {
  test('does so before the log-off and lets them in again shortly after it, with one call each', async () => {
    const b = await fixture();
    expect(await b.decided('apply')).toEqual(['g act drain-due, outside-window, outside-window']);
    expect(b.tags()).toEqual([`${drainTag}=true`, `${drainMarker}=${marker}`]);
    expect(b.knock('cid')).toBe(false);
    expect(sessionsOf(b.live)).toEqual(['ann', 'ben (disconnected)']);
    expect(await b.decided()).toEqual(['g keep drained, outside-window']);
    b.advanceTo('20:30');
    await b.live.run();
    expect([sessionsOf(b.live), b.knock('ann')]).toEqual([[], false]);
    b.advanceTo('20:44');
    expect(await b.decided('apply')).toEqual(['g keep no-sessions', 'g/(drain) keep drained']);
    b.advanceTo('20:45');
    expect(await b.decided('apply')).toEqual(['g keep no-sessions', 'g/(drain) act drain-over']);
    expect([b.tags(), b.knock('ann')]).toEqual([[], true]);
    expect(await b.decided()).toEqual(['g keep one-by-one, not-whole', 'g/ann keep logged-off']);
    expect(b.actions()).toEqual(['TagCloudResources', 'Unbind', 'Unbind', 'UntagCloudResources']);
  });

  test('does nothing earlier than it says', async () => {
    const b = await fixture([rule], { at: '2026-11-24 20:14' });
    expect(await b.decided('apply')).toEqual(['g keep outside-window']);
    expect(b.actions()).toEqual([]);
  });

  test('logs off and lets in again in one run where runs were missed', async () => {
    const b = await fixture();
    await b.live.run();
    b.advanceTo('21:00');
    await b.live.run();
    expect([b.tags(), sessionsOf(b.live)]).toEqual([[], []]);
    expect((await b.live.run('plan')).counts.act).toBe(0);
  });

  test.each([
    ['a protected user is there', 'protect: {users: [ann]}', 'protected-user'],
    ['the group is protected', 'protect: {groups: {name: ledger}}', 'protected-group'],
    [
      'an exception forbids cuts',
      'exceptions: [{because: Closing, groups: all, from: 2026-11-24, until: 2026-11-26, never: [cut-sessions]}]',
      'exception-never',
    ],
  ])('keeps nobody out where %s', async (_name, section, code) => {
    const b = await fixture([rule], { sections: `limits: {}\n${section}` });
    const { decisions } = await b.live.run();
    expect(decisions.map(({ verdict, because }) => `${verdict} ${because[0]?.code}`)).toEqual([`hold ${code}`]);
    expect(b.actions()).toEqual([]);
  });

  test('holds where the tags are unknown', async () => {
    const handlers = changedRows({ Tags: undefined, ResourceTags: undefined }, {});
    const b = await fixture([rule], { handlers });
    expect(await b.decided('apply')).toEqual(['g hold tags-unknown, outside-window']);
    expect(b.actions()).toEqual([]);
  });

  test('tries twice where the service refuses, then goes on without', async () => {
    const tags = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`key-${index}`, 'x']));
    const b = await fixture([rule], {}, [fixedSeed({ tags })]);
    expect((await b.live.run()).outcomes.map(({ outcome, because }) => `${outcome} ${because?.code}`)).toEqual(['failed call-partial']);
    expect(await b.decided('apply')).toEqual(['g act drain-due, outside-window, log-off-again, outside-window']);
    expect(await b.decided('apply')).toEqual(['g hold drain-failed, outside-window']);
    b.advanceTo('20:30');
    await b.live.run();
    expect(sessionsOf(b.live)).toEqual([]);
  });

  test('is only planned where the function observes', async () => {
    const b = await fixture([rule], { mode: 'observe' });
    for (const time of ['20:15', '20:30', '20:45']) {
      b.advanceTo(time);
      await b.live.run();
    }
    expect([b.actions(), b.tags()]).toEqual([[], []]);
  });
});

describe('what keeps new users out', () => {
  test('is a person’s without our marker: it is told and never touched', async () => {
    const b = await fixture();
    b.group().setTag(drainTag, 'true');
    expect(await b.decided('apply')).toEqual(['g hold drained-by-person, outside-window']);
    b.advanceTo('20:30');
    expect((await b.decided('apply')).filter((each) => each.startsWith('g/(drain)'))).toEqual(['g/(drain) hold drained-by-person']);
    b.advanceTo('23:00');
    expect(await b.decided('apply')).toEqual(['g hold drained-by-person, outside-window']);
    expect([b.tags(), b.actions()]).toEqual([[`${drainTag}=true`], ['Unbind', 'Unbind']]);
  });

  test('is told on a group that no rule covers too', async () => {
    const b = await fixture([rule.replace('all', '{name: "other-*"}')]);
    b.group().setTag(drainTag, 'true');
    expect(await b.decided('apply')).toEqual(['g hold drained-by-person, not-covered']);
  });

  test('is not set again where a person has taken it away; while it need not show yet, nobody is said to have done so', async () => {
    const b = await fixture([rule.replace('wait: 30m', 'wait: 45m').replace('drain: 15m', 'drain: 45m')]);
    await b.live.run();
    b.group().tags.delete(drainTag);
    expect(await b.decided('apply')).toEqual(['g keep drain-lifted, outside-window']);
    b.group().tags.delete(drainMarker);
    expect(await b.decided('apply')).toEqual(['g keep drained, outside-window']);
    b.live.simulator.advance(15 * 60_000);
    expect(await b.decided('apply')).toEqual(['g keep drain-removed, outside-window']);
    expect(b.actions()).toEqual(['TagCloudResources']);
  });

  test('leaves no marker behind where a person has taken the tag away', async () => {
    const b = await fixture([undrained], { assumptions: { untagMissingKey: 'fails' } });
    b.group().setTag(drainMarker, '2026-11-24T12:00:00Z');
    await b.live.run();
    expect([b.tags(), (await b.live.run('plan')).counts.act]).toEqual([[], 0]);
  });

  test('is lifted where the marker cannot be read', async () => {
    const b = await fixture([undrained]);
    addDrain(b.group(), 'tonight');
    expect(await b.decided('apply')).toEqual(['g act drain-unreadable, outside-window']);
    expect(b.tags()).toEqual([]);
  });

  test('is told where the marker was set to a time that is none of ours', async () => {
    const b = await fixture([undrained]);
    addDrain(b.group(), '2027-01-01T00:00:00Z');
    expect(await b.decided('apply')).toEqual(['g hold drain-edited, outside-window']);
    expect(b.tags()).toHaveLength(2);
  });
});

describe('a drain past its time is lifted', () => {
  const past = '2026-11-24T12:00:00Z';
  const situations: Readonly<Record<string, { readonly rules?: readonly string[]; readonly more?: Fixture; readonly outside?: boolean }>> =
    {
      'whatever rule exists now': { rules: [rule.replace('all', '{name: "other-*"}')] },
      'on a group outside the regions of the target': { outside: true },
      'in a freeze': { more: { sections: 'limits: {freezes: [{from: 2026-11-20, until: 2026-12-01, because: Closing}]}' } },
      'beyond the limits on actions': { more: { sections: 'limits: {actionsPerRun: 0, actionsPer24h: 0, shareOfRulePerRun: 0%}' } },
      'on a protected group': { more: { sections: 'limits: {}\nprotect: {groups: all, users: [ann]}' } },
      'under an exception': {
        more: {
          sections: 'limits: {}\nexceptions: [{because: C, groups: all, from: 2026-11-20, until: 2026-12-01, never: [cut-sessions, tag]}]',
        },
      },
      'while sessions cannot be read': {
        more: { at: '2026-11-24 20:35', faults: [{ kind: 'deny', action: 'ListAppInstances', times: 'always' }] },
      },
      'past the end of the compiled policy': { more: { at: '2028-03-01 12:00' } },
    };

  test.each(Object.entries(situations))('%s', async (_name, { rules = [undrained], more = {}, outside = false }) => {
    const b = await fixture(rules, { at: '2026-11-24 20:05', ...more }, [fixedSeed(outside ? { region: 'cn-shanghai' } : {})]);
    addDrain(b.group(), past);
    const { outcomes } = await b.live.run();
    expect([b.tags(), outcomes.map(({ outcome }) => outcome)]).toEqual([[], ['done']]);
    expect(b.actions()).toEqual(['UntagCloudResources']);
    expect((await b.live.run('plan')).counts.act).toBe(0);
  });

  test.each(['2026-11-24 20:05', '2026-11-24 20:35'])('on many groups by one call, and a group that fails is named: %s', async (at) => {
    const ids = ['g0', 'g1', 'g2'];
    const groups = ids.map((id) => fixedSeed({ id, name: id, sessions: [] }));
    let failing = true;
    const handlers: Readonly<Record<string, Handler>> = {
      UntagCloudResources: (input, context) => {
        if (!failing) return worldHandlers['UntagCloudResources']?.(input, context) ?? {};
        const others = { ...input, ResourceIds: ids.filter((id) => id !== 'g1') };
        worldHandlers['UntagCloudResources']?.(others, context);
        return { FailedResources: [{ ResourceId: 'g1', ResourceType: 'AppInstanceGroupId', Code: 'UNTAG_RESOURCE_FAILED' }] };
      },
    };
    const live = await logOffLive([undrained], groups, { at, handlers });
    onTestFinished(() => live.close());
    for (const id of ids) addDrain(groupOf(live.simulator, id), past);
    const report = await live.run();
    expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'failed', 'done']);
    expect(live.writes()).toHaveLength(1);
    failing = false;
    expect((await live.run()).outcomes.map(({ resource, outcome }) => [resource.id.slice(0, 2), outcome])).toEqual([['g1', 'done']]);
  });
});

describe('no group is left drained by a process that ends', () => {
  const evening = ['20:15', '20:30', '20:45'];

  /** Three runs of which one ends at a step; then new processes at work. Gives whether it ended. */
  async function endsAt(after: number, during: boolean): Promise<boolean> {
    const b = await fixture();
    const doomed = processOn(b.live, [rule], { death: { after, during } });
    const later = processOn(b.live, [rule]);
    for (const time of evening) {
      b.advanceTo(time);
      await (doomed.isDead() ? later : doomed).run();
    }
    const ended = doomed.isDead();
    b.advanceTo('20:50');
    await later.run();
    expect([after, during, b.tags()]).toEqual([after, during, []]);
    // Nobody is unbound twice, and but for the one call that the end fell on everybody is logged off.
    const unbound = b.live
      .writes()
      .filter(({ action }) => action === 'Unbind')
      .map(({ input }) => input['EndUserId']);
    expect(new Set(unbound).size).toBe(unbound.length);
    expect(sessionsOf(b.live).length).toBeLessThanOrEqual(1);
    expect(b.actions().filter((action) => action === 'TagCloudResources').length).toBeLessThanOrEqual(1);
    b.advanceTo('20:55');
    const writes = b.actions().length;
    await later.run();
    expect(b.actions().slice(writes)).toEqual([]);
    return ended;
  }

  test.each([false, true])('at any step, having done it unheard: %s', async (during) => {
    let step = 0;
    while (await endsAt(step, during)) step += 1;
    // Intents, claims, calls, outcomes, reports and signs of life of three runs.
    expect(step).toBeGreaterThan(15);
  });
});

test('an exception that is added late has a log-off of its own, with its drain: for those who come in for it, and those who come back', async () => {
  const b = await fixture([rule], { at: '2026-11-24 20:31' });
  await b.live.run();
  expect(sessionsOf(b.live)).toEqual([]);
  const exceptions = 'exceptions: [{because: Launch, groups: all, keepAtLeast: 100%, from: 2026-11-24 20:45, until: 2026-11-24 21:30}]';
  const live = await b.live.under(policyText({ 'log-off-sessions': [rule] }, { sections: `limits: {}\n${exceptions}` }));
  const at = async (time: string): Promise<readonly string[]> => {
    b.advanceTo(time);
    await live.run();
    return live.decided;
  };
  expect([await at('20:50'), b.knock('ann'), b.knock('cid')]).toEqual([['g keep outside-window'], true, true]);
  expect(await at('21:45')).toEqual(['g act drain-due, outside-window, outside-window']);
  expect(await at('22:00')).toEqual([
    'g keep one-by-one, not-whole',
    'g/(drain) keep drained',
    'g/ann act window-open',
    'g/cid act window-open',
  ]);
  expect(sessionsOf(live)).toEqual([]);
  // Whoever comes back after that stays, also where the exception is taken out of the policy.
  await at('22:15');
  expect([b.knock('cid'), await at('22:20')]).toEqual([true, ['g keep one-by-one, not-whole', 'g/cid keep logged-off']]);
  await b.live.run();
  expect(sessionsOf(live)).toEqual(['cid']);
});
