import * as z from 'zod/mini';
import { isMoneyJson, type MoneyJson } from '../../policy/money.ts';

const money = z.custom<MoneyJson>(isMoneyJson);
const resource = { id: z.string(), name: z.optional(z.string()) };

/** The end of a subscription. */
const expiry = z.object({
  ...resource,
  kind: z.string(),
  expiresAtMs: z.number(),
  /** What renew-before-expiry is to do: order, let lapse, nothing since no rule covers it, or it cannot be told. */
  plan: z.enum(['renew', 'lapse', 'not-covered', 'unknown']),
  rule: z.optional(z.string()),
});

/** A value on a setting that a person put there and that stands. */
const change = z.object({ ...resource, function: z.string(), setting: z.string(), value: z.string(), sinceMs: z.number() });

/** What pay-as-you-go nodes cost by their schedules over the span of the digest, an estimate. One for each currency. */
const cost = z.object({ fullPeak: money, scheduled: money });

const facts = z.object({
  target: z.string(),
  /** When it was observed. */
  atMs: z.number(),
  groups: z.number(),
  workstations: z.number(),
  /** Texts of what could not be read. Where there are some, the rest is what was read before. */
  failures: z.array(z.string()),
  /** Ends of subscriptions in the next 30 days, soonest first; those beyond the first `listed` are only counted. */
  expiring: z.array(expiry),
  expiringMore: z.number(),
  /** Subscriptions whose expiry could not be read. */
  expiryUnknown: z.array(z.object(resource)),
  /** Resources that no rule of any function covers, the first of them by name. */
  notCovered: z.object({ count: z.number(), first: z.array(z.object({ ...resource, kind: z.string(), subscription: z.boolean() })) }),
  /** Resources that a function with rules for their kind leaves alone, by function. */
  leftAlone: z.record(z.string(), z.number()),
  changes: z.array(change),
  changesMore: z.number(),
  /**
   * Pay-as-you-go nodes from `fromMs` on, one figure for each step: what the schedules of the policy want, and what the groups have in the
   * service. Only groups under scale-on-schedule whose peak and strategy are known.
   */
  capacity: z.object({
    fromMs: z.number(),
    stepMs: z.number(),
    wanted: z.array(z.number()),
    set: z.array(z.number()),
    groups: z.number(),
    unknown: z.number(),
  }),
  /** Absent where no prices were asked for. `unpriced` counts groups left out. */
  costs: z.optional(
    z.object({
      all: z.array(cost),
      byTag: z.record(z.string(), z.record(z.string(), z.array(money))),
      unpriced: z.number(),
    }),
  ),
  /** Names, and values of the tags by which spending is summed up, of resources for which there were orders. */
  ordered: z.record(z.string(), z.object({ name: z.optional(z.string()), tags: z.record(z.string(), z.string()) })),
});

/** What a digest knows of a target's fleet from one observation. Plain JSON: amounts are in their JSON form. */
export type FleetFacts = z.output<typeof facts>;

/** The end of a subscription as a digest knows it. */
export type Expiry = FleetFacts['expiring'][number];

/** How many resources each list of a digest's facts names at most; the rest is counted. */
export const listed = 200;

/** Reads facts that a record carries; undefined where they are of another shape. */
export function readFleetFacts(value: unknown): FleetFacts | undefined {
  const parsed = z.safeParse(facts, value);
  return parsed.success ? parsed.data : undefined;
}
