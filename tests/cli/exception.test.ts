import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exceptionLines } from '../../cli/render/exceptions.ts';
import { localClock } from '../../cli/render/local-clock.ts';
import { styleFor } from '../../cli/render/style.ts';
import { actorOf } from '../../cli/run/actor.ts';
import { type ExceptionFlags, exceptionOfFlags } from '../../cli/run/exception-flags.ts';
import { addStored, endStored, listExceptions } from '../../cli/run/exceptions.ts';
import { withSession } from '../../cli/run/session.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { policyWith, target } from '../engine/dial.ts';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { streamwarden } from './command.ts';

/** Tuesday 2026-11-24, 12:00:30 in Shanghai. */
const nowMs = Date.parse('2026-11-24T12:00:30+08:00');
const account = { ...target, account: '1000000000000001' };
const policy: CompiledPolicy = policyWith({ targets: { cn: account, sg: { ...account, name: 'sg', timezone: 'Asia/Singapore' } } });
const said: ExceptionFlags = { because: 'Launch night, OPS-4821', until: '12h', groups: ['app=aurora'], never: ['cut-sessions'] };
const of = (more: ExceptionFlags, base: ExceptionFlags = said) => exceptionOfFlags({ ...base, ...more }, policy, nowMs);

describe('the flags of exception add', () => {
  test('say an exception from this minute on, named by its reason', () => {
    expect(of({})).toEqual({
      id: 'launch-night-ops-4821-20261124T1600Z',
      body: {
        because: 'Launch night, OPS-4821',
        groups: { tags: { app: ['aurora'] } },
        from: '2026-11-24T04:00:00.000Z',
        until: '2026-11-24T16:00:00.000Z',
        never: ['cut-sessions'],
      },
    });
  });

  test.each<[string, ExceptionFlags, Record<string, unknown>]>([
    ['a local end', { until: '2026-12-12 09:00' }, { until: '2026-12-12T01:00:00.000Z' }],
    ['a bare date as its midnight', { until: '2026-12-12' }, { until: '2026-12-11T16:00:00.000Z' }],
    ['a local start', { from: '2026-11-25 18:00', until: '2026-11-26 09:00' }, { from: '2026-11-25T10:00:00.000Z' }],
    ['a length from the start', { from: '2026-11-25 18:00', until: '2h' }, { until: '2026-11-25T12:00:00.000Z' }],
    ['a start in a while', { from: '2h', until: '1h' }, { from: '2026-11-24T06:00:00.000Z', until: '2026-11-24T07:00:00.000Z' }],
    ['several tags, ANDed', { groups: ['app=aurora', 'stage=a=b'] }, { groups: { tags: { app: ['aurora'], stage: ['a=b'] } } }],
    ['several values, ORed', { groups: ['app=aurora,borealis', 'app=x'] }, { groups: { tags: { app: ['aurora', 'borealis', 'x'] } } }],
    ['every group', { groups: ['all'] }, { groups: { all: true } }],
    [
      'ids and names',
      { groups: [], group: ['aig-1', 'aig-2'], name: ['fin-*'] },
      { groups: { ids: ['aig-1', 'aig-2'], names: ['fin-*'] } },
    ],
    ['workstations', { workstation: ['ws-1'], workstationName: ['render-*'] }, { workstations: { ids: ['ws-1'], names: ['render-*'] } }],
    ['a share to keep', { keepAtLeast: '100%' }, { keepAtLeastPercent: 100 }],
    ['several words at once', { never: ['cut-sessions, renew', 'tag'] }, { never: ['cut-sessions', 'renew', 'tag'] }],
    ['targets', { for: ['cn'] }, { targets: ['cn'] }],
  ])('take %s', (_what, more, expected) => {
    expect(of(more).body).toMatchObject(expected);
  });

  test.each<[string, ExceptionFlags, RegExp]>([
    ['no reason', { because: ' ' }, /--because is missing/],
    ['an end before the start', { from: '2026-11-26 18:00', until: '2026-11-25 18:00' }, /^--until: is before from/],
    ['an end that is over', { from: '2026-11-01', until: '2026-11-02' }, /--until is 2026-11-02 00:00 Asia\/Shanghai, which is over/],
    ['a date that does not exist', { until: '2026-02-30' }, /^--until: .*2026-02 has the days 01 to 28/],
    ['a length without a unit that is known', { until: '12x' }, /^--until: "12x" is not a length of time/],
    ['an instant with an offset', { until: '2026-12-12 09:00Z' }, /carries an offset/],
    ['no resource', { groups: [] }, /for nobody yet/],
    ['a tag without a value', { groups: ['aurora'] }, /--groups is 'aurora'; write all, or a tag/],
    ['all beside something else', { groups: ['all'], group: ['aig-1'] }, /leave out the other choices/],
    ['a word that is not known', { never: ['cut-session'] }, /^--never: .*did you mean "cut-sessions"/],
    ['a share without a unit', { keepAtLeast: '80' }, /^--keep-at-least: "80" has no unit/],
    ['a share of nothing', { keepAtLeast: '0%' }, /^--keep-at-least: keeps nothing up/],
    ['a target that is not known', { for: ['cm'] }, /^--for: "cm" is not under targets; .*did you mean "cn"/],
    ['a name that could not be one', { id: '-x' }, /^--id is '-x'/],
  ])('refuse %s', (_what, more, message) => {
    expect(() => of(more)).toThrow(message);
  });

  test('refuse an exception without an end, and one that asks for nothing', () => {
    const { until: _until, ...endless } = said;
    const { never: _never, ...idle } = said;
    expect(() => of({}, endless)).toThrow(/--until is missing/);
    expect(() => of({}, idle)).toThrow(/asks for nothing yet/);
  });

  test('name what has no plain letters', () => {
    expect(of({ because: '发布之夜' }).id).toBe('exception-20261124T1600Z');
    expect(of({ id: '发布' }).id).toBe('发布-20261124T1600Z');
  });
});

describe('exceptions of the journal', () => {
  let fixture: AccountFixture;
  beforeEach(async () => {
    fixture = await openAccountFixture({ groups: 1 });
  });
  afterEach(async () => {
    await fixture.close();
  });

  const add = (flags: ExceptionFlags = said) =>
    fixture.inSession(async (session) => addStored(session, flags, await actorOf(session, 'given')));
  const end = (wanted: string) =>
    fixture.inSession(async (session) => endStored(session, wanted, 'called off', await actorOf(session, 'given')));
  const list = () => fixture.inSession((session) => listExceptions(session));

  test('are listed by their start with their state, and who said and who ended what', async () => {
    await add({ ...said, from: '2d', until: '1d', id: 'later' });
    const { id, by } = await add();
    expect((await list()).map((each) => [each.id, each.state, each.by])).toEqual([
      [id, 'in force', by],
      [expect.stringMatching(/^later-/), 'coming', by],
    ]);
    expect(await end(id)).toMatchObject({ id, by });
    expect((await list())[0]).toMatchObject({ id, state: 'ended', endedBy: by, endedBecause: 'called off' });
  });

  test('are ended by name where one alone has it, and never twice', async () => {
    const first = await add({ ...said, id: 'launch' });
    const second = await add({ ...said, id: 'launch', until: '13h' });
    await expect(end('launch')).rejects.toThrow(`say which: ${first.id}, ${second.id}`);
    await end(first.id);
    await expect(end(first.id)).rejects.toMatchObject({ code: 'NothingToEnd' });
    await expect(end('lunch')).rejects.toThrow(/no exception 'lunch'/);
    fixture.simulator.advance(14 * 3_600_000);
    await expect(end('launch')).rejects.toThrow(/ended by itself/);
  });

  test('of the same name and end are not added twice', async () => {
    await add();
    await expect(add()).rejects.toMatchObject({ code: 'AlreadyThere' });
  });

  test('are not said into a journal that ends with the command', async () => {
    await expect(withSession({ policy: `${fixture.folder}/policy.yaml` }, (session) => actorOf(session, undefined))).rejects.toThrow(
      /nobody would ever read it/,
    );
  });

  test('go through the command, which says what was written and how to end it', async () => {
    const flags = ['--group', 'aig-0', '--until', '12h', '--never', 'cut-sessions', '--because', 'Exam week'];
    const added = await streamwarden(['exception', 'add', ...flags, ...fixture.world]);
    expect(added.stderr).toBe('');
    expect(added.stdout).toMatch(
      / added the exception (exam-week-\S+), from 2026-11-25 08:\d\d until .*: Exam week\n.*streamwarden exception end \1\n/,
    );
    const [exception] = await list();
    expect(exceptionLines(exception ? [exception] : [], localClock('Asia/Shanghai', nowMs), styleFor())[0]).toMatch(
      /^in force +exam-week-\S+ .*groups aig-0: never cut-sessions +Exam week/,
    );
  });
});
