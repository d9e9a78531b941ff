import type { EpochMs } from '../client/clock.ts';
import { heartbeatsOf, type RunName } from './runs.ts';
import type { Store } from './store/store.ts';

const dayMs = 86_400_000;

/** The minute of a sign of life, from its key; undefined where the key is of something else. */
export function heartbeatMs(key: string): EpochMs | undefined {
  const match = /\/(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z$/.exec(key);
  if (!match) return undefined;
  const [, year, month, day, hour, minute] = match.map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute);
}

/**
 * The newest sign of life of a function on a target since the day before `nowMs` began; undefined where the list shows none. One list call, or two.
 * @throws StoreError
 */
export async function lastHeartbeat(
  store: Store,
  place: Pick<RunName, 'functionName' | 'target' | 'region'>,
  nowMs: EpochMs,
): Promise<EpochMs | undefined> {
  for (const back of [0, 1]) {
    const day = new Date(nowMs - back * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    let last: EpochMs | undefined;
    for await (const key of store.list(`${heartbeatsOf(place)}/${day}`)) last = heartbeatMs(key) ?? last;
    if (last !== undefined) return last;
  }
  return undefined;
}
