import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Delivery, delivered, undelivered } from '../../shared/notify/channel.ts';
import type { Message, Severity } from '../../shared/notify/message.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import { messagesPerHour, Pace } from '../../shared/notify/pace.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const start = 1_700_002_800_000;

/** Channels a and b that do as they are told, at a pace. */
function paced() {
  const sent: string[] = [];
  let answer: Delivery = delivered;
  const channel = (name: string) => ({
    kind: 'test',
    async send({ text }: Message) {
      sent.push(`${name} ${text}`);
      return answer;
    },
  });
  const notifier = notifierOf(new Map(['a', 'b'].map((name) => [name, channel(name)])), channel('console'), new Pace());
  let nowMs = start;
  return {
    sent,
    later: (ms: number) => {
      nowMs += ms;
    },
    fail: (failing: boolean) => {
      answer = failing ? undelivered('it is broken') : delivered;
    },
    send: (channels: readonly string[], severity: Severity = 'warning') =>
      notifier.send(channels, { id: 'm', timeMs: nowMs, severity, title: 't', text: 'x' }),
  };
}

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let turn = 0; turn < count; turn++) await work();
}

describe('a storm on one channel', () => {
  test('stops at the limit of the hour, says so with the last message, and goes on in the next hour', async () => {
    const p = paced();
    await times(messagesPerHour, () => p.send(['a']));
    expect(await p.send(['a'])).toEqual({
      delivered: false,
      failed: [{ channel: 'a', because: 'it has had 60 messages within this hour, and no more are sent' }],
    });
    expect(p.sent).toHaveLength(messagesPerHour);
    expect(p.sent.slice(-2)).toEqual(['a x', 'a x\nNo more is sent here until the next hour.']);
    p.later(hourMs);
    expect(await p.send(['a'])).toEqual({ delivered: true, failed: [] });
  });

  test('leaves room for what is critical, up to twice the limit', async () => {
    const p = paced();
    await times(messagesPerHour + 5, () => p.send(['a']));
    await times(messagesPerHour + 5, () => p.send(['a'], 'critical'));
    expect(p.sent).toHaveLength(2 * messagesPerHour);
  });

  test('concerns no other channel, and not what is for no channel', async () => {
    const p = paced();
    await times(messagesPerHour + 1, () => p.send(['a']));
    expect(await p.send(['a', 'b'])).toMatchObject({ delivered: true, failed: [{ channel: 'a' }] });
    await times(messagesPerHour + 1, () => p.send([]));
    expect(p.sent.filter((line) => line.startsWith('console'))).toHaveLength(messagesPerHour + 1);
  });
});

describe('a channel that fails', () => {
  test('three times in a row is left alone for ten minutes, so that it does not use up the time of runs', async () => {
    const p = paced();
    p.fail(true);
    await times(10, () => p.send(['a']));
    expect(p.sent).toHaveLength(3);
    p.later(9 * minuteMs);
    expect(await p.send(['a'])).toMatchObject({ failed: [{ because: 'it has failed 3 times in a row, and is tried again later' }] });
    p.later(minuteMs);
    await times(5, () => p.send(['a']));
    expect(p.sent).toHaveLength(4);
    p.fail(false);
    p.later(10 * minuteMs);
    await times(5, () => p.send(['a']));
    expect(p.sent).toHaveLength(9);
  });
});

test('whatever comes when, no channel has more within an hour than it may', async () => {
  const event = fc.record({ gapMs: fc.nat(3 * minuteMs), severity: fc.constantFrom<Severity>('info', 'warning', 'critical') });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 150, maxLength: 400 }), async (events) => {
      const p = paced();
      const perHour = new Map<number, { all: number; calm: number }>();
      let nowMs = start;
      for (const { gapMs, severity } of events) {
        p.later(gapMs);
        nowMs += gapMs;
        const { delivered: is } = await p.send(['a'], severity);
        const hour = perHour.get(Math.floor(nowMs / hourMs)) ?? { all: 0, calm: 0 };
        // A message that the limit allows is never kept back.
        expect(is).toBe(hour.all < (severity === 'critical' ? 120 : 60));
        perHour.set(Math.floor(nowMs / hourMs), { all: hour.all + Number(is), calm: hour.calm + Number(is && severity !== 'critical') });
      }
      for (const { all, calm } of perHour.values()) expect([all <= 120, calm <= 60]).toEqual([true, true]);
    }),
    { numRuns: 20 },
  );
});
