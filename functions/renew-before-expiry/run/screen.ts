import type { Client } from '../../../shared/client/client.ts';
import { observeWhole } from '../../../shared/engine/observe-whole.ts';
import { idsNamed, type Totals } from '../../../shared/engine/report.ts';
import { provenSkew } from '../../../shared/engine/two-clocks.ts';
import { refOf } from '../../../shared/fleet/resource.ts';
import { mayExpire, type Subscribable } from '../../../shared/fleet/subscription.ts';
import type { Decision, HoldDecision } from '../../../shared/planning/decision.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { type Alarm, alarmOf } from './alarms.ts';
import type { DueResource } from './decide-due.ts';
import { type Observed, observeEverything, type Renewal } from './effects.ts';
import type { RenewalContext, Renewing } from './planner.ts';

/** An alarm with what the function means to do about the resource; undefined where that is not decided yet. */
export interface ScreenedAlarm {
  readonly alarm: Alarm;
  readonly decision: Decision | undefined;
}

/** What observing gave. Grows with what is near its expiry or holds, not with the fleet. */
export interface Screening {
  readonly totals: Totals;
  readonly keep: number;
  readonly notCovered: number;
  /** The first ids of both. */
  readonly kept: readonly string[];
  readonly notCoveredIds: readonly string[];
  /** What holds without a look at the journal, in the order of the service. */
  readonly holds: readonly HoldDecision[];
  readonly alarms: readonly ScreenedAlarm[];
  /** What the policy lets lapse, and when it is time to say so. */
  readonly lapsing: readonly { readonly resource: Subscribable; readonly rule: string }[];
  /** What has to be read in detail, and what an earlier run has ordered and not seen to its end; nearest expiry first. */
  readonly due: readonly DueResource[];
  /** Ids of the latter that are not in their window: they are followed up, and decided already. */
  readonly followed: ReadonlySet<string>;
  readonly failures: readonly { readonly what: string; readonly error: unknown }[];
  /** See `Observed`. */
  readonly skewMs?: number | undefined;
}

/** What screening needs. */
export interface ScreenInput {
  readonly renewing: Renewing;
  readonly context: RenewalContext;
  /** Ids of resources whose last order has no end in the journal. */
  readonly open: ReadonlySet<string>;
  /** How far a clock is ahead that may be right as well: alarms come by the one by which they are due first. Default: 0. */
  readonly skewMs?: number | undefined;
  readonly onPage?: ((observed: number, announced: number | undefined) => void) | undefined;
  /** Sees everything that can expire, as it is observed. */
  readonly onSubscription?: ((resource: Subscribable) => void) | undefined;
  readonly onDecision?: ((resource: Subscribable, decision: Decision) => void) | undefined;
}

/** Observes everything and decides what can be decided by looking alone. Alarms count for each subscription, covered by a rule or not. */
export function* screen(input: ScreenInput): Renewal<Screening> {
  const { renewing, context, open, skewMs = 0 } = input;
  const { target, nowMs } = context;
  const holds: HoldDecision[] = [];
  const alarms: ScreenedAlarm[] = [];
  const lapsing: { resource: Subscribable; rule: string }[] = [];
  const due: DueResource[] = [];
  const followed = new Set<string>();
  const kept: string[] = [];
  const notCoveredIds: string[] = [];
  let [keep, notCovered] = [0, 0];

  const fetchDetail = (subject: Subscribable): void => {
    const { kind, expiresAtMs } = subject;
    if (expiresAtMs === undefined) return;
    due.push({ account: target.account, target: target.name, resource: { ...refOf(subject), kind }, expiresAtMs, subject });
  };
  const count = (decision: Decision): void => {
    if (decision.verdict === 'hold') holds.push(decision);
    else if (decision.rule === null) {
      notCovered += 1;
      if (notCoveredIds.length < idsNamed) notCoveredIds.push(decision.resource.id);
    } else {
      keep += 1;
      if (kept.length < idsNamed) kept.push(decision.resource.id);
    }
  };
  const visit = (resource: Subscribable): void => {
    const step = renewing.planner.decide(resource, { quotes: new Map() }, context);
    const decision = 'decision' in step ? step.decision : undefined;
    const subscribed = mayExpire(resource);
    if (subscribed) input.onSubscription?.(resource);
    // What has run out by the later clock may have none.
    const alarm = subscribed
      ? (alarmOf(resource, nowMs + Math.max(0, skewMs)) ?? alarmOf(resource, nowMs + Math.min(0, skewMs)))
      : undefined;
    if (alarm) alarms.push({ alarm, decision });
    if (decision === undefined) {
      fetchDetail(resource);
      return;
    }
    count(decision);
    input.onDecision?.(resource, decision);
    // An order that has no end yet may still renew it, so nobody is told the opposite.
    if ('letsLapse' in step && decision.rule !== null && !open.has(resource.id)) lapsing.push({ resource, rule: decision.rule });
    if (!open.has(resource.id)) return;
    followed.add(resource.id);
    fetchDetail(resource);
  };

  const observed = yield* observeEverything(visit, input.onPage);
  due.sort((a, b) => a.expiresAtMs - b.expiresAtMs || (a.resource.id < b.resource.id ? -1 : 1));
  return { ...observed, keep, notCovered, kept, notCoveredIds, holds, alarms, lapsing, due, followed };
}

/**
 * Reads all lists of a function and hands over each resource once. A list that fails ends early and is named in `failures`; the others
 * are read all the same, since an expiry that was seen can be announced.
 */
export async function observeAll(
  renewing: Renewing,
  { client, target, signal }: { readonly client: Client; readonly target: CompiledTarget; readonly signal?: AbortSignal | undefined },
  visit: (resource: Subscribable) => void,
  onPage: (observed: number, announced: number | undefined) => void = () => {},
): Promise<Observed> {
  const failures: { what: string; error: unknown }[] = [];
  const seen = new Set<string>();
  let totals: Totals = { observed: 0, announced: 0, complete: true };
  for (const { what, observe } of renewing.lists) {
    try {
      const list = await observeWhole(
        () => observe(client, target, signal),
        (fresh, announced) => {
          for (const resource of fresh) if (!seen.has(resource.id) && seen.add(resource.id)) visit(resource);
          onPage(seen.size, sum(totals.announced, announced));
        },
      );
      const announced = sum(totals.announced, list.announced);
      totals = { observed: totals.observed + list.observed, announced, complete: totals.complete && list.complete };
    } catch (error) {
      failures.push({ what, error });
      totals = { observed: seen.size, announced: undefined, complete: false };
    }
  }
  return { totals, failures, skewMs: provenSkew(client) };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
