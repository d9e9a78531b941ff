import { afterEach, beforeEach, expect, test } from 'vitest';
import { actorOf } from '../../cli/run/actor.ts';
import { listHalts, sayOnVersion } from '../../cli/run/halts.ts';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { streamwarden } from './command.ts';

let fixture: AccountFixture;
beforeEach(async () => {
  fixture = await openAccountFixture({ groups: 1 });
});
afterEach(async () => {
  await fixture.close();
});

const say = (kind: 'halt' | 'resume', version = '7.4.2', because: string | undefined = 'black screens') =>
  fixture.inSession(async (session) => sayOnVersion(session, version, { kind, because }, await actorOf(session, 'given')));
const halted = (all = false) => fixture.inSession(async (session) => (await listHalts(session, { all })).map(({ version }) => version));

test('a version is halted until it is resumed, and all that was said stays', async () => {
  await say('halt');
  await say('halt', '8.0');
  expect(await halted()).toEqual(['7.4.2', '8.0']);
  await say('resume');
  expect([await halted(), await halted(true)]).toEqual([['8.0'], ['7.4.2', '8.0']]);
});

test('saying what is so already is refused, as is a version without a name', async () => {
  await expect(say('resume')).rejects.toThrow(/7\.4\.2 is not halted/);
  await say('halt');
  await expect(say('halt')).rejects.toThrow(/7\.4\.2 is halted already/);
  await expect(say('halt', ' ')).rejects.toMatchObject({ code: 'Usage' });
});

test('a halt must say why', async () => {
  await expect(say('halt', '7.4.2', ' ')).rejects.toThrow(/--because is missing/);
  expect(await halted(true)).toEqual([]);
});

test('the command shows who halted what and why', async () => {
  await say('halt');
  const listed = await streamwarden(['ota', 'list', ...fixture.world]);
  expect(listed.stdout).toMatch(
    /^World: the simulator at .*\n7\.4\.2 +halted since 2026-11-25 08:\d\d Asia\/Shanghai by \S+: black screens\n$/,
  );
});

test('a version that no group has is halted, and the spelling is asked about', async () => {
  const groups = [...fixture.simulator.world.accounts.values()].flatMap(({ groups: all }) => [...all.values()]);
  for (const group of groups) group.ota = { ...group.ota, version: '7.3.0', offeredVersion: '7.4.0' };
  const halt = (version: string) => streamwarden(['ota', 'halt', version, '--because', 'black screens', ...fixture.world]);
  expect((await halt('7.4')).stdout).toContain('Look at the spelling: no group runs 7.4 or is offered it; they have 7.3.0, 7.4.0.');
  expect((await halt('7.4.0 ')).stdout).not.toContain('spelling');
  expect((await halted()).sort()).toEqual(['7.4', '7.4.0']);
});
