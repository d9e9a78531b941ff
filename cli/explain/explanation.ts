import type { Resource } from '../../shared/fleet/resource.ts';
import { type PastWrite, pastWrites } from '../../shared/journal/intents/past-writes.ts';
import { type PastRenewal, pastRenewals } from '../../shared/journal/renewals/past-renewals.ts';
import type { Decision } from '../../shared/planning/decision.ts';
import { CommandFailure } from '../failure.ts';
import { runAll } from '../run/runs.ts';
import type { Session } from '../run/session.ts';

/** All that is known of one resource to one function. */
export interface Explanation {
  readonly function: string;
  readonly target: string;
  readonly functionMode: 'observe' | 'act';
  readonly resource: Resource;
  /** After limits, protection and freezes. */
  readonly decision: Decision;
  /** What the journal says was written to the resource, newest last. */
  readonly written: readonly PastWrite[];
  /** What the journal says of its renewals, newest last; empty where another function tells the story. */
  readonly renewals: readonly PastRenewal[];
}

/**
 * The stories of the resources with this id or name, over all functions and targets of a session. Decides about the whole target, since
 * limits count over all of it.
 * @throws CommandFailure when a target could not be observed and the resource was not met
 */
export async function gatherStories(session: Session, wanted: string): Promise<readonly Explanation[]> {
  const { world } = session;
  const stories: Explanation[] = [];
  const failures: string[] = [];
  let met = new Map<string, { resource: Resource; decision: Decision }>();
  const reports = await runAll(session, {
    mode: 'plan',
    onDecision: (resource, decision) => {
      if (resource.id === wanted || resource.name === wanted) met.set(resource.id, { resource, decision });
    },
    onReport: (report) => {
      failures.push(...report.errors.map(({ message }) => `${report.target}: ${message}`));
      for (const [id, { resource, decision }] of met) {
        const guarded = report.decisions.find((other) => other.resource.id === id) ?? decision;
        const { function: name, target, functionMode } = report;
        stories.push({ function: name, target, functionMode, resource, decision: guarded, written: [], renewals: [] });
      }
      met = new Map();
    },
  });
  if (stories.length === 0 && failures.length > 0) throw new CommandFailure('NotObserved', failures.join('\n'));
  const accountOf = (target: string): string => reports.find((report) => report.target === target)?.account ?? '';
  return await Promise.all(
    stories.map(async (explanation) => ({
      ...explanation,
      written: await pastWrites(world.store, explanation.function, accountOf(explanation.target), explanation.resource.id),
      renewals:
        explanation.function === 'renew-before-expiry'
          ? await pastRenewals(world.store, accountOf(explanation.target), explanation.resource.id)
          : [],
    })),
  );
}
