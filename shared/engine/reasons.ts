import { type ReasonBuilder, reasonOf } from '../planning/decision.ts';

/** Every reason code that the engine gives, with its meaning. Codes are stable: people and programs may go by them. */
export const reasonCodes = {
  'observe-mode': 'The policy lets this function observe only; the change is planned and reported, not made.',
  frozen: 'A freeze of the policy is in force, and it stops this change. Raises, extensions and what gives access back go on.',
  'policy-horizon': 'The compiled policy does not cover this time; compile and push it again.',
  'policy-format':
    'The compiled rules of the function are not as this version reads them; push the policy again with this version, or deploy the newer one.',
  'exception-never': 'An exception of the policy forbids this kind of action here.',
  'exception-unknown': 'Whether an exception applies cannot be told, since a value that its selector needs is unknown.',
  'protected-group': 'The group is protected by the policy; nobody on it is cut.',
  'protected-owner': 'The owner protects the group by a tag.',
  'protected-user': 'A protected user has a session on the group.',
  'protection-unknown': 'Whether the resource is protected cannot be told; what could cut somebody holds.',
  'limit-actions-run': 'More actions than limits.actionsPerRun allows; none that does harm is done.',
  'limit-actions-24h': 'More actions within 24 hours than limits.actionsPer24h allows; none that does harm is done.',
  'limit-share-run': 'More resources of a rule would be harmed in one way than limits.shareOfRulePerRun allows; none is.',
  'limit-share-24h': 'More resources of a rule would be harmed in one way within 24 hours than limits.shareOfRulePer24h allows; none is.',
  'limit-share-incomplete': 'The fleet was not observed completely, so no share of it can be told; nothing that does harm is done.',
  'limit-sessions-run': 'More sessions would be cut than limits.sessionsCutPerRun allows; no session is cut.',
  'limit-sessions-24h': 'More sessions would be cut within 24 hours than limits.sessionsCutPer24h allows; no session is cut.',
  'limit-nodes-added':
    'More nodes beyond the highest level of the last 30 days than limits.nodesAddedPer24h allows: smaller raises come first, and a group is raised to the level that it had.',
  'changed-since-plan': 'Read again right before the call, the resource asked for another decision; the next run decides anew.',
  'not-shown-yet':
    'The service accepted this change a few minutes ago, and reads may not show it yet. It is not sent again until they must.',
  'resource-gone': 'Read again right before the call, the resource was gone.',
  'as-wanted': 'Read again right before the call, the resource was as wanted already.',
  'reread-failed': 'The resource could not be read again right before the call; nothing was sent.',
  defect: 'The program itself failed right before the call, which is to be reported as a defect; nothing was sent.',
  'deadline-near': 'Too little of the allowed time was left to finish the call safely.',
  stopped: 'The run was told to stop.',
  'another-run': 'Another run of this function acted on this target meanwhile; the limits are counted anew next time.',
  'journal-unavailable': 'The journal could not be read or written, and nothing is done that is not written down first.',
  'call-refused': 'The call failed, and nothing was executed.',
  'call-unknown': 'The call failed in a way that leaves open whether it was executed; the next observation tells.',
  'call-partial': 'The service did the call for others but not for this resource.',
  'answer-unreadable': 'The service said that it executed the call, but its answer could not be read.',
  'observation-failed': 'Observing ended early; resources that were not read were not decided.',
  'total-unknown': 'The service did not say how many resources there are, so nobody can tell whether all were read.',
  'expiries-unread': 'What was last seen of expiries could not be read or written, so renewals by others may not be noticed in this run.',
  'fact-unknown': 'A fact that decisions use, such as a price, could not be read.',
  'billing-unread': 'Something could not be read from billing; what hangs on it goes on as without billing.',
  'balance-low': 'The balance of the account, as billing shows it, is lower than the orders of the run. They are placed all the same.',
  'answer-unusable': 'A record among the answers of approvers cannot be read or trusted, so it counts for nothing; all others count.',
  'orders-per-run': 'A run places no more orders than limits.ordersPerRun; those that expire first come first, and the next run goes on.',
  'journal-damaged':
    'A record of the journal cannot be read. What depends on it takes the safe course; everything else goes on. A person can restore or skip the record.',
  'journal-unreadable': 'Records of this resource cannot be trusted; nothing is ordered for it until that is put right.',
  'account-mismatch': 'The keys of the target belong to another account than the policy states; nothing is done there.',
  'account-unknown': 'Whose keys act on the target could not be told; nothing is done there.',
  'clock-skew':
    'The clock of this machine and that of the service differ by more than two minutes; what cuts, lowers, stops or orders is held.',
  'store-not-shared': 'The journal is kept on one machine; an order, which must not be placed twice, needs one that all machines share.',
  'no-limit': 'No monthly limit is set for the currency of an order.',
  'month-change': 'The month is about to change or has just changed; orders wait so that each counts in the month in which it is placed.',
  'budget-short': "The month's budget has too little left for this order, after those that expire before it.",
  'budget-unreadable':
    "A record of the month's budget cannot be read, so nothing is ordered in that month and currency until a person skips it.",
  'reservation-released': 'What was reserved for the order was given back meanwhile; the next run goes on.',
  'order-placed': 'The order was placed.',
  'order-rejected': 'The service refused the order; nothing was executed.',
  'order-unclear': 'It is not known whether an order was placed. It is never sent again by itself.',
  'order-not-sent': 'Nothing was sent.',
  'expiry-changed':
    'Read again right before the order, the resource had another expiry; or it lies before where it was last seen, and a later run decides.',
  'decision-changed': 'Decided anew right before the order, it was not to be placed as planned; the next run decides.',
  'orders-stopped': 'An order before it failed with a cause that may meet every order, so no more were placed.',
  'claimed-by-another': 'Another run has claimed this renewal.',
  'claimed-before': 'This was claimed before and is done once only; what became of it shows in the service, not by doing it again.',
  'look-failed': 'What deciding about a resource needs beyond the list could not be read; it is decided without.',
  'channel-dead': 'A channel did not deliver what people were to be told.',
  'not-delivered': 'Messages reached nobody; the next run tells them.',
  'not-routed': 'The policy names no channel for messages that are not critical; they are in the log only.',
  'told-elsewhere': 'Something critical was told on other channels, since none that it is for took it.',
  'mark-forged': 'A record that would have silenced a message was not written by the function; it silences nothing.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of a reason that the engine gives. */
export type EngineReasonCode = keyof typeof reasonCodes;

/**
 * Code with which a planner reports that a person changed a setting; its `data` is `{ setting, value }`, the value as observed.
 * The run keeps in the journal since when such a value stands.
 */
export const manualChangeCode = 'manual-change';

/**
 * Code with which a planner reports a state that it sees, so that the journal keeps since when it is known; `data` is `{ setting, value }`.
 * It is to be reported again in each decision as long as the state stands.
 */
export const sightedCode = 'sighted';

/** Data of a reason to wait for the ordinary course of things: one hold for a resource, whatever it waits for at the moment, and no news. */
export const waiting = { toldAs: 'waits' } as const;

/** Builds a reason; `data` holds what a program may want to read from it. */
export const reason: ReasonBuilder<EngineReasonCode> = reasonOf;
