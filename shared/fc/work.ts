import type { EpochMs } from '../client/clock.ts';
import type { TriggerEvent } from '../engine/automation.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import { shardsOf } from '../policy/fan-out.ts';
import { awaitedBy, mergeTriggerEvents, takeEvents } from './event-turns.ts';
import { defaultServices, hearCalls, type Unheard } from './events/audited-calls.ts';
import { eventData } from './events/read-event.ts';
import { isStale, parseTimerEvent } from './events/timer.ts';
import type { Log } from './log.ts';
import { type Environment, type Settings, SettingsError } from './settings.ts';

/** A target to run, or a part of it, and on what; without trigger events the whole of it. */
export interface WorkItem {
  readonly target: CompiledTarget;
  readonly triggerEvents?: readonly TriggerEvent[];
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
export function workOf(text: string, subscription: EventSubscription | undefined, place: WorkPlace): Work {
  const { functionName, nowMs, staleAfterMs, policy, settings, environment, log } = place;
  const heard = subscription?.triggerEvents(text, { policy, targets: targetsOf(policy, settings, undefined), environment });
  if (heard !== undefined) {
    // Counts only: what an event carries can hold passwords.
    if (Object.keys(heard.ignored).length > 0) log('info', 'events-ignored', heard.ignored);
    // Of an event only the id is believed: which region the resource is in shows when it is read.
    const parts = [...heard.byTarget].map(([target, triggerEvents]) =>
      shardsOf(target, functionName).map((part) => ({ target: part, triggerEvents })),
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
  const awaited = event?.awaited && subscription !== undefined ? ({ awaited: true } as const) : {};
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

/** How a function follows events. A part of its own: what a function on timers alone never does is not in its bundle. */
export interface EventSubscription {
  /** What an event says to targets; undefined where it is no audit event, as that of a timer. */
  triggerEvents(
    text: string,
    place: { readonly policy: CompiledPolicy; readonly targets: readonly CompiledTarget[]; readonly environment: Environment },
  ): ReturnType<typeof eventTriggers>;
  /** Sees to what was heard, together with what other invocations hear at the time. */
  readonly take: typeof takeEvents;
  /** What runs before wait for. */
  readonly awaited: typeof awaitedBy;
}

/** Hears the events of some operations of the audit trail. */
export function subscriptionTo(operations: readonly string[]): EventSubscription {
  return { triggerEvents: (text, place) => eventTriggers(text, { operations, ...place }), take: takeEvents, awaited: awaitedBy };
}

/** What events say to the targets of a policy. */
export interface TargetTriggers {
  /** Of each target whose account something happened in: one trigger event per resource. */
  readonly byTarget: ReadonlyMap<CompiledTarget, readonly TriggerEvent[]>;
  /** Events that begin nothing, by why; `unknown-account`: no target of the policy is of that account. */
  readonly ignored: Readonly<Partial<Record<Unheard | 'unknown-account', number>>>;
}

/** What a function on events listens to. */
export interface Listening {
  /** Operations whose events begin a run. */
  readonly operations: readonly string[];
  readonly policy: CompiledPolicy;
  /** Those of the policy's targets that this function serves. */
  readonly targets: readonly CompiledTarget[];
  /** `STREAMWARDEN_EVENT_SERVICES`: names of the service as events may carry them, separated by commas. Default: those that are likely. */
  readonly environment: Environment;
}

/** What an audit event says to the targets; undefined where the text is no audit event, as that of a timer. @throws EventError */
export function eventTriggers(text: string, { operations, policy, targets, environment }: Listening): TargetTriggers | undefined {
  if (text.trim() === '') return undefined;
  const ownRoles = new Set(Object.values(policy.targets).flatMap(({ role }) => (role === undefined ? [] : [role])));
  const heard = hearCalls(eventData(text, 'The event'), { operations, services: servicesOf(environment), ownRoles });
  if (heard === undefined) return undefined;

  const byTarget = new Map<CompiledTarget, TriggerEvent[]>();
  let strangers = 0;
  for (const { account, triggerEvent } of heard.calls) {
    if (!Object.values(policy.targets).some((target) => target.account === account)) strangers += 1;
    for (const target of targets) {
      if (target.account === account) byTarget.set(target, [...(byTarget.get(target) ?? []), triggerEvent]);
    }
  }
  return {
    byTarget: new Map([...byTarget].map(([target, triggerEvents]) => [target, mergeTriggerEvents(triggerEvents)])),
    ignored: strangers === 0 ? heard.unheard : { ...heard.unheard, 'unknown-account': strangers },
  };
}

function servicesOf(environment: Environment): readonly string[] {
  const names = environment['STREAMWARDEN_EVENT_SERVICES']?.split(',').map((name) => name.trim());
  const given = names?.filter((name) => name !== '');
  return given?.length ? given : defaultServices;
}
