import { bundleChild, measureInChild, startChildServer } from '../child.ts';
import { type BenchRow, byPairs } from '../row.ts';

// The speed of a shared machine changes within seconds; each client has to meet its good and its bad ones.
const rounds = 9;

interface Load {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** Calls per second and CPU per call with 50 calls at once, each client in a process of its own, in turn. */
export async function callRows(): Promise<BenchRow[]> {
  const server = await startChildServer('bench/children/answer-server.ts');
  const loads: Record<'ours' | 'theirs' | 'raw', Load[]> = { ours: [], theirs: [], raw: [] };
  const child = await bundleChild('load');
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const client of ['theirs', 'ours', 'raw'] as const) {
        loads[client].push(await measureInChild<Load>(child, [client, server.url]));
      }
    }
  } finally {
    server.stop();
  }
  const pairs = (field: keyof Load, other: 'theirs' | 'raw') => ({
    ours: loads.ours.map((load) => load[field]),
    theirs: loads[other].map((load) => load[field]),
  });
  return [
    byPairs('calls per second, 50 at once, against the official engine', 'calls/s', pairs('perSecond', 'theirs'), {
      ...{ limit: 2.5, goal: 2.7, side: 'at least' },
    }),
    byPairs('CPU per call, against the official engine', 'µs', pairs('cpuMicros', 'theirs'), { limit: 0.4, goal: 0.36, side: 'at most' }),
    byPairs('calls per second, 50 at once, against a bare node:http loop that sends the same bytes', 'calls/s', pairs('perSecond', 'raw'), {
      ...{ limit: 0.6, goal: 0.8, side: 'at least' },
    }),
  ];
}
