import type { Decision } from '../../shared/engine/decision.ts';
import { run } from '../../shared/engine/run.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { type PastWrite, pastWrites } from '../../shared/journal/past-writes.ts';
import { automations } from '../automations.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from './session.ts';

/** All that is known of one resource to one function. */
export interface Story {
  readonly function: string;
  readonly target: string;
  readonly functionMode: 'observe' | 'act';
  readonly resource: DeliveryGroup;
  /** After limits, protection and freezes. */
  readonly decision: Decision;
  /** What the journal says was written to the resource, newest last. */
  readonly written: readonly PastWrite[];
}

/**
 * The stories of the resources with this id or name, over all functions and targets of a session. Decides about the whole target, since
 * limits count over all of it.
 * @throws CommandFailure when a target could not be observed and the resource was not met
 */
export async function gatherStories({ policy, world, targets }: Session, wanted: string): Promise<readonly Story[]> {
  const stories: Story[] = [];
  const failures: string[] = [];
  for (const automation of automations) {
    for (const target of targets) {
      const met = new Map<string, { resource: DeliveryGroup; decision: Decision }>();
      const report = await run({
        automation,
        target,
        policy,
        client: world.clientFor(target),
        store: world.store,
        clock: world.clock,
        mode: 'plan',
        world: world.headline,
        onDecision: (resource, decision) => {
          if (resource.id === wanted || resource.name === wanted) met.set(resource.id, { resource, decision });
        },
      });
      failures.push(...report.errors.map(({ message }) => `${target.name}: ${message}`));
      for (const [id, { resource, decision }] of met) {
        const guarded = report.decisions.find((other) => other.resource.id === id) ?? decision;
        const written = await pastWrites(world.store, automation.name, target.account, id);
        stories.push({
          function: automation.name,
          target: target.name,
          functionMode: report.functionMode,
          resource,
          decision: guarded,
          written,
        });
      }
    }
  }
  if (stories.length === 0 && failures.length > 0) throw new CommandFailure('NotObserved', failures.join('\n'));
  return stories;
}
