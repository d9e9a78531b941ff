import type { Fault } from '../../simulator/faults.ts';
import type { RandomStream } from '../../simulator/world/random.ts';

/** Something that is done to the processes of a round, or beside them. */
export interface Mishap {
  readonly kind: 'kill' | 'freeze' | 'tick' | 'people';
  /** Once the simulator has seen so many requests of the round, or so many milliseconds of real time have passed. */
  readonly after: { readonly requests: number } | { readonly realMs: number };
  /** By how much the world's clock moves on: at once for a `tick`, before it is thawed for a `freeze`. Milliseconds. */
  readonly advanceMs: number;
}

const renew = 'RenewAppInstanceGroup';

type Draw = (random: RandomStream) => readonly Fault[];

/** What can happen to calls of the service; each is met once or a few times in a round. */
const serviceFaults: readonly Draw[] = [
  (random) => [{ kind: 'lose-answer', action: renew, skip: random.integer(0, 3) }],
  (random) => [{ kind: 'drop', action: renew, skip: random.integer(0, 3) }],
  (random) => [{ kind: 'fail', action: renew, httpStatus: random.chance(0.5) ? 500 : 503, skip: random.integer(0, 2) }],
  (random) => [{ kind: 'throttle', action: renew, skip: random.integer(0, 2), times: 2 }],
  (random) => [{ kind: 'html', action: renew, execute: random.chance(0.5), skip: random.integer(0, 2) }],
  (random) => [{ kind: 'cut-body', action: renew, skip: random.integer(0, 2) }],
  // Longer than the sender waits: it is executed when the sender has given up.
  (random) => [{ kind: 'delay', action: renew, realMs: 5000, skip: random.integer(0, 2) }],
  (random) => [{ kind: 'lose-answer', action: 'RenewWuyingServer', skip: random.integer(0, 1) }],
  (random) => [{ kind: 'fail', action: 'GetAppInstanceGroup', httpStatus: 500, skip: random.integer(0, 3), times: 3 }],
  (random) => [{ kind: 'fail', action: 'ListAppInstanceGroup', httpStatus: 503, skip: random.integer(0, 4), times: 5 }],
  (random) => [{ kind: 'throttle', action: 'GetResourceRenewPrice', skip: random.integer(0, 2), times: 3 }],
  // Billing is down, or further behind than it ever is.
  (random) => [{ kind: 'fail', action: 'QueryOrders', httpStatus: 503, skip: random.integer(0, 3), times: 4 }],
  (random) => [{ kind: 'drop', action: 'GetOrderDetail', skip: random.integer(0, 3), times: 2 }],
  (random) => [{ kind: 'malformed', action: 'QueryAvailableInstances', skip: random.integer(0, 5), times: 2 }],
  (random) => [{ kind: 'late', action: 'QueryOrders', seconds: random.integer(60, 900), times: 2 }],
];

/** What can happen to calls of the store in OSS. */
const storeFaults: readonly Draw[] = [
  (random) => [{ kind: 'lose-answer', action: 'oss:PutObject', skip: random.integer(0, 20), times: 2 }],
  (random) => [{ kind: 'drop', action: 'oss:PutObject', skip: random.integer(0, 20) }],
  (random) => [{ kind: 'fail', action: 'oss:PutObject', httpStatus: 503, skip: random.integer(0, 20), times: 2 }],
  // It arrives when the world moves on, long after its sender gave up.
  (random) => [{ kind: 'delay', action: 'oss:PutObject', worldMs: random.integer(1, 600) * 1000, skip: random.integer(0, 20) }],
  (random) => [{ kind: 'fail', action: 'oss:GetObject', httpStatus: 500, skip: random.integer(0, 60), times: random.integer(1, 6) }],
  (random) => [{ kind: 'stale', action: 'oss:ListObjectsV2', probability: random.next() }],
];

/** Calls in the middle of which a process may be killed: they are held for a moment, and executed when their sender is gone. */
function holds(random: RandomStream, onOss: boolean): readonly Fault[] {
  const actions = [renew, renew, 'GetAppInstanceGroup', ...(onOss ? ['oss:PutObject', 'oss:PutObject'] : [])];
  return [{ kind: 'delay', action: actions[random.integer(0, actions.length - 1)] as string, realMs: 60, skip: random.integer(0, 12) }];
}

/** The faults of a round. */
export function faultsOf(random: RandomStream, onOss: boolean): readonly Fault[] {
  const faults: Fault[] = [...holds(random, onOss), ...holds(random, onOss)];
  for (const draw of serviceFaults) if (random.chance(0.15)) faults.push(...draw(random));
  if (onOss) for (const draw of storeFaults) if (random.chance(0.15)) faults.push(...draw(random));
  return faults;
}

/** What is done to the processes in a round. */
export function mishapsOf(random: RandomStream, processes: number): readonly Mishap[] {
  const mishaps: Mishap[] = [];
  // Requests say little about a journal in a folder: half of it goes by time.
  const moment = (): Mishap['after'] =>
    random.chance(0.5)
      ? { requests: Math.floor(random.next() ** 2 * 40 * processes) }
      : { realMs: random.integer(150, 250 + 150 * processes) };
  for (let count = 0; count < processes; count++) if (random.chance(0.6)) mishaps.push({ kind: 'kill', after: moment(), advanceMs: 0 });
  if (random.chance(0.4)) mishaps.push({ kind: 'freeze', after: moment(), advanceMs: random.integer(5, 900) * 1000 });
  if (random.chance(0.4)) mishaps.push({ kind: 'tick', after: moment(), advanceMs: random.integer(10, 90) * 1000 });
  for (let count = 0; count < 4; count++) if (random.chance(0.5)) mishaps.push({ kind: 'people', after: moment(), advanceMs: 0 });
  return mishaps;
}
