import type { EpochMs } from '../../client/clock.ts';
import type { ResourceRef } from '../../fleet/resource.ts';
import type { Subscribable } from '../../fleet/subscription.ts';
import { periodText } from '../../fleet/subscription-period.ts';
import { type AlertName, alertId } from '../../journal/log/alerts.ts';
import type { Message, Severity } from '../../notify/message.ts';
import { zonedText } from '../../planning/local-time.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import { formatMoney } from '../../policy/money.ts';
import type { Alert } from '../purchase/contract.ts';
import { nameOf } from '../telling/listed.ts';
import type { Alarm } from './alarms.ts';
import type { Question } from './planner.ts';
import { type RenewalState, stateSentence } from './state.ts';

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
export function alarmMessage(alarm: Alarm, state: RenewalState, dryRun: boolean, telling: Telling): Message {
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
export function alertMessage(name: AlertName, { code, severity, text, data }: Alert, resource: ResourceRef, telling: Telling): Message {
  const titles: Readonly<Partial<Record<Alert['code'], string>>> = {
    'order-unpaid': 'Order unpaid',
    'order-unclear': 'Order unclear',
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
export function questionMessage(name: AlertName, question: Question, resource: Subscribable, why: string, telling: Telling): Message {
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
export function lapseMessage(name: AlertName, rule: string, resource: Subscribable, telling: Telling): Message {
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
