import { driveRenewal, type RenewalWorld } from '../../../functions/renew-before-expiry/run/drive.ts';
import type { Renewal } from '../../../functions/renew-before-expiry/run/effects.ts';
import { RenewalNotifier } from '../../../functions/renew-before-expiry/run/renewal-notifier.ts';
import type { AlertName } from '../../../shared/journal/log/alerts.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { type Delivery, delivered, undelivered } from '../../../shared/notify/channel.ts';
import { HourlyMemory } from '../../../shared/notify/hourly-memory.ts';
import type { Message, Severity } from '../../../shared/notify/message.ts';
import { notifierOf, Pace } from '../../../shared/notify/notifier.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { policyWith, target } from '../../engine/dial.ts';
import { hourMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';

/** A message as it arrived on a channel. */
interface Arrival {
  readonly channel: string;
  readonly title: string;
  readonly text: string;
  readonly severity: Severity;
  readonly run: number;
}

/** What a channel does with what it is sent. */
export type ChannelState = 'ok' | 'dead' | 'refuses' | 'slow' | 'muted';

export const functionName = 'renew-before-expiry';

/** Runs that tell people, each in a fresh process, on one journal, with channels in the states that a test sets. */
export function notifierFixture({ tell = { money: ['money'], failed: ['oncall'] }, channels = ['money', 'oncall'] } = {}) {
  const store = memoryStore();
  const states = new Map<string, ChannelState>();
  const words = new Set<string>();
  const arrivals: Arrival[] = [];
  const logged: string[] = [];
  const sent: string[] = [];
  const clock = {
    nowMs: Date.parse('2026-11-24T04:00:00Z'),
    now: () => clock.nowMs,
    sleep: async (ms: number) => {
      clock.nowMs += ms;
    },
  };
  let run = 0;
  const channel = (name: string) => ({
    kind: 'dingtalk',
    async send({ title, text, severity }: Message): Promise<Delivery> {
      sent.push(title);
      if ([...words].some((word) => `${title} ${text}`.includes(word))) return undelivered('it refused what is said (errcode 430104)');
      switch (states.get(name)) {
        case 'dead':
          return undelivered('no whole answer came (timeout)');
        case 'refuses':
          return undelivered('it refused the message (errcode 310000)');
        case 'muted':
          return undelivered('too many messages', 10 * 60_000);
        case 'slow':
          clock.nowMs += 4_900;
      }
      arrivals.push({ channel: name, title, text, severity, run });
      return delivered;
    },
  });
  const policy: CompiledPolicy = policyWith({
    tell,
    channels: Object.fromEntries(channels.map((name) => [name, { kind: 'dingtalk', url: 'env:X', secret: 'env:Y' }])),
  });
  return {
    store,
    states,
    arrivals,
    logged,
    /** Words that no channel takes a message with. */
    words,
    /** Titles of all that was tried. */
    sent,
    clock,
    policy,
    name: (step: string, resource = 'aig-1', expiresAtMs: number | undefined = clock.nowMs + 20 * hourMs): AlertName => ({
      account: '1',
      resource,
      expiresAtMs,
      step,
    }),
    message: (title: string, severity: Severity = 'warning', text = 'what to do'): Message => ({
      ...{ id: `id of ${title}`, timeMs: clock.nowMs, severity, title, text },
    }),
    /** One run: collects what `work` tells, flushes, and gives the notifier. */
    async tells(
      work: (notifier: RenewalNotifier) => Renewal<unknown>,
      {
        on = store as Store,
        memory = new HourlyMemory(),
        deadlineMs = undefined as number | undefined,
        more = policy,
        stopped = false,
      } = {},
    ): Promise<RenewalNotifier> {
      run += 1;
      const notifier = new RenewalNotifier({
        ...{ functionName, policy: more, target, nowMs: clock.nowMs, owner: `run ${run}`, sends: true, memory, deadlineMs },
      });
      const console = {
        kind: 'console',
        async send({ title }: Message) {
          logged.push(title);
          return delivered;
        },
      };
      const channelsNotifier = notifierOf(new Map(channels.map((each) => [each, channel(each)])), console, new Pace(clock));
      const signal = stopped ? AbortSignal.abort() : undefined;
      const world = { store: on, clock, notifier: channelsNotifier, signal } as unknown as RenewalWorld;
      await driveRenewal(
        world,
        (function* () {
          yield* work(notifier);
          yield* notifier.flush();
        })(),
      );
      return notifier;
    },
  };
}

export type Fixture = ReturnType<typeof notifierFixture>;

/** The kinds of matters that a run tells, as each run finds them: an alarm and a question again, an order and a failure only once. */
export const matters = {
  alarm: {
    severity: 'critical',
    lasts: true,
    *tell(b: Fixture, notifier: RenewalNotifier): Renewal<void> {
      const expiresAtMs = Date.parse('2026-11-25T00:00:00Z');
      const name = b.name('24h', 'aig-1', expiresAtMs);
      yield* notifier.once(name, 'expiry-24h', notifier.channelsFor('money', 'failed'), b.message('alarm', 'critical'), { id: 'aig-1' });
    },
  },
  question: {
    severity: 'warning',
    lasts: true,
    *tell(b: Fixture, notifier: RenewalNotifier): Renewal<void> {
      const name = b.name('ask-1-Month-CNY-1', 'aig-1', Date.parse('2026-11-25T00:00:00Z'));
      yield* notifier.once(name, 'approval-asked', notifier.channelsFor('money'), b.message('question'), { id: 'aig-1' });
    },
  },
  order: {
    severity: 'info',
    lasts: false,
    *tell(b: Fixture, notifier: RenewalNotifier): Renewal<void> {
      yield* notifier.collect('order-placed', notifier.channelsFor('money'), b.message('order', 'info'));
    },
  },
  failure: {
    severity: 'critical',
    lasts: false,
    *tell(b: Fixture, notifier: RenewalNotifier): Renewal<void> {
      const at = new Date(b.clock.nowMs).toISOString();
      const errors = [{ code: 'Denied', message: 'no' }];
      yield* notifier.failed({ function: functionName, target: 'cn', account: '1', at, errors, outcomes: [] });
    },
  },
} as const;
export type Matter = keyof typeof matters;

/** Titles of arrivals about a matter. */
export const about = (b: Fixture, matter: Matter) =>
  b.arrivals.filter(({ title }) => title.includes(matter === 'failure' ? 'failed on' : matter));
