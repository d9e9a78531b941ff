import { describe, expect, test } from 'vitest';
import type { Renewal } from '../../../functions/renew-before-expiry/run/effects.ts';
import type { RenewalNotifier } from '../../../functions/renew-before-expiry/run/renewal-notifier.ts';
import { alertId, alertKey } from '../../../shared/journal/log/alerts.ts';
import { encodeRecord } from '../../../shared/journal/log/record.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { type ChannelState, functionName, tellerFixture } from './teller-fixture.ts';

type Fixture = ReturnType<typeof tellerFixture>;

/** The kinds of matters that a run tells, as each run finds them: an alarm and a question again, an order and a failure only once. */
const matters = {
  alarm: {
    severity: 'critical',
    lasts: true,
    *tell(b: Fixture, teller: RenewalNotifier): Renewal<void> {
      const expiresAtMs = Date.parse('2026-11-25T00:00:00Z');
      const name = b.name('24h', 'aig-1', expiresAtMs);
      yield* teller.once(name, 'expiry-24h', teller.channelsFor('money', 'failed'), b.message('alarm', 'critical'), { id: 'aig-1' });
    },
  },
  question: {
    severity: 'warning',
    lasts: true,
    *tell(b: Fixture, teller: RenewalNotifier): Renewal<void> {
      const name = b.name('ask-1-Month-CNY-1', 'aig-1', Date.parse('2026-11-25T00:00:00Z'));
      yield* teller.once(name, 'approval-asked', teller.channelsFor('money'), b.message('question'), { id: 'aig-1' });
    },
  },
  order: {
    severity: 'info',
    lasts: false,
    *tell(b: Fixture, teller: RenewalNotifier): Renewal<void> {
      yield* teller.collect('order-placed', teller.channelsFor('money'), b.message('order', 'info'));
    },
  },
  failure: {
    severity: 'critical',
    lasts: false,
    *tell(b: Fixture, teller: RenewalNotifier): Renewal<void> {
      const at = new Date(b.clock.nowMs).toISOString();
      const errors = [{ code: 'Denied', message: 'no' }];
      yield* teller.failed({ function: functionName, target: 'cn', account: '1', at, errors, outcomes: [] });
    },
  },
} as const;
type Matter = keyof typeof matters;
const all = Object.keys(matters) as Matter[];

/** What a run tells: the matter where it is found, else nothing. */
function* found(b: Fixture, matter: Matter, teller: RenewalNotifier, turn: number): Renewal<void> {
  if (turn === 0 || matters[matter].lasts) yield* matters[matter].tell(b, teller);
}

/** Titles of arrivals about a matter. */
const about = (b: Fixture, matter: Matter) => b.arrivals.filter(({ title }) => title.includes(matter === 'failure' ? 'failed on' : matter));

describe.each(all)('%s', (matter) => {
  test.each<[string, ChannelState, ChannelState]>([
    ['both channels are well', 'ok', 'ok'],
    ['both are slow', 'slow', 'slow'],
    ['the other one is dead', matter === 'failure' ? 'dead' : 'ok', matter === 'failure' ? 'ok' : 'dead'],
  ])('where %s is told in the first run, and once', async (_name, money, oncall) => {
    const b = tellerFixture();
    b.states.set('money', money).set('oncall', oncall);
    for (let turn = 0; turn < 3; turn++) {
      const teller = await b.tells((each) => found(b, matter, each, turn));
      expect(teller.failures).toEqual([]);
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
      const b = tellerFixture();
      b.states.set('money', state).set('oncall', state);
      for (let turn = 0; turn < 40; turn++) {
        const teller = await b.tells((each) => found(b, matter, each, turn));
        expect(teller.warnings.map(({ code }) => code)).toContain('not-delivered');
        const fails = matters[matter].severity === 'critical' && (turn === 0 || matters[matter].lasts);
        expect(teller.failures.map(({ code }) => code)).toEqual(fails ? ['NotTold'] : []);
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
    const b = tellerFixture({ tell: { money: ['money'], failed: ['money'] }, channels: ['money', 'ops'] });
    b.states.set('money', 'dead');
    const teller = await b.tells((each) => found(b, matter, each, 0));
    const critical = matters[matter].severity === 'critical';
    expect(about(b, matter).map(({ channel }) => channel)).toEqual(critical ? ['ops'] : []);
    // What waits is told there once a day, by its title only.
    expect(b.arrivals.map(({ title }) => title).filter((title) => title.includes('does not deliver'))).toHaveLength(critical ? 0 : 1);
    expect(teller.warnings.map(({ code }) => code)).toEqual([critical ? 'told-elsewhere' : 'not-delivered']);
    expect(teller.failures).toEqual([]);
  });

  test('that is routed to nobody goes to all channels if it is critical, else to the log, and the report says so', async () => {
    const b = tellerFixture({ tell: { money: [], failed: [] } });
    const teller = await b.tells((each) => found(b, matter, each, 0));
    const critical = matters[matter].severity === 'critical';
    expect(b.arrivals.map(({ channel }) => channel)).toEqual(critical ? ['money', 'oncall'] : []);
    expect(b.logged).toHaveLength(critical ? 0 : 1);
    expect(teller.warnings.map(({ code }) => code)).toEqual([critical ? 'told-elsewhere' : 'not-routed']);
    expect([...b.store.records.keys()].filter((key) => key.startsWith('outbox/'))).toEqual([]);
  });

  test('where there is no channel at all fails the run if it is critical, and is in the log', async () => {
    const b = tellerFixture({ tell: { money: [], failed: [] }, channels: [] });
    const teller = await b.tells((each) => found(b, matter, each, 0));
    const critical = matters[matter].severity === 'critical';
    expect(teller.failures.map(({ code }) => code)).toEqual(critical ? ['NotTold'] : []);
    expect(b.logged).toHaveLength(1);
  });

  test.each(['list', 'read', 'create'] as const)(
    'is told where the journal cannot %s, at most once an hour by one process',
    async (broken) => {
      const b = tellerFixture();
      const fail = async (): Promise<never> => {
        throw new StoreError('Unreachable', 'the bucket does not answer');
      };
      const on = { ...b.store, [broken]: broken === 'list' ? () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }) : fail };
      const teller = await b.tells((each) => found(b, matter, each, 0), { on });
      expect(about(b, matter).length).toBeGreaterThan(0);
      if (broken !== 'create' || matter !== 'order') expect(teller.failures.map(({ code }) => code)).toEqual(['Unreachable']);
    },
  );

  test('that two processes tell at once is never left out', async () => {
    const b = tellerFixture();
    await Promise.all([b.tells((each) => found(b, matter, each, 0)), b.tells((each) => found(b, matter, each, 0))]);
    expect(about(b, matter).length).toBeGreaterThan(0);
    b.clock.nowMs += 15 * minuteMs;
    const before = b.arrivals.length;
    await b.tells((each) => found(b, matter, each, 1));
    expect(b.arrivals).toHaveLength(before);
  });
});

describe('what is carried over', () => {
  test('by two processes at once, with a journal that fails at each step once, arrives at last and stays away then', async () => {
    for (let failAt = 0; failAt < 12; failAt++) {
      const b = tellerFixture();
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
    const b = tellerFixture({ channels: ['money', 'oncall', 'fresh'] });
    b.states.set('money', 'dead').set('oncall', 'dead');
    await b.tells((each) => matters.order.tell(b, each));
    const { money: _gone, ...left } = b.policy.channels;
    const teller = await b.tells(nothing, { more: { ...b.policy, channels: left, tell: { money: ['fresh'], failed: ['oncall'] } } });
    expect(b.arrivals.map(({ channel, title }) => [channel, title])).toEqual([['fresh', 'order']]);
    expect([...teller.dead.keys()]).toEqual([]);
  });

  test('of a dead month is a few messages, critical ones first, and a line for the rest', async () => {
    const b = tellerFixture();
    b.states.set('money', 'dead').set('oncall', 'dead');
    for (let hour = 0; hour < 720; hour++) {
      await b.tells(function* (teller) {
        yield* teller.collect('order-placed', ['money'], { ...b.message(`order ${hour}`, 'info'), id: `order/${hour}` });
        if (hour === 100) yield* teller.collect('shift-differs', ['money'], b.message('an odd shift', 'critical'));
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
    const b = tellerFixture();
    b.states.set('money', 'dead').set('oncall', 'dead');
    await b.tells(function* (teller) {
      yield* matters.question.tell(b, teller);
      yield* matters.alarm.tell(b, teller);
      yield* teller.collect('order-placed', ['money'], { ...b.message('order', 'info'), link: 'https://links.example.com/?token=s3cret' });
    });
    const texts = [...b.store.records].filter(([key]) => key.startsWith('outbox/')).map(([, bytes]) => new TextDecoder().decode(bytes));
    expect(texts).toHaveLength(1);
    expect(texts[0]).not.toMatch(/s3cret|question|alarm/);
  });

  test('that was told once already, as its mark says, is dropped', async () => {
    const b = tellerFixture();
    b.states.set('money', 'dead').set('oncall', 'dead');
    const name = b.name('shift-differs/0');
    const odd = function* (teller: RenewalNotifier): Renewal<void> {
      yield* teller.once(name, 'shift-differs', ['money'], b.message('odd'), { id: 'aig-1' });
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

describe('waiting for the next minute of a channel', () => {
  /** Twenty matters that no message can join. */
  const twenty = function* (b: Fixture, teller: RenewalNotifier, from: string): Renewal<void> {
    for (let index = 0; index < 20; index++) {
      const about = `${from}-${index}`;
      yield* teller.once(b.name(`odd-${about}`), `code-${about}`, ['money'], b.message(`calm ${about}`), { id: `aig-${about}` });
    }
  };
  const waited = async (work: (b: Fixture, teller: RenewalNotifier) => Renewal<void>, more = {}): Promise<number> => {
    const b = tellerFixture();
    const startMs = b.clock.nowMs;
    await b.tells((teller) => work(b, teller), more);
    return b.clock.nowMs - startMs;
  };

  test('takes 75 seconds of a run in all, however often it tells', async () => {
    const once = await waited((b, teller) => twenty(b, teller, 'a'));
    expect([once > 0, once <= 75_000]).toEqual([true, true]);
    const often = await waited(function* (b, teller) {
      for (const from of ['a', 'b', 'c', 'd']) {
        yield* twenty(b, teller, from);
        yield* teller.flush();
      }
    });
    expect(often).toBeLessThanOrEqual(75_000);
  });

  test('is not done by a run that is told to stop', async () => {
    expect(await waited((b, teller) => twenty(b, teller, 'a'), { stopped: true })).toBe(0);
  });
});

test('a robot that is muted after 20 messages a minute gets what is critical first, and the rest by the next runs', async () => {
  const b = tellerFixture();
  await b.tells(function* (teller) {
    for (let index = 0; index < 30; index++) {
      yield* teller.once(b.name(`odd-${index}`), `code-${index}`, ['money'], b.message(`calm ${index}`), { id: `aig-${index}` });
    }
    yield* teller.once(b.name('x'), 'order-unclear', ['money'], b.message('unclear', 'critical'), { id: 'aig-x' });
  });
  expect(b.arrivals[0]?.title).toBe('unclear');
  expect(b.arrivals).toHaveLength(30);
  b.clock.nowMs += 15 * minuteMs;
  await b.tells(nothing);
  expect(new Set(b.arrivals.map(({ title }) => title.replace(/, and .*/, ''))).size).toBe(31);
});

test('a dead channel is told of on the others once a day while something waits for it, one that only had too much is not', async () => {
  const b = tellerFixture();
  b.states.set('money', 'refuses');
  for (let hour = 0; hour < 48; hour++) {
    await b.tells((each) => matters.question.tell(b, each));
    b.clock.nowMs += hourMs;
  }
  expect(b.arrivals.map(({ channel, title }) => [channel, title])).toEqual(
    Array.from({ length: 3 }, () => ['oncall', 'The channel money does not deliver']),
  );
  expect(b.arrivals[0]?.text).toMatch(/^1 message waits for it: "question"\. money: it refused the message \(errcode 310000\)/);
  const busy = tellerFixture();
  busy.states.set('money', 'muted');
  await busy.tells((each) => matters.question.tell(busy, each));
  expect(busy.arrivals).toEqual([]);
});

test('a run waits for a channel 75 seconds at most, and never near its deadline', async () => {
  const many = (b: Fixture) =>
    function* (teller: RenewalNotifier): Renewal<void> {
      for (let index = 0; index < 60; index++) {
        yield* teller.collect(`code-${index}`, ['money'], { ...b.message(`m${index}`), id: `m${index}` });
      }
    };
  const long = tellerFixture();
  let from = long.clock.nowMs;
  await long.tells(many(long));
  expect(long.clock.nowMs - from).toBeGreaterThan(50_000);
  expect(long.clock.nowMs - from).toBeLessThanOrEqual(75_000);
  const short = tellerFixture();
  from = short.clock.nowMs;
  await short.tells(many(short), { deadlineMs: from + 70_000 });
  expect(short.clock.nowMs - from).toBeLessThanOrEqual(10_000);
});

describe('a mark that this function did not write', () => {
  test.each(['an observer', 'nobody'])('by %s silences no alarm, is told with it as forged, and is told once', async (who) => {
    const b = tellerFixture();
    const expiresAtMs = Date.parse('2026-11-25T00:00:00Z');
    const name = b.name('24h', 'aig-1', expiresAtMs);
    const body =
      who === 'nobody' ? { severity: 'info', title: 'x' } : { function: 'digest', of: alertId(name), severity: 'info', title: 'x' };
    await b.store.create(alertKey(functionName, name), encodeRecord({ kind: 'alert', atMs: b.clock.nowMs, owner: 'x', prev: null, body }));
    const teller = await b.tells((each) => matters.alarm.tell(b, each));
    expect(b.arrivals.map(({ channel }) => channel)).toEqual(['money', 'oncall']);
    expect(b.arrivals[0]?.text).toMatch(/A forged record says that this was told: alerts\/renew-before-expiry\/1\/aig-1\//);
    expect(teller.warnings.map(({ code }) => code)).toEqual(['mark-forged']);
    b.clock.nowMs += 15 * minuteMs;
    await b.tells((each) => matters.alarm.tell(b, each));
    expect(b.arrivals).toHaveLength(2);
  });
});

test('failures of the same kind are told once an hour by fresh processes, 24 times a day and not 96', async () => {
  const b = tellerFixture();
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

function* nothing(): Renewal<void> {}

describe('a message that channels refuse for what it says', () => {
  const orders = (b: ReturnType<typeof tellerFixture>, names: readonly string[], severity: 'info' | 'critical' = 'info') =>
    function* (teller: RenewalNotifier): Renewal<void> {
      for (const name of names) {
        yield* teller.collect('order-placed', ['money'], { ...b.message(name, severity), id: `order/${name}` });
      }
    };
  const arrived = (b: ReturnType<typeof tellerFixture>) => b.arrivals.map(({ title }) => title);

  test.each([0, 2, 4])('keeps none of those back that would be told in one message with it (place %d of 5)', async (place) => {
    const b = tellerFixture();
    b.words.add('Wort');
    const names = ['a', 'b', 'c', 'd'];
    await b.tells(orders(b, [...names.slice(0, place), 'Wort', ...names.slice(place)]));
    expect(arrived(b)).toEqual(names);
  });

  test('keeps nothing back that is told later, however many were refused before', async () => {
    const b = tellerFixture();
    b.words.add('Wort');
    for (let run = 0; run < 8; run++) {
      await b.tells(orders(b, [`Wort ${run}`]));
      b.clock.nowMs += 15 * minuteMs;
    }
    await b.tells(orders(b, ['a', 'b', 'c', 'd']));
    expect(b.arrivals.map(({ title, text }) => `${title} ${text}`).join('\n')).toMatch(/a.*\n.*b.*\n.*c.*\n.*d/s);
  });

  test('is told of without its text after a day, and is tried no more then', async () => {
    const b = tellerFixture();
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
    const teller = await b.tells(nothing);
    expect([b.sent.length - tried, teller.failures]).toEqual([0, []]);
  });

  test('is not taken for refused where the channel is dead: it is told with its text once that delivers', async () => {
    const b = tellerFixture();
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
    const b = tellerFixture();
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

test('a failure that goes on for days with dead channels is carried once, and pushes out nothing that is told once', async () => {
  const b = tellerFixture();
  b.states.set('money', 'dead').set('oncall', 'dead');
  await b.tells(function* (teller) {
    yield* teller.collect('order-placed', ['money'], b.message('an order', 'info'));
  });
  for (let hour = 0; hour < 72; hour++) {
    b.clock.nowMs += hourMs;
    await b.tells(function* (teller) {
      const at = new Date(b.clock.nowMs).toISOString();
      yield* teller.failed({
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
