import type { EpochMs } from '../../shared/client/clock.ts';
import { incompleteText, observeWhole } from '../../shared/engine/observe-whole.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { run } from '../../shared/engine/run.ts';
import { observeWorkstations } from '../../shared/fleet/observe-workstations.ts';
import type { Workstation } from '../../shared/fleet/workstation.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { userProtected } from '../../shared/policy/protect.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from '../run/session.ts';
import { isAlike, orUnread } from './offboard-access.ts';
import { noFinds, type OffboardFinds, offboarding } from './offboard-automation.ts';
import type { OffboardPhase } from './offboard-step.ts';

/** What offboarding met on a target that no call takes away. */
export interface OffboardLeft {
  readonly target: string;
  /** User groups that may use delivery groups: whether the user is in one is not told. */
  readonly userGroups: readonly { readonly id: string; readonly name: string | undefined; readonly groups: readonly string[] }[];
  /** Workstations that list the user. No operation takes a user off one. */
  readonly workstations: readonly { readonly id: string; readonly name: string | undefined }[];
  /** Workstations of which the answer names no users. */
  readonly workstationsUntold: number;
  /** Names that differ from the user's in case or spaces alone. */
  readonly alike: readonly string[];
  /** Ids of groups with a binding that are no delivery groups. */
  readonly elsewhere: readonly string[];
  /** Delivery groups with access in a region of no target of the account. */
  readonly otherRegions: readonly { readonly group: string; readonly region: string }[];
  /** What could not be read. */
  readonly unread: readonly string[];
}

/** What offboarding would do, or did. */
export interface Offboarded {
  /** One per target; after doing, one per target and step. */
  readonly reports: readonly RunReport[];
  readonly left: readonly OffboardLeft[];
  /** What a look some minutes later showed; absent where nothing was taken away. */
  readonly rechecked?: 'nothing-left' | 'still-there' | 'interrupted';
}

/** Clients follow a change of who may use a group within about two minutes (service notes, Delivery groups): until then one may connect again. */
const followMs = 150_000;

/** So often what has come back is taken away again. */
const mostLooks = 3;

/**
 * Shows what access a user has on the targets of a session, or takes it away: on every target first the authorizations, then the bindings,
 * which are read anew for that. Where anything was taken away it looks again once clients have followed, in the world's time, and takes away what has
 * come back. A person asks for it, so mode, limits and freezes do not count; protection and exceptions do.
 * @param options.onWait hears until when it waits
 * @throws CommandFailure `Protected` where the policy protects the user, `Usage` for an empty name
 */
export async function offboard(
  session: Session,
  user: string,
  options: {
    readonly apply: boolean;
    readonly signal?: AbortSignal | undefined;
    readonly onWait?: ((untilMs: EpochMs) => void) | undefined;
  },
): Promise<Offboarded> {
  if (user.trim() === '') throw new CommandFailure('Usage', 'Name the user as the service does, such as zhang.san.');
  if (userProtected(session.policy.protect, user)) {
    throw new CommandFailure(
      'Protected',
      `${user} is protected by the policy (protect.users): nothing is taken away. Change the policy first where that is what you want.`,
    );
  }
  const finds = new Map(session.targets.map(({ name }) => [name, noFinds()]));
  const { signal } = options;
  const phases = async (names: readonly OffboardPhase[]): Promise<readonly RunReport[]> => {
    const reports: RunReport[] = [];
    for (const phase of names) {
      for (const target of session.targets) {
        if (signal?.aborted) break;
        reports.push(await runPhase(session, target, { user, phase, finds: finds.get(target.name) ?? noFinds(), signal }));
      }
    }
    return reports;
  };
  const first = await phases(options.apply ? taking : ['plan']);
  const again = options.apply && first.some(hasTaken) ? await recheckAccess(session, () => phases(taking), options) : undefined;
  const left: OffboardLeft[] = [];
  for (const target of session.targets) left.push(await leftOn(session, target, user, finds.get(target.name) ?? noFinds()));
  return { reports: [...first, ...(again?.reports ?? [])], left, ...(again ? { rechecked: again.found } : {}) };
}

const taking: readonly OffboardPhase[] = ['deauthorize', 'unbind'];

function hasTaken({ outcomes }: RunReport): boolean {
  return outcomes.some(({ outcome }) => outcome === 'done' || outcome === 'unknown');
}

/** Waits until clients have followed, and takes away what is there again, until a look shows nothing. Gives the reports that tell something. */
async function recheckAccess(
  { world }: Session,
  look: () => Promise<readonly RunReport[]>,
  { signal, onWait }: { readonly signal?: AbortSignal | undefined; readonly onWait?: ((untilMs: EpochMs) => void) | undefined },
): Promise<{ readonly reports: readonly RunReport[]; readonly found: NonNullable<Offboarded['rechecked']> }> {
  const reports: RunReport[] = [];
  for (let looks = 1; looks <= mostLooks; looks += 1) {
    onWait?.(world.clock.now() + followMs);
    await world.clock.sleep(followMs, signal).catch(() => undefined);
    if (signal?.aborted) return { reports, found: 'interrupted' };
    const seen = await look();
    reports.push(...seen.filter(({ counts, failed }) => failed || counts.act > 0));
    if (signal?.aborted) return { reports, found: 'interrupted' };
    // What is held was told before, and stays.
    if (!seen.some(({ counts, failed }) => failed || counts.act > 0))
      return { reports, found: seen.some(({ counts }) => counts.hold > 0) ? 'still-there' : 'nothing-left' };
  }
  return { reports, found: 'still-there' };
}

/**
 * How a command ends: 1 when something failed or could not be seen; a plan with 2 where something is to be done; after doing 1 where something
 * was held; else 0.
 */
export function offboardExitCode({ reports, left, rechecked = 'nothing-left' }: Offboarded, apply: boolean): 0 | 1 | 2 {
  if (rechecked !== 'nothing-left') return 1;
  const unseen = left.some(({ unread, otherRegions }) => unread.length + otherRegions.length > 0);
  if (unseen || reports.some(({ failed }) => failed)) return 1;
  if (!apply) return reports.some(({ counts }) => counts.act > 0) ? 2 : 0;
  const held = reports.some(({ counts, outcomes }) => counts.hold > 0 || outcomes.some(({ outcome }) => outcome === 'held'));
  return held ? 1 : 0;
}

interface Phase {
  readonly user: string;
  readonly phase: OffboardPhase;
  readonly finds: OffboardFinds;
  readonly signal: AbortSignal | undefined;
}

function runPhase({ policy, world }: Session, target: CompiledTarget, { user, phase, finds, signal }: Phase): Promise<RunReport> {
  return run({
    ...{ automation: offboarding(user, phase, finds), client: world.clientFor(target), target, policy: asAsked(policy) },
    ...{ store: world.store, clock: world.clock, mode: phase === 'plan' ? 'plan' : 'apply', world: world.headline, signal },
  });
}

/** The policy without what is for functions that nobody watches. */
function asAsked(policy: CompiledPolicy): CompiledPolicy {
  return { ...policy, mode: { default: 'act', act: [] }, limits: {}, freezes: [], warnings: [] };
}

async function leftOn({ policy, world }: Session, target: CompiledTarget, user: string, finds: OffboardFinds): Promise<OffboardLeft> {
  const workstations: { id: string; name: string | undefined }[] = [];
  const unread = [...new Set(finds.unread)];
  let untold = 0;
  await orUnread('The workstations', unread, async () => {
    const take = (fresh: readonly Workstation[]): void => {
      for (const { id, name, region, users } of fresh) {
        if (region !== undefined && target.regions?.includes(region) === false) continue;
        if (users === undefined) untold += 1;
        else if (users.includes(user)) workstations.push({ id, name });
        for (const each of users ?? []) if (isAlike(each, user)) finds.alike.add(each);
      }
    };
    const totals = await observeWhole(() => observeWorkstations(world.clientFor(target)), take);
    if (!totals.complete) unread.push(`The workstations could not all be read: ${incompleteText(totals)}`);
  });
  const twins = Object.values(policy.targets).filter(({ account, endpoint }) => account === target.account && endpoint === target.endpoint);
  const isCovered = (region: string): boolean => twins.some(({ regions }) => regions === undefined || regions.includes(region));
  return {
    target: target.name,
    userGroups: [...finds.userGroups.values()],
    workstations,
    workstationsUntold: untold,
    alike: [...finds.alike],
    elsewhere: [...finds.elsewhere],
    otherRegions: [...finds.otherRegions].flatMap(([group, region]) => (isCovered(region) ? [] : [{ group, region }])),
    unread,
  };
}
