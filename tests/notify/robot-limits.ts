import type { Clock } from '../../shared/client/clock.ts';
import { type Channel, type Delivery, delivered, undelivered } from '../../shared/notify/channel.ts';
import type { Message } from '../../shared/notify/message.ts';
import { minuteMs } from '../fixtures/times.ts';

/** A robot that keeps the published limits of its kind, on a clock of the test. */
export interface LimitedRobot extends Channel {
  /** What it took. */
  readonly taken: (Message & { readonly atMs: number })[];
  /** How often it refused. */
  refused: number;
}

/** A robot of DingTalk takes 20 messages a minute and is muted for ten minutes after one more; one of WeCom refuses what is more; texts have a size. */
export function limitedRobot(kind: 'dingtalk' | 'wecom' | 'feishu', clock: Pick<Clock, 'now'>): LimitedRobot {
  let mutedUntilMs = 0;
  const taken: LimitedRobot['taken'] = [];
  const within = (ms: number): number => taken.filter(({ atMs }) => atMs > clock.now() - ms).length;
  const judge = (): Delivery => {
    const nowMs = clock.now();
    if (kind === 'feishu') return within(1000) >= 5 || within(minuteMs) >= 100 ? undelivered('too fast', minuteMs) : delivered;
    if (nowMs < mutedUntilMs || within(minuteMs) >= 20) {
      if (kind === 'dingtalk' && nowMs >= mutedUntilMs) mutedUntilMs = nowMs + 10 * minuteMs;
      return undelivered('too fast', kind === 'dingtalk' ? 10 * minuteMs : minuteMs);
    }
    return delivered;
  };
  const robot: LimitedRobot = {
    kind,
    taken,
    refused: 0,
    async send(message) {
      const delivery = judge();
      if (delivery.delivered) taken.push({ ...message, atMs: clock.now() });
      else robot.refused += 1;
      return delivery;
    },
  };
  return robot;
}
