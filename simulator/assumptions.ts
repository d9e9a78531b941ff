/** A value that a switch can have. */
export type AssumptionValue = string | number | boolean;

/** One behavior of the service that no document settles, as a switch. */
export interface Assumption<V extends AssumptionValue = AssumptionValue> {
  readonly default: V;
  /** Settings worth trying; the default is one of them. */
  readonly values: readonly V[];
  /** Why the default is what it is. */
  readonly reason: string;
}

/** Builds a switch; its values are inferred as literals. The first value is the default. */
function assume<const V extends AssumptionValue>(values: readonly [V, ...V[]], reason: string): Assumption<V> {
  return { default: values[0], values, reason };
}

/** Every behavior of the simulated service that the service notes mark as inferred or unverified. The first value is the default. */
export const assumptions = {
  // Scaling strategies
  scheduleZone: assume(
    ['Asia/Shanghai', 'UTC', 'region'],
    'Schedule times carry no zone; expiry falls on UTC+8 day boundaries, so the same clock is likely.',
  ),
  recurrenceTypeReadBack: assume(['Weekly', 'weekly'], 'The published answer spells it Weekly while the request wants weekly.'),
  periodRewrite: assume(
    ['immediate', 'next-period'],
    'Absolute values are taken to hold at once; a period that runs may keep its old amount.',
  ),
  scheduleFallingEdge: assume(
    ['wait', 'cut'],
    'An operation exists that logs everyone off outside the periods, so sessions must be able to outlive a period.',
  ),
  fixedLowering: assume(['wait', 'cut'], 'Usage scaling waits for idleness; a lowered fixed count is taken to do the same.'),
  leavingNodes: assume(
    ['least-used', 'most-used', 'newest'],
    'Which nodes go first when fewer are wanted is not said; those that cost fewest sessions are the sensible choice.',
  ),
  omittedStrategyFields: assume(['keep', 'reset'], 'Merge or replace is not documented; every field is optional, which suggests a merge.'),
  inactiveStrategyFields: assume(['hidden', 'shown'], 'Fields of a strategy that is not in force are taken to be left out of answers.'),
  endOfDay24: assume(['refuse', 'accept'], 'Times are HH:mm within one day; 24:00 is not a time of a day.'),
  zeroScalingCeiling: assume(['accept', 'refuse'], 'No lower bound is published for MaxScalingAmount.'),
  zeroPeriodAmount: assume(['refuse', 'accept'], 'A period without nodes has no purpose; time outside periods already means none.'),
  pastEnableDate: assume(['refuse', 'accept'], 'The enable date must be today or later, and nothing exempts an unchanged schedule.'),
  disableDate: assume(['exclusive', 'inclusive'], 'Whether the last day still runs is not said; the earlier end is the safer belief.'),
  lapsedSchedule: assume(['no-nodes', 'last-amount'], 'A schedule that has ended has no periods, so nothing asks for nodes.'),
  warmUp: assume(['ahead', 'at-start'], 'Warm-up is described as preparing resources before the period.'),
  nodeAmountUnderSchedule: assume(['zero', 'kept'], 'NodeAmount cannot be set under a schedule, so the schedule alone is taken to decide.'),
  nodeAmountShows: assume(
    ['wanted', 'present'],
    'NodeAmount is a field of the strategy, so it is read as the setting rather than a count.',
  ),
  payAsYouGoNodeAmount: assume(
    ['count', 'zero', 'absent'],
    'One page calls NodeAmount the number of subscription nodes, of which a pool by the hour has none; ScalingNodeAmount shows all then.',
  ),
  usageForPayAsYouGo: assume(
    ['accept', 'refuse'],
    'The request side allows usage scaling for both charge types; a note on the read side does not.',
  ),
  usageCountsBootingNodes: assume([true, false], 'Without them a slow boot would order the same nodes again and again.'),
  subscriptionNodeAmount: assume(
    ['equal-accepted', 'any-refused'],
    'The count cannot be changed; sending the present one changes nothing.',
  ),
  strategyWhileUnpublished: assume(['refuse', 'accept'], 'A pool that is being deployed or updated is taken to be locked.'),
  nodeBootMinutes: assume([6, 2, 20], 'The answer comes before the nodes; how long before is not published.'),
  nodeReleaseMinutes: assume([2, 0, 10], 'A node that leaves is taken to need a moment to stop.'),
  deployMinutes: assume([10, 30], 'First publication is asynchronous; its length is not published.'),

  // Delivery groups
  payAsYouGoExpiredTime: assume(['absent', 'far-future'], 'Nothing expires without a subscription.'),
  expiredRetentionDays: assume([15, 7, 0], 'Days between expiry and reclaiming are not published; fifteen is usual on the platform.'),
  recyclingDays: assume([7, 1], 'How long reclaiming takes is not published.'),
  logOffRefusalCode: assume(
    ['OperationDenied.ScheduleRunning', 'InvalidParameter.AppInstanceGroupId'],
    'The code of the refusal is in no document.',
  ),
  logOffWithoutSessions: assume(['succeed', 'refuse'], 'Logging off nobody should be harmless.'),
  subscriptionDeleteCode: assume(
    ['OperationDenied.PrePaid', 'InvalidParameter.AppInstanceGroupId'],
    'Subscriptions are refused, but the code of the refusal is in no document.',
  ),
  wrongPeriodPair: assume(
    ['fails-later', 'refused'],
    'A pair outside the closed set is said to be accepted and to fail at ordering; a new group is then taken to end as FAILED.',
  ),
  unpaidGroup: assume(
    ['waits', 'absent'],
    'Without automatic payment only an unpaid order exists; whether the group shows meanwhile is not said.',
  ),
  accessMinutes: assume([2, 0, 10], 'Clients are said to follow about two minutes after access was given or taken.'),
  accessReadBack: assume(
    ['at-once', 'with-clients'],
    'Whether the list of users shows a change before clients follow it is not said; it is what was written.',
  ),
  userGroupMembersListed: assume(
    [false, true],
    'The list of users is taken to name those who were authorized one by one; nothing says that it unfolds user groups.',
  ),
  unauthorizeEndsSession: assume([false, true], 'Removing access is not said to end what already runs.'),
  deletedWithSessions: assume(['cut', 'refuse'], 'Deleting is not said to wait for sessions.'),

  // Instances, sessions, bindings
  deleteInstancesOpen: assume([false, true], 'Open to selected customers only, so an ordinary account is refused.'),
  deletedInstanceStatus: assume(
    ['DELETED', 'CLOSED'],
    'Deleted instances can be listed, yet only the persistent list names a status for them.',
  ),
  debugOffCode: assume(['InvalidParameter.DebugMode', 'OperationDenied.DebugMode'], 'The refusal outside debug mode is in no document.'),
  unbindWithoutInstance: assume(
    ['all-sessions', 'refuse'],
    'Both instance parameters are optional, so the user alone may mean everything in the group.',
  ),
  unbindFreedInstance: assume(['refuse', 'succeed'], 'There is a failure code for unbinding, and a freed instance is its likely cause.'),
  instanceResetMinutes: assume(
    [3, 15],
    'With resetting switched on, an instance is wiped after its user was unbound; for how long is not said.',
  ),
  resetAfter: assume(
    ['unbind', 'any-end'],
    'The setting is named after unbinding; whether a session that ends by itself resets the instance too is not said.',
  ),
  unfilteredBindings: assume(['all', 'none'], 'No parameter is required, so no filter is taken to mean no restriction.'),
  ticketSeconds: assume([20, 2], 'Starting an app takes at least two calls; the time between them is not published.'),

  // Spelling of answers
  emptyLists: assume(['shown', 'absent'], 'Published answers show empty lists; gateways of the platform are known to leave them out.'),
  statusCase: assume(['upper', 'lower'], 'Lists of states are in capitals, while prose and sibling operations spell them otherwise.'),
  chargeTypeSpelling: assume(['PrePaid', 'Prepaid'], 'Nearly all pages spell it PrePaid; the one on nodes has Prepaid.'),
  successCodes: assume(
    ['documented', 'upper', 'zero'],
    'Codes of success in a body are shown for some operations only, and differ: success, 200.',
  ),
  amountsOutsidePools: assume(
    ['shown', 'absent'],
    'Amounts and reserves beside the node pools stand in the model of a group without a word; they are taken to be filled.',
  ),
  imagePlatform: assume(
    ['number', 'text'],
    'The definition announces a number, which the official SDK insists on, and the example shows text.',
  ),

  // Gateway
  unknownParameters: assume(['ignored', 'refused'], 'The platform is known to overlook parameters that an action does not have.'),
  misplacedParameters: assume(['accepted', 'ignored'], 'An RPC gateway merges query and form, so the place should not matter to it.'),
  lateReads: assume(
    ['none', '20s', '7m', 'lists 7m', 'singles 7m'],
    'Reads are taken to show a write at once; services that answer from copies of their data show it later, lists and single reads apart.',
  ),
  auditEvents: assume(
    ['emitted', 'absent'],
    'Products of this kind are audited as a rule; no page says that this one reaches the event bus.',
  ),
  auditSource: assume(
    ['appstream-center', 'actiontrail'],
    'Older pages name the source and type of an event after the product, newer ones after the audit trail.',
  ),
  auditRecordObjects: assume(['object', 'text'], 'Samples show objects; some logs of the platform carry them as JSON text.'),
  eventDelivery: assume(['once', 'twice-unordered'], 'Deliveries are repeated where an answer is late, and nothing promises their order.'),

  // OSS, where journals lie
  ossPublicEndpoint: assume(
    ['allowed', 'forbidden'],
    'Accounts that are new to OSS since March 2025 may not use public addresses of the mainland for data; older ones may.',
  ),
  ossForbidOverwrite: assume(
    ['honored', 'ignored'],
    'A put that forbids overwriting is refused where the object is there; a gateway in between, or a bucket with versions, can lose that.',
  ),

  // Orders and prices
  orderDeliveryMinutes: assume([1, 0, 45], 'The delay between a paid renewal and the new ExpiredTime is not documented.'),
  discountWithoutPromotion: assume(
    [false, true],
    'A price query names promotions and an order takes one, so an order without one is taken to pay in full.',
  ),
  payAsYouGoPriceUnit: assume(
    ['hour', 'month'],
    'The period of the query is required even for pay-as-you-go; metering is taken to be by the hour.',
  ),
  autoPayWithoutFunds: assume(['unpaid-order', 'refuse'], 'What becomes of an order that cannot be paid is not said.'),
  repeatedRenewal: assume(['renews-again', 'refuse'], 'Two calls are taken to renew twice: there is no token and nothing that compares.'),
  renewalAfterExpiry: assume(['from-now', 'from-expiry'], 'Whether lost days are paid for is not said.'),
  renewalWhileRecycling: assume(['refuse', 'accept'], 'Whether a group that is being reclaimed can be renewed is not said.'),
  expansionIsPaid: assume(['at-once', 'waits'], 'The call has no AutoPay switch; the metadata marks it as paid.'),
  expansionToSameTotal: assume(['no-order', 'order'], 'The number is a total, so a repeat should order nothing new; nothing promises it.'),

  // Images
  imageCreateMinutes: assume([20, 60], 'Making an image is asynchronous; its length is not published.'),
  imageCreation: assume(['succeeds', 'fails'], 'An image can end as CREATE_FAILED; nothing says how often.'),
  imageCopyMinutes: assume([30, 120], 'Copies to other regions are asynchronous; their length is not published.'),
  imageTimeZone: assume(['Asia/Shanghai', 'UTC'], 'Times of images carry no zone; UTC+8 is the likely meaning.'),
  imageInUse: assume(['code-400', 'data-false'], 'Deletion has three verdicts; which one an image in use gets is not said.'),
  imageTagsShown: assume([true, false], 'Whether tags set on an image show in the list of images is not said.'),
  distributeWithoutRegions: assume(
    ['refuse', 'all-regions'],
    'Destinations are optional on paper; copying everywhere by accident would be dear.',
  ),
  imageUpdateMinutes: assume([10, 40], 'An image update takes its time; about two minutes until clients see it is all that is said.'),
  imageUpdateOutcome: assume(['PUBLISHED', 'MAINTAIN_FAILED'], 'A group is taken to pass through MAINTAINING to one of these.'),
  sameImageAgain: assume(['outage', 'nothing'], 'Nothing says that an image which is in place already is left alone.'),

  // OTA
  otaMinutes: assume([15, 60], 'The length of an update is not published.'),
  otaCutsSessions: assume([true, false], 'The group is maintained while an update runs, so sessions are taken to end.'),
  otaOutcome: assume(
    ['FINISHED', 'FAILED', 'PART_FINISHED', 'some-fail'],
    'An update can end in any of these, and in some groups otherwise than in the rest.',
  ),
  otaStaleTaskId: assume(['refuse', 'accept'], 'The id changes with every approval, so an old one should fail.'),
  otaSecondApproval: assume(['moves', 'refuse'], 'A second approval with the fresh id is taken to move the start time.'),
  otaPastStart: assume(['refuse', 'now'], 'What a start time in the past does is not said.'),
  otaDaysAhead: assume([30, 7, 365], 'How far ahead a start may lie is not said.'),
  otaStartTimeFormat: assume(
    ['any-offset', 'utc'],
    'The format note asks for UTC and the example has +08:00; which the server takes is not said.',
  ),
  otaOfferIsTask: assume([false, true], 'Approved updates are taken to show as STANDBY rows, and a mere offer not.'),

  // Workstations
  workstationStatusCase: assume(['upper', 'capitalized'], 'RUNNING is shown, and a sibling operation shows Running.'),
  workstationStartMinutes: assume([2, 10], 'Power changes are asynchronous; their length is not published.'),
  workstationStopMinutes: assume([1, 5], 'Power changes are asynchronous; their length is not published.'),
  workstationRebuildMinutes: assume([10, 30], 'An image update is asynchronous; its length is not published.'),
  workstationWrongState: assume(['refuse', 'ignore'], 'The error for a wrong state is not published.'),
  workstationEmptyList: assume(['refuse', 'all'], 'The list is optional on paper; what an empty one means is not said.'),
  workstationUnknownId: assume(['refuse-all', 'skip'], 'The answer is only a request id, so a wrong id is taken to fail the call.'),
  workstationPageSizeMax: assume([100, 1000], 'The largest page is not published; the example asks for 100.'),
  workstationRenewalPays: assume(
    ['only-if-asked', 'by-default'],
    'The default of AutoPay is not stated for workstations; elsewhere it is off.',
  ),
  deleteSubscribedWorkstation: assume(['refuse', 'accept'], 'Whether subscriptions may be deleted is not said; for groups they may not.'),
  idempotenceTokenHours: assume([24, 1], 'The lifetime of the token is not published.'),

  // Tags and browsers
  tagsPerCall: assume([20, 10], 'The definition allows twenty; an older source says ten per call.'),
  untagMissingKey: assume(['succeeds', 'fails'], 'Removing a key that is not there is not described.'),
  listTagsWithoutIds: assume(['all', 'refuse'], 'The ids are optional on paper for every kind of resource.'),
  repeatedBookmark: assume(['adds', 'replaces'], 'An entry without an id is added, so a repeat is taken to add it once more.'),

  // Billing
  billingZone: assume(['Asia/Shanghai', 'UTC'], 'Days and months of bills carry no zone; the vendor keeps its books in UTC+8.'),
  billLagHours: assume([24, 0, 48], 'Bills are said to be 24 hours behind; whether that is a promise or an average is not said.'),
  lateBills: assume(
    ['none', 'until-final'],
    'Late bills are said to come before the 3rd; what is taken to be late is the last day of a month.',
  ),
  billNumbers: assume(
    ['decimal', 'float'],
    'Amounts of bills are JSON numbers; they are taken to be exact decimals and no sums of floating point.',
  ),
  billTotalCount: assume(
    ['all', 'page'],
    'What a total counts in a list by token is not said; in lists by page number it counts all rows.',
  ),
  billInstanceIds: assume(
    ['resource', 'other'],
    'That a bill names a group by the id that App Streaming gives it is the natural reading; no page shows one.',
  ),
  billTags: assume(['absent', 'shown'], 'The tag service of the platform does not know the tags of App Streaming, so bills hardly do.'),
  dailyWithoutDate: assume(['all-days', 'refuse'], 'Whether a daily bill can be read without naming the day is not said.'),
  workstationMetering: assume(['running', 'existing'], 'Whether a pay-as-you-go workstation costs anything while it is off is not said.'),
  settleRecordIds: assume(['order', 'other'], 'A bill can be asked for by the number of an order or bill; it is taken to be the OrderId.'),
  orderListingMinutes: assume(
    [1, 0, 60, 1440],
    'How long it takes until an order is listed is not said; a day is the largest lag that is named for bills.',
  ),
  orderInstanceIds: assume(
    ['resource', 'other'],
    'That an order names a group by the id that App Streaming gives it is the natural reading; no page shows one.',
  ),
  orderWindowEnd: assume(['included', 'excluded'], 'Whether the end of a window of orders belongs to it is not said.'),
  unknownOrder: assume(['empty', 'refuse'], 'What is answered for an order that is not there, or not yet, is not said.'),
  cancelRefusalCode: assume(
    ['NotApplicable', 'InvalidOrder.Status'],
    'Only unpaid orders can be canceled; the code of the refusal is in no document.',
  ),
  billingProductCode: assume(
    ['appstream', 'eds'],
    'No public source names the code of App Streaming in bills; the list of products has to be searched by name.',
  ),
  productListed: assume([true, false], 'Whether the list of products names App Streaming is not said.'),
  unknownProductCode: assume(['empty', 'refuse'], 'A code that no product has may find nothing, or be refused as not applicable.'),
  availableInstances: assume(
    ['shown', 'not-applicable'],
    'Calls by instance are refused for products that do not take part; whether App Streaming does is not said.',
  ),
} as const satisfies Record<string, Assumption>;

/** Name of a switch. */
type AssumptionName = keyof typeof assumptions;

/** A setting of every switch. */
export type Assumptions = { readonly [K in AssumptionName]: (typeof assumptions)[K]['values'][number] };

/**
 * All switches, with those given set and the others at their defaults.
 * @throws RangeError when a name or a value is not known; the message lists what is
 */
export function resolveAssumptions(overrides: Readonly<Record<string, AssumptionValue | undefined>> = {}): Assumptions {
  const resolved: Record<string, AssumptionValue> = {};
  for (const [name, { default: value }] of Object.entries(assumptions)) resolved[name] = value;
  for (const [name, value] of Object.entries(overrides)) {
    const known = (assumptions as Readonly<Record<string, Assumption>>)[name];
    if (!known) throw new RangeError(`unknown assumption '${name}'; known are ${Object.keys(assumptions).join(', ')}`);
    if (value === undefined) continue;
    if (!known.values.includes(value)) {
      throw new RangeError(
        `assumption '${name}' cannot be ${JSON.stringify(value)}; use ${known.values.map((v) => JSON.stringify(v)).join(' or ')}`,
      );
    }
    resolved[name] = value;
  }
  return resolved as Assumptions;
}
