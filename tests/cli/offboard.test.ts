import { afterEach, describe, expect, test } from 'vitest';
import { offboardExitCode } from '../../cli/offboard/offboard.ts';
import { offboardReasonCodes } from '../../cli/offboard/offboard-step.ts';
import { exceptionOfFlags } from '../../cli/run/exception-flags.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { addException } from '../../shared/journal/people/exceptions.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { handlers as authorizations } from '../../simulator/operations/authorization.ts';
import { handlers as bindings } from '../../simulator/operations/bindings.ts';
import { streamwarden } from './command.ts';
import { group, type OffboardFixture, openOffboardFixture } from './offboard-fixture.ts';

let fixture: OffboardFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

async function open(...seed: Parameters<typeof openOffboardFixture>): Promise<OffboardFixture> {
  fixture = await openOffboardFixture(...seed);
  return fixture;
}

const zhang = 'zhang.san';
const withSession = { users: [{ ids: [zhang, 'li.si'] }], sessions: [{ user: zhang }, { user: 'li.si' }] };
const decided = (reports: readonly RunReport[]) =>
  reports.flatMap(({ decisions }) => decisions.map(({ resource, verdict, because }) => `${resource.id} ${verdict} ${because[0]?.code}`));
const became = (reports: readonly RunReport[]) =>
  reports.flatMap(({ outcomes }) =>
    outcomes.map(({ operation, resource, outcome }) => `${operation} ${resource.id.split('/')[0]} ${outcome}`),
  );
const writes = ({ simulator }: OffboardFixture): number =>
  simulator.ledger.count('AuthorizeInstanceGroup', 'received') + simulator.ledger.count('Unbind', 'received');

describe('offboard', () => {
  test('shows what a user has, and calls nothing that changes anything', async () => {
    const { offboard, simulator } = await open({
      groups: [group('a', withSession), group('b', { users: [{ ids: [zhang] }] }), group('c')],
    });
    const { reports } = await offboard(zhang);
    expect(decided(reports)).toEqual([
      'a/authorized act offboarded',
      expect.stringMatching(/^a\/instance:\S+ act offboarded$/),
      'b/authorized act offboarded',
    ]);
    expect(writes({ simulator } as OffboardFixture)).toBe(0);
  });

  test('takes access away before it ends sessions, and a second plan is empty', async () => {
    const { offboard, stateOf, simulator } = await open({
      groups: [group('a', withSession), group('b', { users: [{ ids: [zhang] }] })],
    });
    const { reports } = await offboard(zhang, true);
    expect(became(reports)).toEqual(['AuthorizeInstanceGroup a done', 'AuthorizeInstanceGroup b done', 'Unbind a done']);
    const order = simulator.ledger.records
      .map(({ action }) => action)
      .filter((action) => action === 'AuthorizeInstanceGroup' || action === 'Unbind');
    expect(order).toEqual(['AuthorizeInstanceGroup', 'AuthorizeInstanceGroup', 'Unbind']);
    expect([stateOf('a'), stateOf('b')]).toEqual([
      { users: ['li.si'], sessions: ['li.si'] },
      { users: [], sessions: [] },
    ]);
    expect(decided((await offboard(zhang)).reports)).toEqual([]);
  });

  test('writes down what it means to do and what it did', async () => {
    const { offboard, session } = await open({ groups: [group('a', withSession)] });
    const { reports } = await offboard(zhang, true);
    expect(reports.every(({ record }) => record?.startsWith('runs/2026/11/25/') === true)).toBe(true);
    await session(async ({ world: { store } }) => {
      const keys: string[] = [];
      for await (const key of store.list('written/offboard/')) keys.push(key);
      expect(keys).toHaveLength(4);
      expect((await verifyJournal(store)).problems).toEqual([]);
    });
  });

  test('takes a user off persistent sessions, each by its id', async () => {
    const persistent = [
      { id: 'p-1', name: 'desk', users: [zhang] },
      { id: 'p-2', name: 'other', users: ['li.si'] },
    ];
    const { offboard } = await open({ groups: [group('a', { persistent, users: [{ ids: ['li.si'] }] })] });
    expect(decided((await offboard(zhang)).reports)).toEqual(['a/persistent:p-1 act offboarded']);
    expect(became((await offboard(zhang, true)).reports)).toEqual(['AuthorizeInstanceGroup a done']);
    expect(decided((await offboard(zhang)).reports)).toEqual([]);
  });

  test('ends a session of a user who is on no list any more', async () => {
    const { offboard, stateOf, takeOff } = await open({ groups: [group('a', withSession)] });
    takeOff('a', zhang);
    expect(became((await offboard(zhang, true)).reports)).toEqual(['Unbind a done']);
    expect(stateOf('a').sessions).toEqual(['li.si']);
  });

  test('does not send what is true already when taking access away has ended the session', async () => {
    const assumptions = { unauthorizeEndsSession: true };
    const { offboard, simulator } = await open({ groups: [group('a', withSession)], assumptions });
    expect(became((await offboard(zhang, true)).reports)).toEqual(['AuthorizeInstanceGroup a done']);
    expect(simulator.ledger.count('Unbind', 'received')).toBe(0);
  });
});

describe('offboard does not', () => {
  test('touch a user whom the policy protects', async () => {
    const { offboard, simulator } = await open({ groups: [group('a', { users: [{ ids: ['Board-1'] }] })] });
    await expect(offboard('Board-1', true)).rejects.toMatchObject({ code: 'Protected' });
    expect(simulator.ledger.count('AuthorizeInstanceGroup', 'received')).toBe(0);
  });

  test('cut on a protected group or one that its owner protects, but takes access without a session away there', async () => {
    const { offboard, stateOf } = await open({
      groups: [
        group('a', { ...withSession, tags: { tier: 'trading' } }),
        group('b', { users: [{ ids: [zhang] }], tags: { tier: 'trading' } }),
        group('c', { ...withSession, tags: { 'keep-until': '2026-11-28' } }),
      ],
    });
    const { reports } = await offboard(zhang, true);
    expect(decided(reports).map((line) => line.replace(/instance:\S+/, 'instance'))).toEqual([
      ...['a/authorized hold protected-group', 'b/authorized act offboarded', 'c/authorized hold protected-owner'],
      ...['a/instance hold still-authorized', 'c/instance hold still-authorized'],
    ]);
    expect([stateOf('a').sessions, stateOf('b').users, stateOf('c').sessions]).toEqual([[zhang, 'li.si'], [], [zhang, 'li.si']]);
  });

  test('cut where an exception of the journal forbids it', async () => {
    const { offboard, session, stateOf } = await open({ groups: [group('a', withSession)] });
    await session(async ({ world, policy }) => {
      const atMs = world.clock.now();
      const { id, body } = exceptionOfFlags({ because: 'Exam', until: '2h', groups: ['all'], never: ['cut-sessions'] }, policy, atMs);
      await runStoring(world.store, addException(id, { owner: 'x', atMs }, { ...body, by: 'li.wei' }));
    });
    expect(decided((await offboard(zhang, true)).reports)[0]).toBe('a/authorized hold exception-never');
    expect(stateOf('a').users).toContain(zhang);
  });

  test('end a session while the access to the group stands, since the user would be back at once', async () => {
    const { offboard, simulator, stateOf } = await open({ groups: [group('a', withSession)] });
    simulator.faults.add({ kind: 'deny', action: 'AuthorizeInstanceGroup', times: 'always' });
    const { reports } = await offboard(zhang, true);
    expect(became(reports)).toEqual(['AuthorizeInstanceGroup a failed']);
    expect(decided(reports).at(-1)).toMatch(/hold still-authorized$/);
    expect(stateOf('a').sessions).toContain(zhang);
  });

  test('take away unseen: what could not be read holds and is told', async () => {
    const { offboard, simulator } = await open({ groups: [group('a', withSession)] });
    simulator.faults.add({ kind: 'deny', action: 'PageListAppInstanceGroupUser', times: 'always' });
    const { reports, left } = await offboard(zhang);
    expect(decided(reports)[0]).toBe('a/authorized hold access-unknown');
    expect(left[0]?.unread[0]).toContain('The users of name-of-a could not be read');
  });

  test('take a name for another that differs in case', async () => {
    const { offboard, stateOf } = await open({ groups: [group('a', { users: [{ ids: ['Zhang.San'] }] })] });
    const { reports, left } = await offboard(zhang, true);
    expect([became(reports), left[0]?.alike, stateOf('a').users]).toEqual([[], ['Zhang.San'], ['Zhang.San']]);
  });

  test('take a name for another that differs in spaces, nor one of a workstation', async () => {
    const { offboard } = await open({
      groups: [group('a', { users: [{ ids: [zhang] }] })],
      workstations: [{ id: 'ws-1', name: 'render', region: 'cn-hangzhou', users: ['ZHANG.SAN'] }],
    });
    const { reports, left } = await offboard(`${zhang} `, true);
    expect([became(reports), left[0]?.alike]).toEqual([[], [zhang, 'ZHANG.SAN']]);
  });

  test('reach beyond the regions of the targets, and says so', async () => {
    const { offboard, stateOf } = await open({
      groups: [group('a', { users: [{ ids: [zhang] }], region: 'cn-shanghai' })],
      regions: 'cn-hangzhou',
    });
    const { left } = await offboard(zhang, true);
    expect([left[0]?.otherRegions, stateOf('a').users]).toEqual([[{ group: 'name-of-a', region: 'cn-shanghai' }], [zhang]]);
  });
});

test('offboard reports what no call takes away: user groups, workstations', async () => {
  const { offboard } = await open({
    groups: [
      group('a', { userGroups: [{ id: 'ug-1', name: 'Designers' }] }),
      group('b', { userGroups: [{ id: 'ug-1', name: 'Designers' }] }),
    ],
    workstations: [
      { id: 'ws-1', name: 'render', region: 'cn-hangzhou', users: [zhang] },
      { id: 'ws-2', name: 'other', region: 'cn-hangzhou', users: ['li.si'] },
    ],
  });
  expect((await offboard(zhang)).left[0]).toMatchObject({
    userGroups: [{ id: 'ug-1', name: 'Designers', groups: ['name-of-a', 'name-of-b'] }],
    workstations: [{ id: 'ws-1', name: 'render' }],
  });
});

describe('offboarding ends', () => {
  test.each([
    ['a plan with something to do', 2, false, {}],
    ['done', 0, true, {}],
    ['held', 1, true, { tags: { tier: 'trading' } }],
  ])('%s with %i', async (_what, code, apply, more) => {
    const { offboard } = await open({ groups: [group('a', { ...withSession, ...more })] });
    expect(offboardExitCode(await offboard(zhang, apply), apply)).toBe(code);
  });

  test('with 0 where nobody has access, and with 1 where that could not be seen', async () => {
    const { offboard, simulator } = await open({ groups: [group('a')] });
    expect(offboardExitCode(await offboard(zhang), false)).toBe(0);
    simulator.faults.add({ kind: 'deny', action: 'ListWuyingServer', times: 'always' });
    expect(offboardExitCode(await offboard(zhang), false)).toBe(1);
  });
});

test('a plan that could not see everything does not say that nothing is there', async () => {
  const { world, simulator } = await open({ groups: [group('a')] });
  simulator.faults.add({ kind: 'deny', action: 'ListWuyingServer', times: 'always' });
  const { code, stdout } = await streamwarden(['offboard', zhang, ...world]);
  expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([
    1,
    `This is not everything: run the command again for what of ${zhang} can be taken away.`,
  ]);
});

test('the command shows each step and what is left to people', async () => {
  const { world } = await open({ groups: [group('a', { ...withSession, userGroups: [{ id: 'ug-1', name: 'Designers' }] })] });
  const { code, stdout, stderr } = await streamwarden(['offboard', zhang, '--yes', ...world]);
  expect([stderr, code]).toEqual([expect.stringMatching(/^Clients follow .* Looking again at 2026-11-25 08:42\.\n$/), 0]);
  expect(stdout).toContain(`Looked again after clients have followed: nothing of ${zhang} is left but what is named above.`);
  expect(stdout).toMatch(/✓ +name-of-a .*authorized users: zhang\.san → none/);
  expect(stdout).toContain('user group Designers may use name-of-a: look');
  expect(stdout).toMatch(/2 done\.\nJournal: runs\//);
});

test('each reason of offboarding has a meaning that begins and ends as a sentence does', () => {
  for (const meaning of Object.values(offboardReasonCodes)) expect(meaning).toMatch(/^[A-Z].*\.$/);
});

describe('clients that follow a change late', () => {
  const minute = 60_000;

  /** Handlers by which the client of a user connects again at once, for so long after the user was taken off the list. */
  const eager = (forMs: number): NonNullable<Parameters<typeof openOffboardFixture>[0]['handlers']> => {
    let removedMs = Number.POSITIVE_INFINITY;
    return {
      AuthorizeInstanceGroup(input, context) {
        removedMs = Math.min(removedMs, context.nowMs);
        return authorizations.AuthorizeInstanceGroup?.(input, context) as Record<string, unknown>;
      },
      Unbind(input, context) {
        const answer = bindings.Unbind?.(input, context) as Record<string, unknown>;
        const found = context.account.groups.get(String(input['AppInstanceGroupId']));
        const user = String(input['EndUserId']);
        if (found && context.nowMs - removedMs < forMs) {
          found.users.add(user);
          found.connect(user, context.nowMs);
          found.users.remove(user);
        }
        return answer;
      },
    };
  };

  test.each([
    [0, ['Unbind a done'], 'nothing-left', 0],
    [2 * minute, ['Unbind a done', 'Unbind a done'], 'nothing-left', 0],
    [4 * minute, ['Unbind a done', 'Unbind a done', 'Unbind a done'], 'nothing-left', 0],
    [60 * minute, ['Unbind a done', 'Unbind a done', 'Unbind a done', 'Unbind a done'], 'still-there', 1],
  ] as const)('are cut again until a look shows nothing: %i ms', async (forMs, unbinds, rechecked, code) => {
    const { offboard, stateOf } = await open({ groups: [group('a', withSession)], handlers: eager(forMs) });
    const result = await offboard(zhang, true);
    expect(became(result.reports)).toEqual(['AuthorizeInstanceGroup a done', ...unbinds]);
    expect([result.rechecked, offboardExitCode(result, true)]).toEqual([rechecked, code]);
    expect(stateOf('a').sessions.includes(zhang)).toBe(rechecked === 'still-there');
  });

  test('are waited for no longer than somebody wants: then it is not said to be done', async () => {
    const stop = new AbortController();
    const handlers = eager(2 * minute);
    const { offboard, stateOf } = await open({
      groups: [group('a', withSession)],
      handlers: {
        ...handlers,
        Unbind: (input, context) => {
          stop.abort();
          return handlers.Unbind?.(input, context) as Record<string, unknown>;
        },
      },
    });
    const result = await offboard(zhang, true, stop.signal);
    expect([result.rechecked, offboardExitCode(result, true), stateOf('a').sessions.includes(zhang)]).toEqual(['interrupted', 1, true]);
  });

  test('are not waited for where nothing was taken away, nor by a plan', async () => {
    const { offboard } = await open({ groups: [group('a', withSession)] });
    expect([(await offboard('nobody', true)).rechecked, (await offboard(zhang)).rechecked]).toEqual([undefined, undefined]);
  });
});

describe('a list that is not whole', () => {
  const many = Array.from({ length: 103 }, (_, index) => group(`g${index}`, { users: [{ ids: [zhang] }] }));

  test('fails the command, which says what it may have missed', async () => {
    const { offboard, simulator } = await open({ groups: many });
    simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstanceGroup', rows: 1, times: 'always' });
    const result = await offboard(zhang, true);
    expect([result.left.flatMap(({ unread }) => unread).join(), offboardExitCode(result, true)]).toEqual([
      expect.stringMatching(/could not all be read: .*announced 103 .* 102 were read/),
      1,
    ]);
  });

  test('once is read again', async () => {
    const { offboard, simulator } = await open({ groups: many });
    simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstanceGroup', rows: 1, skip: 1 });
    const result = await offboard(zhang, true);
    expect([became(result.reports).length, offboardExitCode(result, true)]).toEqual([103, 0]);
  });
});

describe('a service that follows late', () => {
  test.each([
    [{}, false],
    [{ accessMinutes: 10 }, false],
    [{ accessReadBack: 'with-clients' }, false],
    [{ accessMinutes: 10, accessReadBack: 'with-clients' }, true],
    [{ lateReads: '20s' }, false],
    [{ lateReads: 'lists 7m' }, true],
    [{ lateReads: '7m', userGroupMembersListed: true }, true],
  ] as const)('takes access and the session away once, and mails the user once: %o', async (assumptions, listed) => {
    const { offboard, stateOf, simulator } = await open({ groups: [group('a', withSession)], assumptions });
    const result = await offboard(zhang, true);
    const done = became(result.reports).filter((each) => each.endsWith(' done'));
    expect(done).toEqual(['AuthorizeInstanceGroup a done', 'Unbind a done']);
    expect([stateOf('a').users.includes(zhang), stateOf('a').sessions.includes(zhang)]).toEqual([false, false]);
    expect([...simulator.world.accounts.values()][0]?.statistics.mailsSent).toBe(1);
    // What is listed still is not said to be over.
    expect(offboardExitCode(result, true)).toBe(listed ? 1 : 0);
  });
});
