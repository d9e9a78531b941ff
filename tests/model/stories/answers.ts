import { electorateOf } from '../../../shared/journal/people/answers.ts';
import { readApprovals, recordApproval } from '../../../shared/journal/people/approvals.ts';
import { recordLinkAnswer } from '../../../shared/journal/people/link-approvals.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { priceOf } from './account.ts';
import type { Effect } from './effect.ts';
import { accountId, circle, proveLink } from './families.ts';
import { Process } from './process.ts';
import type { Answer, Subscription, World } from './world.ts';

/** What an approver does: one of the circle at the command line, or whoever has the link. */
interface Deed {
  readonly verdict: 'approve' | 'refuse';
  /** User of the approver; undefined for an answer by link. */
  readonly by: string | undefined;
}

const signer = { payload: 'payload', key: 'key', issued: 'issued', sign: () => 'signature' };

/** An approver who reads what was answered, and answers for the price of this moment. */
export function answering(world: World, resource: number, { verdict, by }: Deed): Process {
  const { expiresAtMs } = world.subscriptions[resource] as Subscription;
  const subject = { circle, account: accountId, resource: `r${resource}`, expiresAtMs };
  const target = world.family.targets[0] as CompiledTarget;
  const electorate = electorateOf({ policy: world.family.policy, target }, { circle, links: true }, proveLink);
  const highest = priceOf(world, resource, 'Month');
  const said = { verdict, target: target.name, period: { count: 1, unit: 'Month' }, highest, atMs: world.nowMs, untilMs: expiresAtMs };
  const name = `${by ?? 'link'}-${verdict}-${world.answers.length}`;
  function* command(): Generator<Effect, void, unknown> {
    const read = yield* readApprovals(subject, electorate);
    process.answer = { resource, expiresAtMs, verdict, by: by ?? 'a link', micros: highest.micros, hadSeen: answersIn(world) };
    if (by === undefined) yield* recordLinkAnswer(subject, name, { ...said, because: undefined }, signer, read);
    else yield* recordApproval(subject, name, { ...said, by: { account: accountId, user: by, userId: by } }, read);
  }
  const process = new Process(name, world, command);
  return process;
}

/** How many answers the journal holds. */
function answersIn({ shelf }: World): number {
  return shelf.keys('approvals').length;
}

/** What answers come to: refused, or approved up to an amount. Undefined where none counts. */
export type ClaimState = { readonly refusedBy: string } | { readonly upTo: bigint } | undefined;

/**
 * What the first `count` answers of the journal come to (purchase protocol, P19), by what happened and not by what the records say: an approval counts
 * where its writer had read every refusal.
 */
export function claimStateOf(world: World, resource: number, expiresAtMs: number, count = Number.POSITIVE_INFINITY): ClaimState {
  const written = writtenAnswers(world).filter(
    ({ answer, place }) => place < count && answer.resource === resource && answer.expiresAtMs === expiresAtMs,
  );
  const refusals = written.filter(({ answer }) => answer.verdict === 'refuse');
  const counting = written.filter(({ answer }) => answer.verdict === 'approve' && refusals.every(({ place }) => place < answer.hadSeen));
  const amounts = counting.map(({ answer: { micros } }) => micros).sort((a, b) => (a < b ? -1 : 1));
  const upTo = amounts.at(-1);
  if (upTo !== undefined) return { upTo };
  const last = refusals.at(-1);
  return last && { refusedBy: last.answer.by };
}

/** The answers that the journal holds, in the order in which they came to stand there. */
function writtenAnswers({ shelf, answers }: World): readonly { readonly answer: Answer; readonly place: number }[] {
  return shelf.keys('approvals').flatMap((key, place) => {
    const bytes = shelf.read(key) as Uint8Array;
    const answer = answers.find((each) => each.key === key && Buffer.compare(each.bytes, bytes) === 0);
    return answer ? [{ answer, place }] : [];
  });
}
