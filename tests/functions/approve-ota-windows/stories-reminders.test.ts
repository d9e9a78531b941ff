import { expect, test } from 'vitest';
import { removeGroup } from '../../../simulator/world/lifecycle.ts';
import type { GroupSeed } from '../../../simulator/world/seed.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { listedAs } from './ota-answers.ts';
import { type OtaFixture, offeredGroup, otaFixture, otaPolicyText, rings } from './ota-fixture.ts';

const early = offeredGroup({ id: 'e', name: 'early', tags: { 'ota-ring': 'early' } });
const dead = offeredGroup({ id: 'dead', name: 'dead', tags: { 'ota-ring': 'early' }, status: 'CEASED' });
const everyone = ['x', 'y', 'z'].map((id) => ({ ...offeredGroup({ name: id, tags: {} }), id }));
const start = '2026-11-30T08:10:00+08:00';

/** Codes of the reminders that people are told of each day, by day of Shanghai: `12-02 dead ring-stuck`. */
async function remindersUntil(fixture: OtaFixture, text: string, each?: (day: string) => void): Promise<readonly string[]> {
  const told: string[] = [];
  let day = '';
  for (let nowMs = fixture.simulator.world.clock.nowMs; nowMs < shanghai(text); nowMs += 2 * hourMs) {
    fixture.simulator.advanceTo(nowMs);
    const today = new Date(nowMs + 8 * hourMs).toISOString().slice(5, 10);
    if (today !== day) each?.(today);
    day = today;
    const { newHolds, decisions } = await fixture.run();
    for (const id of newHolds) {
      const code = decisions.find(({ resource }) => resource.id === id)?.because[0]?.code;
      if (code === 'ring-stuck' || code === 'ring-starved') told.push(`${today} ${id} ${code}`);
    }
  }
  return told;
}

async function reminders(groups: readonly GroupSeed[], until: string, each?: (day: string, fixture: OtaFixture) => void, keys = rings) {
  const fixture = await otaFixture({ start, groups }, otaPolicyText(keys.replace('rings:', 'approveAhead: 2h\nrings:')));
  try {
    return await remindersUntil(fixture, until, (day) => each?.(day, fixture));
  } finally {
    await fixture.close();
  }
}

test('a group that cannot be updated in a later ring is told daily once its ring has had a window, and no other group with it', async () => {
  // The canary is done on Monday noon and soaks until Wednesday noon; the early window of Wednesday ends at 23:30.
  const told = await reminders([offeredGroup(), early, dead, ...everyone], '2026-12-07 08:00');
  expect(told).toEqual(['12-03', '12-04', '12-05', '12-06', '12-07'].map((day) => `${day} dead ring-stuck`));
});

test('the reminders end once the group is taken out of the ring, and the rest is updated', async () => {
  const updates = new Map<string, string | undefined>();
  const told = await reminders([offeredGroup(), early, dead, ...everyone], '2026-12-14 08:00', (day, fixture) => {
    const group = fixture.simulator.world.accounts.get('1000000000000001')?.groups.get('dead');
    if (day === '12-05' && group !== undefined) removeGroup(group, fixture.simulator.world.clock.nowMs);
    for (const { id } of everyone) updates.set(id, fixture.updates(id)[0]?.slice(0, 14));
  });
  expect(told).toEqual(['12-03', '12-04'].map((day) => `${day} dead ring-stuck`));
  expect([...updates.values()]).toEqual(everyone.map(() => '7.4.0 FINISHED'));
});

test('a later ring that merely waits for those before it is no reminder', async () => {
  const busy = { sessions: [{ user: 'alice' }], users: [{ ids: ['alice'] }], sessionTimeout: -1 };
  const told = await reminders(
    [offeredGroup(busy), early, ...everyone],
    '2026-12-05 08:00',
    undefined,
    `onlyWithSessionsUpTo: 0\n${rings.trim()}`,
  );
  expect(told).toEqual(['11-30', '12-01', '12-02', '12-03', '12-04', '12-05'].map((day) => `${day} c ring-stuck`));
});

/** A new version for every group each few days, until one says that no more come. */
function releases(everyDays: number, until = '99-99') {
  let left = everyDays;
  let number = 0;
  return (day: string, fixture: OtaFixture) => {
    left -= 1;
    if (left >= 0 || day >= until) return;
    left = everyDays - 1;
    number += 1;
    for (const id of ['c', 'e', 'x', 'y', 'z']) fixture.offer(id, `7.4.${number}`);
  };
}

test.each([3, 5])(
  'where a version comes every %i days and none gets to the last ring, one group of it says so every day',
  async (everyDays) => {
    const told = await reminders([offeredGroup(), early, ...everyone], '2026-12-25 08:00', releases(everyDays));
    // The early ring may starve as well, and says so for itself.
    const ofLast = told.filter((line) => !line.includes(' e '));
    // The way of 7.4.0: canary on Monday, early on Wednesday, everyone on Sunday from 02:00 to 05:00.
    const expected = Array.from({ length: 20 }, (_, index) =>
      new Date(Date.parse('2026-12-06') + index * dayMs).toISOString().slice(5, 10),
    );
    const [, speaker = ''] = ofLast[0]?.split(' ') ?? [];
    expect(everyone.map(({ id }) => id)).toContain(speaker);
    expect(ofLast).toEqual(expected.map((day) => `${day} ${speaker} ring-starved`));
  },
);

test('once a version has time to get there, nobody says any more that none does', async () => {
  const release = releases(5, '12-15');
  const updates = new Map<string, readonly string[]>();
  const told = await reminders([offeredGroup(), early, ...everyone], '2026-12-28 08:00', (day, fixture) => {
    release(day, fixture);
    for (const { id } of everyone)
      updates.set(
        id,
        fixture.updates(id).map((line) => line.slice(0, 14)),
      );
  });
  // The last comes on 10 December: canary on that day, early on Monday, everyone on Saturday the 19th.
  expect(told.at(-1)?.slice(0, 5)).toBe('12-18');
  expect([...updates.values()]).toEqual(everyone.map(() => ['7.4.2 FINISHED']));
});

test('without newer versions nothing is said of the rings that take their time', async () => {
  expect(await reminders([offeredGroup(), early, ...everyone], '2026-12-10 08:00')).toEqual([]);
});

test('a group of which cannot be told how far it is, is told daily while later rings wait for it', async () => {
  const groups = [offeredGroup(), early, ...everyone];
  const fixture = await otaFixture({ start, groups }, otaPolicyText(rings.replace('rings:', 'approveAhead: 2h\nrings:')), {
    handlers: listedAs((group) => (group.AppInstanceGroupId === 'e' ? { ...group, OtaInfo: undefined } : group)),
  });
  try {
    const told = await remindersUntil(fixture, '2026-12-05 08:00');
    expect(told).toEqual(['12-01', '12-02', '12-03', '12-04', '12-05'].map((day) => `${day} e ring-stuck`));
  } finally {
    await fixture.close();
  }
});
