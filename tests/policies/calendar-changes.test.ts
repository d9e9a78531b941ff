import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkPublished } from '../../cli/doctor/policy.ts';
import { preparedLines } from '../../cli/render/policies.ts';
import { styleFor } from '../../cli/render/style.ts';
import { calendarChanges } from '../../cli/run/policies/calendar-changes.ts';
import { calendarChangesOf, diffedPair } from '../../cli/run/policies/diff.ts';
import { storedSource } from '../../cli/run/policies/history.ts';
import { preparePolicy } from '../../cli/run/policies/prepare.ts';
import { publish, rollbackAim } from '../../cli/run/policies/publish.ts';
import { compileSource, type PolicySourceText } from '../../cli/run/policies/source.ts';
import type { CalendarDays } from '../../shared/policy/calendar-days.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { levelAt } from '../../shared/policy/schedule.ts';
import { openPolicyFixture, type PolicyFixture, policyText } from './policy-fixture.ts';

const text = policyText()
  .replace('endpoint: cn-shanghai}', 'endpoint: cn-shanghai, calendar: china}')
  .replace('limits:', 'calendars: {china: {source: china-state-council}}\nlimits:')
  .replace('a: {everyday: {00:00-24:00: 1 nodes}}', 'a: {workday: {00:00-24:00: 1 node}}');

let fixture: PolicyFixture;
beforeAll(async () => {
  fixture = await openPolicyFixture();
});
afterAll(() => fixture.close());

const nowMs = Date.parse('2026-11-25T08:40:00+08:00');
const source: PolicySourceText = { name: 'policy.yaml', text };

/** The days of the calendar as installed, with Christmas made a holiday as an update of the data might. */
function withChristmas(): CalendarDays {
  const { calendars } = compileSource(source, nowMs);
  const china = calendars['china'];
  if (china === undefined) throw new Error('there is no calendar');
  return { china: { ...china, holidays: [...china.holidays, '2026-12-25'].sort() } };
}

const worksOn = (policy: CompiledPolicy, date: string): boolean => {
  const timeline = Object.values(policy.timelines).find(({ schedule }) => schedule === 'a');
  if (timeline === undefined) throw new Error('there is no timeline');
  return JSON.stringify(levelAt(timeline, Date.parse(`${date}T10:00:00+08:00`))) !== JSON.stringify({ nodes: 0 });
};

describe('days of a calendar that changed under an unchanged policy', () => {
  test('are told by push, diff and doctor, and taken back by a rollback', async () => {
    const world = await fixture.world();
    await publish(world, await preparePolicy(world, source), { by: 'li.wei' });
    const updated = await preparePolicy(world, { ...source, calendars: withChristmas() });
    expect([worksOn((await preparePolicy(world, source)).policy, '2026-12-25'), worksOn(updated.policy, '2026-12-25')]).toEqual([
      true,
      false,
    ]);
    const shown = preparedLines(updated, styleFor()).join('\n');
    expect(shown).toContain('the same text, compiled with other days');
    expect(shown).toContain('calendar china: 2026-12-25 workday → restday');
    await publish(world, updated, { by: 'li.wei' });

    const pair = await diffedPair(world.store, '0', '1');
    expect(calendarChangesOf(pair, nowMs)).toEqual(['calendar china: 2026-12-25 workday → restday']);

    const { policy, calendars } = compileSource(source, nowMs);
    const findings = await checkPublished(world.store, policy, nowMs, calendars);
    expect(findings.filter(({ state }) => state === 'warn').map((each) => each.text)).toEqual([
      expect.stringContaining('calendar china: 2026-12-25 restday → workday'),
    ]);

    const aim = await rollbackAim(world, undefined);
    expect(aim).toMatchObject({ wayOut: true, policy: { sequence: 0 } });
    const back = await preparePolicy(world, storedSource(aim.policy));
    expect(worksOn(back.policy, '2026-12-25')).toBe(true);
    await publish(world, back, { by: 'li.wei', restores: 0 });
    // The other way round the stored days count as well, whatever is installed.
    const again = await preparePolicy(world, storedSource((await rollbackAim(world, 1)).policy));
    expect(worksOn(again.policy, '2026-12-25')).toBe(false);
  });

  test('a year that is known only by now is taken as it is known, and its odd days are told', () => {
    const september = Date.parse('2026-09-20T08:00:00+08:00');
    const { china } = compileSource(source, september).calendars as { china: CalendarDays[string] };
    const older = {
      china: { ...china, years: china.years.filter((year) => year < 2026), holidays: china.holidays.filter((date) => date < '2026') },
    };
    const then = compileSource({ ...source, calendars: older }, september);
    expect(worksOn(then.policy, '2026-10-01')).toBe(false);
    const changes = calendarChanges({ ...then, calendars: older }, compileSource(source, september)).join();
    expect(changes).toContain('calendar china: 2026-09-20 unpublished → workday, 2026-09-25 unpublished → restday');
    expect(changes).toContain('2026-10-10 unpublished → workday');
    // Ordinary days are as they were taken to be, and what is past decides nothing.
    expect(changes).not.toMatch(/2026-10-09|2026-05-01/);
  });

  test('nothing is told where only the horizon has moved, or nothing is known of the policy before', () => {
    const [before, after] = [compileSource(source, nowMs), compileSource(source, nowMs + 200 * 864e5)];
    expect(calendarChanges(before, after)).toEqual([]);
    expect(calendarChanges({ policy: before.policy, calendars: undefined }, { ...after, calendars: withChristmas() })).toEqual([]);
  });

  test('another offset of a zone is told with its dates', () => {
    const before = compileSource(source, nowMs);
    const zones = {
      ...before.policy.zones,
      'Asia/Shanghai': {
        transitions: [
          { atMs: 0, offsetMs: 8 * 3_600_000 },
          { atMs: Date.UTC(2027, 3, 1), offsetMs: 9 * 3_600_000 },
        ],
      },
    };
    expect(calendarChanges(before, { ...before, policy: { ...before.policy, zones } })).toEqual([
      'time zone Asia/Shanghai: +08:00 → +08:00, from 2027-04-01 +09:00',
    ]);
  });
});

vi.setConfig({ testTimeout: 60_000 });
