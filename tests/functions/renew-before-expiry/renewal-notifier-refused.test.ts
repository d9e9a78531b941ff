import { describe, expect, test } from 'vitest';
import type { Renewal } from '../../../functions/renew-before-expiry/run/effects.ts';
import type { RenewalNotifier } from '../../../functions/renew-before-expiry/run/renewal-notifier.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { type Fixture, notifierFixture } from './renewal-notifier-fixture.ts';

function* nothing(): Renewal<void> {}

describe('a message that channels refuse for what it says', () => {
  const orders = (b: Fixture, names: readonly string[], severity: 'info' | 'critical' = 'info') =>
    function* (notifier: RenewalNotifier): Renewal<void> {
      for (const name of names) {
        yield* notifier.collect('order-placed', ['money'], { ...b.message(name, severity), id: `order/${name}` });
      }
    };
  const arrived = (b: Fixture) => b.arrivals.map(({ title }) => title);

  test.each([0, 2, 4])('keeps none of those back that would be told in one message with it (place %d of 5)', async (place) => {
    const b = notifierFixture();
    b.words.add('Wort');
    const names = ['a', 'b', 'c', 'd'];
    await b.tells(orders(b, [...names.slice(0, place), 'Wort', ...names.slice(place)]));
    expect(arrived(b)).toEqual(names);
  });

  test('keeps nothing back that is told later, however many were refused before', async () => {
    const b = notifierFixture();
    b.words.add('Wort');
    for (let run = 0; run < 8; run++) {
      await b.tells(orders(b, [`Wort ${run}`]));
      b.clock.nowMs += 15 * minuteMs;
    }
    await b.tells(orders(b, ['a', 'b', 'c', 'd']));
    expect(b.arrivals.map(({ title, text }) => `${title} ${text}`).join('\n')).toMatch(/a.*\n.*b.*\n.*c.*\n.*d/s);
  });

  test('is told of without its text after a day, and is tried no more then', async () => {
    const b = notifierFixture();
    b.words.add('Wort');
    await b.tells(orders(b, ['Wort one', 'Wort two'], 'critical'));
    for (let hour = 0; hour < 30; hour++) {
      b.clock.nowMs += hourMs;
      await b.tells(nothing);
    }
    expect(b.arrivals.map(({ title, severity }) => [title, severity])).toEqual([
      ['Channels refuse 2 messages of renew-before-expiry', 'critical'],
    ]);
    const tried = b.sent.length;
    const notifier = await b.tells(nothing);
    expect([b.sent.length - tried, notifier.failures]).toEqual([0, []]);
  });

  test('is not taken for refused where the channel is dead: it is told with its text once that delivers', async () => {
    const b = notifierFixture();
    b.states.set('money', 'dead').set('oncall', 'dead');
    await b.tells(orders(b, ['a', 'b']));
    for (let day = 0; day < 5; day++) {
      b.clock.nowMs += 24 * hourMs;
      await b.tells(nothing);
    }
    b.states.clear();
    await b.tells(nothing);
    expect(arrived(b)).toEqual(['a', 'b']);
  });

  test('a dead channel is tried a few times in a run, however much waits for it', async () => {
    const b = notifierFixture();
    b.states.set('money', 'dead').set('oncall', 'dead');
    await b.tells(
      orders(
        b,
        Array.from({ length: 30 }, (_, index) => `order ${index}`),
      ),
    );
    expect(b.sent.length).toBeLessThan(8);
    await b.tells(
      orders(
        b,
        Array.from({ length: 30 }, (_, index) => `critical ${index}`),
        'critical',
      ),
    );
    expect(b.sent.length).toBeLessThan(40);
  });
});
