import { describe, expect, test } from 'vitest';
import type { Renewal } from '../../../functions/renew-before-expiry/run/effects.ts';
import type { RenewalNotifier } from '../../../functions/renew-before-expiry/run/renewal-notifier.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { type Fixture, matters, notifierFixture } from './renewal-notifier-fixture.ts';

function* nothing(): Renewal<void> {}

describe('waiting for the next minute of a channel', () => {
  /** Twenty matters that no message can join. */
  const twenty = function* (b: Fixture, notifier: RenewalNotifier, from: string): Renewal<void> {
    for (let index = 0; index < 20; index++) {
      const about = `${from}-${index}`;
      yield* notifier.once(b.name(`odd-${about}`), `code-${about}`, ['money'], b.message(`calm ${about}`), { id: `aig-${about}` });
    }
  };
  const waited = async (work: (b: Fixture, notifier: RenewalNotifier) => Renewal<void>, more = {}): Promise<number> => {
    const b = notifierFixture();
    const startMs = b.clock.nowMs;
    await b.tells((notifier) => work(b, notifier), more);
    return b.clock.nowMs - startMs;
  };

  test('takes 75 seconds of a run in all, however often it tells', async () => {
    const once = await waited((b, notifier) => twenty(b, notifier, 'a'));
    expect([once > 0, once <= 75_000]).toEqual([true, true]);
    const often = await waited(function* (b, notifier) {
      for (const from of ['a', 'b', 'c', 'd']) {
        yield* twenty(b, notifier, from);
        yield* notifier.flush();
      }
    });
    expect(often).toBeLessThanOrEqual(75_000);
  });

  test('is not done by a run that is told to stop', async () => {
    expect(await waited((b, notifier) => twenty(b, notifier, 'a'), { stopped: true })).toBe(0);
  });
});

test('a robot that is muted after 20 messages a minute gets what is critical first, and the rest by the next runs', async () => {
  const b = notifierFixture();
  await b.tells(function* (notifier) {
    for (let index = 0; index < 30; index++) {
      yield* notifier.once(b.name(`odd-${index}`), `code-${index}`, ['money'], b.message(`calm ${index}`), { id: `aig-${index}` });
    }
    yield* notifier.once(b.name('x'), 'order-unclear', ['money'], b.message('unclear', 'critical'), { id: 'aig-x' });
  });
  expect(b.arrivals[0]?.title).toBe('unclear');
  expect(b.arrivals).toHaveLength(30);
  b.clock.nowMs += 15 * minuteMs;
  await b.tells(nothing);
  expect(new Set(b.arrivals.map(({ title }) => title.replace(/, and .*/, ''))).size).toBe(31);
});

test('a dead channel is told of on the others once a day while something waits for it, one that only had too much is not', async () => {
  const b = notifierFixture();
  b.states.set('money', 'refuses');
  for (let hour = 0; hour < 48; hour++) {
    await b.tells((each) => matters.question.tell(b, each));
    b.clock.nowMs += hourMs;
  }
  expect(b.arrivals.map(({ channel, title }) => [channel, title])).toEqual(
    Array.from({ length: 3 }, () => ['oncall', 'The channel money does not deliver']),
  );
  expect(b.arrivals[0]?.text).toMatch(/^1 message waits for it: "question"\. money: it refused the message \(errcode 310000\)/);
  const busy = notifierFixture();
  busy.states.set('money', 'muted');
  await busy.tells((each) => matters.question.tell(busy, each));
  expect(busy.arrivals).toEqual([]);
});

test('a run waits for a channel 75 seconds at most, and never near its deadline', async () => {
  const many = (b: Fixture) =>
    function* (notifier: RenewalNotifier): Renewal<void> {
      for (let index = 0; index < 60; index++) {
        yield* notifier.collect(`code-${index}`, ['money'], { ...b.message(`m${index}`), id: `m${index}` });
      }
    };
  const long = notifierFixture();
  let from = long.clock.nowMs;
  await long.tells(many(long));
  expect(long.clock.nowMs - from).toBeGreaterThan(50_000);
  expect(long.clock.nowMs - from).toBeLessThanOrEqual(75_000);
  const short = notifierFixture();
  from = short.clock.nowMs;
  await short.tells(many(short), { deadlineMs: from + 70_000 });
  expect(short.clock.nowMs - from).toBeLessThanOrEqual(10_000);
});
