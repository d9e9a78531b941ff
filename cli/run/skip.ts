import type { CoverageProblem } from '../../shared/journal/log/coverage.ts';
import { skipRecord } from '../../shared/journal/log/skipped.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { parseRenewalKey } from '../../shared/journal/renewals/renewal-record.ts';
import { isKey, parseStreamKey } from '../../shared/journal/store/key.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { CommandFailure } from '../failure.ts';
import type { Actor } from './actor.ts';
import type { Session } from './session.ts';

/** A damaged record that was skipped. */
export interface SkippedDamage {
  readonly key: string;
  readonly by: string;
  /** What was wrong with it. */
  readonly problem: CoverageProblem;
  /** What follows from skipping it. */
  readonly effect: string;
  /** Key of the record that says so. */
  readonly record: string;
}

/** What follows from skipping a record, by the first segment of its key. */
const effects: Readonly<Record<string, string>> = {
  budget: 'what it set aside counts as nothing. Compare the month with the bill: what was ordered in it is spent all the same.',
  exceptions: 'what it said counts as never said.',
  halts: 'what it said counts as never said. Halt the version again if it is to be halted.',
  policy: 'functions go by the policy before it, and nobody is told of it any more.',
  renewals:
    'a skipped claim leaves nothing known of its order: the resource may be ordered for again. Without its answer a claim stays open; without its end it counts as ordered, until the expiry moves or you run resolve --refunded.',
  written: 'what was written in it counts as never meant, also in limits over 24 hours.',
};

/**
 * Writes a person's word that everything goes on without a damaged record. It covers what stands there now and no later damage.
 * @throws CommandFailure `Usage` without a reason; `NotDamaged` where nothing is wrong with the record; `NotAPerson` for keys of a role
 */
export async function skipDamaged({ world }: Session, key: string, because: string | undefined, actor: Actor): Promise<SkippedDamage> {
  if ((because ?? '').trim() === '') throw new CommandFailure('Usage', '--because is missing: say what is lost and what you have checked.');
  const { account, user, userId, arn } = await world.caller();
  if (user === undefined) {
    throw new CommandFailure('NotAPerson', `${arn} could be anybody. Use the keys of your own RAM user to skip a record.`);
  }
  const stream = parseRenewalKey(key)?.stream ?? parseStreamKey(key)?.stream;
  const prefix = stream === undefined ? key : `${stream}/`;
  const { problems } = await verifyJournal(world.store, isKey(key) ? { prefix } : {});
  const problem = problems.find((each) => each.key === key);
  if (!isKey(key) || problem === undefined) {
    const others = problems.map((each) => each.key).slice(0, 5);
    const hint =
      others.length > 0 ? ` There is something wrong with ${others.join(', ')}.` : " 'streamwarden journal verify' names what is damaged.";
    throw new CommandFailure('NotDamaged', `Nothing is wrong with '${key}', so there is nothing to skip.${hint}`);
  }
  const who = { account, userId: userId ?? user };
  const bytes = await world.store.read(key);
  const record = await runStoring(world.store, skipRecord(key, bytes, { by: actor.by, who, because }, actor));
  const effect = effects[key.slice(0, key.indexOf('/'))] ?? 'nothing goes by it any more.';
  return { key, by: actor.by, problem, effect, record };
}
