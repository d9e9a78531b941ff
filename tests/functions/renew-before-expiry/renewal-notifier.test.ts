import { describe, expect, test } from 'vitest';
import type { Renewal } from '../../../functions/renew-before-expiry/run/effects.ts';
import type { RenewalNotifier } from '../../../functions/renew-before-expiry/run/renewal-notifier.ts';
import { alertId, alertKey } from '../../../shared/journal/log/alerts.ts';
import { encodeRecord } from '../../../shared/journal/log/record.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { about, type ChannelState, type Fixture, functionName, type Matter, matters, notifierFixture } from './renewal-notifier-fixture.ts';

const all = Object.keys(matters) as Matter[];

/** What a run tells: the matter where it is found, else nothing. */
function* found(b: Fixture, matter: Matter, notifier: RenewalNotifier, turn: number): Renewal<void> {
  if (turn === 0 || matters[matter].lasts) yield* matters[matter].tell(b, notifier);
}

describe.each(all)('%s', (matter) => {
  test.each<[string, ChannelState, ChannelState]>([
    ['both channels are well', 'ok', 'ok'],
    ['both are slow', 'slow', 'slow'],
    ['the other one is dead', matter === 'failure' ? 'dead' : 'ok', matter === 'failure' ? 'ok' : 'dead'],
  ])('where %s is told in the first run, and once', async (_name, money, oncall) => {
    const b = notifierFixture();
    b.states.set('money', money).set('oncall', oncall);
    for (let turn = 0; turn < 3; turn++) {
      const notifier = await b.tells((each) => found(b, matter, each, turn));
      expect(notifier.failures).toEqual([]);
      b.clock.nowMs += 15 * minuteMs;
    }
    const heard = about(b, matter);
    expect(heard.every(({ run }) => run === 1)).toBe(true);
    expect(new Set(heard.map(({ channel }) => channel)).size).toBe(heard.length);
    expect(heard.length).toBeGreaterThan(0);
  });

  test.each<ChannelState>(['dead', 'refuses', 'muted'])(
    'where every channel is %s for 40 hours is told in the first run after that, once, and says when it was meant',
    async (state) => {
      const b = notifierFixture();
      b.states.set('money', state).set('oncall', state);
      for (let turn = 0; turn < 40; turn++) {
        const notifier = await b.tells((each) => found(b, matter, each, turn));
        expect(notifier.warnings.map(({ code }) => code)).toContain('not-delivered');
        const fails = matters[matter].severity === 'critical' && (turn === 0 || matters[matter].lasts);
        expect(notifier.failures.map(({ code }) => code)).toEqual(fails ? ['NotTold'] : []);
        b.clock.nowMs += hourMs;
      }
      expect(b.arrivals).toEqual([]);
      b.states.clear();
      for (let turn = 40; turn < 43; turn++) {
        await b.tells((each) => found(b, matter, each, turn));
        b.clock.nowMs += hourMs;
      }
      const heard = about(b, matter);
      expect(heard.every(({ run }) => run === 41)).toBe(true);
      expect(new Set(heard.map(({ channel }) => channel)).size).toBe(heard.length);
      expect(heard.length).toBeGreaterThan(0);
      if (!matters[matter].lasts) expect(heard[0]?.text).toContain('Late: no channel took this at 2026-11-24 12:00');
    },
  );

  test('where its own channel is dead and another one lives reaches the other one if it is critical, else waits', async () => {
    const b = notifierFixture({ tell: { money: ['money'], failed: ['money'] }, channels: ['money', 'ops'] });
    b.states.set('money', 'dead');
    const notifier = await b.tells((each) => found(b, matter, each, 0));
    const critical = matters[matter].severity === 'critical';
    expect(about(b, matter).map(({ channel }) => channel)).toEqual(critical ? ['ops'] : []);
    // What waits is told there once a day, by its title only.
    expect(b.arrivals.map(({ title }) => title).filter((title) => title.includes('does not deliver'))).toHaveLength(critical ? 0 : 1);
    expect(notifier.warnings.map(({ code }) => code)).toEqual([critical ? 'told-elsewhere' : 'not-delivered']);
    expect(notifier.failures).toEqual([]);
  });

  test('that is routed to nobody goes to all channels if it is critical, else to the log, and the report says so', async () => {
    const b = notifierFixture({ tell: { money: [], failed: [] } });
    const notifier = await b.tells((each) => found(b, matter, each, 0));
    const critical = matters[matter].severity === 'critical';
    expect(b.arrivals.map(({ channel }) => channel)).toEqual(critical ? ['money', 'oncall'] : []);
    expect(b.logged).toHaveLength(critical ? 0 : 1);
    expect(notifier.warnings.map(({ code }) => code)).toEqual([critical ? 'told-elsewhere' : 'not-routed']);
    expect([...b.store.records.keys()].filter((key) => key.startsWith('outbox/'))).toEqual([]);
  });

  test('where there is no channel at all fails the run if it is critical, and is in the log', async () => {
    const b = notifierFixture({ tell: { money: [], failed: [] }, channels: [] });
    const notifier = await b.tells((each) => found(b, matter, each, 0));
    const critical = matters[matter].severity === 'critical';
    expect(notifier.failures.map(({ code }) => code)).toEqual(critical ? ['NotTold'] : []);
    expect(b.logged).toHaveLength(1);
  });

  test.each(['list', 'read', 'create'] as const)(
    'is told where the journal cannot %s, at most once an hour by one process',
    async (broken) => {
      const b = notifierFixture();
      const fail = async (): Promise<never> => {
        throw new StoreError('Unreachable', 'the bucket does not answer');
      };
      const on = { ...b.store, [broken]: broken === 'list' ? () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }) : fail };
      const notifier = await b.tells((each) => found(b, matter, each, 0), { on });
      expect(about(b, matter).length).toBeGreaterThan(0);
      if (broken !== 'create' || matter !== 'order') expect(notifier.failures.map(({ code }) => code)).toEqual(['Unreachable']);
    },
  );

  test('that two processes tell at once is never left out', async () => {
    const b = notifierFixture();
    await Promise.all([b.tells((each) => found(b, matter, each, 0)), b.tells((each) => found(b, matter, each, 0))]);
    expect(about(b, matter).length).toBeGreaterThan(0);
    b.clock.nowMs += 15 * minuteMs;
    const before = b.arrivals.length;
    await b.tells((each) => found(b, matter, each, 1));
    expect(b.arrivals).toHaveLength(before);
  });
});

describe('a mark that this function did not write', () => {
  test.each(['an observer', 'nobody'])('by %s silences no alarm, is told with it as forged, and is told once', async (who) => {
    const b = notifierFixture();
    const expiresAtMs = Date.parse('2026-11-25T00:00:00Z');
    const name = b.name('24h', 'aig-1', expiresAtMs);
    const body =
      who === 'nobody' ? { severity: 'info', title: 'x' } : { function: 'digest', of: alertId(name), severity: 'info', title: 'x' };
    await b.store.create(alertKey(functionName, name), encodeRecord({ kind: 'alert', atMs: b.clock.nowMs, owner: 'x', prev: null, body }));
    const notifier = await b.tells((each) => matters.alarm.tell(b, each));
    expect(b.arrivals.map(({ channel }) => channel)).toEqual(['money', 'oncall']);
    expect(b.arrivals[0]?.text).toMatch(/A forged record says that this was told: alerts\/renew-before-expiry\/1\/aig-1\//);
    expect(notifier.warnings.map(({ code }) => code)).toEqual(['mark-forged']);
    b.clock.nowMs += 15 * minuteMs;
    await b.tells((each) => matters.alarm.tell(b, each));
    expect(b.arrivals).toHaveLength(2);
  });
});

test('failures of the same kind are told once an hour by fresh processes, 24 times a day and not 96', async () => {
  const b = notifierFixture();
  for (let quarter = 0; quarter < 96; quarter++) {
    await b.tells((each) => matters.failure.tell(b, each));
    b.clock.nowMs += 15 * minuteMs;
  }
  expect(b.arrivals).toHaveLength(24);
  expect(b.arrivals[0]).toMatchObject({
    channel: 'oncall',
    text: "Failed: Denied: no.\nWhat to do: give the role what 'streamwarden ram-policy' prints for it.",
  });
});
