import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { dropOverdue } from './account.ts';
import type { Chooser, Way } from './chooser.ts';
import type { Family } from './families.ts';
import type { Memory } from './memory.ts';
import { approve, peopleWays } from './people.ts';
import { Segment } from './segment.ts';
import { lateOrderWays } from './service.ts';
import { checkLapse } from './verdict.ts';
import { type Grain, type Setup, World } from './world.ts';

/** By how much a clock may be off, in milliseconds: two are then a signature's life apart at most. */
const skewsMs = [-14 * minuteMs, 14 * minuteMs];

/** By how much a run begins off its time where it does, in milliseconds. */
const shiftsMs: Readonly<Record<Grain, readonly number[]>> = {
  coarse: [-5_000, 5_000],
  fine: [
    ...Array.from({ length: 48 }, (_, index) => (index < 24 ? index - 24 : index - 23) * 5_000),
    ...[-45, -30, -15, 15, 30, 45].map((minutes) => minutes * minuteMs),
  ],
};

/** The beginning of a story: nothing has happened yet but what the family says. `left` is how much may go wrong. */
export function begin(family: Family, left: number, setup: Setup, memory: Memory): World {
  const world = new World(family, setup, memory);
  if (family.approved) for (const resource of family.resources.keys()) approve(world, resource);
  world.left = left;
  return world;
}

/** Plays one due run of a story, for each target in turn, with all that can happen until then and meanwhile. @throws Violation */
export function playSlot(world: World, slot: number, chooser: Chooser): void {
  const { runsAtMs, targets } = world.family;
  const dueMs = runsAtMs[slot] as number;
  meanwhile(world, chooser);
  let atMs = Math.max(dueMs, world.nowMs);
  const segment = new Segment(world, chooser);
  if (world.may('shifted') && slot > 0) {
    const to = (ms: number) => (): void => {
      atMs = Math.max(world.nowMs, dueMs + ms);
    };
    segment.take([
      { what: 'in time', go: () => {} },
      ...shiftsMs[world.setup.grain].map((ms): Way => ({ what: `the run begins ${ms / 1000} s off`, costs: 'shifted', go: to(ms) })),
    ]);
  }
  passTo(world, atMs);
  for (const [index, target] of targets.entries()) {
    let skewMs: number | undefined = 0;
    const ways: Way[] = [{ what: 'as usual', go: () => {} }];
    const begin = (ms: number | undefined) => (): void => {
      skewMs = ms;
    };
    if (world.may('missed')) ways.push({ what: `run ${slot} of ${target.name} does not happen`, costs: 'missed', go: begin(undefined) });
    for (const ms of world.may('skew') ? skewsMs : [])
      ways.push({ what: `the clock of run ${slot} is ${ms / minuteMs} min off`, costs: 'skew', go: begin(ms) });
    if (ways.length > 1) segment.take(ways);
    if (skewMs === undefined) continue;
    world.note(`-- run ${slot} of ${target.name}, ${hours(world)} h before the first expiry`);
    new Segment(world, chooser).play(`run${slot}${index === 0 ? '' : target.name}`, target, skewMs);
  }
}

/** What happens between runs: late orders, and what people and others do. Each at most once before a run. */
function meanwhile(world: World, chooser: Chooser): void {
  const segment = new Segment(world, chooser);
  for (let acts = 0; acts < 2; acts++) {
    dropOverdue(world);
    let idle = true;
    const acting = (go: () => void) => (): void => {
      idle = false;
      // Whether what people do now is in time, the runs after it show.
      world.fairRuns = 0;
      go();
    };
    const nothing: Way = { what: 'nothing happens', go: () => {} };
    const others = [...lateOrderWays(world, undefined, undefined), ...peopleWays(segment, undefined, undefined)];
    if (others.length === 0) return;
    segment.take([nothing, ...others.map((way) => ({ ...way, go: acting(way.go) }))]);
    segment.finish();
    if (idle) return;
  }
}

/** Time passes. What runs out meanwhile is looked at. @throws Violation */
export function passTo(world: World, toMs: number): void {
  for (const [resource, { expiresAtMs }] of world.subscriptions.entries()) {
    if (expiresAtMs > world.nowMs && expiresAtMs <= toMs) checkLapse(world, resource, expiresAtMs);
  }
  world.nowMs = Math.max(world.nowMs, toMs);
  dropOverdue(world);
}

function hours({ nowMs, family }: World): string {
  return (((family.resources[0] as Family['resources'][number]).expiresAtMs - nowMs) / hourMs).toFixed(2);
}
