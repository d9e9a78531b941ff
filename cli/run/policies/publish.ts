import { randomBytes } from 'node:crypto';
import { type PolicyBody, policyAt, policyBody, publishPolicy, type StoredPolicy } from '../../../shared/journal/people/policies.ts';
import {
  aloneAfterMs,
  proposalLivesMs,
  readProposal,
  recordProposal,
  type StoredProposal,
} from '../../../shared/journal/people/policy-proposals.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { isApprover, isSamePerson, peopleIn, type RamPerson } from '../../../shared/policy/approvers.ts';
import { changedDays } from '../../../shared/policy/calendar-days.ts';
import { CommandFailure } from '../../failure.ts';
import { localClock } from '../../render/local-clock.ts';
import type { World } from '../../world/world.ts';
import { newestIn } from '../session.ts';
import type { PreparedPolicy } from './prepare.ts';
import { actsAtAll, approvers } from './weakened.ts';

/** Who publishes and what they say beside the policy. */
export type PolicyWords = Pick<PolicyBody, 'by' | 'because' | 'confirmedBy' | 'proposal' | 'restores'>;

/** What the keys of a world say of who is there: the RAM user's name, or the ARN of a role or root. */
export async function publisherOf(world: World): Promise<Publisher> {
  const { user, arn, account, userId } = await world.caller();
  return { by: user ?? arn, person: user === undefined ? undefined : { account, user, userId: userId ?? user } };
}

/** Who publishes. */
interface Publisher {
  /** As the journal names them. */
  readonly by: string;
  /** Undefined for a role or an account's root, whose keys could be anybody's. */
  readonly person: RamPerson | undefined;
}

/** Makes a prepared policy the one in force. Gives its number. @throws CommandFailure `Overtaken` where somebody else was faster */
export async function publish(world: World, { end, source, encoded, calendars }: PreparedPolicy, words: PolicyWords): Promise<number> {
  const signed = { owner: randomBytes(16).toString('hex'), atMs: world.clock.now() };
  const { outcome, sequence } = await runStoring(
    world.store,
    publishPolicy(end, signed, policyBody({ ...words, calendars }, source.text, encoded)),
  );
  if (outcome === 'published') return sequence;
  throw new CommandFailure(
    'Overtaken',
    `Somebody published policy ${sequence} while this one was compared, so this one was not: it was never held against theirs. See 'streamwarden policy diff', then push again.`,
  );
}

/** Writes a prepared policy down for a second person. Gives the proposal's number. @throws CommandFailure `NobodyNamed` */
export async function propose(
  world: World,
  { source, comparison, base, limitPercent = 0 }: PreparedPolicy,
  { because, restores }: Pick<PolicyWords, 'because' | 'restores'>,
): Promise<number> {
  const { user: by, account, userId } = personOf(await publisherOf(world), 'proposes');
  const { changed, covered } = comparison;
  const signed = { owner: randomBytes(16).toString('hex'), atMs: world.clock.now() };
  const body = {
    by,
    who: { account, userId },
    because,
    source: source.text,
    base: base?.sequence ?? -1,
    changed,
    covered,
    limitPercent,
    restores,
  };
  return await runStoring(world.store, recordProposal(signed, body));
}

/**
 * A proposal that the person at these keys may confirm, and who that is.
 * @throws CommandFailure where there is none, it is over, or the person proposed it
 */
export async function confirmable(
  world: World,
  sequence: number,
): Promise<{ readonly proposal: StoredProposal; readonly confirmedBy: string }> {
  const proposal = await runStoring(world.store, readProposal(sequence));
  if (!proposal) throw new CommandFailure('NoProposal', `There is no proposal ${sequence}; 'streamwarden policy log' shows what waits.`);
  const person = personOf(await publisherOf(world), 'confirms');
  const { good } = await newestIn(world);
  // Of an earlier version the account is not known: a name is the same person's wherever it is.
  const { who = { account: person.account, userId: '' } } = proposal;
  const confirmedBy = person.user;
  const policies = (await policiesUntil(world, good)).map(({ policy }) => policy);
  if (isSamePerson(policies, person, { ...who, user: proposal.by })) {
    const text = `${proposal.by} proposed this, and ${confirmedBy} is the same person: somebody else has to confirm it`;
    if (!good || peopleIn(good.policy) !== 1 || !isApprover(good.policy, person)) throw new CommandFailure('SamePerson', `${text}.`);
    const before = await otherApprovers(world, good);
    if (before) {
      const other = `policy ${before.sequence}, which acted or was confirmed, names other approvers than the one in force, and nobody confirmed these`;
      throw new CommandFailure('SamePerson', `${text}: ${other}.`);
    }
    const fromMs = proposal.atMs + aloneAfterMs;
    if (world.clock.now() < fromMs) {
      const when = localClock(good.policy.timezone, fromMs).text(fromMs);
      throw new CommandFailure('SamePerson', `${text}, or the same person from ${when} on, since the policy names one approver only.`);
    }
  }
  if (proposal.atMs + proposalLivesMs <= world.clock.now()) {
    throw new CommandFailure('ProposalOver', `Proposal ${sequence} is more than 7 days old. Push the policy again.`);
  }
  mustFit(proposal, good);
  return { proposal, confirmedBy };
}

/** What was ever published, newest first: who was one person once is no second one because a policy that nobody had to confirm says so. */
async function policiesUntil(world: World, good: StoredPolicy | undefined): Promise<readonly StoredPolicy[]> {
  const policies = good === undefined ? [] : [good];
  for (let at = (good?.sequence ?? 0) - 1; at >= 0; at--) {
    const entry = await runStoring(world.store, policyAt(at));
    if (entry && !('because' in entry)) policies.push(entry);
  }
  return policies;
}

/** The newest policy that acted or was confirmed, where it names other approvers than the one in force: then nobody confirmed those of this one. */
export async function otherApprovers(world: World, good: StoredPolicy): Promise<StoredPolicy | undefined> {
  const last = (await policiesUntil(world, good)).find(({ policy, body }) => body.confirmedBy !== undefined || actsAtAll(policy));
  return last && approvers({ before: last.policy, after: good.policy }).length > 0 ? last : undefined;
}

/** @throws CommandFailure `ProposalOver` where another policy is in force than the one that the proposal was held against */
export function mustFit({ sequence, base }: StoredProposal, good: StoredPolicy | undefined): void {
  const inForce = good?.sequence ?? -1;
  if (inForce === base) return;
  throw new CommandFailure(
    'ProposalOver',
    `Proposal ${sequence} was held against policy ${base}, and policy ${inForce} is in force by now. Push the policy again.`,
  );
}

/** Sessions of a role may be named by anybody, and an account's root may be anybody: neither is a person. */
function personOf({ by, person }: Publisher, does: string): RamPerson {
  if (person !== undefined) return person;
  throw new CommandFailure(
    'NobodyNamed',
    `Two people are needed, and ${by} could be anybody: who ${does} has to use the keys of a RAM user of their own.`,
  );
}

/** What a rollback would carry again. */
export interface RollbackAim {
  readonly policy: StoredPolicy;
  /** True for the policy right before the one in force, or for the one in force where the newest record is broken: no second person is asked. */
  readonly wayOut: boolean;
}

/**
 * The policy that a rollback is for: the one of a number, else the newest before the one in force that differs, in its text or in the days of its calendars. Where the newest record
 * cannot be used that is the one by which functions go on already.
 * @throws CommandFailure `NothingBefore`, `PolicyUnusable`
 */
export async function rollbackAim(world: World, wanted: number | undefined): Promise<RollbackAim> {
  const { good, broken } = await newestIn(world);
  if (!good) throw new CommandFailure('NothingBefore', `${world.store.name} has no policy that could be used: push one.`);
  const before = broken.length > 0 ? good : await differingBefore(world, good);
  if (wanted === undefined) {
    if (before) return { policy: before, wayOut: true };
    throw new CommandFailure('NothingBefore', `There is no other policy before policy ${good.sequence}: push one.`);
  }
  const policy = wanted === before?.sequence ? before : await runStoring(world.store, policyAt(wanted));
  if (!policy) throw new CommandFailure('NothingBefore', `There is no policy ${wanted}; 'streamwarden policy log' shows what there is.`);
  if ('because' in policy) throw new CommandFailure('PolicyUnusable', `Policy ${wanted} cannot be used: ${policy.because}`);
  return { policy, wayOut: before !== undefined && !differ(policy.body, before.body) };
}

async function differingBefore(world: World, { sequence, body }: StoredPolicy): Promise<StoredPolicy | undefined> {
  for (let at = sequence - 1; at >= 0; at--) {
    const entry = await runStoring(world.store, policyAt(at));
    if (entry && !('because' in entry) && differ(entry.body, body)) return entry;
  }
  return undefined;
}

/** Whether two policies are of different texts, or of one text with different days of its calendars. */
function differ(a: PolicyBody, b: PolicyBody): boolean {
  if (a.sourceHash !== b.sourceHash) return true;
  return a.calendars !== undefined && b.calendars !== undefined && changedDays(a.calendars, b.calendars).length > 0;
}
