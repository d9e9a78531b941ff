import { type ReasonBuilder, reasonOf } from '../../shared/planning/decision.ts';

/** Every code that a decision of scale-on-schedule can carry, with its meaning. Codes are stable; texts may change. */
export const reasonCodes = {
  'not-covered': 'No rule matches the group, or its region is outside the target; it is left alone.',
  'as-wanted': 'The service has what the schedule wants.',
  'nodes-on-their-way': 'The service shows the nodes that are there and not the setting; what was written shortly ago has not arrived yet.',
  'policy-horizon': 'The policy was compiled for a time that is over.',
  'schedule-not-compiled': 'The policy has no timeline of the schedule for this target.',
  'selector-unknown': 'Whether a rule matches cannot be told from what was observed.',
  'exception-unknown':
    'Whether an exception applies cannot be told from what was observed. Raises are made; a change that lowers nodes or could cut sessions waits.',
  'protection-unknown':
    'Whether the group is protected cannot be told from what was observed. Raises are made; a change that could cut sessions waits.',
  'exception-without-rule': 'An exception wants nodes kept, but no rule says what the peak is.',
  'region-unknown': 'The target is limited to regions, and the answer did not name the region.',
  status: 'The group is not serving (its status is not PUBLISHED).',
  unreadable: 'Fields of the answer that the decision needs could not be read.',
  'pool-count': 'The group does not have exactly one node pool.',
  'charge-unknown': 'The answer did not say how the group is paid.',
  'strategy-unknown': 'The scaling strategy is unknown, or a part that must be sent back is missing.',
  'instance-type-unknown': 'The answer did not name the type of the nodes.',
  'capacity-unknown': 'The answer did not say how many sessions a node has.',
  'peak-unreadable': 'The tag that carries the peak is not a whole number from 1 to 100.',
  'peak-missing': 'A percentage has no peak to be a part of.',
  'peak-capped': 'The tag asks for more than the rule allows.',
  'not-subscription': 'The rule gives extra nodes to subscription groups; the group is pay-as-you-go.',
  'not-pay-as-you-go': 'The rule needs a pay-as-you-go group; the group is a subscription.',
  'unpublished-day': 'The kind of the day is not published yet; nodes are those of an ordinary week.',
  'exception-raises': 'An exception keeps more nodes than the schedule.',
  'exception-never': 'An exception forbids lowering.',
  'nodes-in-use': 'Fewer nodes would be left than are in use.',
  'nodes-in-use-unknown': 'Nodes would be lowered, and how many are in use is unknown.',
  'lowered-later': 'A weekly schedule is replaced by the count that it gives now; lowering that waits until it may happen.',
  protected: 'Lowering could cut a session, and the group, its owner or an exception protects sessions now.',
  'manual-change': 'A person changed the setting, or the end of its weekly schedule, since our last write; that stands for now.',
  'not-confirmed': "The service accepted the last write but never showed it, so a different value is not taken for a person's change.",
  'not-shown-yet':
    'The setting differs from what was written a few minutes ago, and reads may be older. It is left as it is until they must show the write.',
  'manual-change-overwritten': 'A person changed the setting; the rule says to overwrite, or the next step has come.',
  'one-node-stays': 'A fixed pool, or one that scales by usage by the hour, cannot be empty: one node stays.',
  'touching-merged': 'Steps that touch or are too short or too many became one period at the higher level.',
  'ends-a-minute-early': 'The service ends each period within its day, so the last minute before midnight is left out.',
  'not-expressible': "The schedule cannot be written as the service's weekly schedule; a fixed count is set at each step instead.",
  'protected-no-edge': 'The group, its owner or an exception protects sessions: no native schedule, whose falling edges nobody watches.',
  'day-deviates': 'A day of the weekly schedule differs from an ordinary week; it is restored afterwards, or ends by itself.',
  'deviation-restored': 'A deviation of ours from an ordinary week that is over, or that no rule wants any more, is taken back.',
  'deviation-left':
    'A deviation from the ordinary week that Streamwarden wrote is still in the service. Nothing removes it while scaling only observes. Told daily.',
  'deviation-stays': 'A deviation of ours that no rule wants any more cannot be taken back yet.',
  stepwise: 'The amount of the running period is rewritten at each step, and the highest one again after the last period of the day.',
  're-arm': 'The weekly schedule ends soon and is extended.',
  're-arm-waits': 'The weekly schedule ends soon and is extended at the next quiet time.',
  'lapses-soon': 'The weekly schedule would end within two days, so it is extended at once; as it stands, where another change is held.',
  'raised-only': 'Something holds what the change would lower; what it raises is done all the same.',
  'lapse-unaverted': 'The weekly schedule ends within two days and cannot be extended; then the group has no nodes.',
  'price-unknown': 'There is no price, so the cost is not estimated.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of a reason of scale-on-schedule. */
export type ReasonCode = keyof typeof reasonCodes;

/** Builds a reason; `data` holds what a program may want to read from it. */
export const reason: ReasonBuilder<ReasonCode> = reasonOf;
