import type { Simulator } from '../../simulator/simulator.ts';
import type { RandomStream } from '../../simulator/world/random.ts';
import type { Crew, Hand } from './crew.ts';
import { type Mishap, mishapsOf } from './mishaps.ts';
import type { WorkerTask } from './task.ts';

/** Where a round takes place. */
export interface RoundPlace {
  readonly simulator: Simulator;
  readonly crew: Crew;
  readonly random: RandomStream;
  readonly processes: number;
  readonly task: Pick<WorkerTask, 'simulator' | 'policyFile' | 'folder'>;
  /** Nothing happens to anybody. */
  readonly calm: boolean;
  /** The targets of the policy: each process runs on one of them. */
  readonly targets: readonly string[];
  /** What people do while processes are at work. */
  readonly meanwhile: () => Promise<void>;
}

/** Farthest that a worker's clock is off the service's, in milliseconds: two are then a signature's life apart at most. */
const skewMs = 7 * 60_000;
/** How often the driver looks at what is going on, in milliseconds. */
const lookMs = 2;
/** After so long a process that has not ended never will, in milliseconds of real time. */
const patienceMs = 300_000;

/** All processes at once; each mishap at its moment; a process that was killed may begin again. Resolves when none is left. */
export async function playRound({ simulator, crew, random, processes, task, calm, targets, meanwhile }: RoundPlace): Promise<void> {
  const { ledger, oss } = simulator;
  const seen = (): number => ledger.count('*', 'received') + oss.ledger.count('*', 'received');
  const before = seen();
  const startMs = performance.now();
  let mishaps = calm ? [] : mishapsOf(random, processes);
  let restarts = processes;
  let begun = 0;
  const acts: Promise<void>[] = [];
  const begin = (): void =>
    crew.begin({ ...task, target: targets[begun++ % targets.length] as string, skewMs: random.integer(-skewMs, skewMs) });
  const kill = (hand: Hand): void => {
    crew.kill(hand);
    if (restarts-- > 0 && random.chance(0.7)) begin();
  };
  const awake = (): readonly Hand[] => crew.hands.filter(({ frozen }) => !frozen);
  const any = (hands: readonly Hand[]): Hand | undefined => hands[random.integer(0, hands.length - 1)];

  let frozen: { readonly hand: Hand; readonly until: number; readonly advanceMs: number } | undefined;
  const thaw = (): void => {
    if (!frozen) return;
    simulator.advance(frozen.advanceMs);
    crew.thaw(frozen.hand);
    frozen = undefined;
  };
  const suffer = ({ kind, advanceMs }: Mishap): void => {
    const hand = any(awake());
    if (kind === 'people') acts.push(meanwhile());
    else if (kind === 'tick') simulator.advance(advanceMs);
    else if (hand && kind === 'kill') kill(hand);
    else if (hand && !frozen) {
      crew.freeze(hand);
      frozen = { hand, until: seen() + random.integer(5, 60), advanceMs };
    }
  };
  const look = (): void => {
    const due = mishaps.filter(({ after }) =>
      'requests' in after ? after.requests <= seen() - before : after.realMs <= performance.now() - startMs,
    );
    mishaps = mishaps.filter((mishap) => !due.includes(mishap));
    due.forEach(suffer);
    const holder = simulator.held > 0 ? holderOf(simulator, awake()) : undefined;
    if (holder && random.chance(0.3)) kill(holder);
    // A process that sleeps while all others are over would sleep for good.
    if (frozen && (seen() >= frozen.until || awake().length === 0)) thaw();
  };

  for (let count = 0; count < processes; count++) begin();
  const timer = setInterval(look, lookMs);
  const deadline = setTimeout(() => {
    for (const hand of crew.hands) {
      crew.record.defects.push(`${hand.accessKeyId} did not end`);
      crew.kill(hand);
    }
  }, patienceMs);
  while (crew.hands.length > 0) await crew.over();
  clearInterval(timer);
  clearTimeout(deadline);
  await Promise.all(acts);
}

/** The process whose call the simulator holds back at this moment. */
function holderOf({ ledger, oss }: Simulator, hands: readonly Hand[]): Hand | undefined {
  for (const { records } of [ledger, oss.ledger]) {
    const held = records.findLast(
      ({ fault, executed, answered, code }) => fault === 'delay' && !executed && answered === undefined && !code,
    );
    const hand = held && hands.find(({ accessKeyId }) => accessKeyId === held.accessKeyId);
    if (hand) return hand;
  }
  return undefined;
}
