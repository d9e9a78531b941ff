import { isStale, parseTimerEvent } from '../../events/timer.ts';
import type { EpochMs } from '../client/clock.ts';
import type { Occasion } from '../engine/automation.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import { shardsOf } from '../policy/fan-out.ts';
import type { Hearing } from './hearing.ts';
import type { Log } from './log.ts';
import { type Environment, type Settings, SettingsError } from './settings.ts';

/** A target to run, or a part of it, and on what; without occasions the whole of it. */
export interface WorkItem {
  readonly target: CompiledTarget;
  readonly occasions?: readonly Occasion[];
  /** Only what runs before wait for is looked at. */
  readonly awaited?: true;
}

/** What an event asks for. */
interface Work {
  readonly items: readonly WorkItem[];
  /** Set where the event comes too late for this function: then there are no items. */
  readonly stale?: { readonly triggered: string; readonly ageSeconds: number };
}

/** Where an event arrives, and when. */
interface WorkPlace {
  readonly functionName: string;
  readonly nowMs: EpochMs;
  /** A timer's event that is older than this begins nothing, in milliseconds. Default: it counts however old it is. */
  readonly staleAfterMs?: number | undefined;
  readonly policy: CompiledPolicy;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly log: Log;
}

/** What an event asks for. @throws EventError for an event that this function does not take @throws SettingsError */
export function workOf(text: string, hears: Hearing | undefined, place: WorkPlace): Work {
  const { functionName, nowMs, staleAfterMs, policy, settings, environment, log } = place;
  const heard = hears?.occasions(text, { policy, targets: targetsOf(policy, settings, undefined), environment });
  if (heard !== undefined) {
    // Counts only: what an event carries can hold passwords.
    if (Object.keys(heard.ignored).length > 0) log('info', 'events-ignored', heard.ignored);
    // Of an event only the id is believed: which region the resource is in shows when it is read.
    const parts = [...heard.byTarget].map(([target, occasions]) =>
      shardsOf(target, functionName).map((part) => ({ target: part, occasions })),
    );
    return { items: parts.flat() };
  }
  const event = parseTimerEvent(text);
  if (event && staleAfterMs !== undefined && isStale(event, nowMs, staleAfterMs)) {
    const triggered = new Date(event.triggeredAtMs).toISOString();
    return { items: [], stale: { triggered, ageSeconds: Math.round((nowMs - event.triggeredAtMs) / 1000) } };
  }
  const targets = targetsOf(policy, settings, event?.target);
  const parts = targets.flatMap((target) => partsOf(target, functionName, event?.region));
  // A function that follows no events has nothing that it waits for.
  const awaited = event?.awaited && hears !== undefined ? ({ awaited: true } as const) : {};
  return { items: parts.map((target) => ({ target, ...awaited })) };
}

/** The parts of a target that are run apart from each other; the one that the event names. @throws SettingsError `UnknownRegion` */
function partsOf(target: CompiledTarget, functionName: string, region: string | undefined): readonly CompiledTarget[] {
  const parts = shardsOf(target, functionName);
  if (region === undefined) return parts;
  const part = parts.find(({ shard }) => shard === region);
  if (part) return [part];
  throw new SettingsError(
    'UnknownRegion',
    `${functionName} does not run the region '${region}' of ${target.name} apart. Check shardByRegion and regions of the target, and what invokes this function.`,
  );
}

function targetsOf(policy: CompiledPolicy, settings: Settings, fromEvent: string | undefined): readonly CompiledTarget[] {
  const name = settings.target ?? fromEvent;
  if (name === undefined) return Object.values(policy.targets);
  const target = Object.hasOwn(policy.targets, name) ? policy.targets[name] : undefined;
  if (target) return [target];
  const known = Object.keys(policy.targets).join(', ');
  throw new SettingsError(
    'UnknownTarget',
    `The policy has no target '${name}'; it has ${known}. Change STREAMWARDEN_TARGET or the trigger's payload.`,
  );
}
