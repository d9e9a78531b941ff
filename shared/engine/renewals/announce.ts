import type { EpochMs } from '../../client/clock.ts';
import type { ResourceRef } from '../../fleet/resource.ts';
import type { Subscribable } from '../../fleet/subscription.ts';
import { periodText } from '../../fleet/subscription-period.ts';
import { zonedText } from '../../planning/local-time.ts';
import { formatMoney } from '../../policy/money.ts';
import { formatDuration } from '../../policy/values/duration.ts';
import type { HoldDecision } from '../decision.ts';
import type { Alert } from '../purchase/contract.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import { listed, nameOf } from '../telling/listed.ts';
import { type Alarm, alarmName } from './alarms.ts';
import type { LinkMaker, LinkSubject } from './approval-link.ts';
import type { DueDecision } from './choose.ts';
import type { Renewal } from './effects.ts';
import { alarmMessage, alertMessage, lapseMessage, questionMessage, type Telling } from './messages.ts';
import type { Question } from './planner.ts';
import type { Screening } from './screen.ts';
import { type RenewalState, renewalState, stateSentence } from './state.ts';
import type { Teller } from './teller.ts';

/** An alarm with the state of the renewal that it tells of. */
export interface StatedAlarm {
  readonly alarm: Alarm;
  readonly state: RenewalState;
}

/**
 * Tells of expiries that are near, covered by a rule or not: on the money channels, and for the last day on those for failures too. `dryRun`:
 * the function only observes.
 */
export function* announceAlarms(alarms: readonly StatedAlarm[], dryRun: boolean, teller: Teller, telling: Telling): Renewal<void> {
  for (const { alarm, state } of alarms) {
    if (!dryRun && isCalm(alarm, state)) continue;
    const channels = alarm.severity === 'critical' ? teller.channelsFor('money', 'failed') : teller.channelsFor('money');
    const name = alarmName(alarm, telling.target.account);
    yield* teller.once(
      name,
      `expiry-${alarm.step.replace(/-\d.*/, '')}`,
      channels,
      alarmMessage(alarm, state, dryRun, telling),
      alarm.resource,
    );
  }
}

/** What was renewed needs no alarm; what was ordered or begun a moment ago needs one only in the last hour, when nobody could react to a later one. */
function isCalm({ step }: Alarm, { code }: RenewalState): boolean {
  return code === 'renewed' || ((code === 'ordered' || code === 'under-way') && step !== '1h');
}

/** Tells of what the policy lets lapse, once per expiry. */
export function* announceLapses(lapsing: Screening['lapsing'], teller: Teller, telling: Telling): Renewal<void> {
  for (const { resource, rule } of lapsing) {
    const name = { account: telling.target.account, resource: resource.id, expiresAtMs: resource.expiresAtMs, step: 'lets-lapse' };
    yield* teller.once(name, 'lets-lapse', teller.channelsFor('money'), lapseMessage(name, rule, resource, telling), resource);
  }
}

/** Tells of what the purchase protocol found, each thing once a day. */
export function* announceAlerts(
  alerts: readonly Alert[],
  subjects: ReadonlyMap<string, ResourceRef & Pick<Subscribable, 'expiresAtMs'>>,
  teller: Teller,
  telling: Telling,
): Renewal<void> {
  for (const alert of alerts) {
    const resource = subjects.get(String(alert.data['resource']));
    if (resource === undefined) continue;
    const name = { account: telling.target.account, resource: resource.id, expiresAtMs: resource.expiresAtMs, step: alert.once };
    const channels = alert.severity === 'critical' ? teller.channelsFor('money', 'failed') : teller.channelsFor('money');
    yield* teller.once(name, alert.code, channels, alertMessage(name, alert, resource, telling), resource);
  }
}

/**
 * Asks approvers: once per price, since a dearer one is another question, and again at the times of the rule. Where a word by link counts, the
 * message carries the link of the question.
 */
export function* askApprovers(
  decisions: readonly DueDecision[],
  teller: Teller,
  telling: Telling,
  linkTo: LinkMaker | undefined,
): Renewal<void> {
  for (const { decision, verdict, candidate } of decisions) {
    const question = 'question' in verdict ? verdict.question : undefined;
    if (!question) continue;
    const { subject, expiresAtMs } = candidate.due;
    const { period, amount, remindMs } = question;
    const reminder = [...remindMs].sort((a, b) => a - b).find((ms) => telling.nowMs >= expiresAtMs - ms);
    const about = `${periodText(period)}-${amount.currency}-${amount.micros}`.replaceAll(' ', '-');
    const step = reminder === undefined ? `ask-${about}` : `remind-${formatDuration(reminder)}-${about}`;
    const name = { account: telling.target.account, resource: subject.id, expiresAtMs, step };
    const why = String(decision.because[0]?.data?.['why'] ?? decision.because[0]?.text ?? '');
    const code = reminder === undefined ? 'approval-asked' : 'approval-reminder';
    const asked = questionMessage(name, question, subject, why, telling);
    const link = question.links === true ? linkTo?.(linkSubject(question, subject, expiresAtMs, telling)) : undefined;
    yield* teller.once(name, code, teller.channelsFor('money'), link === undefined ? asked : { ...asked, link }, subject);
  }
}

function linkSubject(
  { circle, period, amount }: Question,
  { id, name }: Subscribable,
  expiresAtMs: EpochMs,
  { target }: Telling,
): LinkSubject {
  // What runs out cannot be renewed any more, so neither link nor word outlives the expiry.
  return {
    target: target.name,
    account: target.account,
    resource: id,
    name,
    circle,
    expiresAtMs,
    untilMs: expiresAtMs,
    period,
    highest: amount,
  };
}

/** Tells of orders that were placed: on the money channels, and where the rule wants it told. */
export function* announceOrders(
  outcomes: readonly RenewalOutcome[],
  tellOfRule: (resourceId: string) => readonly string[] | undefined,
  teller: Teller,
  telling: Telling,
): Renewal<void> {
  const { nowMs, target } = telling;
  for (const { wish, n, orderId, outcome, requestId, end } of outcomes) {
    if (outcome !== 'ordered') continue;
    const done = tellOfRule(wish.resource.id) ?? teller.channelsFor('done');
    // Only an expiry that has moved proves that it is paid; and where nobody can have paid it yet, that was another's doing.
    const isRenewed = wish.autoPay && end?.outcome === 'moved';
    const paid = isRenewed ? 'in effect' : 'with automatic payment, not in effect yet';
    const state = wish.autoPay ? paid : 'unpaid: it renews nothing until somebody pays it in the console';
    const price = `${formatMoney(wish.reserve)}${wish.autoPay ? '' : ', to be paid'}`;
    const from = `${periodText(wish.period)} from ${zonedText(wish.expiresAtMs, telling)}`;
    yield* teller.collect('order-placed', [...new Set([...teller.channelsFor('money'), ...done])], {
      id: `orders/${wish.account}/${wish.resource.id}/${n}`,
      timeMs: nowMs,
      severity: 'info',
      title: `${isRenewed ? 'Renewed' : 'Ordered a renewal of'} ${nameOf(wish.resource)} for ${price}`,
      text: `Order ${orderId}: ${from}, ${state}.${wish.note?.['unasked'] ? ' Nobody had answered.' : ''}`,
      data: { target: target.name, account: target.account, resource: wish.resource.id, orderId, requestId, amount: wish.reserve },
    });
  }
}

/** Tells of holds that were not told before, all of a run in one message. True where a receiver has it, or there is nothing to tell. */
export function* announceHolds(holds: readonly HoldDecision[], run: string, teller: Teller, { nowMs, target }: Telling): Renewal<boolean> {
  if (holds.length === 0) return true;
  return yield* teller.now(teller.channelsFor('held'), {
    id: `holds/${run}`,
    timeMs: nowMs,
    severity: 'warning',
    title: `${holds.length} ${holds.length === 1 ? 'renewal is' : 'renewals are'} held on ${target.name}`,
    text: listed(
      holds.map((decision) => `${nameOf(decision.resource)}: ${stateSentence(renewalState({ decision }))}`),
      '\n',
    ),
    data: { target: target.name, resources: holds.map(({ resource }) => resource.id) },
  });
}
