import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { minuteMs } from '../../fixtures/times.ts';
import type { Chooser, Way } from './chooser.ts';
import type { Dimension } from './dimensions.ts';
import type { Effect } from './effect.ts';
import { peopleWays } from './people.ts';
import { Process } from './process.ts';
import { lateOrderWays, serviceWays } from './service.ts';
import { storeWays } from './store.ts';
import { tellWays } from './telling.ts';
import { checkEnded, checkWorld } from './verdict.ts';
import type { Grain, World } from './world.ts';

/** By how much time passes within a run where it does, in milliseconds: around 30 s, 60 s, a function's time, 15 and 60 minutes. */
const delaysMs: Readonly<Record<Grain, readonly number[]>> = {
  coarse: [35_000, 65_000, 4 * minuteMs + 5_000, 61 * minuteMs],
  fine: [
    ...Array.from({ length: 24 }, (_, index) => (index + 1) * 5_000),
    ...[-5_000, 0, 5_000].map((ms) => 4 * minuteMs + ms),
    ...[15, 30, 45, 60, 75].map((minutes) => minutes * minuteMs),
  ],
};

/** A stretch of a story in which somebody is at work: from the begin of a run until nobody is any more. */
export class Segment {
  readonly world: World;
  readonly #chooser: Chooser;
  /** Those at work; the last one is to move. */
  readonly #atWork: Process[] = [];
  #begun = 0;

  constructor(world: World, chooser: Chooser) {
    this.world = world;
    this.#chooser = chooser;
  }

  /** Lets one of several ways be taken. */
  take(ways: readonly Way[]): void {
    const way = ways.length === 1 ? ways[0] : ways[this.#chooser.pick(ways)];
    if (!way) throw new Error('There is always a way on.');
    if (way.costs !== undefined) {
      this.world.spend();
      // What others do meanwhile is trouble for all who are at work.
      for (const process of this.#atWork) process.troubles.add(way.costs);
    }
    if (way.costs !== undefined || ways.length > 1) this.world.note(way.what);
    this.world.memory.steps += 1;
    way.go();
  }

  /** Begins one more process, which moves next. */
  begin(process: Process): void {
    this.#begun += 1;
    if (!process.over) this.#atWork.push(process);
  }

  /** Everybody works until nobody is left. */
  play(slot: string, target: CompiledTarget, skewMs = 0): void {
    this.begin(Process.run(this.world, slot, target, skewMs));
    this.finish(slot, target);
  }

  /** Those who are at work go on until nobody is left. */
  finish(slot = 'nobody', target = this.world.family.targets[0] as CompiledTarget): void {
    for (;;) {
      const process = this.#atWork.at(-1);
      if (!process) return;
      this.take(this.#waysOf(process, slot, target));
      checkWorld(this.world);
      for (let at = this.#atWork.length - 1; at >= 0; at--) {
        const each = this.#atWork[at] as Process;
        if (!each.over) continue;
        this.#atWork.splice(at, 1);
        checkEnded(this.world, each);
      }
    }
  }

  #waysOf(process: Process, slot: string, target: CompiledTarget): readonly Way[] {
    const { world } = this;
    const { effect } = process;
    const ways: Way[] = [...this.#performed(process, effect)];
    const may = (dimension: Dimension): boolean => world.may(dimension);
    if (world.left === 0 && world.requests.length === 0 && effect.type !== 'send') return ways;
    ways.push(...lateOrderWays(world, process, effect));
    if (process.kind === 'run' && may('crash') && isNoticed(effect))
      ways.push({ what: `${process.name} dies before ${effect.type}`, costs: 'crash', go: () => this.#die(process) });
    if (may('overlap') && process.sending === undefined && isShared(effect)) {
      const other = this.#atWork.at(-2);
      if (other) {
        const swap = (): void => {
          this.#atWork.splice(-2, 2, process, other);
        };
        ways.push({ what: `${other.name} goes on before ${process.name}'s ${effect.type}`, costs: 'overlap', go: swap });
      } else if (this.#begun < 3) {
        const name = `${slot}+${this.#begun}`;
        const go = (): void => this.begin(Process.run(world, name, target, process.skewMs));
        ways.push({ what: `${name} begins before ${process.name}'s ${effect.type}`, costs: 'overlap', go });
      }
    }
    if (may('slow') && (effect.type === 'clock-now' || effect.type === 'send') && process.sending === undefined) {
      for (const ms of delaysMs[world.setup.grain]) {
        const go = (): void => {
          world.nowMs += ms;
        };
        ways.push({ what: `${ms / 1000} s pass before ${process.name}'s ${effect.type}`, costs: 'slow', go });
      }
    }
    ways.push(...peopleWays(this, process, effect));
    return ways;
  }

  #performed(process: Process, effect: Effect): readonly Way[] {
    const { world } = this;
    switch (effect.type) {
      case 'clock-now': {
        const hear = (stopping: boolean): void => {
          process.stopping ||= stopping;
          process.nowMs ??= world.nowMs + process.skewMs;
          process.hear({ value: { nowMs: world.nowMs + process.skewMs, stopping: process.stopping } });
        };
        const ways: Way[] = [{ what: `${process.name} reads the clock`, go: () => hear(false) }];
        if (world.may('stop') && !process.stopping)
          ways.push({ what: `${process.name} is told to stop`, costs: 'stop', go: () => hear(true) });
        return ways;
      }
      case 'tell':
        return tellWays(world, process, effect);
      case 'store-create':
      case 'store-read':
      case 'store-list':
        return storeWays(world, process, effect);
      case 'random-token':
        throw new Error('A token is taken along with the step before.');
      default:
        return serviceWays(world, process, effect);
    }
  }

  #die(process: Process): void {
    const { world } = this;
    for (const [index, request] of world.requests.entries()) {
      if (request.id === process.sending) world.requests[index] = { ...request, awaited: false };
    }
    process.die();
  }
}

/** Whether a step looks at, or changes, what others change or look at: with any other step it makes no difference who goes first. */
function isShared({ type }: Effect): boolean {
  return type !== 'clock-now' && type !== 'quote' && type !== 'account' && type !== 'tell';
}

/** Whether others can notice a step: who dies while he only looks leaves the world as one who dies right before he next does something. */
function isNoticed({ type }: Effect): boolean {
  return type === 'store-create' || type === 'send' || type === 'tell';
}
