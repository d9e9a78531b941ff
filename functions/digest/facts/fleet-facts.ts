import { isMoneyJson, type MoneyJson } from '../../../shared/policy/money.ts';
import { read } from '../../../shared/schema/compare.ts';
import { anyText, decimal, flag, jsonList, oneOf, openObject, optional, type TypeOf } from '../../../shared/schema/schema.ts';
import { known, recordOf } from '../../../shared/schema/shapes.ts';

const money = known<MoneyJson>(isMoneyJson);
const resource = { id: anyText, name: optional(anyText) };

/** The end of a subscription. */
const expiry = openObject({
  ...resource,
  kind: anyText,
  expiresAtMs: decimal,
  /** What renew-before-expiry is to do: order, let lapse, nothing since no rule covers it, or it cannot be told. */
  plan: oneOf('renew', 'lapse', 'not-covered', 'unknown'),
  rule: optional(anyText),
});

/** A value on a setting that a person put there and that stands. */
const change = openObject({ ...resource, function: anyText, setting: anyText, value: anyText, sinceMs: decimal });

/** What was measured over the span of the digest, in one currency (`CostRow` of the cost table). */
const cost = openObject({ measured: money, amortized: money, counterfactual: money, potential: money });

const facts = openObject({
  target: anyText,
  /** When it was observed. */
  atMs: decimal,
  groups: decimal,
  workstations: decimal,
  /** Texts of what could not be read. Where there are some, the rest is what was read before. */
  failures: jsonList(anyText),
  /** Ends of subscriptions in the next 30 days, soonest first; those beyond the first `listed` are only counted. */
  expiring: jsonList(expiry),
  expiringMore: decimal,
  /** Subscriptions whose expiry could not be read. */
  expiryUnknown: jsonList(openObject(resource)),
  /** Resources that no rule of any function covers, the first of them by name. */
  notCovered: openObject({ count: decimal, first: jsonList(openObject({ ...resource, kind: anyText, subscription: flag })) }),
  /** Resources that a function with rules for their kind leaves alone, by function. */
  leftAlone: recordOf(decimal),
  changes: jsonList(change),
  changesMore: decimal,
  /**
   * Pay-as-you-go nodes from `fromMs` on, one figure for each step: what the schedules of the policy want, and what the groups have in the
   * service. Only groups under scale-on-schedule whose peak and strategy are known.
   */
  capacity: openObject({
    fromMs: decimal,
    stepMs: decimal,
    wanted: jsonList(decimal),
    set: jsonList(decimal),
    groups: decimal,
    unknown: decimal,
  }),
  /** Absent where the digest shows no costs. */
  costs: optional(
    openObject({
      /** One for each currency. */
      all: jsonList(cost),
      /** By tag key, then by its value; those without the tag have the value ''. */
      byTag: recordOf(recordOf(jsonList(cost))),
      /** What no amount stands for, by cause: for how long, of how many resources, and the first of them. */
      unknown: jsonList(openObject({ because: anyText, ms: decimal, count: decimal, first: jsonList(openObject(resource)) })),
    }),
  ),
  /** Names, and values of the tags by which spending is summed up, of resources for which there were orders. */
  ordered: recordOf(openObject({ name: optional(anyText), tags: recordOf(anyText) })),
});

/** What a digest knows of a target's fleet from one observation. Plain JSON: amounts are in their JSON form. */
export type FleetFacts = TypeOf<typeof facts>;

/** The end of a subscription as a digest knows it. */
export type Expiry = FleetFacts['expiring'][number];

/** How many resources each list of a digest's facts names at most; the rest is counted. */
export const listed = 200;

/** Reads facts that a record carries; undefined where they are of another shape. */
export function readFleetFacts(value: unknown): FleetFacts | undefined {
  const parsed = read(facts, value);
  return parsed.ok ? parsed.value : undefined;
}
