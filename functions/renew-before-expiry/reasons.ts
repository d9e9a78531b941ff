import { type ReasonBuilder, reasonOf } from '../../shared/planning/decision.ts';

/** Every code that a decision of renew-before-expiry can carry, with its meaning. Codes are stable; texts may change. */
export const reasonCodes = {
  'not-covered':
    'No rule matches the resource, or its region is outside the target; it is left alone. Its expiry is announced all the same.',
  'policy-horizon': 'The policy was compiled for a time that is over.',
  'region-unknown': 'The target is limited to regions, and the answer did not name the region.',
  'selector-unknown': 'Whether a rule matches cannot be told from what was observed.',
  'not-a-subscription': 'The resource is paid as it goes and does not expire.',
  'charge-unknown': 'The answer did not say how the resource is paid.',
  'expiry-unknown': 'The answer has no expiry that can be read; nothing is ordered, and people are told.',
  'lets-lapse': 'The rule says never to renew.',
  'not-due': 'The expiry is further away than the lead of the rule.',
  expired: 'The subscription has run out; whether and from when it can be renewed is for a person to see.',
  'console-auto-renew': 'The rule says that the console renews by itself; with both active you would pay twice.',
  'auto-renewal-on': 'Billing shows that the console renews it by itself; with both active you would pay twice.',
  status: 'The status of the resource is not one under which renewing is known to work.',
  spot: 'The workstation is a spot instance.',
  'order-begun': 'An order was begun a short while ago, and its answer is not recorded yet.',
  'order-under-way': 'An order was placed a short while ago, and the expiry has not moved yet.',
  'order-unpaid': 'An order was placed and the expiry has not moved: it waits for payment, or for the service. It is never placed again.',
  'order-paid': 'Billing shows an order as paid, and the expiry has not moved. It is never placed again.',
  'order-unclear': 'It is not known whether an order was placed. It is never sent again by itself.',
  'order-closing': 'The last order was refused or never sent; its claim is being closed.',
  'expiry-claimed': 'A renewal of this very expiry was ordered already: a refund, or a change by the service.',
  'price-unknown': 'The price of the renewal could not be read.',
  'type-not-priced': 'The rule has no price for this type of workstation, and the API has none.',
  'price-over-maximum': 'The renewal costs more than the rule ever allows.',
  'too-far-ahead': 'The renewal would move the expiry further ahead than the rule allows.',
  'no-spending-limit': 'The policy has no monthly limit in the currency of the price; nothing is converted.',
  'needs-approval': 'The renewal waits for an approval.',
  'approval-too-low': 'It was approved, but costs more now than what was approved.',
  'approval-over': 'It was approved, but for a time that is over.',
  refused: 'An approver refused it.',
  approved: 'An approver has approved it.',
  unanswered: 'Nobody has answered, and the rule says to renew for a week then.',
  'unanswered-before': 'Nobody has answered again; a week is ordered once in a row only.',
  'month-change': 'The month is about to change or has just changed; orders wait so that each counts in the month in which it is placed.',
  due: 'The expiry is near, and the rule says to renew.',
  'in-spite-of-freeze': 'A freeze is in force, and waiting for its end would leave less than 24 hours before the expiry.',
  'waits-for-payment': 'The order will wait until somebody pays it.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of a reason of renew-before-expiry. */
export type ReasonCode = keyof typeof reasonCodes;

/** Builds a reason; `data` holds what a program may want to read from it. */
export const reason: ReasonBuilder<ReasonCode> = reasonOf;
