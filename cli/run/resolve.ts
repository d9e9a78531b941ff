import { randomBytes } from 'node:crypto';
import { expiryMovedBy } from '../../functions/renew-before-expiry/purchase/expiry-moved-by.ts';
import { openSlot, type Resolved, resolveClaim, type Verdict } from '../../functions/renew-before-expiry/purchase/resolve.ts';
import type { Caller } from '../../shared/client/caller-identity.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { pastRenewals } from '../../shared/journal/renewals/past-renewals.ts';
import { type RenewalEntry, readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import { runStoring, type Storing } from '../../shared/journal/store/store-effect.ts';
import { includesUser, userText, votersOf } from '../../shared/policy/approvers.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { CommandFailure } from '../failure.ts';
import { localClock } from '../render/local-clock.ts';
import { mustBeAccountOf } from '../world/caller.ts';
import { runAll } from './runs.ts';
import type { Session } from './session.ts';

/** What a person read in the bill. */
type BillWord = 'void' | 'moved' | 'refunded';

/** What is said of one renewal, or of all that one run left open. */
export interface BillVerdict {
  readonly word: BillWord;
  /** The order that was cancelled: needed to void a renewal whose order is known. */
  readonly order?: string | undefined;
}

/** What was written. */
export interface ClosedRenewal {
  readonly resource: string;
  readonly n: number;
  readonly word: BillWord;
  readonly who: string;
  readonly text: string;
}

/** What became of each renewal that a run left open. */
export interface ClosedRun {
  readonly closed: readonly ClosedRenewal[];
  /** Those that were left open, and why. */
  readonly left: readonly { readonly resource: string; readonly text: string }[];
}

/** A subscription as it is seen now; `resource` is undefined where no list shows it any more. */
interface Found {
  readonly target: CompiledTarget;
  readonly id: string;
  readonly resource: Resource | undefined;
}

/**
 * Closes the open renewal of a resource, or opens a slot after a refund. Who the person is, STS says.
 * @throws CommandFailure when there is nothing to close, it is too early, it contradicts what is known, or the resource is unknown
 */
export async function closeRenewal(session: Session, wanted: string, verdict: BillVerdict): Promise<ClosedRenewal> {
  const found = await findResource(session, wanted);
  const caller = await session.world.caller();
  if (verdict.word === 'refunded') return await openAfterRefund(session, found, caller);
  const { open } = await runStoring(session.world.store, readRenewal(renewalStream(found.target.account, found.id)));
  if (!open)
    throw new CommandFailure('NothingOpen', `No renewal of ${nameOf(found)} is open; 'streamwarden explain ${found.id}' tells its story.`);
  return await closeOne(session, found, open, verdict, caller);
}

/**
 * Closes every renewal that one run left open, each by the same word; what the word contradicts stays open and is named.
 * @param run the token of the run, or its first eight characters or more, as its record and the messages carry it
 * @throws CommandFailure when no renewal of that run is open
 */
export async function closeRun(session: Session, run: string, word: 'void' | 'moved'): Promise<ClosedRun> {
  const { world, targets } = session;
  if (!/^[0-9a-f]{8,32}$/.test(run)) {
    throw new CommandFailure(
      'Usage',
      `--all-of is '${run}'; give the token of the run as 'streamwarden journal list --prefix runs/' shows it, eight characters or more.`,
    );
  }
  const accounts = new Map(targets.map((target) => [target.account, target]));
  const renewals = (await pastRenewals(world.store)).filter(({ owner, claim, end }) => owner.startsWith(run) && claim && !end);
  const mine = renewals.flatMap(({ account, resourceId }) => {
    const target = accounts.get(account);
    return target ? [{ target, id: resourceId }] : [];
  });
  if (mine.length === 0) throw new CommandFailure('NothingOpen', `No renewal of run ${run} is open in the accounts of these targets.`);
  const seen = await observe(session, new Set(mine.map(({ id }) => id)));
  const caller = await world.caller();
  const closed: ClosedRenewal[] = [];
  const left: { resource: string; text: string }[] = [];
  for (const { target, id } of mine) {
    const found = { target, id, resource: seen.get(id)?.resource };
    const { open } = await runStoring(world.store, readRenewal(renewalStream(target.account, id)));
    if (!open) continue;
    try {
      closed.push(await closeOne(session, found, open, { word }, caller));
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      left.push({ resource: id, text: error.message });
    }
  }
  return { closed, left };
}

/** What keys of another account show must not be written under the account's number. */
async function closeOne(
  { world, policy }: Session,
  found: Found,
  open: RenewalEntry,
  { word, order }: BillVerdict,
  caller: Caller,
): Promise<ClosedRenewal> {
  await mustBeAccountOf(found.target, world);
  const who = whoIs(caller, found);
  const { n, answer } = open;
  const known = answer?.outcome === 'ordered' ? answer.orderId : undefined;
  if (word === 'void' && known !== undefined && !isApprover(policy, found.target.account, caller)) {
    const text = `Renewal ${n} of ${nameOf(found)} is order ${known}, which stays payable. Only an approver of the policy may void it, since it is ordered again then; ${who} is not one.`;
    throw new CommandFailure('NotAnApprover', text);
  }
  const expiresAtMs = expiryOf(found);
  const verdict: Verdict = {
    ...{ account: found.target.account, resourceId: found.id, n, who, nowMs: world.clock.now() },
    by: 'person',
    outcome: word === 'moved' ? 'moved' : 'void',
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    ...(order === undefined ? {} : { orderId: order }),
  };
  // Only store effects can come of it: nothing is read again and nothing is sent.
  const clock = localClock(policy.timezone, world.clock.now());
  const run = { owner: randomBytes(16).toString('hex'), text: (ms: number) => `${clock.text(ms)} ${policy.timezone}` };
  const resolved = await runStoring(world.store, resolveClaim(run, verdict) as Storing<Resolved>);
  if (resolved.outcome === 'refused') throw new CommandFailure('NotTaken', resolved.text);
  const payable = known === undefined ? '' : ` If order ${known} is not cancelled it stays payable: whoever pays it renews a second time.`;
  const next = word === 'void' ? `It may be ordered again by the next run.${payable}` : 'Its budget stays used.';
  return {
    resource: found.id,
    n,
    word,
    who,
    text: `Renewal ${n} of ${nameOf(found)} is closed as ${word === 'moved' ? 'renewed' : word}, by ${who}. ${next}`,
  };
}

async function openAfterRefund({ world, policy }: Session, found: Found, caller: Caller): Promise<ClosedRenewal> {
  await mustBeAccountOf(found.target, world);
  const who = whoIs(caller, found);
  const name = nameOf(found);
  const expiresAtMs = expiryOf(found);
  if (expiresAtMs === undefined) throw new CommandFailure('NoExpiry', `The expiry of ${name} cannot be read; look at it in the console.`);
  const { open, moved } = await runStoring(world.store, readRenewal(renewalStream(found.target.account, found.id)));
  const text = (ms: number): string => `${localClock(policy.timezone, world.clock.now()).text(ms)} ${policy.timezone}`;
  if (!open) mustBeRefunded(name, moved, expiresAtMs, text);
  const opening = { account: found.target.account, resourceId: found.id, expiresAtMs, who, nowMs: world.clock.now() };
  const n = await runStoring(world.store, openSlot({ owner: randomBytes(16).toString('hex') }, opening) as Storing<number | undefined>);
  if (n === undefined) throw new CommandFailure('NotTaken', `A renewal of ${name} is open: close it first, with --void or --moved.`);
  return {
    resource: found.id,
    n,
    word: 'refunded',
    who,
    text: `${name} may be renewed again from its expiry of ${text(expiresAtMs)}, as ${who} says. What the refunded renewal cost stays used in its budget.`,
  };
}

/** What is not refunded yet must not be renewed again once it is, by a word that was given before. @throws CommandFailure `NothingOpen` */
function mustBeRefunded(name: string, moved: RenewalEntry | undefined, expiresAtMs: number, text: (ms: number) => string): void {
  if (moved === undefined) {
    const why = `No renewal of ${name} stands in the way of another one, so there is no refund to tell of.`;
    throw new CommandFailure('NothingOpen', `${why} 'streamwarden plan' shows what it waits for.`);
  }
  const movedTo = moved.end?.movedTo;
  if (movedTo === undefined || expiryMovedBy(movedTo * 1000, expiresAtMs) === 'earlier') return;
  const why = `${name} expires ${text(expiresAtMs)}, so renewal ${moved.n} is still in effect.`;
  throw new CommandFailure('NothingOpen', `${why} Say --refunded once the service shows an earlier expiry.`);
}

/** True where the caller may answer in some circle for an account; a namesake from another account may not. */
function isApprover(policy: CompiledPolicy, home: string, { account, user }: Caller): boolean {
  if (user === undefined) return false;
  return Object.keys(policy.approvers).some((circle) => includesUser(votersOf(policy, circle, home), { account, user }));
}

/** The caller as records and people name them, with the account where it is another than the resource's. */
function whoIs({ account, user, arn }: Caller, { target }: Found): string {
  return user === undefined ? arn : userText({ account, user }, target.account);
}

function nameOf({ id, resource }: Found): string {
  return resource?.name === undefined || resource.name === id ? id : `${resource.name} (${id})`;
}

function expiryOf({ resource }: Found): number | undefined {
  return (resource as { readonly expiresAtMs?: number } | undefined)?.expiresAtMs;
}

/** The subscription under an id or a name. One that no list shows any more is found by its id in the journal: its renewal may still be open. */
async function findResource(session: Session, wanted: string): Promise<Found> {
  const [found, second, ...more] = [...(await observe(session, new Set([wanted]))).values()];
  if (second) {
    const ids = [found, second, ...more].map((each) => `${each?.id} (--target ${each?.target.name})`).join(', ');
    throw new CommandFailure('NoResource', `'${wanted}' names several resources; give an id: ${ids}.`);
  }
  if (found) return found;
  for (const target of session.targets) {
    const { last } = await runStoring(session.world.store, readRenewal(renewalStream(target.account, wanted)));
    if (last) return { target, id: wanted, resource: undefined };
  }
  throw new CommandFailure('NoResource', `No target has a subscription '${wanted}', and the journal has no renewal of it.`);
}

/** What the targets show under these ids or names, by id; one account that is seen through two targets counts once. */
async function observe(session: Session, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, Found>> {
  const met = new Map<string, Found>();
  for (const target of session.targets) {
    const onDecision = (resource: Resource): void => {
      if (!wanted.has(resource.id) && !(resource.name !== undefined && wanted.has(resource.name))) return;
      if (!met.has(resource.id)) met.set(resource.id, { target, id: resource.id, resource });
    };
    await runAll({ ...session, targets: [target] }, { mode: 'plan', only: 'renew-before-expiry', onDecision });
  }
  return met;
}
