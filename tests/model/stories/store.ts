import { StoreError } from '../../../shared/journal/store/store.ts';
import type { StoreEffect } from '../../../shared/journal/store/store-effect.ts';
import type { Heard } from '../process-tree.ts';
import type { Way } from './chooser.ts';
import { noteAnswer, performAtOnce, performFor } from './journal.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

const down: Heard = { error: new StoreError('Unreachable', 'The store does not answer.') };
const unclear: Heard = { error: new StoreError('Unreachable', 'The store does not answer.', { maybeWritten: true }) };

/** What can come of an effect on the store. */
export function storeWays(world: World, process: Process, effect: StoreEffect): readonly Way[] {
  const { name } = process;
  const text = textOf(effect);
  if (process.storeDown) return [{ what: `${name}: the store is down`, go: () => process.hear(down) }];
  const ways: Way[] = [];
  const perform = (): Heard => ({ value: performFor(world, process, effect) });
  ways.push({ what: `${name}: ${text}`, go: () => process.hear(perform()) });
  lateWays(world, process, effect, ways);
  if (world.left === 0) return ways;
  if (world.may('store-call')) ways.push({ what: `${name}: no answer to ${text}`, costs: 'store-call', go: () => process.hear(down) });
  if (process.kind === 'run' && world.may('store-down')) {
    const go = (): void => {
      process.storeDown = true;
      process.hear(down);
    };
    ways.push({ what: `${name}: the store goes down at ${text}`, costs: 'store-down', go });
  }
  if (effect.type === 'store-create') createWays(world, process, effect, ways);
  if ((effect.type === 'store-list' || effect.type === 'store-folders') && world.may('stale-list')) {
    const keys = world.shelf.keys(effect.prefix).length;
    for (const behind of new Set([1, keys].filter((count) => count > 0 && count <= keys))) {
      const go = (): void => process.hear({ value: performAtOnce(world, effect, behind) });
      ways.push({ what: `${name}: ${text}, ${behind} behind`, costs: 'stale-list', go });
    }
  }
  return ways;
}

function createWays(world: World, process: Process, effect: Extract<StoreEffect, { type: 'store-create' }>, ways: Way[]): void {
  const { shelf } = world;
  const { key, bytes } = effect;
  const create = (): void => {
    noteAnswer(world, process, effect);
    shelf.create(key, bytes);
  };
  const taken = shelf.read(key) !== undefined;
  if (world.may('lost-create')) {
    ways.push({ what: `${process.name}: ${textOf(effect)} lost on its way`, costs: 'lost-create', go: () => process.hear(unclear) });
    if (!taken) {
      const go = (): void => {
        create();
        process.hear(unclear);
      };
      ways.push({ what: `${process.name}: ${textOf(effect)}, answer lost`, costs: 'lost-create', go });
    }
  }
  if (world.may('late-put') && !taken) {
    const go = (): void => {
      noteAnswer(world, process, effect);
      shelf.late.set(key, bytes);
      process.hear(unclear);
    };
    ways.push({ what: `${process.name}: ${textOf(effect)} is late`, costs: 'late-put', go });
  }
}

/** A late create takes effect right before somebody looks at its key, or never. */
function lateWays({ shelf }: World, process: Process, effect: StoreEffect, ways: Way[]): void {
  for (const [key, bytes] of shelf.late) {
    const touched =
      effect.type === 'store-create'
        ? effect.key === key
        : effect.type === 'store-read'
          ? effect.keys.includes(key)
          : key.startsWith(effect.prefix);
    if (!touched) continue;
    const go = (): void => {
      shelf.late.delete(key);
      shelf.create(key, bytes);
    };
    ways.push({ what: `the late ${key} takes effect before ${process.name} looks`, go });
  }
}

function textOf(effect: StoreEffect): string {
  switch (effect.type) {
    case 'store-create':
      return `creates ${effect.key}`;
    case 'store-read':
      return `reads ${effect.keys.join(', ')}`;
    case 'store-list':
    case 'store-folders':
      return `lists ${effect.prefix}`;
  }
}
