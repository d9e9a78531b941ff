import type { EpochMs } from '../../../shared/client/clock.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import { type AlertName, dailyStep } from '../../../shared/journal/log/alerts.ts';
import type { Severity } from '../../../shared/notify/message.ts';

const hourMs = 3_600_000;

/** How long before an expiry people are told, most urgent first (purchase protocol, P2). */
const alarmSteps = [
  { step: '1h', withinMs: hourMs, severity: 'critical' },
  { step: '6h', withinMs: 6 * hourMs, severity: 'critical' },
  { step: '24h', withinMs: 24 * hourMs, severity: 'critical' },
  { step: '72h', withinMs: 72 * hourMs, severity: 'warning' },
] as const satisfies readonly { readonly step: string; readonly withinMs: number; readonly severity: Severity }[];

/** Something that people are told about the expiry of a resource, covered by a rule or not. */
export interface Alarm {
  readonly resource: Subscribable;
  /** Undefined: it could not be read. */
  readonly expiresAtMs: EpochMs | undefined;
  /** `72h`, `24h`, `6h` or `1h`; for an expiry that cannot be read `unreadable-<date>`, told once a day. */
  readonly step: string;
  readonly severity: Severity;
}

/**
 * The alarm that is due for a subscription; undefined when none is. Steps that were missed are not made up for: the most urgent one says
 * it all. What was renewed has another expiry, so it has no alarm. What has run out has none either: it is lapsed, and held with that reason.
 */
export function alarmOf(resource: Subscribable, nowMs: EpochMs): Alarm | undefined {
  const { expiresAtMs } = resource;
  if (expiresAtMs === undefined) {
    return { resource, expiresAtMs, step: dailyStep('unreadable', nowMs), severity: 'warning' };
  }
  const leftMs = expiresAtMs - nowMs;
  if (leftMs <= 0) return undefined;
  const due = alarmSteps.find(({ withinMs }) => leftMs <= withinMs);
  return due && { resource, expiresAtMs, step: due.step, severity: due.severity };
}

/** The record by which an alarm is told once. */
export function alarmName({ resource, expiresAtMs, step }: Alarm, account: string): AlertName {
  return { account, resource: resource.id, expiresAtMs, step };
}
