import { sha256 } from '../../../shared/client/hmac.ts';
import { listed, nameOf } from '../../../shared/engine/notifications.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import { dailyStep } from '../../../shared/journal/log/alerts.ts';
import type { Crossing } from '../../../shared/journal/people/answers.ts';
import type { Answers } from '../../../shared/journal/people/approvals.ts';
import { message, type Telling } from './announce.ts';
import type { DueDecision } from './choose.ts';
import type { Renewal } from './effects.ts';
import type { RenewalNotifier } from './renewal-notifier.ts';

/**
 * Tells of answers that people should look at again: those that crossed, to both who gave them, and records among the answers that count for
 * nothing, once a day for each resource.
 */
export function* announceAnswers(decisions: readonly DueDecision[], notifier: RenewalNotifier, telling: Telling): Renewal<void> {
  for (const { verdict, candidate } of decisions) {
    const { subject, expiresAtMs } = candidate.due;
    const place = { subject, account: telling.target.account, expiresAtMs };
    const answer = verdict.asked?.answer;
    if (answer?.state === 'refused' && answer.crossed !== undefined) yield* crossed(answer.crossed, place, notifier, telling);
    const bad = (verdict.answers?.unusable ?? []).filter(({ code }) => code !== 'unverified');
    if (bad.length > 0) yield* unusable(bad, place, notifier, telling);
  }
}

interface Place {
  readonly subject: Subscribable;
  readonly account: string;
  readonly expiresAtMs: number;
}

function* crossed(
  crossing: Crossing,
  { subject, account, expiresAtMs }: Place,
  notifier: RenewalNotifier,
  telling: Telling,
): Renewal<void> {
  const { approvedBy, refusedBy, approval, refusal } = crossing;
  const step = `answers-crossed/${sha256(`${approval}\n${refusal}`).slice(0, 12)}`;
  const name = { account, resource: subject.id, expiresAtMs, step };
  const title = `${approvedBy} approved and ${refusedBy} refused ${nameOf(subject)} at the same time`;
  const text = `Neither had seen the other's answer, so the refusal counts and nothing is ordered. Agree, then answer again: streamwarden approve ${telling.target.name}/${subject.id}, or leave it refused.`;
  const data = { resource: subject.id, approvedBy, refusedBy };
  yield* notifier.once(
    name,
    'answers-crossed',
    notifier.channelsFor('money'),
    message(name, 'warning', title, text, telling, data),
    subject,
  );
}

function* unusable(
  bad: Answers['unusable'],
  { subject, account, expiresAtMs }: Place,
  notifier: RenewalNotifier,
  telling: Telling,
): Renewal<void> {
  const name = { account, resource: subject.id, expiresAtMs, step: dailyStep('answers-unusable', telling.nowMs) };
  const isForged = bad.some(({ code }) => code === 'forged' || code === 'altered');
  const what = isForged ? 'was not given by whom it names, or was changed' : 'cannot be read';
  const title = `An answer about ${nameOf(subject)} ${what}`;
  const advice = 'Look who could write them, and whether an answer has to be given again; all other answers count as ever.';
  const text = `${listed(bad.map(({ text: each }) => each))}\n${advice}`;
  const channels = notifier.channelsFor('money', 'failed');
  const data = { resource: subject.id, records: bad.map(({ key }) => key).slice(0, 10) };
  yield* notifier.once(
    name,
    'answers-unusable',
    channels,
    message(name, isForged ? 'critical' : 'warning', title, text, telling, data),
    subject,
  );
}
