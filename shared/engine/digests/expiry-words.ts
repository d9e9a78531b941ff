import type { EpochMs } from '../../client/clock.ts';
import type { SubscriptionPeriod } from '../../fleet/subscription-period.ts';
import { readMarks } from '../../journal/log/alerts.ts';
import { answerWords, countingAnswer, electorateOf } from '../../journal/people/answers.ts';
import { type ApprovalSubject, type LinkProver, readApprovals } from '../../journal/people/approvals.ts';
import type { Store } from '../../journal/store/store.ts';
import { runStoring } from '../../journal/store/store-effect.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import { zero } from '../../policy/money.ts';
import type { ExpiryLine } from './digest-facts.ts';
import type { Expiry } from './fleet-facts.ts';
import { type AnyRule, rulesFor } from './rule-cover.ts';

/** The function that tells alarms. */
const renewing = 'renew-before-expiry';

/** Alarms are told from 72 hours before an expiry on (protocols, renewal); a day more for clocks and late runs. */
const alarmsMs = 4 * 86_400_000;
/** Steps of alarms about an expiry that is near; other alerts of the same expiry are no alarms. */
const alarmSteps = ['72h', '24h', '6h', '1h'];

/** By what the words on an expiry are read. */
interface WordsContext {
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  readonly nowMs: EpochMs;
  /** Checks answers by link. Default: they cannot be checked. */
  readonly proveLink?: LinkProver | undefined;
}

/**
 * What people were told and said about an expiry. One read for each alarm where it is near; the exact reads where its rule asks approvers.
 * @throws StoreError @throws JournalError
 */
export async function withWords(store: Store, expiry: Expiry, context: WordsContext): Promise<ExpiryLine> {
  const { policy, target, nowMs } = context;
  const { id: resource, expiresAtMs } = expiry;
  const { account } = target;
  const near = expiresAtMs - nowMs <= alarmsMs ? alarmSteps : [];
  const names = near.map((step) => ({ account, resource, expiresAtMs, step }));
  const marks = await runStoring(store, readMarks({ functionName: renewing, nowMs }, names));
  const told = near.filter((_step, index) => marks[index]?.toldAtMs !== undefined);
  const rule = rulesFor(policy, target, renewing).find(({ name }) => name === expiry.rule);
  const ask = rule?.['ask'] as { readonly who?: string; readonly links?: boolean } | undefined;
  const answer =
    ask?.who === undefined ? undefined : await answerOn(store, { circle: ask.who, account, resource, expiresAtMs }, rule, context);
  return {
    ...expiry,
    told,
    ...(answer === undefined ? {} : { answer }),
  };
}

/** What approvers answered, at whatever price: a digest asks for none. Undefined where nothing that was answered counts now. */
async function answerOn(
  store: Store,
  subject: ApprovalSubject,
  rule: AnyRule | undefined,
  context: WordsContext,
): Promise<ExpiryLine['answer']> {
  const { target, nowMs, proveLink } = context;
  const { ask, period } = rule as unknown as { readonly ask: { readonly links?: boolean }; readonly period: SubscriptionPeriod };
  const electorate = electorateOf(context, { circle: subject.circle, links: ask.links === true }, proveLink);
  const answers = await runStoring(store, readApprovals(subject, electorate));
  const currency = answers.given.find(({ verdict }) => verdict === 'approve')?.highest.currency ?? 'CNY';
  const answer = countingAnswer(answers, { target: target.name, period, price: zero(currency), nowMs });
  if (answer.state !== 'approved' && answer.state !== 'refused') return undefined;
  return { state: answer.state, words: answerWords(answer, subject.circle) };
}
