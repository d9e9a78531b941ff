import { randomBytes } from 'node:crypto';
import { openSlot, type Resolved, resolveClaim } from '../../shared/engine/purchase/resolve.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { readRenewal } from '../../shared/journal/renewal.ts';
import { renewalStream } from '../../shared/journal/renewal-key.ts';
import { runStoring, type Storing } from '../../shared/journal/store-effect.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { CommandFailure } from '../failure.ts';
import { runAll } from './runs.ts';
import type { Session } from './session.ts';

/** What a person read in the bill. */
export type BillWord = 'void' | 'moved' | 'refunded';

/** What was written. */
export interface ClosedRenewal {
  readonly resource: string;
  readonly n: number;
  readonly word: BillWord;
  readonly who: string;
  readonly text: string;
}

/**
 * Closes the open renewal of a resource, or opens a slot after a refund. Who the person is, STS says.
 * @throws CommandFailure when there is nothing to close, it is too early, or the resource is unknown
 */
export async function closeRenewal(session: Session, wanted: string, word: BillWord): Promise<ClosedRenewal> {
  const { world } = session;
  const { target, resource } = await findResource(session, wanted);
  const caller = await world.caller();
  const who = caller.user ?? caller.arn;
  const run = { owner: randomBytes(16).toString('hex') };
  const nowMs = world.clock.now();
  const name = resource.name ?? resource.id;
  const expiresAtMs = (resource as { readonly expiresAtMs?: number }).expiresAtMs;
  if (word === 'refunded') {
    if (expiresAtMs === undefined) throw new CommandFailure('NoExpiry', `The expiry of ${name} cannot be read; look at it in the console.`);
    const opening = { account: target.account, resourceId: resource.id, expiresAtMs, who, nowMs };
    const n = await runStoring(world.store, openSlot(run, opening) as Storing<number | undefined>);
    if (n === undefined) throw new CommandFailure('NotTaken', `A renewal of ${name} is open: close it first, with --void or --moved.`);
    return { resource: resource.id, n, word, who, text: `${name} may be renewed again from the expiry that it has now (slot ${n}).` };
  }
  const view = await runStoring(world.store, readRenewal(renewalStream(target.account, resource.id)));
  if (!view.open)
    throw new CommandFailure('NothingOpen', `No renewal of ${name} is open; 'streamwarden explain ${resource.id}' tells its story.`);
  const { n } = view.open;
  const verdict = { account: target.account, resourceId: resource.id, n, outcome: word, by: 'person', who, nowMs } as const;
  const moved = word === 'moved' && expiresAtMs !== undefined ? { expiresAtMs } : {};
  // Only store effects can come of it: nothing is read again and nothing is sent.
  const resolved = await runStoring(world.store, resolveClaim(run, { ...verdict, ...moved }) as Storing<Resolved>);
  if (resolved.outcome === 'refused') throw new CommandFailure('NotTaken', resolved.text);
  const next = word === 'void' ? 'It may be ordered again by the next run.' : 'Its budget stays used.';
  return { resource: resource.id, n, word, who, text: `Renewal ${n} of ${name} is closed as ${word}, by ${who}. ${next}` };
}

async function findResource(session: Session, wanted: string): Promise<{ readonly target: CompiledTarget; readonly resource: Resource }> {
  const met = new Map<string, { target: CompiledTarget; resource: Resource }>();
  for (const target of session.targets) {
    await runAll(
      { ...session, targets: [target] },
      {
        mode: 'plan',
        only: 'renew-before-expiry',
        onDecision: (resource) => {
          if (resource.id === wanted || resource.name === wanted) met.set(resource.id, { target, resource });
        },
      },
    );
  }
  const [found, second] = [...met.values()];
  if (!found) throw new CommandFailure('NoResource', `No target has a subscription '${wanted}'.`);
  if (second) throw new CommandFailure('NoResource', `'${wanted}' names several resources; give an id: ${[...met.keys()].join(', ')}.`);
  return found;
}
