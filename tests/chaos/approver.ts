import type { EpochMs } from '../../shared/client/clock.ts';
import { electorateOf } from '../../shared/journal/people/answers.ts';
import { type NewApproval, readApprovals, recordApproval } from '../../shared/journal/people/approvals.ts';
import { readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { formatMoney, type Money } from '../../shared/policy/money.ts';
import type { RandomStream } from '../../simulator/world/random.ts';
import type { World } from '../../simulator/world/world.ts';
import { accountId } from '../functions/renew-before-expiry/renewal-fixture.ts';
import { approvers, circle } from './account.ts';
import { type Bill, expiryOf, moveOf } from './bill.ts';

/** What an approver sees and can use. */
export interface Approvers {
  readonly world: World;
  readonly store: Store;
  readonly policy: CompiledPolicy;
  readonly random: RandomStream;
  /** What one period of a resource costs at most, whatever the prices do. */
  readonly highest: Money;
}

/** An answer that was written down. */
export interface Given {
  readonly resource: string;
  readonly expiresMs: EpochMs;
  readonly verdict: 'approve' | 'refuse';
  readonly micros: bigint;
  /** Key of its record; undefined where nobody can tell whether it was written. */
  readonly key: string | undefined;
  /** Keys of the answers that its writer had read. */
  readonly seen: ReadonlySet<string>;
  /** By the world's clock, when it was surely there. */
  readonly atMs: EpochMs;
}

/** An approver never answers so much in a run of the story that its stream is full. */
const mostAnswers = 40;

/**
 * Somebody answers about a resource: approves it for one target, for all that it may cost or for less, or refuses it. Two may do so at once, neither having
 * seen the other. Nothing is written where somebody was quicker, or the store failed.
 */
export async function answer({ world, store, policy, random, highest }: Approvers, given: Given[], resource: string): Promise<void> {
  const account = world.accounts.get(accountId);
  const expiresMs = account && expiryOf(account, resource);
  if (expiresMs === undefined || given.filter((each) => each.resource === resource).length > mostAnswers) return;
  const targets = Object.values(policy.targets) as CompiledTarget[];
  const target = targets[random.integer(0, targets.length - 1)] as CompiledTarget;
  const verdict = random.chance(0.6) ? 'approve' : 'refuse';
  const user = approvers[random.integer(0, approvers.length - 1)] as string;
  const amount = { currency: highest.currency, micros: random.chance(0.8) ? highest.micros : highest.micros / 200n };
  const subject = { circle, account: accountId, resource, expiresAtMs: expiresMs };
  const said: NewApproval = {
    ...{ verdict, by: { account: accountId, user, userId: user }, target: target.name, period: { count: 1, unit: 'Week' } },
    ...{ highest: amount, atMs: world.clock.nowMs, untilMs: expiresMs },
  };
  const owner = `${user}-${given.length}-${random.integer(0, 999_999)}`;
  let seen: ReadonlySet<string> = new Set();
  const note = (key: string | undefined, atMs: EpochMs): void => {
    given.push({ resource, expiresMs, verdict, micros: amount.micros, key, seen, atMs });
  };
  try {
    const read = await runStoring(store, readApprovals(subject, electorateOf({ policy, target }, { circle, links: false })));
    seen = new Set(read.given.map(({ key }) => key));
    const written = await runStoring(store, recordApproval(subject, owner, said, read));
    if (written.outcome === 'written') note(written.key, world.clock.nowMs);
  } catch {
    // The store of the story fails now and then: whoever answers sees it. An approval may count all the same, a refusal need not.
    if (verdict === 'approve') note(undefined, world.clock.nowMs);
  }
}

/** How old what a run had read may be when its order arrives, in milliseconds: answers 60 s, and an order 50 s behind its claim. */
const slackMs = 120_000;

/**
 * Orders that were placed against the answers: a refusal had been written down well before, and nobody who had read it approved since; or nobody ever
 * approved so much. What is not certain is passed over.
 */
export async function againstAnswers({ store }: Pick<Approvers, 'store'>, bill: Bill, given: readonly Given[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { resource, expiresMs, arrivedMs } of bill.executed) {
    if (!resource.startsWith('ask-')) continue;
    const about = given.filter((each) => each.resource === resource && each.expiresMs === expiresMs);
    const refusals = about.filter(({ verdict, atMs }) => verdict === 'refuse' && atMs <= arrivedMs - slackMs);
    const approvals = about.filter(({ verdict }) => verdict === 'approve');
    const overrule = approvals.filter(({ seen }) => refusals.every(({ key }) => key !== undefined && seen.has(key)));
    if (overrule.length === 0) {
      found.push(
        `answers: ordered ${refusals.length > 0 ? 'in spite of a refusal' : 'although nobody had approved'}: ${moveOf(resource, expiresMs)}`,
      );
      continue;
    }
    const { moved, open } = await runStoring(store, readRenewal(renewalStream(accountId, resource)));
    const price = [open, moved].find((entry) => entry?.claim?.expiry === expiresMs / 1000)?.claim?.price;
    const tooLow = price && overrule.every(({ micros }) => micros < BigInt(price.micros));
    if (price && tooLow) {
      const text = formatMoney({ currency: price.currency, micros: BigInt(price.micros) });
      found.push(`answers: ordered for ${text}, which nobody had approved: ${moveOf(resource, expiresMs)}`);
    }
  }
  return found;
}
