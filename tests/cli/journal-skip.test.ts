import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { actorOf } from '../../cli/run/actor.ts';
import { listHalts, sayOnVersion } from '../../cli/run/halts.ts';
import { skipDamaged } from '../../cli/run/skip.ts';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { streamwarden } from './command.ts';

let fixture: AccountFixture;
beforeEach(async () => {
  fixture = await openAccountFixture({ groups: 1 });
});
afterEach(async () => {
  await fixture.close();
});

const key = 'halts/7.4.2/00000000';
const file = () => `${fixture.folder}/state/${key}`;
const halt = () =>
  fixture.inSession(async (session) =>
    sayOnVersion(session, '7.4.2', { kind: 'halt', because: 'black screens' }, await actorOf(session, 'given')),
  );
const skip = (wanted = key, because: string | undefined = 'cut off in a disk failure') =>
  fixture.inSession(async (session) => skipDamaged(session, wanted, because, await actorOf(session, 'given')));
const halted = () => fixture.inSession(async (session) => (await listHalts(session)).map(({ version }) => version));

test('the way out of a damaged record, as the page rehearses it', async () => {
  await halt();
  writeFileSync(file(), '{');
  expect(await halted()).toEqual(['7.4.2']);
  const state = ['--state', `${fixture.folder}/state`];
  const before = await streamwarden(['journal', 'verify', ...state]);
  expect([before.code, before.stdout]).toMatchObject([1, expect.stringMatching(/^halts\/7\.4\.2\/00000000 {2}MalformedRecord/m)]);
  const skipped = await streamwarden(['journal', 'skip', key, '--because', 'cut off in a disk failure', ...fixture.world]);
  expect([skipped.code, skipped.stdout]).toMatchObject([0, expect.stringMatching(/skipped halts\/7\.4\.2\/00000000 \(MalformedRecord\)/)]);
  expect(await halted()).toEqual([]);
  const after = await streamwarden(['journal', 'verify', ...state]);
  expect([after.code, after.stdout]).toMatchObject([0, expect.stringMatching(/skipped by \S+: cut off in a disk failure/)]);
});

test('a restored record counts again, whoever skipped its damage', async () => {
  await halt();
  const whole = readFileSync(file());
  writeFileSync(file(), 'null');
  await skip();
  expect(await halted()).toEqual([]);
  writeFileSync(file(), whole);
  expect(await halted()).toEqual(['7.4.2']);
});

test('what is whole, what is not there and what is no key are not skipped, nor anything without a reason', async () => {
  await halt();
  await expect(skip()).rejects.toMatchObject({ code: 'NotDamaged' });
  await expect(skip('halts/7.4.2/00000007')).rejects.toMatchObject({ code: 'NotDamaged' });
  await expect(skip('../../etc/passwd')).rejects.toMatchObject({ code: 'NotDamaged' });
  await expect(skip(key, ' ')).rejects.toMatchObject({ code: 'Usage' });
  rmSync(file());
  await expect(skip()).rejects.toMatchObject({ code: 'NotDamaged' });
});
