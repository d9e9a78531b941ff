import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planner } from '../../../functions/power-workstations/plan.ts';
import { checkInput } from '../../../shared/client/check-input.ts';
import { startWuyingServer } from '../../../shared/client/operations/start-wuying-server.ts';
import { stopWuyingServer } from '../../../shared/client/operations/stop-wuying-server.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import { mapWorkstation } from '../../../shared/fleet/map-workstation.ts';
import type { Workstation } from '../../../shared/fleet/workstation.ts';
import type { IntentView, WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import type { Decision } from '../../../shared/planning/decision.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { policyFrom, policyText } from './power-fixture.ts';

const rules = [
  '- {name: farm, workstations: {name: "render-*"}, power: leave-alone}',
  '- {name: cutting, workstations: {name: "open-*"}, schedule: studio, stopOnlyWithoutSession: false}',
  '- {name: studio, workstations: all, schedule: studio}',
].join('\n');
const fromMs = shanghai('2026-11-20 00:00');
const policy = policyFrom(policyText(rules), fromMs);
const target = policy.targets['home'] as CompiledTarget;

type Row = Record<string, unknown>;

const row: fc.Arbitrary<Row> = fc
  .record({
    name: fc.constantFrom('render', 'open', 'artist'),
    Status: fc.oneof(
      fc.constantFrom('RUNNING', 'Running', 'STOPPED', 'Stopped', 'STARTING', 'STOPPING'),
      fc.constantFrom('PENDING', 'REBUILDING', 'UNAVAILABLE', 'DELETED', 'RESUMING', '', undefined, 7),
      fc.string(),
    ),
    ChargeType: fc.constantFrom('PrePaid', 'PostPaid', 'Lease', undefined),
    Sessions: fc.oneof(
      fc.constantFrom(undefined, 'none', []),
      fc.array(fc.record({ UserId: fc.constantFrom('amy', undefined), ResourceSessionStartTime: fc.constant('2026-11-24T01:00:00Z') })),
    ),
    ResourceSessionStatus: fc.constantFrom(undefined, undefined, 'Connected', 'Disconnected'),
    TimerGroupId: fc.constantFrom(undefined, undefined, undefined, '', 'ccg-1'),
  })
  .map(({ name, ...fields }) => ({ WuyingServerId: 'w', WuyingServerName: `${name}-1`, BizRegionId: 'cn-hangzhou', ...fields }));

/** What the journal may say: the last things asked, newest last, and in which stretch it was seen as wanted. */
const past = fc.record({
  asked: fc.array(
    fc.record({
      value: fc.constantFrom('on', 'off'),
      minutesAgo: fc.integer({ min: 0, max: 3000 }),
      outcome: fc.constantFrom('done' as const, 'failed' as const, 'unknown' as const, undefined),
    }),
    { maxLength: 3 },
  ),
  seen: fc.option(fc.constantFrom('on', 'off')),
});
/** Ten days by the minute; the policy covers them all. */
const time = fc.integer({ min: 0, max: 10 * 24 * 60 }).map((minute) => fromMs + minute * minuteMs);

const nothing: IntentView = { values: () => [], external: () => undefined };
const contextAt = (nowMs: number, written: IntentView = nothing): PlanContext => ({
  ...{ policy, target, nowMs, written },
  facts: { nodePricePerHour: () => undefined },
});
const decide = (fields: Row, context: PlanContext): Decision => planner.decide(mapWorkstation(fields) as Workstation, context);

/** The hours of the schedule by the wall clock of Shanghai, worked out from the calendar page: Monday to Friday, and weekends. */
function wantedOn(nowMs: number): boolean {
  const local = new Date(nowMs + 8 * hourMs);
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  const weekend = [0, 6].includes(local.getUTCDay());
  return weekend ? minute >= 13 * 60 && minute < 20 * 60 : minute >= 9 * 60 + 30 && minute < 23 * 60 + 30;
}

function journal(
  nowMs: number,
  {
    asked,
    seen,
  }: { readonly asked: readonly { value: string; minutesAgo: number; outcome: WrittenValue['outcome'] }[]; readonly seen: string | null },
): IntentView {
  const values = asked
    .map(({ value, minutesAgo, outcome }) => ({ value, outcome, atMs: nowMs - minutesAgo * minuteMs }))
    .sort((a, b) => a.atMs - b.atMs);
  return {
    values: (_id, setting) => (setting === 'power' ? values : []),
    external: (_id, setting) =>
      setting === 'power-seen' && seen !== null ? { value: `${seen} since ${nowMs - hourMs}`, sinceMs: nowMs - hourMs } : undefined,
  };
}

describe('whatever the service says and the journal holds', () => {
  test('it acts on one id, from the opposite state only, in the direction of the schedule, and never by force', () => {
    fc.assert(
      fc.property(row, past, time, (fields, before, nowMs) => {
        const decision = decide(fields, contextAt(nowMs, journal(nowMs, before)));
        if (decision.verdict !== 'act') return;
        const on = wantedOn(nowMs);
        const { operation, input, effect, harms = [], restores, sessionsAtRisk = 0 } = decision.action;
        expect(operation).toBe(on ? 'StartWuyingServer' : 'StopWuyingServer');
        expect(input).toEqual({ WuyingServerIdList: ['w'] });
        expect(() => checkInput(on ? startWuyingServer : stopWuyingServer, input as never)).not.toThrow();
        expect(String(fields['Status']).toUpperCase()).toBe(on ? 'STOPPED' : 'RUNNING');
        expect([harms.includes('stop'), restores]).toEqual(on ? [false, 'capacity'] : [true, undefined]);
        expect(harms.includes('cut')).toBe(sessionsAtRisk > 0);
        const there = Array.isArray(fields['Sessions']) ? fields['Sessions'].length : 0;
        if (!on && there > 0) expect([fields['WuyingServerName'], effect, sessionsAtRisk]).toEqual(['open-1', 'disruptive', there]);
        else if (!on && fields['ResourceSessionStatus'] === 'Connected') expect([effect, sessionsAtRisk]).toEqual(['disruptive', 1]);
        else expect([effect, sessionsAtRisk]).toEqual(['write', 0]);
      }),
    );
  });

  test('it never acts on what a rule leaves alone or a timer switches', () => {
    fc.assert(
      fc.property(row, past, time, (fields, before, nowMs) => {
        const { verdict } = decide(fields, contextAt(nowMs, journal(nowMs, before)));
        if (fields['WuyingServerName'] === 'render-1' || fields['TimerGroupId'] === 'ccg-1') expect(verdict).toBe('keep');
      }),
    );
  });

  test('a status that is none of the four holds', () => {
    const others = row.filter(
      ({ Status, WuyingServerName, TimerGroupId }) =>
        !['RUNNING', 'STOPPED', 'STARTING', 'STOPPING'].includes(String(Status).toUpperCase()) &&
        WuyingServerName !== 'render-1' &&
        !TimerGroupId,
    );
    fc.assert(
      fc.property(others, past, time, (fields, before, nowMs) => {
        const { verdict, because } = decide(fields, contextAt(nowMs, journal(nowMs, before)));
        expect([verdict, because[0]?.code]).toEqual(['hold', 'status']);
      }),
    );
  });

  test('without a journal it acts exactly where schedule and state differ and nobody is in the way', () => {
    fc.assert(
      fc.property(row, time, (fields, nowMs) => {
        const status = String(fields['Status']).toUpperCase();
        // Gateways are known to leave out a list that is empty.
        const sessions = fields['Sessions'] ?? [];
        const nobody = Array.isArray(sessions) && sessions.length === 0 && fields['ResourceSessionStatus'] === undefined;
        const listed = Array.isArray(sessions) && sessions.length > 0;
        const free = nobody || (fields['WuyingServerName'] === 'open-1' && (listed || fields['ResourceSessionStatus'] === 'Connected'));
        const ours = fields['WuyingServerName'] !== 'render-1' && !fields['TimerGroupId'];
        const wanted = wantedOn(nowMs);
        const acts = ours && ((status === 'STOPPED' && wanted) || (status === 'RUNNING' && !wanted && free));
        expect(decide(fields, contextAt(nowMs)).verdict === 'act').toBe(acts);
      }),
    );
  });

  test('applied, a plan leaves nothing to do, neither at once nor once it got there', () => {
    fc.assert(
      fc.property(row, past, time, (fields, before, nowMs) => {
        const decision = decide(fields, contextAt(nowMs, journal(nowMs, before)));
        if (decision.verdict !== 'act') return;
        const value = decision.action.writes.value;
        const written: IntentView = { values: () => [{ value, atMs: nowMs, outcome: 'done' }], external: () => undefined };
        const moving = { ...fields, Status: value === 'on' ? 'STARTING' : 'STOPPING', Sessions: [] };
        const there = { ...moving, Status: value === 'on' ? 'RUNNING' : 'STOPPED' };
        const after = [fields, moving, there].map((state) => decide(state, contextAt(nowMs, written)));
        expect(after.map(({ verdict, because }) => `${verdict} ${because[0]?.code}`)).toEqual([
          'keep in-transit',
          'keep in-transit',
          'keep as-wanted',
        ]);
      }),
    );
  });
});

test.each([
  ['counts while it is in force', '2026-11-25 23:40', 'hold exception-unknown'],
  ['does not count once it is over', '2026-11-25 23:55', 'act schedule-off'],
])('of two exceptions that may keep it on, the first of another day, the second %s', (_, at, expected) => {
  const exceptions = `exceptions:
  - {because: Fair, workstations: {name: "artist-*"}, from: 2026-12-01, until: 2026-12-02, keepAtLeast: 100%}
  - {because: Render, workstations: {name: "artist-*"}, from: 2026-11-25 22:00, until: 2026-11-25 23:50, keepAtLeast: 100%}`;
  const text = policyText('- {name: studio, workstations: all, schedule: studio}', { exceptions });
  const running = { WuyingServerId: 'w', BizRegionId: 'cn-hangzhou', Status: 'RUNNING', Sessions: [] };
  const { verdict, because } = decide(running, { ...contextAt(shanghai(at), nothing), policy: policyFrom(text, fromMs) });
  expect(`${verdict} ${because[0]?.code}`).toBe(expected);
});

describe('what was asked before', () => {
  const stopped = { WuyingServerId: 'w', WuyingServerName: 'artist-1', BizRegionId: 'cn-hangzhou', Status: 'STOPPED', Sessions: [] };
  const at = '2026-11-25 12:00';
  const asked = (value: 'on' | 'off', when: string, outcome: WrittenValue['outcome']): IntentView => ({
    values: () => [{ value, atMs: shanghai(when), outcome }],
    external: () => undefined,
  });

  test.each<readonly [string, string, IntentView, string]>([
    ['was done a moment ago', 'STOPPED', asked('on', '2026-11-25 11:46', 'done'), 'keep in-transit'],
    ['was done a quarter of an hour ago', 'STOPPED', asked('on', '2026-11-25 11:45', 'done'), 'hold not-reached'],
    ['was done before the last step', 'STOPPED', asked('on', '2026-11-24 09:30', 'done'), 'act schedule-on'],
    ['was refused', 'STOPPED', asked('on', '2026-11-25 11:46', 'failed'), 'act schedule-on'],
    ['has an unclear outcome', 'STOPPED', asked('on', '2026-11-25 11:46', 'unknown'), 'act schedule-on'],
    ['has no outcome, since the run was cut off', 'STOPPED', asked('on', '2026-11-25 11:46', undefined), 'act schedule-on'],
    ['was the opposite', 'STOPPED', asked('off', '2026-11-25 11:46', 'done'), 'act schedule-on'],
    ['has an unclear outcome, and it starts', 'STARTING', asked('on', '2026-11-25 11:46', 'unknown'), 'keep in-transit'],
    ['was refused, and it starts', 'STARTING', asked('on', '2026-11-25 11:46', 'failed'), 'hold moved-by-others'],
    ['was the opposite, and it starts', 'STARTING', asked('off', '2026-11-25 11:46', 'done'), 'hold moved-by-others'],
    ['was a stop right before the step, and it still stops', 'STOPPING', asked('off', '2026-11-25 11:59', 'done'), 'keep in-transit'],
  ])('%s', (_name, Status, written, expected) => {
    const { verdict, because } = decide({ ...stopped, Status }, contextAt(shanghai(at), written));
    expect(`${verdict} ${because[0]?.code}`).toBe(expected);
  });

  test('one that was seen as wanted after the call moves because of somebody else', () => {
    const written: IntentView = {
      values: () => [{ value: 'on', atMs: shanghai('2026-11-25 09:30'), outcome: 'done' }],
      external: () => ({ value: `on since ${shanghai('2026-11-25 09:30')}`, sinceMs: shanghai('2026-11-25 09:40') }),
    };
    expect(decide({ ...stopped, Status: 'STARTING' }, contextAt(shanghai(at), written)).because[0]?.code).toBe('moved-by-others');
    const { because } = decide(stopped, contextAt(shanghai(at), written));
    expect(because.map(({ code }) => code)).toEqual(['manual-change', 'sighted', 'schedule-on', 'no-price']);
    expect(because[0]?.text).toBe('a person has stopped it; it stands until 2026-11-25 23:30');
  });
});
