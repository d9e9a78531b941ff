import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { diffedPair } from '../../cli/run/policies/diff.ts';
import { policyHistory } from '../../cli/run/policies/history.ts';
import { mustBeWhole, preparePolicy } from '../../cli/run/policies/prepare.ts';
import { confirmable, propose, publish, rollbackAim } from '../../cli/run/policies/publish.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { dayMs } from '../fixtures/times.ts';
import { openPolicyFixture, type Person, type PolicyFixture, policyText, type Wanted } from './policy-fixture.ts';
import { policyKey } from './published.ts';

describe('what a push would change', () => {
  let fixture: PolicyFixture;
  beforeAll(async () => {
    fixture = await openPolicyFixture();
    await fixture.published();
  });
  afterAll(() => fixture.close());

  test.each<[string, Wanted, { readonly changed: number; readonly twoPeopleFor?: 'share' | 'weaker' }]>([
    ['nothing, with the same text', {}, { changed: 0 }],
    ['as much as the limit allows one person', { b: 2 }, { changed: 1 }],
    ['more than it allows', { a: 2 }, { changed: 9, twoPeopleFor: 'share' }],
    ['more than it allows, and the limit with it: a push cannot lift its own', { a: 2, limit: 100 }, { changed: 9, twoPeopleFor: 'share' }],
    ['more than the new, stricter limit allows', { b: 2, limit: 5 }, { changed: 1, twoPeopleFor: 'share' }],
    ['the limit alone, which would let the next push do anything', { limit: 50 }, { changed: 0, twoPeopleFor: 'weaker' }],
    ['the limit alone, by leaving it out', { limit: undefined }, { changed: 0, twoPeopleFor: 'weaker' }],
    ['what is covered no more', { a: undefined }, { changed: 9, twoPeopleFor: 'share' }],
    ['the name of the target only', { target: 'office' }, { changed: 0 }],
    ['the mode, where nothing is to be done', { mode: 'observe' }, { changed: 0 }],
  ])('is %s', async (_what, wanted, { changed, twoPeopleFor }) => {
    const { comparison, ...prepared } = await fixture.prepared(wanted);
    expect([comparison.changed, comparison.covered, comparison.missed]).toEqual([changed, 10, []]);
    expect([prepared.twoPeopleFor, prepared.base?.sequence]).toEqual([twoPeopleFor, 0]);
  });

  test('is seen at noon where it happens at night, and says when', async () => {
    const { comparison, twoPeopleFor } = await fixture.prepared({ nightly: 3 });
    expect([comparison.changed, comparison.covered, twoPeopleFor]).toEqual([9, 10, 'share']);
    const night = Date.parse('2026-11-25T22:00:00+08:00');
    expect(comparison.changes.map(({ resource: { id }, atMs }) => [id, atMs])).toEqual(
      Array.from({ length: 9 }, (_, index) => [`aig-${index}`, night]),
    );
    expect(comparison.instants).toBeGreaterThan(7);
  });

  test('is named where something is guarded less', async () => {
    const { weakened, twoPeopleFor } = await fixture.prepared({ limit: 50 });
    expect(weakened).toEqual([{ code: 'limit', text: expect.stringMatching(/^limits.changedByPush: 10% → 50%/) }]);
    expect(twoPeopleFor).toBe('weaker');
  });

  test('is shown decision by decision', async () => {
    const { comparison } = await fixture.prepared({ b: 2 });
    expect(comparison.changes).toMatchObject([
      {
        ...{ function: 'scale-on-schedule', target: 'home', resource: { id: 'aig-9', name: 'group-9' } },
        from: { verdict: 'keep' },
        to: { verdict: 'act', mode: 'act', decision: { rule: 'b', action: { change: [{ field: 'nodes' }] } } },
      },
    ]);
  });

  test('is seen in one observation, and nothing is written anywhere', async () => {
    const count = () => fixture.simulator.ledger.records.filter(({ action }) => action === 'ListAppInstanceGroup').length;
    const before = count();
    await fixture.prepared({});
    const same = count();
    await fixture.prepared({ a: 2, b: 3 });
    expect(count() - same).toBe(same - before);
    expect(fixture.simulator.ledger.count('ModifyNodePoolAttribute', 'received')).toBe(0);
  });

  test('cannot be told where the observation is not whole, and is then not published', async () => {
    fixture.simulator.faults.add({ kind: 'deny', action: 'ListAppInstanceGroup', times: 'always' });
    const prepared = await fixture.prepared();
    expect(prepared.comparison.missed).toContainEqual(expect.stringMatching(/^scale-on-schedule, home: NoPermission/));
    expect(() => mustBeWhole(prepared)).toThrow(/Nothing was published.*\n {2}scale-on-schedule, home/);
  });
});

describe('publishing', () => {
  let fixture: PolicyFixture;
  beforeEach(async () => {
    fixture = await openPolicyFixture();
  });
  afterEach(() => fixture.close());

  test('what would be done counts as changed once it is really done', async () => {
    await fixture.published({ a: 2, mode: 'observe' });
    const { comparison, twoPeopleFor } = await fixture.prepared({ a: 2 });
    expect([comparison.changed, twoPeopleFor]).toEqual([9, 'share']);
  });

  test('the first push is compared with nothing, and no limit applies to it', async () => {
    const { base, comparison, twoPeopleFor } = await fixture.prepared({ a: 2 });
    expect([base, comparison.changed, comparison.covered, twoPeopleFor]).toEqual([undefined, 10, 10, undefined]);
  });

  test('of two pushes at once one is published; the other is told, and changes nothing', async () => {
    await fixture.published();
    const [mine, theirs] = [await fixture.prepared({ b: 2 }, 'li'), await fixture.prepared({ b: 3 }, 'bo')];
    expect(await publish(await fixture.world('bo'), theirs, { by: 'bo.chen' })).toBe(1);
    await expect(publish(await fixture.world('li'), mine, { by: 'li.wei' })).rejects.toMatchObject({
      code: 'Overtaken',
      message: expect.stringContaining('policy 1'),
    });
    const { store } = await fixture.world();
    const { policies } = await policyHistory(store, 10, 0);
    expect(policies.map(({ sequence, state, by }) => [sequence, state, by])).toEqual([
      [1, 'in force', 'bo.chen'],
      [0, 'replaced', 'li.wei'],
    ]);
    expect((await verifyJournal(store)).problems).toEqual([]);
  });

  test('in a bucket goes on behind what a stale list does not show', async () => {
    const world = await fixture.world('li', 'oss://acme-journal/prod');
    const push = async (b: number) => {
      const prepared = await preparePolicy(world, { name: 'policy.yaml', text: policyText({ b }) });
      return [prepared.base?.sequence, await publish(world, prepared, { by: 'li.wei' })];
    };
    expect(await push(1)).toEqual([undefined, 0]);
    fixture.simulator.faults.add({ kind: 'stale', action: 'oss:ListObjectsV2', times: 'always', ageMs: dayMs });
    expect(await push(2)).toEqual([0, 1]);
    expect(await push(3)).toEqual([1, 2]);
    expect(fixture.simulator.oss.bucket('acme-journal')?.list('prod/policy/', '', 10).names).toHaveLength(3);
  });

  describe('a proposal', () => {
    const proposed = async (person: Person = 'li') =>
      propose(await fixture.world(person), await fixture.prepared({ a: 2 }, person), { because: 'more for a' });
    const confirmedBy = async (person: Person, number: number) => confirmable(await fixture.world(person), number);

    beforeEach(async () => {
      await fixture.published();
    });

    test('is confirmed by somebody else, and waits until then without being the policy', async () => {
      const number = await proposed();
      const { store } = await fixture.world();
      const nowMs = fixture.simulator.world.clock.nowMs;
      expect(await policyHistory(store, 10, nowMs)).toMatchObject({
        policies: [{ sequence: 0, state: 'in force' }],
        waiting: [{ sequence: number, by: 'li.wei', because: 'more for a', changed: 9, covered: 10, limitPercent: 10 }],
      });
      expect(await confirmedBy('bo', number)).toMatchObject({ confirmedBy: 'bo.chen', proposal: { by: 'li.wei', base: 0 } });
      expect((await policyHistory(store, 10, nowMs + 7 * dayMs)).waiting).toEqual([]);
    });

    test.each<[string, string, (number: number) => Promise<unknown>]>([
      ['by the one who proposed it', 'SamePerson', (number) => confirmedBy('li', number)],
      ['where there is none', 'NoProposal', (number) => confirmedBy('bo', number + 1)],
      [
        'when somebody has pushed since',
        'ProposalOver',
        async (number) => {
          await fixture.published({ b: 2 });
          return confirmedBy('bo', number);
        },
      ],
      [
        'after seven days',
        'ProposalOver',
        async (number) => {
          fixture.simulator.advance(7 * dayMs);
          return confirmedBy('bo', number);
        },
      ],
    ])('is not confirmed %s', async (_when, code, attempt) => {
      const number = await proposed();
      await expect(attempt(number)).rejects.toMatchObject({ code });
    });

    test('is confirmed alone, a day later, where the policy in force names one approver only', async () => {
      await fixture.published({ alone: true });
      const number = await propose(await fixture.world(), await fixture.prepared({ a: 2, alone: true }), {});
      await expect(confirmedBy('li', number)).rejects.toMatchObject({
        code: 'SamePerson',
        message: expect.stringMatching(/from 2026-11-26 08:\d\d on/),
      });
      fixture.simulator.advance(dayMs);
      expect(await confirmedBy('li', number)).toMatchObject({ confirmedBy: 'li.wei' });
    });

    test('is not confirmed alone by somebody whom the policy does not name, however long ago they proposed it', async () => {
      await fixture.published({ alone: true });
      const number = await propose(await fixture.world('bo'), await fixture.prepared({ a: 2, alone: true }, 'bo'), {});
      fixture.simulator.advance(2 * dayMs);
      await expect(confirmedBy('bo', number)).rejects.toMatchObject({ code: 'SamePerson' });
      expect(await confirmedBy('li', number)).toMatchObject({ confirmedBy: 'li.wei' });
    });

    test('is not confirmed alone by who became the only approver by a policy that only observes, which nobody had to confirm', async () => {
      expect((await fixture.prepared({ mode: 'observe', alone: true })).twoPeopleFor).toBeUndefined();
      await fixture.published({ mode: 'observe', alone: true });
      const number = await propose(await fixture.world(), await fixture.prepared({ alone: true }), {});
      fixture.simulator.advance(2 * dayMs);
      await expect(confirmedBy('li', number)).rejects.toMatchObject({
        code: 'SamePerson',
        message: expect.stringContaining('policy 0, which acted or was confirmed, names other approvers'),
      });
      expect(await confirmedBy('bo', number)).toMatchObject({ confirmedBy: 'bo.chen' });
    });

    test('is not confirmed by a person of two users whom a policy that only observes calls two', async () => {
      expect((await fixture.prepared({ mode: 'observe', apart: true })).twoPeopleFor).toBeUndefined();
      await fixture.published({ mode: 'observe', apart: true });
      const number = await propose(await fixture.world('li'), await fixture.prepared({ a: 2, apart: true }), {});
      await expect(confirmedBy('liAdmin', number)).rejects.toMatchObject({ code: 'SamePerson' });
      expect(await confirmedBy('bo', number)).toMatchObject({ confirmedBy: 'bo.chen' });
    });

    test('needs two people: nobody proposes or confirms with keys that could be anybody’s', async () => {
      const number = await proposed();
      const world = await fixture.world('bo');
      const role = {
        ...world,
        caller: async () => ({
          ...{ account: '1', user: undefined, userId: undefined, role: 'admin', arn: 'acs:ram::1:assumed-role/admin/li.wei' },
        }),
      };
      await expect(confirmable(role, number)).rejects.toMatchObject({ code: 'NobodyNamed' });
      await expect(propose(role, await fixture.prepared({ a: 2 }), {})).rejects.toMatchObject({ code: 'NobodyNamed' });
    });
  });

  describe('a rollback', () => {
    const aim = async (wanted?: number) => {
      const { policy, wayOut } = await rollbackAim(await fixture.world(), wanted);
      return [policy.sequence, wayOut];
    };

    test('goes to the newest policy before that differs, which needs nobody’s consent; to older ones as a push', async () => {
      for (const wanted of [{}, { b: 2 }, { b: 3 }, { b: 3 }]) await fixture.published(wanted);
      expect(await aim()).toEqual([1, true]);
      expect(await aim(1)).toEqual([1, true]);
      expect(await aim(0)).toEqual([0, false]);
      expect(await aim(3)).toEqual([3, false]);
    });

    test('goes to the last good policy where the newest record is broken', async () => {
      for (const wanted of [{}, { b: 2 }]) await fixture.published(wanted);
      writeFileSync(path.join(fixture.folder, 'state', policyKey(2)), '{"torn');
      expect(await aim()).toEqual([1, true]);
      expect(await fixture.published({ b: 3 })).toBe(3);
      await expect(aim(2)).rejects.toMatchObject({ code: 'PolicyUnusable' });
    });

    test.each<[number | undefined]>([[undefined], [7]])('needs something to go to (%s)', async (wanted) => {
      await fixture.published();
      await expect(aim(wanted)).rejects.toMatchObject({ code: 'NothingBefore' });
    });
  });

  test('two policies are compared by number and by file, the one before with the one in force by default', async () => {
    for (const wanted of [{}, { b: 2 }, { b: 3 }]) await fixture.published(wanted);
    fixture.write({ b: 9 });
    const { store } = await fixture.world();
    const file = path.join(fixture.folder, 'policy.yaml');
    const names = async (from?: string, to?: string) => {
      const pair = await diffedPair(store, from, to);
      return [pair.from.name, pair.to.name];
    };
    expect(await names()).toEqual(['policy 1', 'policy 2']);
    expect(await names('0')).toEqual(['policy 0', 'policy 2']);
    expect(await names('2', file)).toEqual(['policy 2', file]);
    await expect(names('9')).rejects.toMatchObject({ code: 'NoPolicy' });
  });
});
