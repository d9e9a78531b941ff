import type { TestedChannel } from '../run/notify-test.ts';
import { alignColumns } from './columns.ts';
import type { Style } from './style.ts';

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
