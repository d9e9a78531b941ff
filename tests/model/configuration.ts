import type { ProtocolRules } from '../../functions/renew-before-expiry/purchase/contract.ts';

/** What can go wrong, or be done by others, with how it is told in a trace. */
export const faults = {
  crash: 'a run dies',
  duplicate: 'an event comes twice or late, and one more run begins',
  skew: 'clocks are a tick apart',
  month: 'the month changes',
  stop: 'a run is told to stop',
  'lost-create': 'the answer of a create is lost, with the record made or not',
  'late-put': 'a create takes effect after its caller gave up',
  'store-down': 'the store does not answer',
  'stale-list': 'a list lags behind',
  'split-reads': 'records read at once are read one after another',
  'stale-read': 'the service shows an expiry of before',
  'read-fails': 'the service does not answer a read',
  'lost-answer': 'an order is placed and its answer lost',
  late: 'an order is still on its way when its sender gives up',
  refused: 'an order is refused',
  unpaid: 'an order waits for payment; a person pays or cancels it',
  renew: 'a person renews in the console',
  refund: 'a person has an order refunded, and may open a slot',
  resolve: 'a person ends an open claim by the bill',
  billing: 'billing closes orders, a day behind, and leaves one out that it has, or is down',
} as const;

/** Name of a fault. */
export type Fault = keyof typeof faults;

/** All names of faults. */
export const allFaults = Object.keys(faults) as readonly Fault[];

/** What is explored. */
export interface Configuration {
  readonly name: string;
  /** How often each fault may happen; absent: never. `skew`, `month` and `split-reads` are on from 1 on. */
  readonly faults: Partial<Readonly<Record<Fault, number>>>;
  /** How many faults may happen in all. Default: no limit beside each fault's own. */
  readonly atMost?: number;
  /** Default 1. */
  readonly resources?: 1 | 2;
  /** How many orders the month's budget holds. Default: more than there can be, so that it hides no order too many. */
  readonly limit?: number;
  /** Runs that begin without anything having gone wrong. Default 2; 3 where billing is asked. */
  readonly runs?: number;
  /** How many runs may be at work at once. Default 2; 1 where billing is asked. */
  readonly atOnce?: number;
  /** How many people may be at work with a command at once, beside the runs. Default 1. */
  readonly peopleAtOnce?: number;
  /** Each step by itself and at every moment, for small worlds: what the exploration's short cuts are compared with. Default: false. */
  readonly plain?: boolean;
  /** Default: all on. */
  readonly rules?: ProtocolRules;
  /** How far clocks may be ahead, in ticks, where `skew` is on. Default: as the faults need them. */
  readonly skews?: readonly number[];
  /** Instants in minutes from the beginning, or around the change of month. Default: as the faults need them. */
  readonly minutes?: readonly number[];
}

/** A configuration with the defaults filled in. */
export interface Setting {
  readonly resources: number;
  readonly limit: number;
  readonly runs: number;
  readonly atOnce: number;
  readonly peopleAtOnce: number;
  readonly skews: readonly number[];
  readonly splitReads: boolean;
  readonly plain: boolean;
  /** Runs ask billing about their orders. */
  readonly billed: boolean;
  /** Epoch milliseconds of the instants that the story takes place at. */
  readonly instants: readonly number[];
}

const middleOfMonth = Date.UTC(2026, 10, 15, 4);
/** Midnight in Shanghai. */
const changeOfMonth = Date.UTC(2026, 10, 30, 16);
/** One tick: how far clocks may be apart, and how long a signature lives, in milliseconds. */
export const tickMs = 15 * 60_000;

/**
 * The instants at which something can turn out otherwise: half a minute after a claim (any later instant), 15 minutes (a signature's life), 30
 * (the last of an order on its way), 60 (the earliest end by a person); and what lies between where clocks are apart.
 */
function minutesFor(on: Configuration['faults']): readonly number[] {
  // What billing does not show counts 25 hours after the claim, and by a second look half an hour later.
  if (on.billing) return on.month ? [-75, 15, 1440, 1470] : [0, 60, 1500, 1530];
  if (on.month) return [-75, -60, 0, 15];
  if (on.skew) return on.late || on.resolve ? [0, 30, 60] : [0, 60];
  return on.late ? [0, 15, 60] : [0, 60];
}

/** A tick apart; where the service's clock decides, a tick to either side of it, so that two are as far apart as can be. */
function skewsFor(on: Configuration['faults']): readonly number[] {
  if (!on.skew) return [0];
  return on.month || on.late || on.resolve ? [-1, 1] : [0, 1];
}

/** Fills in the defaults. */
export function settingOf(configuration: Configuration): Setting {
  const { faults: on, resources = 1 } = configuration;
  const start = on.month ? changeOfMonth : middleOfMonth;
  const minutes = configuration.minutes ?? minutesFor(on);
  return {
    resources,
    limit: configuration.limit ?? 9,
    // The first orders, two look, and the second of them may order again.
    runs: configuration.runs ?? (on.billing ? 3 : 2),
    // Stories let runs that ask billing meet; here it would take a million states for each pair of faults.
    atOnce: configuration.atOnce ?? (on.billing ? 1 : 2),
    peopleAtOnce: configuration.peopleAtOnce ?? 1,
    skews: configuration.skews ?? skewsFor(on),
    splitReads: (on['split-reads'] ?? 0) > 0,
    plain: configuration.plain ?? false,
    billed: (on.billing ?? 0) > 0,
    instants: minutes.map((minute) => start + minute * 60_000),
  };
}
