import type { EpochMs } from '../../../shared/client/clock.ts';
import { listed, nameOf } from '../../../shared/engine/notifications.ts';
import type { ResourceRef } from '../../../shared/fleet/resource.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import { periodText } from '../../../shared/fleet/subscription-period.ts';
import { type AlertName, alertId } from '../../../shared/journal/log/alerts.ts';
import type { LinkMaker, LinkSubject } from '../../../shared/journal/people/approval-link.ts';
import type { Message, Severity } from '../../../shared/notify/message.ts';
import type { HoldDecision } from '../../../shared/planning/decision.ts';
import { zonedText } from '../../../shared/planning/local-time.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { formatMoney } from '../../../shared/policy/money.ts';
import { formatDuration } from '../../../shared/policy/values/duration.ts';
import type { Alert } from '../purchase/contract.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import { type Alarm, alarmName } from './alarms.ts';
import type { DueDecision } from './choose.ts';
import type { Renewal } from './effects.ts';
import type { Question } from './planner.ts';
import type { RenewalNotifier } from './renewal-notifier.ts';
import type { Screening } from './screen.ts';
import { type RenewalState, renewalState, stateSentence } from './state.ts';

/** An alarm with the state of the renewal that it tells of. */
export interface StatedAlarm {
  readonly alarm: Alarm;
  readonly state: RenewalState;
}

/**
 * Tells of expiries that are near, covered by a rule or not: on the money channels, and for the last day on those for failures too. `dryRun`:
 * the function only observes.
 */
export function* announceAlarms(
  alarms: readonly StatedAlarm[],
  dryRun: boolean,
  notifier: RenewalNotifier,
  telling: Telling,
): Renewal<void> {
  for (const { alarm, state } of alarms) {
    if (!dryRun && isCalm(alarm, state)) continue;
    const channels = alarm.severity === 'critical' ? notifier.channelsFor('money', 'failed') : notifier.channelsFor('money');
    const name = alarmName(alarm, telling.target.account);
    yield* notifier.once(
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
export function* announceLapses(lapsing: Screening['lapsing'], notifier: RenewalNotifier, telling: Telling): Renewal<void> {
  for (const { resource, rule } of lapsing) {
    const name = { account: telling.target.account, resource: resource.id, expiresAtMs: resource.expiresAtMs, step: 'lets-lapse' };
    yield* notifier.once(name, 'lets-lapse', notifier.channelsFor('money'), lapseMessage(name, rule, resource, telling), resource);
  }
}

/** Tells of what the purchase protocol found, each thing once a day. */
export function* announceAlerts(
  alerts: readonly Alert[],
  subjects: ReadonlyMap<string, ResourceRef & Pick<Subscribable, 'expiresAtMs'>>,
  notifier: RenewalNotifier,
  telling: Telling,
): Renewal<void> {
  for (const alert of alerts) {
    const resource = subjects.get(String(alert.data['resource']));
    if (resource === undefined) continue;
    const name = { account: telling.target.account, resource: resource.id, expiresAtMs: resource.expiresAtMs, step: alert.once };
    const channels = alert.severity === 'critical' ? notifier.channelsFor('money', 'failed') : notifier.channelsFor('money');
    yield* notifier.once(name, alert.code, channels, alertMessage(name, alert, resource, telling), resource);
  }
}

/**
 * Asks approvers: once per price, since a dearer one is another question, and again at the times of the rule. Where a word by link counts, the
 * message carries the link of the question.
 */
export function* askApprovers(
  decisions: readonly DueDecision[],
  notifier: RenewalNotifier,
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
    yield* notifier.once(name, code, notifier.channelsFor('money'), link === undefined ? asked : { ...asked, link }, subject);
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
  notifier: RenewalNotifier,
  telling: Telling,
): Renewal<void> {
  const { nowMs, target } = telling;
  for (const { purchase, n, orderId, outcome, requestId, end } of outcomes) {
    if (outcome !== 'ordered') continue;
    const done = tellOfRule(purchase.resource.id) ?? notifier.channelsFor('done');
    // Only an expiry that has moved proves that it is paid; and where nobody can have paid it yet, that was another's doing.
    const isRenewed = purchase.autoPay && end?.outcome === 'moved';
    const paid = isRenewed ? 'in effect' : 'with automatic payment, not in effect yet';
    const state = purchase.autoPay ? paid : 'unpaid: it renews nothing until somebody pays it in the console';
    const price = `${formatMoney(purchase.reserve)}${purchase.autoPay ? '' : ', to be paid'}`;
    const from = `${periodText(purchase.period)} from ${zonedText(purchase.expiresAtMs, telling)}`;
    yield* notifier.collect('order-placed', [...new Set([...notifier.channelsFor('money'), ...done])], {
      id: `orders/${purchase.account}/${purchase.resource.id}/${n}`,
      timeMs: nowMs,
      severity: 'info',
      title: `${isRenewed ? 'Renewed' : 'Ordered a renewal of'} ${nameOf(purchase.resource)} for ${price}`,
      text: `Order ${orderId}: ${from}, ${state}.${purchase.note?.['unasked'] ? ' Nobody had answered.' : ''}`,
      data: { target: target.name, account: target.account, resource: purchase.resource.id, orderId, requestId, amount: purchase.reserve },
    });
  }
}

/** Tells of holds that were not told before, all of a run in one message. True where a receiver has it, or there is nothing to tell. */
export function* announceHolds(
  holds: readonly HoldDecision[],
  run: string,
  notifier: RenewalNotifier,
  { nowMs, target }: Telling,
): Renewal<boolean> {
  if (holds.length === 0) return true;
  return yield* notifier.now(notifier.channelsFor('held'), {
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

/** What the texts of a run go by. */
export interface Telling {
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  readonly nowMs: EpochMs;
}

const hourMs = 3_600_000;

/**
 * An expiry that is near, or that cannot be read, with the state of its renewal. `dryRun`: the function only observes, so whatever the state
 * says, nothing is done.
 */
function alarmMessage(alarm: Alarm, state: RenewalState, dryRun: boolean, telling: Telling): Message {
  const { resource, expiresAtMs, step, severity } = alarm;
  const { target } = telling;
  const title =
    expiresAtMs === undefined
      ? `The expiry of ${nameOf(resource)} cannot be read`
      : `${nameOf(resource)} expires in ${Math.ceil((expiresAtMs - telling.nowMs) / hourMs)} h: ${dryRun ? 'nothing is done (dry run)' : state.words}`;
  const when =
    expiresAtMs === undefined
      ? 'Look it up in the console, and renew it by hand if it is to stay'
      : `It expires ${zonedText(expiresAtMs, telling)}`;
  const text = `${when}. ${dryRun ? dryRunText(state) : stateSentence(state)}`;
  const data = { resource: resource.id, expiresAtMs, step, state: state.code, dryRun };
  return message(alarmNameOf(resource, expiresAtMs, step, target), severity, title, text, telling, data);
}

function dryRunText({ code, words }: RenewalState): string {
  const nobody = 'renew-before-expiry only observes (dry run), so nothing will be done about it. Renew it by hand if it is to stay.';
  return code === 'not-renewed-by-rule'
    ? `No rule covers it, and ${nobody}`
    : `The function ${nobody} If it acted, the state would be: ${words}.`;
}

function alarmNameOf({ id }: Subscribable, expiresAtMs: EpochMs | undefined, step: string, { account }: CompiledTarget): AlertName {
  return { account, resource: id, expiresAtMs, step };
}

/** An alert of the purchase protocol. */
function alertMessage(name: AlertName, { code, severity, text, data }: Alert, resource: ResourceRef, telling: Telling): Message {
  const titles: Readonly<Partial<Record<Alert['code'], string>>> = {
    'order-unpaid': 'Order unpaid',
    'order-unclear': 'Order unclear',
    'order-paid': 'Order paid and not carried out',
    'order-closed': 'Order closed as billing shows it',
    'shift-differs': 'Expiry moved by another length than was ordered',
    'expiry-moved-back': 'Expiry moved back',
    'answer-unrecorded': 'Answer to an order not recorded',
    'foreign-renewal': 'Renewed by somebody else',
    'void-order-paid': 'Void order paid, perhaps',
    'renewed-twice': 'Renewed twice, perhaps',
    'subscription-gone': 'Subscription gone',
  };
  return message(name, severity, `${titles[code] ?? code}: ${nameOf(resource)}`, text, telling, { code, ...data });
}

/** A question to approvers. */
function questionMessage(name: AlertName, question: Question, resource: Subscribable, why: string, telling: Telling): Message {
  const { circle, period, amount } = question;
  const title = `${circle} is asked to approve ${formatMoney(amount)} for ${nameOf(resource)}`;
  const until = resource.expiresAtMs === undefined ? '' : ` It expires ${zonedText(resource.expiresAtMs, telling)}`;
  const silence = question.weekIfSilent
    ? '; without an answer 1 Week is ordered on the last day.'
    : '; without an answer it is not renewed.';
  const answer = " Answer with 'streamwarden approve ID' or 'streamwarden refuse ID'.";
  const data = { approvers: circle, resource: resource.id, period: periodText(period), amount };
  // Nothing in the text names the resource, so that many questions of one price and day share it.
  return message(name, 'warning', title, `${periodText(period)}: ${why}.${until}${silence}${answer}`, telling, data);
}

/** Something that a rule lets lapse. */
function lapseMessage(name: AlertName, rule: string, resource: Subscribable, telling: Telling): Message {
  const until = resource.expiresAtMs === undefined ? 'soon' : zonedText(resource.expiresAtMs, telling);
  const text = `It expires ${until}, and rule ${rule} says never to renew. Renew it by hand, or change the rule, if it is to stay.`;
  return message(name, 'warning', `${nameOf(resource)} is about to lapse, as the policy wants`, text, telling, {
    rule,
    resource: resource.id,
  });
}

/** A message about something that is told once. */
export function message(
  name: AlertName,
  severity: Severity,
  title: string,
  text: string,
  { nowMs, target }: Telling,
  data: Readonly<Record<string, unknown>>,
): Message {
  return { id: alertId(name), timeMs: nowMs, severity, title, text, data: { target: target.name, account: target.account, ...data } };
}
