import { approveOtaWindows } from '../../functions/approve-ota-windows/automation.ts';
import { subscribedOperations as enforceOperations, enforcePolicy } from '../../functions/enforce-policy/automation.ts';
import { logOffSessions } from '../../functions/log-off-sessions/automation.ts';
import { powerWorkstations } from '../../functions/power-workstations/automation.ts';
import { renewBeforeExpiry } from '../../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../../functions/renew-before-expiry/run/run-renewals.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { tagNewResources, subscribedOperations as tagOperations } from '../../functions/tag-new-resources/automation.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import { run } from '../../shared/engine/run.ts';
import type { Runner } from '../../shared/engine/runner.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { dayMs } from '../fixtures/times.ts';
import { deployedTimers } from './deployed-timers.ts';

const beijingMs = 8 * 3_600_000;

/**
 * How often functions run: `sparse`, a few times a day, each at times at which it has work; `scaling`, the same with scale-on-schedule as often as
 * it is deployed in the hours around the steps of the schedules; `deployed`, each in the minutes in which the timers of `s.yaml` begin it.
 */
export type Cadence = 'sparse' | 'scaling' | 'deployed';

/** When a function runs: every so many minutes, from so many past midnight of UTC+8 on. */
export interface Timer {
  readonly runner: Runner;
  readonly every: number;
  readonly from: number;
  /** Hours of the day in which it runs. Default: all. */
  readonly hours?: readonly number[];
}

/** Hours of the day in which schedules of the example policy take their steps, and those after them. */
const stepHours = [8, 9, 18, 19, 21];

/** A function that events begin, and the operations that it hears of. */
export interface Hearer {
  readonly runner: Runner;
  readonly subscription: readonly string[];
}

/** A run of an automation one act after the other, so that faults meet the same calls in every play. */
function inTurn<R extends Resource>(automation: Automation<R>): Runner {
  return { name: automation.name, run: (options) => run<R>({ ...options, automation, rules: { width: 1 } }) };
}

const daily = (runner: Runner, ...times: readonly string[]): readonly Timer[] =>
  times.map((time) => ({ runner, every: 24 * 60, from: Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) }));

/** The timers of a new process: what functions keep in memory does not outlive it. */
export function timersAt(cadence: Cadence): readonly Timer[] {
  const [ota, logOff, power, tag, enforce] = [
    inTurn(approveOtaWindows),
    inTurn(logOffSessions),
    inTurn(powerWorkstations),
    inTurn(tagNewResources),
    inTurn(enforcePolicy),
  ] as const;
  const renew = renewalRunner(renewBeforeExpiry);
  const scale = {
    runner: inTurn(scaleOnSchedule),
    ...(cadence === 'sparse' ? { every: 120, from: 40 } : { every: 5, from: 0 }),
    ...(cadence === 'scaling' ? { hours: stepHours } : {}),
  };
  if (cadence === 'deployed') {
    const runners = [scale.runner, ota, logOff, power, tag, enforce, renew];
    return deployedTimers().flatMap(({ minutes, functions }) =>
      functions.flatMap((name) => {
        const runner = runners.find((each) => each.name === name);
        return runner ? [...minutes].map((from) => ({ runner, every: 60, from })) : [];
      }),
    );
  }
  // Approvals lie within half an hour before the windows of the policy, log-offs after its end of day.
  return [
    scale,
    { runner: power, every: 180, from: 31 },
    { runner: tag, every: 240, from: 50 },
    { runner: renew, every: 360, from: 130 },
    ...daily(ota, '01:40', '12:10', '14:10', '21:10'),
    ...daily(logOff, '21:35', '22:45'),
    ...daily(enforce, '06:20'),
  ];
}

/** The functions that events begin. */
export function hearersOf(): readonly Hearer[] {
  return [
    { runner: inTurn(tagNewResources), subscription: tagOperations },
    { runner: inTurn(enforcePolicy), subscription: enforceOperations },
  ];
}

/** Instants at which something is due, in order, with the names of what is. */
export function instants(all: readonly Timer[], fromMs: number, untilMs: number): readonly (readonly [number, readonly string[]])[] {
  const due = new Map<number, string[]>();
  const midnight = Math.floor((fromMs + beijingMs) / dayMs) * dayMs - beijingMs;
  for (const { runner, every, from, hours } of all) {
    for (let atMs = midnight + from * 60_000; atMs < untilMs; atMs += every * 60_000) {
      const hour = Math.floor((atMs - midnight) / 3_600_000) % 24;
      if (atMs >= fromMs && hours?.includes(hour) !== false) due.set(atMs, [...(due.get(atMs) ?? []), runner.name]);
    }
  }
  return [...due].sort(([a], [b]) => a - b);
}
