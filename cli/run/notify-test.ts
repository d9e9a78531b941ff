import { systemClock } from '../../shared/client/system-clock.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import { openChannels } from '../../shared/notify/open-channels.ts';
import { CommandFailure } from '../failure.ts';
import { alignColumns } from '../render/columns.ts';
import type { Style } from '../render/style.ts';
import { compilePolicy, readPolicy } from './policy.ts';

/** What became of the test message on one channel. */
export interface TestedChannel {
  readonly channel: string;
  /** As the policy spells it. */
  readonly kind: string;
  /** What the policy's `tell` sends there. */
  readonly hears: readonly string[];
  readonly delivered: boolean;
  /** Why it was not; no address, no secret. */
  readonly because?: string;
}

/**
 * Sends a test message to the channels of a policy file, all at once. No names: to all of them.
 * @throws CommandFailure `UnknownChannel` before anything is sent, `NoChannels`, or when the policy is broken
 */
export async function testChannels(file: string, names: readonly string[]): Promise<readonly TestedChannel[]> {
  const nowMs = systemClock.now();
  const policy = compilePolicy(await readPolicy(file), nowMs);
  const known = Object.keys(policy.channels);
  if (known.length === 0)
    throw new CommandFailure('NoChannels', `${file} has no channels: add some under channels, and name them under tell.`);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new CommandFailure('UnknownChannel', `The policy has no channel '${unknown.join("', '")}'; it has ${known.join(', ')}.`);
  }
  const notifier = notifierOf(openChannels(policy, { environment: process.env, clock: systemClock }));
  return Promise.all(
    [...new Set(names.length > 0 ? names : known)].map(async (channel) => {
      const hears = Object.entries(policy.tell).flatMap(([kind, channels]) => (channels.includes(channel) ? [kind] : []));
      const { delivered, failed } = await notifier.send([channel], {
        id: `test/${channel}/${nowMs}`,
        timeMs: nowMs,
        severity: 'info',
        title: `Test of the channel ${channel}`,
        text: `Somebody has run 'streamwarden notify test'. If you read this, the channel works; there is nothing to do.`,
        data: { test: true },
      });
      const because = failed[0]?.because;
      return { channel, kind: policy.channels[channel]?.kind ?? '', hears, delivered, ...(because === undefined ? {} : { because }) };
    }),
  );
}

/** What became of test messages, a line for each channel. */
export function channelLines(tested: readonly TestedChannel[], style: Style): string[] {
  const rows = tested.map(({ channel, kind, hears, delivered, because }) => [
    delivered ? style.good('✓') : style.bad('✗'),
    channel,
    kind,
    hears.length > 0 ? `hears ${hears.join(', ')}` : style.dim('not under tell'),
    delivered ? 'delivered' : style.bad(`not delivered: ${because ?? 'no reason given'}`),
  ]);
  return alignColumns(rows, [{}, {}, {}, {}, {}]);
}
