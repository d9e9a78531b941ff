import { defaultRules, type ProtocolRules } from '../../../functions/renew-before-expiry/purchase/contract.ts';
import { RandomStream } from '../../../simulator/world/random.ts';
import { Visited } from '../visited.ts';
import { ByChance, EachWay } from './chooser.ts';
import { type Family, families } from './families.ts';
import { Memory } from './memory.ts';
import { isAtRest, settle } from './settle.ts';
import { begin, playSlot } from './story.ts';
import { type Rule, Violation } from './violation.ts';
import type { Setup, Trace, World } from './world.ts';

/** How a search came out. */
export interface Found {
  readonly name: string;
  /** Distinct worlds between runs. */
  readonly worlds: number;
  /** Runs of the shipped code, with those that were begun anew to take another way. */
  readonly runs: number;
  /** Steps of that code. */
  readonly steps: number;
  readonly complete: boolean;
  /** The first story of each kind of violation. */
  readonly violations: readonly Broken[];
}

/** A story that went where none may. */
interface Broken {
  readonly rule: Rule;
  readonly text: string;
  readonly trace: readonly string[];
}

/** How far a search may go. */
export interface Bounds extends Omit<Setup, 'rules'> {
  /** How much may go wrong in one story. */
  readonly atMost: number;
  /** Default: all on. */
  readonly rules?: ProtocolRules;
  /** The clock of `performance.now()` at which it is given up. Default: never. */
  readonly untilMs?: number;
  /** How many positions of runs are remembered. It makes no difference but in time. Default: as `Memory` has it. */
  readonly remembered?: number;
  /** How many of the family's due runs are told. Default: all. */
  readonly slots?: number;
}

/** Tells every story of a family within bounds. Stories that come to equal worlds between two runs are told on once. */
export function search(
  family: Family,
  { atMost, grain, only, rules = defaultRules, untilMs = Number.POSITIVE_INFINITY, slots = family.runsAtMs.length, remembered }: Bounds,
): Found {
  const words = new Int32Array(4096);
  const seen = Array.from({ length: slots + 1 }, () => new Visited());
  const violations = new Violations();
  let runs = 0;
  let complete = true;
  const tellOn = (before: World, slot: number): void => {
    const ways = new EachWay();
    do {
      if (performance.now() > untilMs) complete = false;
      if (!complete) return;
      const world = before.copy();
      runs += 1;
      const broken = told(world, () => (slot < slots ? playSlot(world, slot, ways) : settle(world, ways)));
      if (broken) violations.add(broken);
      else if (slot < slots && seen[slot]?.add(words, world.encode(words))) tellOn(world, slot + 1);
    } while (ways.next());
  };
  const memory = new Memory(remembered);
  tellOn(begin(family, atMost, { grain, only, rules }, memory), 0);
  const worlds = seen.reduce((sum, { size }) => sum + size, 0);
  return { name: family.name, worlds, runs, steps: memory.steps, complete, violations: violations.all };
}

/** So much goes wrong in a story by chance at most. */
const mostByChance = 6;

/** Tells so many stories by chance, of any family. The same seed tells the same stories. */
export function sample(seed: number, count: number): Found {
  const random = new RandomStream(seed);
  const violations = new Violations();
  const memory = new Memory();
  let runs = 0;
  for (let story = 0; story < count; story++) {
    const family = families[random.integer(0, families.length - 1)] as Family;
    const chance = new ByChance(random, [0.01, 0.02, 0.04][random.integer(0, 2)] as number);
    const world = begin(family, random.integer(2, mostByChance), { grain: 'fine', rules: defaultRules }, memory);
    const broken = told(world, () => {
      for (const slot of family.runsAtMs.keys()) {
        runs += 1;
        playSlot(world, slot, chance);
        // Most stories are over soon; some go on, in which an order is refunded late.
        if (isAtRest(world) && random.chance(0.8)) break;
      }
      settle(world, chance);
    });
    if (broken) violations.add(broken);
  }
  return {
    name: `${count} stories by chance, seed ${seed}`,
    worlds: count,
    runs,
    steps: memory.steps,
    complete: true,
    violations: violations.all,
  };
}

function told(world: World, play: () => void): Broken | undefined {
  try {
    play();
    return undefined;
  } catch (error) {
    const [rule, text] = error instanceof Violation ? [error.rule, error.message] : (['defect', String((error as Error).stack)] as const);
    return { rule, text, trace: lines(world.trace) };
  }
}

function lines(trace: Trace | undefined): readonly string[] {
  const all: string[] = [];
  for (let at = trace; at; at = at.before) all.unshift(at.what);
  return all;
}

/** The first violation of each kind: those whose texts differ in numbers only are one. */
class Violations {
  readonly #byKind = new Map<string, Broken>();

  add(broken: Broken): void {
    const kind = `${broken.rule} ${broken.text.replace(/\d+/g, '#')}`;
    if (!this.#byKind.has(kind)) this.#byKind.set(kind, broken);
  }

  get all(): readonly Broken[] {
    return [...this.#byKind.values()];
  }
}
