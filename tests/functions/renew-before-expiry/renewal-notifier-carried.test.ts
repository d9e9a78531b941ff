import { describe, expect, test } from 'vitest';
import type { Renewal } from '../../../functions/renew-before-expiry/run/effects.ts';
import type { RenewalNotifier } from '../../../functions/renew-before-expiry/run/renewal-notifier.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { about, functionName, matters, notifierFixture } from './renewal-notifier-fixture.ts';

function* nothing(): Renewal<void> {}

describe('what is carried over', () => {
  test('by two processes at once, with a journal that fails at each step once, arrives at last and stays away then', async () => {
    for (let failAt = 0; failAt < 12; failAt++) {
      const b = notifierFixture();
      b.states.set('money', 'dead').set('oncall', 'dead');
      await b.tells((each) => matters.order.tell(b, each));
      b.states.clear();
      let step = 0;
      const once = async <T>(work: () => Promise<T>): Promise<T> => {
        if (step++ === failAt) throw new StoreError('Unreachable', 'lost', { maybeWritten: failAt % 2 === 0 });
        return work();
      };
      const on = {
        ...b.store,
        create: (key: string, bytes: Uint8Array) => once(() => b.store.create(key, bytes)),
        read: (key: string) => once(() => b.store.read(key)),
      };
      await Promise.all([b.tells(nothing, { on }), b.tells(nothing, { on })]);
      b.clock.nowMs += 15 * minuteMs;
      await b.tells(nothing);
      expect(about(b, 'order').length).toBeGreaterThan(0);
      const before = b.arrivals.length;
      await b.tells(nothing);
      expect(b.arrivals).toHaveLength(before);
    }
  });

  test('goes to the channel that money is told on now, where the one it was for is gone', async () => {
    const b = notifierFixture({ channels: ['money', 'oncall', 'fresh'] });
    b.states.set('money', 'dead').set('oncall', 'dead');
    await b.tells((each) => matters.order.tell(b, each));
    const { money: _gone, ...left } = b.policy.channels;
    const notifier = await b.tells(nothing, { more: { ...b.policy, channels: left, tell: { money: ['fresh'], failed: ['oncall'] } } });
    expect(b.arrivals.map(({ channel, title }) => [channel, title])).toEqual([['fresh', 'order']]);
    expect([...notifier.dead.keys()]).toEqual([]);
  });

  test('of a dead month is a few messages, critical ones first, and a line for the rest', async () => {
    const b = notifierFixture();
    b.states.set('money', 'dead').set('oncall', 'dead');
    for (let hour = 0; hour < 720; hour++) {
      await b.tells(function* (notifier) {
        yield* notifier.collect('order-placed', ['money'], { ...b.message(`order ${hour}`, 'info'), id: `order/${hour}` });
        if (hour === 100) yield* notifier.collect('shift-differs', ['money'], b.message('an odd shift', 'critical'));
      });
      b.clock.nowMs += hourMs;
    }
    b.states.clear();
    await b.tells(nothing);
    expect(b.arrivals[0]).toMatchObject({ title: 'an odd shift', severity: 'critical' });
    expect(b.arrivals.length).toBeLessThan(6);
    expect(b.arrivals.map(({ title }) => title)).toContainEqual('681 more messages of renew-before-expiry reached nobody');
    expect(b.arrivals.map(({ text }) => text).join('\n')).toContain('order 719');
    const before = b.arrivals.length;
    await b.tells(nothing);
    expect(b.arrivals).toHaveLength(before);
  }, 30_000);

  test('carries no link, and what each run finds again is not carried', async () => {
    const b = notifierFixture();
    b.states.set('money', 'dead').set('oncall', 'dead');
    await b.tells(function* (notifier) {
      yield* matters.question.tell(b, notifier);
      yield* matters.alarm.tell(b, notifier);
      yield* notifier.collect('order-placed', ['money'], {
        ...b.message('order', 'info'),
        link: 'https://links.example.com/?token=s3cret',
      });
    });
    const texts = [...b.store.records].filter(([key]) => key.startsWith('outbox/')).map(([, bytes]) => new TextDecoder().decode(bytes));
    expect(texts).toHaveLength(1);
    expect(texts[0]).not.toMatch(/s3cret|question|alarm/);
  });

  test('that was told once already, as its mark says, is dropped', async () => {
    const b = notifierFixture();
    b.states.set('money', 'dead').set('oncall', 'dead');
    const name = b.name('shift-differs/0');
    const odd = function* (notifier: RenewalNotifier): Renewal<void> {
      yield* notifier.once(name, 'shift-differs', ['money'], b.message('odd'), { id: 'aig-1' });
    };
    await b.tells(odd);
    b.states.clear();
    await b.tells(odd, {
      on: {
        ...b.store,
        list: () => memoryStore().list(''),
        read: async (key) => (key.startsWith('outbox/') ? undefined : b.store.read(key)),
      },
    });
    expect(b.arrivals).toHaveLength(1);
    await b.tells(nothing);
    expect(b.arrivals).toHaveLength(1);
  });
});

test('a failure that goes on for days with dead channels is carried once, and pushes out nothing that is told once', async () => {
  const b = notifierFixture();
  b.states.set('money', 'dead').set('oncall', 'dead');
  await b.tells(function* (notifier) {
    yield* notifier.collect('order-placed', ['money'], b.message('an order', 'info'));
  });
  for (let hour = 0; hour < 72; hour++) {
    b.clock.nowMs += hourMs;
    await b.tells(function* (notifier) {
      const at = new Date(b.clock.nowMs).toISOString();
      yield* notifier.failed({
        errors: [{ code: 'NotTold', message: 'x' }],
        outcomes: [],
        function: functionName,
        target: 'cn',
        account: '1',
        at,
      });
    });
  }
  b.states.clear();
  await b.tells(nothing);
  expect(b.arrivals.map(({ title }) => title)).toEqual([`${functionName} failed on cn`, 'an order']);
});
