import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Delivery, delivered, undelivered } from '../../shared/notify/channel.ts';
import type { Message, Severity } from '../../shared/notify/message.ts';
import { notifierOf, Pace } from '../../shared/notify/notifier.ts';
import { minuteMs } from '../fixtures/times.ts';

const start = 1_700_002_800_000;

/** One channel of a kind, with what it was sent and when, on a clock that waiting moves. `receive` answers; default: it takes everything. */
function paced(kind: string, receive: (nowMs: number, message: Message) => Delivery = () => delivered, withClock = true) {
  const sent: { readonly atMs: number; readonly severity: Severity; readonly delivered: boolean }[] = [];
  const clock = {
    nowMs: start,
    now: () => clock.nowMs,
    sleep: async (ms: number) => {
      clock.nowMs += ms;
    },
  };
  const channel = {
    kind,
    async send(message: Message) {
      const delivery = receive(clock.nowMs, message);
      sent.push({ atMs: clock.nowMs, severity: message.severity, delivered: delivery.delivered });
      return delivery;
    },
  };
  const others = { kind: 'webhook', send: async () => delivered };
  const notifier = notifierOf(
    new Map([
      ['a', channel],
      ['b', others],
    ]),
    others,
    new Pace(withClock ? clock : undefined),
  );
  return {
    sent,
    clock,
    /** Sends one message; it may wait so many milliseconds. Default: as long as the pace lets it. */
    send: (severity: Severity = 'warning', waitMs?: number, channels: readonly string[] = ['a']) =>
      notifier.send(
        channels,
        { id: 'm', timeMs: clock.nowMs, severity, title: 't', text: 'x' },
        waitMs === undefined ? undefined : clock.nowMs + waitMs,
      ),
  };
}

/** A robot of DingTalk: 20 a minute, then muted for ten minutes. */
function dingtalkRobot() {
  let taken: number[] = [];
  let mutedUntil = 0;
  return (nowMs: number): Delivery => {
    taken = taken.filter((ms) => ms > nowMs - minuteMs);
    if (nowMs < mutedUntil || taken.length >= 20) {
      if (nowMs >= mutedUntil) mutedUntil = nowMs + 10 * minuteMs;
      return undelivered('too many messages', 10 * minuteMs);
    }
    taken.push(nowMs);
    return delivered;
  };
}

/** A robot of Feishu: 5 a second, 100 a minute. */
function feishuRobot() {
  let taken: number[] = [];
  return (nowMs: number): Delivery => {
    taken = taken.filter((ms) => ms > nowMs - minuteMs);
    if (taken.length >= 100 || taken.filter((ms) => ms > nowMs - 1000).length >= 5) return undelivered('too many messages', minuteMs);
    taken.push(nowMs);
    return delivered;
  };
}

async function times<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let turn = 0; turn < count; turn++) results.push(await work());
  return results;
}

describe('a storm on one channel', () => {
  test.each([
    ['dingtalk', 15, 20],
    ['wecom', 15, 20],
    ['feishu', 75, 100],
    ['lark', 75, 100],
  ])('of kind %s keeps to what the kind takes within a minute, a quarter of which is for critical messages', async (kind, calm, all) => {
    const p = paced(kind);
    const results = await times(120, () => p.send('warning', 0));
    // Limits by the second let some through only later.
    while (p.clock.nowMs < start + minuteMs - 2000) {
      p.clock.nowMs += 250;
      await p.send('warning', 0);
    }
    expect(p.sent).toHaveLength(calm);
    expect(results.at(-1)?.failed[0]?.because).toMatch(/as many messages as its kind takes within a minute, and this one is left/);
    for (let count = calm; count < all; count++) expect(await p.send('critical')).toMatchObject({ delivered: true });
    expect(p.clock.nowMs).toBeLessThan(start + minuteMs + 10_000);
  });

  test('of Slack is one message a second: each waits for its turn, however long its sender says', async () => {
    const p = paced('slack');
    await times(5, () => p.send());
    expect(p.sent.map(({ atMs }) => atMs - start)).toEqual([0, 1100, 2200, 3300, 4400]);
  });

  test('does not wait where there is no clock to wait by, and still lets every critical message through', async () => {
    const p = paced('dingtalk', () => delivered, false);
    const calm = await times(20, () => p.send());
    const critical = await times(40, () => p.send('critical'));
    expect(calm.filter((told) => told.delivered)).toHaveLength(15);
    expect(critical.every((told) => told.delivered)).toBe(true);
  });

  test('concerns no other channel and no kind without a limit', async () => {
    const p = paced('dingtalk');
    await times(15, () => p.send('warning', 0));
    expect(await p.send('warning', 0, ['a', 'b'])).toMatchObject({ delivered: true, failed: [{ channel: 'a' }] });
    const own = paced('webhook');
    await times(500, () => own.send('info', 0));
    expect(own.sent).toHaveLength(500);
    expect(own.clock.nowMs).toBe(start);
  });

  test('waits for the next minute where it may, and no longer than it may', async () => {
    const p = paced('dingtalk');
    await times(15, () => p.send('warning', 0));
    expect(await p.send('warning', 60_000)).toMatchObject({ delivered: false });
    expect(p.clock.nowMs).toBe(start);
    expect(await p.send('warning', 75_000)).toMatchObject({ delivered: true });
    expect(p.clock.nowMs).toBe(start + 61_000);
  });

  test('of messages at once keeps to the pace as well: each has a turn of its own', async () => {
    const p = paced('slack');
    const waits: number[] = [];
    p.clock.sleep = async (ms) => {
      waits.push(ms);
    };
    await Promise.all(Array.from({ length: 4 }, () => p.send('warning', 10_000)));
    expect(waits).toEqual([1100, 2200, 3300]);
  });
});

describe('a channel that says that it was told too fast', () => {
  test('waits and does not die: it is left alone as long as it said, and takes the next message then', async () => {
    let slow = true;
    const p = paced('dingtalk', () => (slow ? undelivered('too many messages', 10 * minuteMs) : delivered));
    await times(5, () => p.send());
    expect(p.sent).toHaveLength(1);
    expect((await p.send()).failed).toEqual([{ channel: 'a', because: 'too many messages', later: true }]);
    slow = false;
    p.clock.nowMs += 10 * minuteMs;
    expect(await p.send()).toMatchObject({ delivered: true });
  });

  test('has the message again once where it may wait that long', async () => {
    let answers = [undelivered('too many messages', 30_000)];
    const p = paced('feishu', () => answers.shift() ?? delivered);
    expect(await p.send('warning', 75_000)).toEqual({ delivered: true, failed: [] });
    expect(p.sent.map(({ atMs }) => atMs - start)).toEqual([0, 30_000]);
    answers = Array.from({ length: 9 }, () => undelivered('too many messages', 30_000));
    expect(await p.send('warning', 75_000)).toMatchObject({ delivered: false });
    expect(p.sent).toHaveLength(4);
  });

  test('is tried with what is critical all the same', async () => {
    const p = paced('dingtalk', () => undelivered('too many messages', 10 * minuteMs));
    await p.send();
    await times(2, () => p.send('critical'));
    expect(p.sent).toHaveLength(3);
  });
});

describe('a channel that fails', () => {
  test('three times in a row is left alone for ten minutes, but not by what is critical', async () => {
    let broken = true;
    const p = paced('webhook', () => (broken ? undelivered('it is broken') : delivered));
    await times(10, () => p.send());
    expect(p.sent).toHaveLength(3);
    await p.send('critical');
    expect(p.sent).toHaveLength(4);
    p.clock.nowMs += 9 * minuteMs;
    expect(await p.send()).toMatchObject({ failed: [{ because: 'it has failed 4 times in a row, and is tried again later' }] });
    p.clock.nowMs += minuteMs;
    await times(5, () => p.send());
    expect(p.sent).toHaveLength(5);
    broken = false;
    p.clock.nowMs += 10 * minuteMs;
    await times(5, () => p.send());
    expect(p.sent).toHaveLength(10);
  });

  test('is not left alone for as long as a wrong clock said', async () => {
    let broken = true;
    const p = paced('webhook', () => (broken ? undelivered('it is broken') : delivered));
    p.clock.nowMs = start + 365 * 86_400_000;
    await times(3, () => p.send());
    broken = false;
    p.clock.nowMs = start;
    expect(await p.send('warning', 0)).toMatchObject({ delivered: true });
  });

  test('is tried again when the clock was wrong: what lies far ahead does not count', async () => {
    const p = paced('dingtalk', (_now, { severity }) => (severity === 'info' ? undelivered('too many messages', 600_000) : delivered));
    p.clock.nowMs = start + 365 * 86_400_000;
    await times(15, () => p.send());
    await p.send('info', 0);
    p.clock.nowMs = start;
    expect(await p.send('warning', 0)).toMatchObject({ delivered: true });
  });
});

test.each([
  ['dingtalk', dingtalkRobot],
  ['feishu', feishuRobot],
] as const)(
  'whatever comes when, a robot of kind %s is never told too much by what is calm, and every critical message is sent',
  async (kind, robot) => {
    const event = fc.record({
      gapMs: fc.oneof(fc.constant(0), fc.nat(20_000)),
      severity: fc.constantFrom<Severity>('info', 'warning', 'warning', 'critical'),
      waitMs: fc.constantFrom(0, 2_000, 75_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 60, maxLength: 200 }), async (events) => {
        const p = paced(kind, robot());
        for (const { gapMs, severity, waitMs } of events) {
          p.clock.nowMs += gapMs;
          const fromMs = p.clock.nowMs;
          const before = p.sent.length;
          await p.send(severity, waitMs);
          expect(p.clock.nowMs - fromMs).toBeLessThanOrEqual(waitMs);
          if (severity === 'critical') expect(p.sent.length).toBeGreaterThan(before);
        }
        // What is calm is refused only where critical messages had used up the minute, their reserve and more.
        const refused = p.sent.filter((each) => !each.delivered && each.severity !== 'critical');
        const criticalWithin = (atMs: number) =>
          p.sent.filter((each) => each.severity === 'critical' && each.atMs > atMs - 11 * minuteMs && each.atMs <= atMs).length;
        for (const { atMs } of refused) expect(criticalWithin(atMs)).toBeGreaterThan(4);
      }),
      { numRuns: 25 },
    );
  },
);
