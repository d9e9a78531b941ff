import { type Calendar, plainKind } from '../../shared/policy/calendar.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import type { RuleCompileContext } from '../../shared/policy/rule-module.ts';
import { addDays, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';
import { type CompiledOtaRule, type OtaRule, placeKey, type Window, type WindowRule, type Windows } from './ota-rule.ts';
import { fallsOn } from './window-days.ts';

/** How long before a window its updates are approved where the rule does not say. */
const usualAheadMs = 30 * 60_000;

/** The rule as the planner reads it: defaults filled in, windows resolved to instants for each place in which a target of the rule lives. */
export function compileOtaRule(rule: OtaRule, context: RuleCompileContext): CompiledOtaRule {
  const { document } = context;
  const targets = (rule.targets ?? Object.keys(document.targets)).flatMap((name) => document.targets[name] ?? []);
  const places = new Map(targets.map((target) => [placeKey(target), target]));
  return {
    name: rule.name,
    ...(rule.targets === undefined ? {} : { targets: rule.targets }),
    ...(rule.tell === undefined ? {} : { tell: rule.tell }),
    type: rule.type ?? 'Fota',
    neverVersions: rule.neverVersions ?? [],
    approveAheadMs: rule.approveAhead ?? usualAheadMs,
    ...(rule.onlyWithSessionsUpTo === undefined ? {} : { sessionsUpTo: rule.onlyWithSessionsUpTo }),
    rings: rule.rings.map(({ name, groups, window, soak }) => ({
      name,
      groups,
      soakMs: soak ?? 0,
      windows: Object.fromEntries(
        [...places].map(([key, { calendar, timezone }]) => [
          key,
          windowsOf(window, context.calendar(calendar), context.zone(timezone), context),
        ]),
      ),
    })),
  };
}

/**
 * The windows that begin in `[fromMs, untilMs)`, one for each day that the rule names. A time that daylight saving skips is the end of the
 * gap, one that it repeats the first occurrence; a window that comes out empty is none.
 */
function windowsOf(
  { days, at }: WindowRule,
  calendar: Calendar,
  zone: ZoneTable,
  { fromMs, untilMs }: Pick<RuleCompileContext, 'fromMs' | 'untilMs'>,
): Windows {
  const sure: Window[] = [];
  const doubtful: Window[] = [];
  const last = addDays(localTimeAt(zone, untilMs).date, 1);
  for (let date = addDays(localTimeAt(zone, fromMs).date, -1); date <= last; date = addDays(date, 1)) {
    const published = calendar.dayKind(date);
    const kind = published === 'unpublished' && calendar.unpublishedYear === 'warn' ? plainKind(date) : published;
    const falls = fallsOn(days, date, kind);
    if (falls === 'no') continue;
    const startMs = instantOf(zone, localMsOf(date, at.startMinute));
    const endMs = instantOf(zone, localMsOf(date, at.endMinute));
    if (startMs < endMs && fromMs <= startMs && startMs < untilMs) (falls === 'yes' ? sure : doubtful).push([startMs, endMs]);
  }
  return { sure, doubtful };
}
