import { expect, test } from 'vitest';
import type { Client } from '../../shared/client/client.ts';
import type { Automation, PlanContext } from '../../shared/engine/automation.ts';
import { namedByEvents } from '../../shared/engine/observe.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { target } from './dial.ts';

/** A fleet whose list shows some of what there is, and the calls that reading what events name costs. */
async function named(ids: readonly string[], there: readonly string[], listed: readonly (readonly string[])[]) {
  const reread: string[] = [];
  const automation = {
    count: async () => there.length,
    async *observe() {
      for (const page of listed) yield { resources: page.map((id) => ({ id })), total: there.length };
    },
    async reread(_client: Client, _target: object, { id }: { readonly id: string }) {
      reread.push(id);
      return there.includes(id) ? { id } : undefined;
    },
  } as unknown as Automation<Resource>;
  const triggerEvents = new Map(ids.map((id) => [id, { resourceId: id, operation: 'SetDial', atMs: 0 }]));
  const { resources } = await namedByEvents(automation, {} as Client, { triggerEvents, target } as unknown as PlanContext, undefined);
  return { found: resources.map(({ id }) => id), reread };
}

test('many are found in the list, and nothing is read besides', async () => {
  expect(await named(['a', 'b', 'x'], ['a', 'b', 'c'], [['a', 'b', 'c']])).toEqual({ found: ['a', 'b'], reread: [] });
});

test('what a list skips that moved while it was read is read by itself', async () => {
  const moved = await named(['a', 'b', 'x'], ['a', 'b', 'c'], [['a'], ['a', 'c']]);
  expect(moved).toEqual({ found: ['a', 'b'], reread: ['b', 'x'] });
});
