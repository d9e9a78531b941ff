import { groupState } from '../../functions/scale-on-schedule/group-state.ts';
import { reArm, weekCanBeSent } from '../../functions/scale-on-schedule/method.ts';
import { type ServiceDay, serviceDayIn } from '../../functions/scale-on-schedule/service-day.ts';
import type { ScheduleStrategy, UsageStrategy } from '../../functions/scale-on-schedule/strategy.ts';
import { weekdays } from '../../functions/scale-on-schedule/strategy.ts';
import type { Charge, DeliveryGroup, NativeWeek } from '../../shared/fleet/delivery-group.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import type { IsoWeekday } from '../../shared/policy/document.ts';
import { mostNodes } from '../../shared/policy/values/level.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import { isPresentable } from './presentable.ts';
import { reason } from './reasons.ts';
import { lastMinute } from './schedule-draft.ts';

/** So many days longer than Streamwarden's own limit a weekly schedule has to last, so that the plan stays empty for a while. */
const quietDays = 7;

/** What a rule has to ask for so that a group stays as it is. */
export type Shape =
  | { readonly kind: 'week'; readonly week: NativeWeek; readonly highest: number; readonly endsOn: string | undefined }
  /** A fixed count of pay-as-you-go nodes. */
  | { readonly kind: 'fixed'; readonly nodes: number }
  /** One pay-as-you-go node that always runs and the rest by usage: `nodes` in all. */
  | { readonly kind: 'usage'; readonly nodes: number }
  /** A subscription with so many extra nodes by usage. */
  | { readonly kind: 'extra'; readonly nodes: number };

/** What was made of a group. */
export type Reading =
  | { readonly shape: Shape; readonly charge: Charge; readonly serving: true }
  /** It fits a rule but is not serving now: a rule of others may match it. `because` counts where none does. */
  | { readonly shape: Shape; readonly charge: Charge; readonly serving: false; readonly because: Reason }
  | { readonly shape?: undefined; readonly because: Reason };

/** Reads what a rule would have to ask for, or why there can be no rule under which the group stays as it is. */
export function readShape(group: DeliveryGroup, zone: ZoneTable, nowMs: number): Reading {
  if (!isPresentable(group.id)) return { because: reason('id-unfit', 'its id holds characters that a policy should not carry') };
  const state = groupState({ ...group, status: 'PUBLISHED' });
  const served = groupState(group);
  if (!state.ok) return { because: state.because[0] as Reason };
  const { charge, strategy } = state.value;
  const shape =
    strategy.type === 'fixed'
      ? fixedShape(strategy.nodes, charge)
      : strategy.type === 'usage'
        ? usageShape(strategy, charge)
        : weekShape(strategy, charge, serviceDayIn(zone, nowMs), serviceDayIn(zone, nowMs + quietDays * dayMs));
  if ('code' in shape) return { because: shape };
  return served.ok ? { shape, charge, serving: true } : { shape, charge, serving: false, because: served.because[0] as Reason };
}

function fixedShape(nodes: number, charge: Charge): Shape | Reason {
  if (charge === 'subscription') {
    return reason('bought-nodes-only', 'a subscription with bought nodes only, which no schedule changes');
  }
  if (nodes === 0) return reason('fixed-at-zero', 'fixed at 0 nodes, and a rule would keep 1 at least');
  return nodes > mostNodes ? tooMany(nodes) : { kind: 'fixed', nodes };
}

function usageShape({ nodes, maxScaling, step, threshold }: UsageStrategy, charge: Charge): Shape | Reason {
  if (maxScaling === undefined || step === undefined || threshold === undefined) {
    return reason('usage-unreadable', 'a setting of its usage scaling could not be read');
  }
  if (charge === 'subscription') {
    if (maxScaling === 0) return reason('bought-nodes-only', 'a subscription without extra nodes, which no schedule changes');
    return maxScaling > mostNodes ? tooMany(maxScaling) : { kind: 'extra', nodes: maxScaling };
  }
  if (nodes === undefined) return reason('usage-unreadable', 'the answer does not show how many of its nodes always run');
  if (nodes !== 1) {
    const text = `usage scaling with ${nodes} nodes that always run; a rule would keep 1 of them running and the rest by usage`;
    return reason('several-always-on', text, { nodes });
  }
  return 1 + maxScaling > mostNodes ? tooMany(1 + maxScaling) : { kind: 'usage', nodes: 1 + maxScaling };
}

function weekShape(strategy: ScheduleStrategy, charge: Charge, today: ServiceDay, later: ServiceDay): Shape | Reason {
  const { week, disableDate } = strategy;
  if (charge === 'subscription') return reason('subscription-schedule', 'a subscription with a weekly schedule, which is not documented');
  const periods = Object.values(week).flat();
  if (periods.length === 0) return reason('schedule-empty', 'its weekly schedule has no periods; a rule would set a fixed count instead');
  if (periods.some(({ endMinute }) => endMinute === 1440)) {
    return reason('ends-at-midnight', 'a period of its weekly schedule ends at 24:00; a rule would write 23:59 there');
  }
  const through = weekdays.some((day) => {
    const next = week[((day % 7) + 1) as IsoWeekday] ?? [];
    return (week[day] ?? []).some(({ endMinute }) => endMinute === lastMinute) && next.some(({ startMinute }) => startMinute === 0);
  });
  if (through) {
    return reason(
      'through-midnight',
      'its weekly schedule drops all nodes for the minute before midnight; a rule would keep them by a count',
    );
  }
  const highest = Math.max(...periods.map(({ amount }) => amount));
  if (highest > mostNodes) return tooMany(highest);
  if (periods.some(({ amount }) => amount === 0) || !weekCanBeSent(week)) {
    const text = 'periods of its weekly schedule touch, overlap, are too short or too many, or give no nodes; a rule would write them anew';
    return reason('periods-unfit', text);
  }
  return dateReason(strategy, today, later) ?? { kind: 'week', week, highest, endsOn: disableDate };
}

function dateReason(strategy: ScheduleStrategy, today: ServiceDay, later: ServiceDay): Reason | undefined {
  const { enableDate, disableDate } = strategy;
  if (disableDate !== undefined && disableDate <= today.date) {
    return reason('schedule-ended', `its weekly schedule ended on ${disableDate}; a rule would start it again`, { disableDate });
  }
  if (enableDate !== undefined && enableDate > today.date) {
    return reason('schedule-not-begun', `its weekly schedule begins on ${enableDate}; a rule would begin it today`, { enableDate });
  }
  if (disableDate === undefined || reArm(strategy, later).when === 'not-needed') return undefined;
  const text = `its weekly schedule ends on ${disableDate}, and a rule would extend it; extend it in the console and import again, or add a rule`;
  return reason('schedule-ends-soon', text, { disableDate });
}

function tooMany(nodes: number): Reason {
  return reason('too-many-nodes', `${nodes} nodes, and a schedule can ask for ${mostNodes} at most`, { nodes });
}
